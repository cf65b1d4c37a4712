//! A process that is killed loses at most the batch in flight.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::place::{Place, samples};

const CLASSES: &[&str] = &["dress", "hat", "longsleeve", "pants", "shoes", "skirt"];

#[test]
fn a_killed_run_goes_on_to_the_same_library_as_an_undisturbed_one() {
    let undisturbed = Place::with_classes(CLASSES);
    undisturbed.index();
    let expected = undisturbed.library();

    // Killed after each of these many photos were reported, again and again on the same library.
    let place = Place::with_classes(CLASSES);
    for reported in [1, 1, 8, 20] {
        let mut child =
            place.command().args(["watch"]).arg(place.photos()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut indexed = 0;
        for line in lines {
            let line = line.unwrap();
            indexed += usize::from(line.contains("\"indexed\""));
            // What was reported must survive; so must a library that is complete already.
            if indexed >= reported || line.contains("up_to_date") {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let survived = place.library();
        assert!(survived.len() >= indexed, "{} photos reported, {} kept", indexed, survived.len());
    }

    let summary = place.index();
    assert_eq!(summary["failed"], 0);
    assert_eq!(place.library(), expected);
    assert_eq!(place.json(&["verify"])["findings"], serde_json::json!([]));
    let query = samples().join("shoes/shoes-2.jpg");
    let query = query.to_str().unwrap();
    assert_eq!(place.search(&[query]), undisturbed.search(&[query]));
}

#[test]
fn everything_but_the_catalog_is_made_again_when_it_is_lost_or_damaged() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let query = samples().join("shoes/shoes-2.jpg");
    let query = query.to_str().unwrap();
    let before = place.search(&[query]);

    for entry in fs::read_dir(place.data().join("index")).unwrap() {
        fs::write(entry.unwrap().path(), "damaged").unwrap();
    }
    assert_eq!(place.search(&[query]), before, "the index is read from the catalog");

    fs::write(place.data().join("thumbnails.db"), "damaged").unwrap();
    assert_eq!(place.search(&[query]), before);
    let verified = place.json(&["verify", "--repair"]);
    assert_eq!(verified["sound"], true, "{verified}");
    assert_eq!(place.json(&["verify"])["findings"], serde_json::json!([]));
}

#[test]
fn damage_inside_the_thumbnails_is_mended() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let thumbnails = place.data().join("thumbnails.db");
    let mut bytes = fs::read(&thumbnails).unwrap();
    let middle = bytes.len() / 2;
    bytes[4096..middle].fill(0xAA);
    fs::write(&thumbnails, bytes).unwrap();
    assert_eq!(place.json(&["verify", "--repair"])["sound"], true);
    assert_eq!(place.json(&["verify"])["findings"], serde_json::json!([]));
}

#[test]
fn a_thumbnail_that_a_crash_left_of_a_photo_that_is_gone_goes_with_the_next_run() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    // Thumbnails are written before rows, so this is what a kill between the two leaves.
    let thumbnails = rusqlite::Connection::open(place.data().join("thumbnails.db")).unwrap();
    thumbnails.execute("INSERT INTO thumbnail VALUES (randomblob(32), x'00')", []).unwrap();
    drop(thumbnails);
    assert_eq!(place.index()["unchanged"], 6);
    assert_eq!(place.json(&["verify"])["findings"], serde_json::json!([]));
}

#[test]
fn a_repair_that_has_to_wait_for_a_drive_says_so() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
    fs::remove_file(place.data().join("thumbnails.db")).unwrap();
    let output = place.command().args(["--json", "verify", "--repair"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let verified: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&verified["sound"], &verified["findings"][0]["repaired"]), (&false.into(), &false.into()));
}

#[test]
fn an_index_of_another_catalog_is_not_taken_for_this_one() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    // One that was made elsewhere and put in its place.
    let other = Place::empty();
    other.index();
    fs::copy(other.data().join("catalog.db"), place.data().join("catalog.db")).unwrap();
    fs::remove_dir_all(place.photo("hat")).unwrap();
    place.add_class("shoes");
    // Other photos under the same ids; the snapshot that is left knows the hats.
    place.watch_once();
    let query = samples().join("shoes/shoes-1.jpg");
    assert_eq!(place.search(&[query.to_str().unwrap(), "-n", "1"]), ["shoes/shoes-1.jpg"]);
}

#[test]
fn a_catalog_of_a_newer_version_is_left_alone() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let catalog = place.data().join("catalog.db");
    let mut bytes = fs::read(&catalog).unwrap();
    // `user_version` in the file header: <https://sqlite.org/fileformat2.html#database_header>.
    bytes[60..64].copy_from_slice(&999_u32.to_be_bytes());
    fs::write(&catalog, &bytes).unwrap();
    let output = place.run(&["status"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("newer version"));
    assert_eq!(fs::read(&catalog).unwrap(), bytes);
}
