//! How good searches are, over labelled photos: `search_quality FOLDER [MODEL [CROPS]]`, one JSON document on standard output.
//!
//! Each subfolder of FOLDER is a class. Every photo is asked for once by crops of it of four sizes, which should find
//! it, and once as a whole, which should find photos of its class; both by photos as wholes alone and with their
//! regions.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use imaging::{Limits, RgbImage};
use library::{Control, Example, Library, Region, Source};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Sizes of crops, as shares of a photo's area.
const SIZES: [(&str, f64, f64); 4] =
    [("5-10%", 0.05, 0.1), ("10-20%", 0.1, 0.2), ("20-40%", 0.2, 0.4), ("40-80%", 0.4, 0.8)];
/// Crops of each size that are made of a photo, unless said otherwise.
const CROPS: usize = 2;

fn main() -> Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .ok_or("usage: search_quality FOLDER [MODEL [CROPS]]")?;
    // The name of a key: `fast`, `accurate`, or `fast-earlier` for how earlier versions used it.
    let model = std::env::args().nth(2).unwrap_or_else(|| "fast".to_owned());
    let folder = std::fs::canonicalize(folder)?;
    let count = std::env::args().nth(3).map_or(Ok(CROPS), |count| count.parse())?;
    let mut documents = serde_json::Map::new();
    for (name, regions) in [("whole", false), ("regions", true)] {
        let data = tempfile::tempdir()?;
        Library::open(data.path())?.set_setting("model.serving", &model)?;
        let library = Library::open(data.path())?;
        library.look_inside(regions)?;
        library.add_folder(&folder)?;
        let started = Instant::now();
        let summary = library.update(&Control::default(), &mut |_| {})?;
        let seconds = started.elapsed().as_secs_f64();
        // Closed and opened again, for its log to be part of it.
        drop(library);
        let library = Library::open(data.path())?;
        let photos = library.sample(usize::MAX >> 1)?;
        let (labelled, classes) = leave_one_out(&library, &folder, &photos)?;
        let status = library.status()?;
        let document = json!({
            "photos": photos.len(),
            "classes": classes,
            "failed": summary.failed,
            "photos_per_second": photos.len() as f64 / seconds,
            "tiles_per_photo": status.index.regions as f64 / photos.len() as f64,
            "bytes_per_photo": status.bytes.catalog as f64 / photos.len() as f64,
            "crops": crops(&library, &photos, count)?,
            "leave_one_out": labelled,
        });
        documents.insert(name.to_owned(), document);
    }
    Ok(writeln!(std::io::stdout(), "{}", Value::from(documents))?)
}

/// By size of crop: how often the photo is the first result, and among the first ten, for a box on the photo and for the
/// same crop saved as a JPEG of its own; and how long a search takes.
fn crops(library: &Library, photos: &[PathBuf], count: usize) -> Result<Value> {
    let mut random = Random(7);
    let mut found = serde_json::Map::new();
    for (name, least, most) in SIZES {
        let (mut boxes, mut files) = (Places::default(), Places::default());
        for photo in photos {
            let bytes: Arc<[u8]> = std::fs::read(photo)?.into();
            let image = imaging::decode(&bytes, None, &Limits::default())?.image;
            for _ in 0..count {
                let crop = random.crop(&image, least, most);
                // As bytes it is no photo of the library, and may be found.
                boxes.ask(library, Source::Bytes(Arc::clone(&bytes)), Some(crop), photo)?;
                let file = imaging::encode_jpeg(&cut(&image, crop)?, 85)?;
                files.ask(library, Source::Bytes(file.into()), None, photo)?;
            }
        }
        found.insert(name.to_owned(), json!({ "box": boxes.document(), "file": files.document() }));
    }
    Ok(found.into())
}

/// At which places photos were found.
#[derive(Default)]
struct Places {
    first: u32,
    ten: u32,
    asked: u32,
    seconds: f64,
}

impl Places {
    fn ask(&mut self, library: &Library, source: Source, crop: Option<Region>, photo: &Path) -> Result<()> {
        let started = Instant::now();
        let results = library.search(&[Example::like(source).cropped(crop)], 10)?;
        self.seconds += started.elapsed().as_secs_f64();
        let place = results.iter().position(|result| result.path == photo);
        self.first += u32::from(place == Some(0));
        self.ten += u32::from(place.is_some());
        self.asked += 1;
        Ok(())
    }

    fn document(&self) -> Value {
        json!({
            "first": share(self.first, self.asked),
            "ten": share(self.ten, self.asked),
            "milliseconds": 1000.0 * self.seconds / f64::from(self.asked),
        })
    }
}

/// Over photos that have a class: how often the first result is of it, how many of the first ten are, and the mean
/// average precision over all results, and how long a search for all of them takes. And how many classes there are.
fn leave_one_out(library: &Library, folder: &Path, photos: &[PathBuf]) -> Result<(Value, usize)> {
    let (mut first, mut ten, mut precision, mut asked, mut seconds) = (0, 0, 0.0, 0, 0.0);
    for photo in photos {
        let Some(class) = class_of(photo, folder) else { continue };
        let example = Example::like(Source::Path(photo.clone()));
        let started = Instant::now();
        let results = library.search(&[example], photos.len())?;
        seconds += started.elapsed().as_secs_f64();
        let right: Vec<bool> =
            results.iter().map(|result| class_of(&result.path, folder) == Some(class)).collect();
        first += u32::from(right.first() == Some(&true));
        ten += right.iter().take(10).filter(|right| **right).count() as u32;
        precision += average_precision(&right);
        asked += 1;
    }
    let mut classes: Vec<_> = photos.iter().filter_map(|photo| class_of(photo, folder)).collect();
    classes.sort();
    classes.dedup();
    let document = json!({
        "first": share(first, asked),
        "ten": share(ten, asked * 10),
        "mean_average_precision": precision / f64::from(asked.max(1)),
        "milliseconds": 1000.0 * seconds / f64::from(asked.max(1)),
    });
    Ok((document, classes.len()))
}

/// The mean, over the right results, of the share of right ones up to each.
fn average_precision(right: &[bool]) -> f64 {
    let (mut count, mut sum) = (0.0, 0.0);
    for (place, _) in (1..).zip(right).filter(|(_, right)| **right) {
        count += 1.0;
        sum += count / f64::from(place);
    }
    sum / f64::max(count, 1.0)
}

/// The subfolder of `root` that a photo lies in.
fn class_of<'a>(photo: &'a Path, root: &Path) -> Option<&'a Path> {
    photo.strip_prefix(root).ok()?.parent().filter(|class| !class.as_os_str().is_empty())
}

fn share(count: u32, of: u32) -> f64 {
    f64::from(count) / f64::from(of.max(1))
}

/// The same numbers in every run: the `SplitMix64` generator (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A part of an image, of between `least` and `most` of its area, at most twice as long as high or high as long.
    fn crop(&mut self, image: &RgbImage, least: f64, most: f64) -> Region {
        let (full_width, full_height) = (f64::from(image.width()), f64::from(image.height()));
        loop {
            let area = (least + (most - least) * self.next()) * full_width * full_height;
            let aspect = (2.0 * self.next() - 1.0).exp2();
            let (width, height) = ((area * aspect).sqrt(), (area / aspect).sqrt());
            if width <= full_width && height <= full_height {
                let x = (self.next() * (full_width - width)) as u32;
                let y = (self.next() * (full_height - height)) as u32;
                return Region { x, y, width: width as u32, height: height as u32 };
            }
        }
    }
}

fn cut(image: &RgbImage, Region { x, y, width, height }: Region) -> Result<RgbImage> {
    let rows = (y..y + height).flat_map(|y| {
        let start = 3 * (y as usize * image.width() as usize + x as usize);
        &image.pixels()[start..start + 3 * width as usize]
    });
    Ok(RgbImage::new(width, height, rows.copied().collect())?)
}
