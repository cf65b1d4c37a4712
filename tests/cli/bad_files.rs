//! Files that are no photos, or broken ones: each is listed with a reason, and nothing else suffers.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::place::{Place, samples};

/// A PNG that claims 50,000 x 50,000 pixels, 7.5 GB of them, in a hundred bytes.
fn huge_png(path: &Path) {
    let side = 50_000_u32.to_be_bytes();
    let header = [&side[..], &side, &[8, 2, 0, 0, 0]].concat();
    let chunks: [(&[u8], &[u8]); 3] = [(b"IHDR", &header), (b"IDAT", &[0x78, 0x9c, 0, 0]), (b"IEND", &[])];
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in chunks {
        let checked = [name, data].concat();
        png.extend((data.len() as u32).to_be_bytes());
        png.extend(&checked);
        png.extend(crc32(&checked).to_be_bytes());
    }
    fs::write(path, png).unwrap();
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn reason(summary: &Value, name: &str) -> String {
    let failures = summary["failures"].as_array().unwrap();
    let failure = failures.iter().find(|failure| failure["path"].as_str().unwrap().ends_with(name));
    failure.unwrap_or_else(|| panic!("{name} is not listed: {failures:?}"))["reason"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn each_bad_file_is_listed_with_a_reason_and_the_good_ones_are_searchable() {
    let place = Place::with_classes(&["hat"]);
    let jpeg = fs::read(samples().join("shoes/shoes-1.jpg")).unwrap();
    fs::write(place.photo("empty.jpg"), b"").unwrap();
    fs::write(place.photo("text.jpg"), "Dear diary,\n").unwrap();
    fs::write(place.photo("cut.jpg"), &jpeg[..jpeg.len() / 4]).unwrap();
    huge_png(&place.photo("huge.png"));
    fs::create_dir(place.photo("directory.jpg")).unwrap();
    // Not what its name says, but a picture all the same.
    fs::write(place.photo("really-a-jpeg.png"), &jpeg).unwrap();

    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&7.into(), &4.into()), "{summary}");
    assert!(reason(&summary, "empty.jpg").contains("empty"));
    assert!(reason(&summary, "huge.png").contains("50000"), "{}", reason(&summary, "huge.png"));
    reason(&summary, "text.jpg");
    reason(&summary, "cut.jpg");
    let found = place.search(&[samples().join("shoes/shoes-1.jpg").to_str().unwrap(), "-n", "1"]);
    assert_eq!(found, ["really-a-jpeg.png"]);
    assert_eq!(place.json(&["status"])["failed"], 4);
}

#[test]
fn a_bad_file_is_tried_again_only_when_it_changes() {
    let place = Place::with_classes(&["hat"]);
    let path = place.photo("later.jpg");
    fs::write(&path, "not yet").unwrap();
    assert_eq!(place.index()["failed"], 1);
    let again = place.index();
    assert_eq!((&again["failed"], &again["scanned"], &again["unchanged"]), (&1.into(), &7.into(), &6.into()));
    assert!(!place.watch_once().contains(&"failed".to_owned()), "it is not read again");
    fs::copy(samples().join("shoes/shoes-1.jpg"), &path).unwrap();
    let mended = place.index();
    assert_eq!((&mended["failed"], &mended["indexed"]), (&0.into(), &1.into()));
    assert_eq!(mended["failures"], serde_json::json!([]));
}

#[test]
fn a_photo_that_breaks_leaves_the_results_and_is_listed() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    fs::write(place.photo("hat/hat-1.jpg"), "overwritten by something").unwrap();
    let summary = place.index();
    assert_eq!((&summary["failed"], &summary["unchanged"]), (&1.into(), &5.into()));
    assert!(!place.library().contains("hat/hat-1.jpg"));
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_passed_over() {
    let place = Place::with_classes(&["hat"]);
    let made = std::process::Command::new("mkfifo").arg(place.photo("pipe.jpg")).status().unwrap();
    assert!(made.success());
    std::os::unix::fs::symlink("/dev/zero", place.photo("zero.jpg")).unwrap();
    let summary = place.index();
    assert_eq!((&summary["scanned"], &summary["failed"]), (&6.into(), &0.into()));
}

#[test]
fn a_query_that_cannot_be_read_says_why() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let text = place.root().join("note.jpg");
    fs::write(&text, "no picture").unwrap();
    for (file, expected) in [(text.to_str().unwrap(), "note.jpg"), ("nowhere.jpg", "no such file")] {
        let output = place.run(&["search", file]);
        assert_eq!(output.status.code(), Some(1));
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains(expected), "{message}");
    }
}
