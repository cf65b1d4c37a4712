//! How well edited copies of photos are told from photos that only look alike: `duplicate_quality FOLDER
//! [MODEL [MIN_SIMILARITY]]`, one JSON document on standard output.
//!
//! Every photo of FOLDER gets an edited copy of each of ten kinds, in three strengths. Each kind and strength is put
//! beside the originals in turn. Recall is the share of copies that are in a group with their original; precision is
//! the share of pairs within groups that are of one original. The photos of a class only look alike. Beside it, how long
//! it took to compare and group, for each copy.

#![expect(clippy::disallowed_methods, reason = "makes the photos that it measures")]

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use imaging::{Limits, RgbImage, Target};
use library::{Control, Library};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// An edit: its name, the strengths it is tried in, and what makes it of an image and a strength.
type Edit = (&'static str, [f64; 3], fn(&RgbImage, f64) -> Result<RgbImage>);

/// JPEG quality of copies whose kind is not their quality.
const QUALITY: u8 = 90;

const EDITS: [Edit; 10] = [
    ("saved at quality 80, 50, 25", [80.0, 50.0, 25.0], |image, _| Ok(image.clone())),
    ("resized to 75, 50, 25%", [0.75, 0.5, 0.25], resized),
    ("cropped by 2, 5, 10% a side", [0.02, 0.05, 0.1], cropped),
    ("brighter by 10, 25, 50%", [1.1, 1.25, 1.5], |image, by| mapped(image, |value| value * by)),
    ("contrast of 110, 140, 180%", [1.1, 1.4, 1.8], |image, by| {
        mapped(image, |value| (value - 128.0) * by + 128.0)
    }),
    ("colours of 70, 40, 0%", [0.7, 0.4, 0.0], desaturated),
    ("blurred over 3, 5, 9 pixels", [1.0, 2.0, 4.0], blurred),
    ("noise of 5, 12, 25 levels", [5.0, 12.0, 25.0], noisy),
    ("framed by 2, 5, 10%", [0.02, 0.05, 0.1], framed),
    ("turned by 90, 180, 270 degrees", [1.0, 2.0, 3.0], turned),
];

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: duplicate_quality FOLDER")?;
    // The name of a key: `fast`, `accurate`, or `fast-earlier` for how earlier versions used it.
    let model = std::env::args().nth(2).unwrap_or_else(|| "fast".to_owned());
    let limit = std::env::args().nth(3).map(|limit| limit.parse()).transpose()?;
    let originals = photos_in(&std::fs::canonicalize(folder)?)?;
    let place = tempfile::tempdir()?;
    let root = place.path().canonicalize()?;
    Library::open(&root.join("library"))?.set_setting("model.serving", &model)?;
    let library = Library::open(&root.join("library"))?;
    library.look_inside(false)?;
    let folder_of_originals = root.join("originals");
    std::fs::create_dir(&folder_of_originals)?;
    for (number, original) in originals.iter().enumerate() {
        std::fs::copy(original, folder_of_originals.join(name(number)))?;
    }
    library.add_folder(&folder_of_originals)?;
    library.update(&Control::default(), &mut |_| {})?;
    let mut kinds = Vec::new();
    for edit in EDITS {
        for (strength, by) in edit.1.into_iter().enumerate() {
            let copies = Copies { originals: &originals, folder: root.join("copies"), limit };
            kinds.push(copies.try_edit(&library, (edit, strength, by))?);
        }
    }
    let document = json!({ "photos": originals.len(), "edits": kinds });
    Ok(writeln!(std::io::stdout(), "{document}")?)
}

/// Where copies go, and what they are of.
struct Copies<'a> {
    originals: &'a [PathBuf],
    folder: PathBuf,
    /// How alike duplicates are at least; the model's limit when none is given.
    limit: Option<f32>,
}

impl Copies<'_> {
    /// Adds the copies of one kind and strength, looks for duplicates, and takes the copies away again.
    fn try_edit(
        &self,
        library: &Library,
        ((kind, _, edit), strength, by): (Edit, usize, f64),
    ) -> Result<Value> {
        std::fs::create_dir(&self.folder)?;
        for (number, original) in self.originals.iter().enumerate() {
            let image = imaging::decode(&std::fs::read(original)?, None, &Limits::default())?.image;
            let quality = if kind.starts_with("saved") { by as u8 } else { QUALITY };
            let copy = imaging::encode_jpeg(&edit(&image, by)?, quality)?;
            std::fs::write(self.folder.join(name(number)), copy)?;
        }
        library.add_folder(&self.folder)?;
        library.update(&Control::default(), &mut |_| {})?;
        let started = Instant::now();
        let found = pairs(library, self.limit)?;
        let seconds = started.elapsed().as_secs_f64();
        let right = found.iter().filter(|(one, other)| one == other).count();
        library.remove_folder(&self.folder)?;
        std::fs::remove_dir_all(&self.folder)?;
        Ok(json!({
            "kind": kind,
            "strength": strength + 1,
            "recall": right as f64 / self.originals.len() as f64,
            "precision": right as f64 / found.len().max(1) as f64,
            "milliseconds": 1000.0 * seconds / self.originals.len() as f64,
        }))
    }
}

/// The file names of every two photos that are in one group.
fn pairs(library: &Library, limit: Option<f32>) -> Result<HashSet<(String, String)>> {
    let mut pairs = HashSet::new();
    for group in library.duplicates(limit)? {
        let names: Vec<String> = group
            .photos
            .iter()
            .map(|photo| photo.path.file_name().unwrap_or_default().to_string_lossy().into_owned())
            .collect();
        for (place, one) in names.iter().enumerate() {
            pairs.extend(names[place + 1..].iter().map(|other| {
                let (one, other) = if one < other { (one, other) } else { (other, one) };
                (one.clone(), other.clone())
            }));
        }
    }
    Ok(pairs)
}

fn name(number: usize) -> String {
    format!("{number}.jpg")
}

fn photos_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut photos = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            photos.extend(photos_in(&path)?);
        } else if imaging::is_candidate(&path) {
            photos.push(path);
        }
    }
    photos.sort();
    Ok(photos)
}

/// An image of this size, each pixel as `color` says.
fn drawn(width: u32, height: u32, color: impl Fn(u32, u32) -> [u8; 3]) -> Result<RgbImage> {
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| color(x, y));
    Ok(RgbImage::new(width, height, pixels.collect())?)
}

fn pixel(image: &RgbImage, x: u32, y: u32) -> [u8; 3] {
    let start = 3 * (y as usize * image.width() as usize + x as usize);
    [0, 1, 2].map(|channel| image.pixels()[start + channel])
}

fn mapped(image: &RgbImage, value: impl Fn(f64) -> f64) -> Result<RgbImage> {
    let pixels = image.pixels().iter().map(|old| value(f64::from(*old)).clamp(0.0, 255.0) as u8).collect();
    Ok(RgbImage::new(image.width(), image.height(), pixels)?)
}

fn resized(image: &RgbImage, by: f64) -> Result<RgbImage> {
    let side = f64::from(image.width().max(image.height())) * by;
    let jpeg = imaging::thumbnail(image, side as u32, 95)?;
    Ok(imaging::decode(&jpeg, None::<Target>, &Limits::default())?.image)
}

fn cropped(image: &RgbImage, by: f64) -> Result<RgbImage> {
    let (left, top) = ((f64::from(image.width()) * by) as u32, (f64::from(image.height()) * by) as u32);
    drawn(image.width() - 2 * left, image.height() - 2 * top, |x, y| pixel(image, x + left, y + top))
}

fn framed(image: &RgbImage, by: f64) -> Result<RgbImage> {
    let (left, top) = ((f64::from(image.width()) * by) as u32, (f64::from(image.height()) * by) as u32);
    drawn(image.width() + 2 * left, image.height() + 2 * top, |x, y| {
        let inside = (left..left + image.width()).contains(&x) && (top..top + image.height()).contains(&y);
        if inside { pixel(image, x - left, y - top) } else { [255; 3] }
    })
}

fn desaturated(image: &RgbImage, to: f64) -> Result<RgbImage> {
    drawn(image.width(), image.height(), |x, y| {
        let [red, green, blue] = pixel(image, x, y).map(f64::from);
        let gray = 0.299 * red + 0.587 * green + 0.114 * blue;
        [red, green, blue].map(|value| (gray + (value - gray) * to).clamp(0.0, 255.0) as u8)
    })
}

fn blurred(image: &RgbImage, radius: f64) -> Result<RgbImage> {
    let radius = radius as u32;
    drawn(image.width(), image.height(), |x, y| {
        let (mut sums, mut count) = ([0_u32; 3], 0);
        for y in y.saturating_sub(radius)..=(y + radius).min(image.height() - 1) {
            for x in x.saturating_sub(radius)..=(x + radius).min(image.width() - 1) {
                let [red, green, blue] = pixel(image, x, y).map(u32::from);
                sums = [sums[0] + red, sums[1] + green, sums[2] + blue];
                count += 1;
            }
        }
        sums.map(|sum| (sum / count) as u8)
    })
}

/// The same noise in every run: the `SplitMix64` generator (Steele, Lea and Flood, 2014).
fn noisy(image: &RgbImage, levels: f64) -> Result<RgbImage> {
    let mut state = 7_u64;
    let mut random = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    // The sum of twelve even numbers is as good as normal.
    let mut normal = || (0..12).map(|_| random()).sum::<f64>() - 6.0;
    let mut pixels = Vec::with_capacity(image.pixels().len());
    for old in image.pixels() {
        pixels.push((f64::from(*old) + levels * normal()).clamp(0.0, 255.0) as u8);
    }
    Ok(RgbImage::new(image.width(), image.height(), pixels)?)
}

fn turned(image: &RgbImage, quarters: f64) -> Result<RgbImage> {
    let (width, height) = (image.width(), image.height());
    match quarters as u32 {
        1 => drawn(height, width, |x, y| pixel(image, y, height - 1 - x)),
        2 => drawn(width, height, |x, y| pixel(image, width - 1 - x, height - 1 - y)),
        _ => drawn(height, width, |x, y| pixel(image, width - 1 - y, x)),
    }
}
