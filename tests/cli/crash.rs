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
