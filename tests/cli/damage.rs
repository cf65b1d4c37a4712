//! Damaged data: a plain message, a repair that brings the library back, and no loop of failures.

use std::fs;
#[cfg(target_os = "linux")]
use std::process::{Command, Output};

use crate::place::Place;
#[cfg(target_os = "linux")]
use crate::place::skipped;

const PAGE: usize = 4096;

/// What happens to the bytes of `catalog.db`, and whether its folders can still be told afterwards.
type Damage = (&'static str, bool, fn(&mut Vec<u8>));

const DAMAGES: &[Damage] = &[
    ("garbage in the header", true, |bytes| bytes[..100].fill(0xA5)),
    ("garbage in the first page", true, |bytes| bytes[..PAGE].fill(0xA5)),
    ("garbage in the middle", true, |bytes| {
        let middle = bytes.len() / PAGE / 2 * PAGE;
        bytes[middle..middle + 4 * PAGE].fill(0xA5);
    }),
    ("zeros in the middle", true, |bytes| {
        let middle = bytes.len() / PAGE / 2 * PAGE;
        bytes[middle..middle + 4 * PAGE].fill(0);
    }),
    ("the second half missing", true, |bytes| bytes.truncate(bytes.len() / 2)),
    ("some bytes at the end missing", true, |bytes| bytes.truncate(bytes.len() - 100)),
    ("nothing but zeros", false, |bytes| bytes.fill(0)),
    ("nothing left", false, Vec::clear),
];

#[test]
fn a_damaged_catalog_is_told_of_and_brought_back_by_a_repair() {
    for (damage, folders_are_left, inflict) in DAMAGES {
        let place = Place::with_classes(&["hat", "shoes"]);
        place.index();
        let expected = place.library();
        let catalog = place.data().join("catalog.db");
        let mut bytes = fs::read(&catalog).unwrap();
        inflict(&mut bytes);
        fs::write(&catalog, &bytes).unwrap();

        // Starting again changes nothing about it.
        for _ in 0..2 {
            let output = place.run(&["verify"]);
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1), "{damage}: {message}");
            let told = message.contains("verify --repair") || message.contains("not mended");
            assert!(told && !message.contains("panicked"), "{damage}: {message}");
        }
        let output = place.run(&["--json", "verify", "--repair"]);
        let repaired: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(repaired["findings"][0]["code"], "catalog_damaged", "{damage}: {repaired}");
        // Folders that are to be added again are not mended; what is left is sound.
        assert_eq!(repaired["findings"][0]["repaired"], *folders_are_left, "{damage}: {repaired}");
        assert_eq!(repaired["sound"], true, "{damage}: {repaired}");
        assert!(place.data().join("catalog-damaged-1.db").exists(), "{damage}: it is kept");
        if !folders_are_left {
            assert!(place.library().is_empty(), "{damage}");
            place.index();
        }
        assert_eq!(place.library(), expected, "{damage}");
        assert_eq!(place.json(&["verify"])["findings"], serde_json::json!([]), "{damage}");
    }
}

#[test]
fn a_catalog_that_was_emptied_comes_back_from_its_log() {
    let place = Place::with_classes(&["hat", "shoes"]);
    // Killed: what it knows is in the log.
    place.watch_once();
    fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
    fs::write(place.data().join("catalog.db"), "").unwrap();
    for _ in 0..2 {
        let output = place.run(&["status"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("verify --repair"));
    }
    place.run(&["verify", "--repair"]);
    assert_eq!(place.library().len(), 12);
}

#[test]
fn photos_of_an_unplugged_drive_survive_damage_elsewhere_in_the_catalog() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let expected = place.library();
    fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
    let catalog = place.data().join("catalog.db");
    let mut bytes = fs::read(&catalog).unwrap();
    bytes[..PAGE].fill(0);
    fs::write(&catalog, &bytes).unwrap();
    let repaired = place.run(&["verify", "--repair"]);
    assert_eq!(repaired.status.code(), Some(0), "{}", String::from_utf8_lossy(&repaired.stderr));
    assert_eq!(place.library(), expected, "they serve from what was saved");
}

#[test]
fn an_absurd_id_does_not_come_through_a_repair() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let catalog = place.data().join("catalog.db");
    let connection = rusqlite::Connection::open(&catalog).unwrap();
    let absurd = "INSERT INTO content (id, hash, format, width, height)
        VALUES (9223372036854775807, randomblob(32), 'jpeg', 1, 1)";
    connection.execute(absurd, []).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(connection);
    let mut bytes = fs::read(&catalog).unwrap();
    bytes[..PAGE].fill(0);
    fs::write(&catalog, &bytes).unwrap();
    place.run(&["verify", "--repair"]);
    // The catalog would have no numbers left for new photos.
    place.add_class("shoes");
    assert_eq!(place.index()["failed"], 0);
    assert_eq!(place.library().len(), 12);
}

#[test]
fn a_repair_that_was_cut_off_is_finished_by_the_next_start() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let expected = place.library();
    // The moment between two renames: the damaged file is aside, the new one not in its place yet.
    let catalog = place.data().join("catalog.db");
    fs::rename(&catalog, place.data().join("catalog.db.repaired")).unwrap();
    assert_eq!(place.library(), expected);
    assert!(catalog.exists());
}

#[test]
fn a_snapshot_cut_off_or_changed_anywhere_is_never_believed() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let query = place.photo("hat/hat-1.jpg");
    let search = || place.search(&[query.to_str().unwrap(), "-n", "100"]);
    let expected = search();
    for entry in fs::read_dir(place.data().join("index")).unwrap() {
        let file = entry.unwrap().path();
        let whole = fs::read(&file).unwrap();
        for part in 0..8 {
            let at = whole.len() * part / 8;
            fs::write(&file, &whole[..at]).unwrap();
            assert_eq!(search(), expected, "{file:?} cut off at {at}");
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << part;
            fs::write(&file, &flipped).unwrap();
            assert_eq!(search(), expected, "{file:?} changed at {at}");
        }
        fs::write(&file, whole).unwrap();
    }
    // Not even a directory.
    fs::remove_dir_all(place.data().join("index")).unwrap();
    fs::write(place.data().join("index"), "in the way").unwrap();
    assert_eq!(search(), expected);
    assert_eq!(place.json(&["verify", "--repair"])["sound"], true);
}

#[test]
fn new_photos_come_in_although_the_thumbnails_are_damaged() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let thumbnails = place.data().join("thumbnails.db");
    let mut bytes = fs::read(&thumbnails).unwrap();
    bytes[PAGE..].fill(0xA5);
    fs::write(&thumbnails, bytes).unwrap();
    place.add_class("shoes");
    assert_eq!(place.index()["failed"], 0);
    assert_eq!(place.library().len(), 12);
    assert_eq!(place.json(&["verify", "--repair"])["sound"], true);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_of_and_nothing_is_lost_by_it() {
    // Full when the library is made, when its first photos come, and when more come to those of before.
    for (before, kilobytes) in [(&[][..], 40), (&[], 200), (&[], 400), (&["dress"], 20), (&["dress"], 150)] {
        let place = Place::with_classes(before);
        if !before.is_empty() {
            place.index();
        }
        let known = place.photos_on_disk();
        place.add_class("hat");
        place.add_class("shoes");
        let Some(output) = index_on_small_disk(&place, kilobytes) else { return };
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{kilobytes} KB: {message}");
        assert!(message.starts_with("error: ") && !message.contains("panicked"), "{message}");
        assert!(message.contains("full") || message.contains("No space"), "{message}");
        // There is room again.
        let left = place.library();
        assert!(known.is_subset(&left), "{kilobytes} KB: {left:?}");
        assert_eq!(place.index()["failed"], 0);
        assert_eq!(place.library(), place.photos_on_disk());
        assert_eq!(place.json(&["verify"])["findings"], serde_json::json!([]));
    }
}

/// Indexes with the data folder on a disk that has this much room for more; none where that cannot be arranged.
#[cfg(target_os = "linux")]
fn index_on_small_disk(place: &Place, kilobytes: u64) -> Option<Output> {
    const SCRIPT: &str = "mount -t tmpfs -o size=\"$1\" none \"$2\" && cp -r \"$3\"/. \"$2\" || exit 9
        \"$4\" --data-dir \"$2\" index \"$5\"
        code=$?
        rm -r \"$3\" && cp -r \"$2\" \"$3\" && exit $code";
    let (disk, data) = (place.root().join("disk"), place.data());
    fs::create_dir_all(&data).unwrap();
    fs::create_dir(&disk).unwrap();
    if !namespace_of_mounts("mount -t tmpfs none \"$1\"")
        .arg(&disk)
        .output()
        .is_ok_and(|output| output.status.success())
    {
        skipped("this system allows no namespace of mounts");
        return None;
    }
    let pages = |file: fs::DirEntry| file.metadata().unwrap().len().div_ceil(PAGE as u64) * PAGE as u64;
    let files = [data.clone(), data.join("index")];
    let files = files.iter().filter_map(|directory| fs::read_dir(directory).ok()).flatten();
    let used: u64 = files.map(|file| pages(file.unwrap())).sum();
    let mut command = namespace_of_mounts(SCRIPT);
    command.arg((used + (kilobytes << 10)).to_string()).args([disk, data]);
    Some(command.arg(env!("CARGO_BIN_EXE_lookalike")).arg(place.photos()).output().unwrap())
}

/// A shell that runs this, where mounts are its own.
#[cfg(target_os = "linux")]
fn namespace_of_mounts(script: &str) -> Command {
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]);
    unshare
}

#[cfg(unix)]
#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let place = Place::empty();
    fs::write(place.data(), "a file where the folder should be").unwrap();
    let output = place.run(&["status"]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains("the data folder") && message.contains("cannot be used"), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_data_folder_is_named_and_left_as_it_is() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let script = "mount --bind \"$2\" \"$2\" && mount -o remount,ro,bind \"$2\" && \
                  exec \"$1\" --data-dir \"$2\" status";
    if !namespace_of_mounts("mount -t tmpfs none /mnt").output().is_ok_and(|output| output.status.success()) {
        skipped("this system allows no namespace of mounts");
        return;
    }
    let mut command = namespace_of_mounts(script);
    let output = command.arg(env!("CARGO_BIN_EXE_lookalike")).arg(place.data()).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("the data folder") && message.contains("Read-only"), "{message}");
    assert_eq!(place.library().len(), 6);
}
