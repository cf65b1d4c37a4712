//! Folders of photos for the tests: the sample photos, each on a day of its own, and files made to measure.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::desktop::Desktop;

/// The sample photos: ten classes, six photos each, named `CLASS/CLASS-N.jpg`.
pub(crate) const CLASSES: [&str; 10] =
    ["dress", "hat", "longsleeve", "outwear", "pants", "shirt", "shoes", "shorts", "skirt", "t-shirt"];

const MONTHS: [&str; 10] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"];

/// A sample photo where it lies in the repository, outside any library.
pub(crate) fn sample(name: &str) -> PathBuf {
    let class = name.rsplit_once('-').unwrap().0;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/photos");
    path.canonicalize().unwrap().join(class).join(name).with_extension("jpg")
}

impl Desktop {
    /// A folder with the sample photos of some classes.
    pub(crate) fn folder_of(&self, name: &str, classes: &[&str]) -> PathBuf {
        let folder = self.path().join("photos").join(name);
        fs::create_dir_all(&folder).unwrap();
        for class in classes {
            (1..=6).for_each(|number| {
                copy_sample(&format!("{class}-{number}"), &folder);
            });
        }
        folder
    }
}

/// Copies a sample photo into a folder. The file is of the photo's own day, by which the grid names it.
pub(crate) fn copy_sample(name: &str, folder: &Path) -> PathBuf {
    let path = folder.join(name).with_extension("jpg");
    fs::copy(sample(name), &path).unwrap();
    File::options().append(true).open(&path).unwrap().set_modified(noon(day(name))).unwrap();
    path
}

/// A JPEG with all that a camera tells of a shot.
pub(crate) fn with_shot(jpeg: &[u8]) -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/imaging/tests/fixtures");
    let shot = fs::read(fixtures.join("shot.jpg")).unwrap();
    // What comes first in it, with a marker before it and its length.
    let length = usize::from(u16::from_be_bytes([shot[4], shot[5]])) + 2;
    [&jpeg[..2], &shot[2..2 + length], &jpeg[2..]].concat()
}

/// The day that the grid tells of a sample photo, as the British write it.
pub(crate) fn label(name: &str) -> String {
    let (month, day) = day(name);
    format!("{day} {} 2020", MONTHS[month])
}

/// Month and day: a month for each class.
fn day(name: &str) -> (usize, u64) {
    let (class, number) = name.rsplit_once('-').unwrap();
    let month = CLASSES.iter().position(|known| *known == class).unwrap();
    (month, number.parse::<u64>().unwrap() * 4)
}

fn noon((month, day): (usize, u64)) -> SystemTime {
    const YEAR_2020: u64 = 1_577_836_800;
    const DAYS_BEFORE: [u64; 10] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274];
    let days = DAYS_BEFORE[month] + day - 1;
    SystemTime::UNIX_EPOCH + Duration::from_secs(YEAR_2020 + days * 86_400 + 43_200)
}
