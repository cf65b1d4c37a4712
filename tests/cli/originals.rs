//! Originals are only ever read: whatever is run, they stay as they were.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::place::Place;

/// All that a user could find changed about a file.
#[derive(Debug, PartialEq)]
struct Seen {
    bytes: Option<Vec<u8>>,
    modified: SystemTime,
    permissions: fs::Permissions,
}

fn see(directory: &Path, seen: &mut BTreeMap<PathBuf, Seen>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::metadata(&path).unwrap();
        let bytes = metadata.is_file().then(|| fs::read(&path).unwrap());
        let (modified, permissions) = (metadata.modified().unwrap(), metadata.permissions());
        seen.insert(path.clone(), Seen { bytes, modified, permissions });
        if metadata.is_dir() {
            see(&path, seen);
        }
    }
}

fn everything(place: &Place) -> BTreeMap<PathBuf, Seen> {
    let mut seen = BTreeMap::new();
    see(&place.photos(), &mut seen);
    seen
}

#[test]
fn every_command_leaves_originals_as_they_were() {
    let place = Place::with_classes(&["hat", "shoes"]);
    fs::write(place.photo("broken.jpg"), "no picture").unwrap();
    let before = everything(&place);

    place.use_every_command();

    assert_eq!(everything(&place), before);
}

#[test]
fn a_page_is_not_written_over_a_photo_or_beside_one() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let before = everything(&place);
    for page in ["hat/hat-1.jpg", "hat/new.html"] {
        let output = place.run(&["contact-sheet", "--out", place.photo(page).to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{page}");
    }
    assert_eq!(everything(&place), before);
}

#[cfg(target_os = "linux")]
#[test]
fn not_even_the_access_time_changes() {
    use std::os::unix::fs::MetadataExt;
    let place = Place::with_classes(&["hat"]);
    let hat = place.photo("hat/hat-1.jpg");
    // Older than the modification time: any ordinary read would set it.
    let long_ago = fs::FileTimes::new().set_accessed(SystemTime::UNIX_EPOCH);
    fs::File::options().append(true).open(&hat).unwrap().set_times(long_ago).unwrap();
    place.index();
    assert_eq!(fs::metadata(&hat).unwrap().atime(), 0);
}
