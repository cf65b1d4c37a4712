//! Originals are only ever read: whatever is run, they stay as they were.

use std::collections::BTreeMap;
#[cfg(target_os = "linux")]
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::process::Command;
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
    assert!(place.watch_once().contains(&"up_to_date".to_owned()));

    assert_eq!(everything(&place), before);
}

/// A file system that lets nobody write shows that nobody tried: a program that did would fail somewhere.
#[cfg(target_os = "linux")]
#[test]
fn photos_on_a_read_only_file_system_are_photos_like_any_other() {
    // Mounted over itself in a namespace of its own, of which only this command and what it starts know.
    const MOUNT: &str = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";
    let place = Place::with_classes(&["hat", "shoes"]);
    fs::write(place.photo("broken.jpg"), "no picture").unwrap();
    let mut runner: Vec<OsString> =
        ["unshare", "--mount", "--map-root-user", "sh", "-c", MOUNT].map(OsString::from).to_vec();
    runner.push(place.photos().into());
    let try_out = |program: &str| {
        let mut command = Command::new(&runner[0]);
        let ended = command.args(&runner[1..]).arg(program).arg(place.photo("new")).output();
        ended.is_ok_and(|output| output.status.success())
    };
    if !try_out("true") {
        crate::place::skipped("the system allows no namespace with mounts of its own");
        return;
    }
    assert!(!try_out("touch"), "it can be written to");

    let before = everything(&place);
    let place = place.run_by(runner);
    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&12.into(), &1.into()), "{summary}");
    place.use_every_command();
    assert!(place.watch_once().contains(&"up_to_date".to_owned()));
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
