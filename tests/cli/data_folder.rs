//! The data folder: what is missing or damaged in it, and what a repair makes of that.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::place::Place;

/// Nothing here takes as long as that; a command that hangs does.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs a command that may hang.
pub(crate) fn run(place: &Place, arguments: &[&str]) -> Output {
    let mut command = place.command();
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{arguments:?} hangs");
        }
        thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    assert!(!message(&output).contains("panicked"), "{arguments:?}: {}", message(&output));
    output
}

pub(crate) fn message(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a repair says; it must come to an end.
pub(crate) fn repair(place: &Place) -> Value {
    let output = run(place, &["--json", "verify", "--repair"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", message(&output)))
}

fn thumbnails_in(path: &Path) -> u32 {
    let store = Connection::open(path).unwrap();
    store.query_row("SELECT count(*) FROM thumbnail", [], |row| row.get(0)).unwrap()
}

/// A library of twelve photos as it is when its program is killed: what it knows is in the log.
pub(crate) fn killed() -> Place {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.watch_once();
    place
}

/// Every photo of the library is where the library says, and nothing is to be found in it.
pub(crate) fn assert_sound(place: &Place) {
    assert_eq!(place.library().len(), 12);
    assert_eq!(place.json(&["verify"])["findings"], json!([]));
}

#[test]
fn a_missing_catalog_is_no_new_library_and_comes_back_from_its_log() {
    let place = killed();
    // Of the photos there is nothing but what the log knows.
    fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
    let log = fs::read(place.data().join("catalog.db-wal")).unwrap();
    fs::remove_file(place.data().join("catalog.db")).unwrap();
    for command in [&["status"][..], &["verify"], &["duplicates"]] {
        let output = run(&place, command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        assert!(message(&output).contains("is missing") && message(&output).contains("verify --repair"));
        assert!(!place.data().join("catalog.db").exists(), "{command:?}");
        assert!(fs::read(place.data().join("catalog.db-wal")).unwrap() == log, "{command:?}");
    }
    let repaired = repair(&place);
    assert_eq!(repaired["findings"][0]["code"], "catalog_damaged", "{repaired}");
    assert_eq!(repaired["findings"][0]["repaired"], true, "{repaired}");
    assert_eq!(place.library().len(), 12);
    assert!(fs::read(place.data().join("catalog-damaged-1.db-wal")).unwrap() == log, "it is kept");
    assert_eq!(thumbnails_in(&place.data().join("thumbnails.db")), 12);
}

#[test]
fn of_a_catalog_that_is_gone_for_good_nothing_else_goes() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    fs::remove_file(place.data().join("catalog.db")).unwrap();
    let output = run(&place, &["index", place.photos().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(message(&output).contains("is missing"), "{}", message(&output));
    let repaired = repair(&place);
    assert_eq!(repaired["findings"][0]["repaired"], false, "{repaired}");
    let detail = repaired["findings"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("add your folders again") && detail.contains("thumbnails.db.aside"), "{detail}");
    assert_eq!(thumbnails_in(&place.data().join("thumbnails.db.aside")), 12);
    place.index();
    assert_sound(&place);
    assert_eq!(thumbnails_in(&place.data().join("thumbnails.db.aside")), 12);
}

#[test]
fn any_trace_of_a_library_tells_that_there_was_one() {
    let place = killed();
    for trace in ["catalog.db-wal", "thumbnails.db", "index", "models", "catalog-damaged-1.db"] {
        let other = Place::empty();
        fs::create_dir(other.data()).unwrap();
        match trace {
            "index" | "models" => fs::create_dir(other.data().join(trace)).unwrap(),
            "catalog-damaged-1.db" => fs::write(other.data().join(trace), "").unwrap(),
            _ => drop(fs::copy(place.data().join(trace), other.data().join(trace)).unwrap()),
        }
        let output = run(&other, &["status"]);
        assert!(message(&output).contains("is missing"), "{trace}: {}", message(&output));
        assert!(!other.data().join("catalog.db").exists(), "{trace}");
    }
    // A lock alone is left by a program that got no further.
    let other = Place::empty();
    fs::create_dir(other.data()).unwrap();
    fs::write(other.data().join("lock"), "").unwrap();
    assert!(run(&other, &["status"]).status.success());
}

#[test]
fn a_catalog_on_a_drive_that_is_away_is_waited_for() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let (drive, away) = (place.root().join("drive"), place.root().join("away"));
    fs::create_dir(&drive).unwrap();
    let (catalog, moved) = (place.data().join("catalog.db"), drive.join("mine.db"));
    fs::rename(&catalog, &moved).unwrap();
    symlink(&moved, &catalog).unwrap();
    assert_sound(&place);

    fs::rename(&drive, &away).unwrap();
    for command in [&["status"][..], &["verify", "--repair"], &["index"]] {
        let output = run(&place, command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        let message = message(&output);
        assert!(message.contains("is a link to") && message.contains("mine.db"), "{command:?}: {message}");
    }
    // Also where its folder is there, and empty.
    fs::create_dir(&drive).unwrap();
    assert!(message(&run(&place, &["status"])).contains("is a link to"));
    assert_eq!(fs::read_dir(&drive).unwrap().count(), 0);
    fs::remove_dir(&drive).unwrap();
    fs::rename(&away, &drive).unwrap();
    assert_sound(&place);

    // What the link leads to is not ours to move: a repair leaves it, and puts a catalog in the place of the link.
    let mut bytes = fs::read(&moved).unwrap();
    bytes[..4096].fill(0);
    fs::write(&moved, &bytes).unwrap();
    assert_eq!(repair(&place)["sound"], true);
    assert_sound(&place);
    assert!(fs::read(&moved).unwrap() == bytes);
    assert!(fs::symlink_metadata(place.data().join("catalog-damaged-1.db")).unwrap().is_symlink());
}

#[test]
fn a_data_folder_on_a_drive_that_is_away_is_not_made_elsewhere() {
    let place = Place::with_classes(&["hat"]);
    let drive = place.root().join("drive");
    symlink(&drive, place.data()).unwrap();
    let output = run(&place, &["index", place.photos().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(message(&output).contains("bring its drive back"), "{}", message(&output));
    assert!(!drive.exists());
    fs::create_dir(&drive).unwrap();
    assert_eq!(place.index()["indexed"], 6);
}

/// Writes `user_version` into a database's header: <https://sqlite.org/fileformat2.html#database_header>.
fn set_version(database: &Path, version: u32) {
    let mut bytes = fs::read(database).unwrap();
    bytes[60..64].copy_from_slice(&version.to_be_bytes());
    fs::write(database, bytes).unwrap();
}

#[test]
fn a_format_that_is_none_is_told_from_the_tables_and_put_right() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let catalog = place.data().join("catalog.db");
    let mut newest = [0; 4];
    newest.copy_from_slice(&fs::read(&catalog).unwrap()[60..64]);
    let newest = u32::from_be_bytes(newest);
    // Nothing is read again: the photos are away.
    fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
    let flipped = (0..32).map(|bit| newest ^ (1 << bit)).step_by(5);
    for version in flipped.chain([0, newest + 1, 65_537, u32::MAX, 0x8000_0000]) {
        set_version(&catalog, version);
        let output = run(&place, &["status"]);
        if version > newest && version as i32 > 0 {
            let message = message(&output);
            assert_eq!(output.status.code(), Some(1), "{version}: {message}");
            assert!(message.contains("its tables are those of format"), "{version}: {message}");
            assert!(message.contains("verify --repair"), "{version}: {message}");
            let repaired = repair(&place);
            assert_eq!(repaired["sound"], true, "{version}: {repaired}");
            assert_eq!(repaired["findings"][0]["repaired"], true, "{version}: {repaired}");
        } else {
            assert!(output.status.success(), "{version}: {}", message(&output));
        }
        assert_sound(&place);
        assert_eq!(&fs::read(&catalog).unwrap()[60..64], newest.to_be_bytes(), "{version}");
    }
    assert!(!place.data().join("catalog-damaged-1.db").exists(), "there was nothing to save");
}

#[test]
fn what_a_newer_version_wrote_is_left_alone_by_a_repair_too() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let catalog = place.data().join("catalog.db");
    let newer = Connection::open(&catalog).unwrap();
    let version: u32 = newer.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    newer.execute_batch("CREATE TABLE face (id INTEGER PRIMARY KEY)").unwrap();
    newer.pragma_update(None, "user_version", version + 1).unwrap();
    drop(newer);
    let bytes = fs::read(&catalog).unwrap();
    for command in [&["status"][..], &["verify", "--repair"]] {
        let output = run(&place, command);
        assert_eq!(output.status.code(), Some(1));
        assert!(message(&output).contains("was written by a newer version"), "{}", message(&output));
        assert!(fs::read(&catalog).unwrap() == bytes);
    }
}

#[test]
fn no_number_of_a_format_locks_the_thumbnails() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
    for version in [0, 2, 3, 65_537, u32::MAX] {
        set_version(&place.data().join("thumbnails.db"), version);
        assert!(run(&place, &["status"]).status.success(), "{version}");
        // They are those that were there: there are no photos to make them of.
        assert_sound(&place);
    }
}

#[test]
fn a_row_with_a_number_that_cannot_be_is_found_and_mended() {
    let changes = [
        "UPDATE content SET width = 4294967296 + width WHERE id = 1",
        "UPDATE content SET height = -height WHERE id = 2",
        "UPDATE embedding SET x = 9999999999, y = 0, width = 1, height = 1 WHERE id = 3",
        "UPDATE setting SET value = CAST(x'C3' AS TEXT)",
        "UPDATE content SET format = CAST(x'FF41' AS TEXT) WHERE id = 4",
    ];
    for change in changes {
        let place = Place::with_classes(&["hat", "shoes"]);
        place.index();
        place.json(&["model", "use", "fast"]);
        let catalog = Connection::open(place.data().join("catalog.db")).unwrap();
        assert!(catalog.execute(change, []).unwrap() > 0, "{change}");
        drop(catalog);
        let output = run(&place, &["verify"]);
        assert_eq!(output.status.code(), Some(1), "{change}: {}", message(&output));
        let repaired = repair(&place);
        assert_eq!(repaired["sound"], true, "{change}: {repaired}");
        assert_sound(&place);
    }
}

#[test]
fn a_catalog_that_has_lost_its_name_or_has_none_of_ours_gets_another() {
    let longer = "UPDATE catalog SET id = hex(zeroblob(50000))";
    for loss in ["DELETE FROM catalog", "UPDATE catalog SET id = ''", longer] {
        let place = Place::with_classes(&["hat", "shoes"]);
        place.index();
        let catalog = Connection::open(place.data().join("catalog.db")).unwrap();
        assert_eq!(catalog.execute(loss, []).unwrap(), 1);
        drop(catalog);
        assert_eq!(place.json(&["status"])["photos"], 12, "{loss}");
        assert_eq!(place.index()["unchanged"], 12, "{loss}");
        assert_sound(&place);
    }
}

#[test]
fn a_catalog_of_a_few_bytes_is_damaged_and_not_new() {
    for bytes in [&b"x"[..], b"\0", b"SQLite format 3\0", &[0; 99]] {
        // In a folder without anything else, too.
        for place in [Place::empty(), Place::with_classes(&["hat", "shoes"])] {
            if place.photo("hat").exists() {
                place.index();
            } else {
                fs::create_dir(place.data()).unwrap();
            }
            let catalog = place.data().join("catalog.db");
            fs::write(&catalog, bytes).unwrap();
            let output = run(&place, &["status"]);
            assert_eq!(output.status.code(), Some(1), "{bytes:?}");
            assert!(message(&output).contains("is damaged"), "{}", message(&output));
            assert!(fs::read(&catalog).unwrap() == bytes, "{bytes:?}");
            repair(&place);
            assert!(fs::read(place.data().join("catalog-damaged-1.db")).unwrap() == bytes, "{bytes:?}");
        }
    }
}

/// Runs a repair where the data folder has little room, and returns what is said, with what is left beside the catalog.
fn repair_on_small_disk(damage: &str) -> Option<String> {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let script = format!(
        r#"mount -t tmpfs -o size=24m none /mnt; cp -r "$data"/. /mnt; catalog=/mnt/catalog.db
        {damage}
        timeout 60 "$program" --data-dir /mnt verify --repair 2>&1 || echo "exit $?"
        ls /mnt"#
    );
    crate::mounts::run(&place, &script)
}

#[test]
fn a_catalog_that_calls_itself_huge_is_repaired_in_no_more_room_than_it_takes() {
    // Gigabytes of nothing, behind a first page that is gone.
    let damage =
        "dd if=/dev/zero of=$catalog bs=4096 count=1 conv=notrunc 2>/dev/null; truncate -s 40G $catalog";
    let Some(said) = repair_on_small_disk(damage) else { return };
    assert!(said.contains("folders saved: 1, photos: 12") && said.contains("(mended)"), "{said}");
    assert!(said.contains("catalog-damaged-1.db") && !said.contains("exit"), "{said}");
}

#[test]
fn a_repair_without_room_says_so_and_leaves_everything() {
    let damage = "dd if=/dev/urandom of=$catalog bs=1M count=14 oflag=append conv=notrunc 2>/dev/null
        dd if=/dev/zero of=$catalog bs=4096 count=1 conv=notrunc 2>/dev/null";
    let Some(said) = repair_on_small_disk(damage) else { return };
    assert!(said.contains("there is no room to repair the catalog") && said.contains("exit 1"), "{said}");
    assert!(!said.contains("catalog.db.copy\n") && !said.contains("damaged-1"), "{said}");
}

#[test]
fn a_manifest_without_end_is_not_read_to_its_end() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let manifest = fs::File::create(place.data().join("index/manifest.json")).unwrap();
    // As good as without end, and nothing on the disk.
    manifest.set_len(1 << 42).unwrap();
    assert_eq!(place.library().len(), 12);
    assert_eq!(repair(&place)["sound"], true);
    assert_sound(&place);
}

#[test]
fn a_repair_ends_when_it_is_told_to() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let catalog = place.data().join("catalog.db");
    let mut bytes = fs::read(&catalog).unwrap();
    bytes[..4096].fill(0);
    fs::write(&catalog, bytes).unwrap();
    // At any moment, and once more where it was before.
    for milliseconds in [0, 20, 60, 150, 400] {
        let mut command = place.command();
        let mut child = command.args(["verify", "--repair"]).stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        let _ = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status();
        let started = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < Duration::from_secs(20), "it goes on");
            thread::sleep(Duration::from_millis(10));
        }
    }
    repair(&place);
    assert_sound(&place);
}
