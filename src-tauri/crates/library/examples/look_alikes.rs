//! How well true copies are told from what only looks alike: `look_alikes FOLDER [MODEL]`, one JSON document on standard output.
//!
//! `documents` are drawn: pages, chats, tables and the like, each kind in one template. `bursts` are made of the photos of
//! FOLDER: of each an edited copy, and frames that show a little more on one side and less on the other, as the next shots
//! of a burst do. A group is mixed when it holds two that are no copies of each other.

#![expect(clippy::disallowed_methods, reason = "makes the pictures that it measures")]

#[path = "../../../../tests/shared/documents.rs"]
mod documents;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use documents::{COPIES, KINDS, copies, document};
use imaging::{Limits, RgbImage};
use library::{Control, Library};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Documents of a kind.
const DOCUMENTS: u64 = 10;
/// Photos of which bursts are made.
const PHOTOS: usize = 100;
const QUALITY: u8 = 90;

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: look_alikes FOLDER [MODEL]")?;
    let document =
        json!({ "documents": measure(drawn)?, "bursts": measure(|place| bursts(&folder, place))? });
    Ok(writeln!(std::io::stdout(), "{document}")?)
}

/// Makes pictures, whose names begin with what they are copies of and a space, and looks for duplicates. `make` tells how
/// many copies there are to find.
fn measure(make: impl Fn(&Path) -> Result<usize>) -> Result<Value> {
    let place = tempfile::tempdir()?;
    let root = place.path().canonicalize()?;
    let pictures = root.join("pictures");
    std::fs::create_dir(&pictures)?;
    let all = make(&pictures)?;
    // The name of a key: `fast`, `accurate`, or `fast-earlier` for how earlier versions used it.
    let model = std::env::args().nth(2).unwrap_or_else(|| "fast".to_owned());
    Library::open(&root.join("library"))?.set_setting("model.serving", &model)?;
    let library = Library::open(&root.join("library"))?;
    library.look_inside(false)?;
    library.add_folder(&pictures)?;
    let count = library.update(&Control::default(), &mut |_| {})?.indexed;
    let started = Instant::now();
    let groups = library.duplicates(None)?;
    let milliseconds = 1000.0 * started.elapsed().as_secs_f64() / count.max(1) as f64;
    let (mut found, mut mixed) = (0, 0);
    for group in groups {
        let mut of: Vec<String> = group.photos.iter().map(|photo| original(&photo.path)).collect();
        let photos = of.len();
        of.sort();
        of.dedup();
        found += photos - of.len();
        mixed += usize::from(of.len() > 1);
    }
    Ok(json!({
        "copies": all,
        "recall": found as f64 / all.max(1) as f64,
        "mixed_groups": mixed,
        "milliseconds": milliseconds,
    }))
}

fn original(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    name.split(' ').next().unwrap_or_default().to_owned()
}

fn save(image: &RgbImage, path: &Path) -> Result<()> {
    Ok(std::fs::write(path, imaging::encode_jpeg(image, QUALITY)?)?)
}

fn drawn(place: &Path) -> Result<usize> {
    for kind in KINDS {
        for number in 0..DOCUMENTS {
            let image = document(kind, number)?;
            save(&image, &place.join(format!("{}-{number} original.jpg", kind.0)))?;
            for (nth, copy) in copies(&image)?.iter().enumerate() {
                save(copy, &place.join(format!("{}-{number} copy {nth}.jpg", kind.0)))?;
            }
        }
    }
    Ok(KINDS.len() * DOCUMENTS as usize * COPIES)
}

fn bursts(folder: &Path, place: &Path) -> Result<usize> {
    let mut photos = photos_in(folder)?;
    photos.truncate(PHOTOS);
    for (number, photo) in photos.iter().enumerate() {
        let image = imaging::decode(&std::fs::read(photo)?, None, &Limits::default())?.image;
        let first = frame(&image, 0)?;
        save(&first, &place.join(format!("{number}-0 original.jpg")))?;
        let copy = imaging::encode_jpeg(&first, 50)?;
        std::fs::write(place.join(format!("{number}-0 copy.jpg")), copy)?;
        for moved in [2, 4] {
            save(&frame(&image, moved)?, &place.join(format!("{number}-{moved} original.jpg")))?;
        }
    }
    Ok(photos.len())
}

/// All but a tenth of each side of an image, `moved` by so many hundredths.
fn frame(image: &RgbImage, moved: u32) -> Result<RgbImage> {
    let (width, height) = (image.width() * 9 / 10, image.height() * 9 / 10);
    let (left, top) = (image.width() * moved / 100, image.height() * moved / 100);
    let row = |y: u32| {
        let start = 3 * (y * image.width() + left) as usize;
        &image.pixels()[start..start + 3 * width as usize]
    };
    Ok(RgbImage::new(width, height, (top..top + height).flat_map(row).copied().collect())?)
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
