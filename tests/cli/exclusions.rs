//! What is no photo folder of a person's, what a person leaves out, and what they take in.

use std::fs;

use serde_json::json;

use crate::place::{Place, samples};

fn add(place: &Place, path: &str) {
    let path = place.photo(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::copy(samples().join("hat/hat-1.jpg"), path).unwrap();
}

#[test]
fn snapshots_trash_and_packages_are_left_out_and_their_originals_are_not() {
    let place = Place::empty();
    for out in [
        "#snapshot/GMT-2024.01.01/p.jpg",
        "~snapshot/hourly/p.jpg",
        ".snapshot/p.jpg",
        "@eaDir/p.jpg/SYNOPHOTO_THUMB_XL.jpg",
        "@Recycle/p.jpg",
        "@Recently-Snapshot/GMT/p.jpg",
        "$Recycle.Bin/S-1-5-21/p.jpg",
        "RECYCLER/p.jpg",
        ".Trash-1000/files/p.jpg",
        "Catalog Previews.LRDATA/0/p.jpg",
        "Photos.photoslibrary/resources/derivatives/p.jpg",
        "Shoot/CaptureOne/Cache/Proxies/p.jpg",
        "darktable/mipmaps-77.d/3/p.jpg",
    ] {
        add(&place, out);
    }
    for taken in ["snapshot/p.jpg", "Photos.photoslibrary/originals/0/p.jpg", "Cache/p.jpg"] {
        add(&place, taken);
    }
    let summary = place.index();
    assert_eq!((&summary["scanned"], &summary["failed"]), (&json!(3), &json!(0)));
    let expected = ["snapshot/p.jpg", "Photos.photoslibrary/originals/0/p.jpg", "Cache/p.jpg"];
    assert_eq!(place.library(), expected.map(String::from).into());
}

#[test]
fn what_a_person_leaves_out_goes_and_comes_back_when_it_is_taken_in() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let original = fs::read(place.photo("hat/hat-1.jpg")).unwrap();
    place.json(&["exclude", "HAT"]);
    let summary = place.index();
    assert_eq!((&summary["removed"], &summary["scanned"]), (&json!(6), &json!(6)));
    assert_eq!(place.library().len(), 6);
    assert_eq!(fs::read(place.photo("hat/hat-1.jpg")).unwrap(), original);
    assert_eq!(place.index()["removed"], 0);

    place.json(&["include", "hat"]);
    assert_eq!(place.index()["indexed"], 6);
    // One place, and no other of its name.
    let shoes = place.photo("shoes");
    place.json(&["exclude", shoes.to_str().unwrap()]);
    add(&place, "2019/shoes/p.jpg");
    let summary = place.index();
    assert_eq!((&summary["removed"], &summary["indexed"]), (&json!(6), &json!(1)));
    assert_eq!(place.json(&["verify"])["sound"], true);
}

#[test]
fn an_entry_of_the_list_is_taken_in_and_left_out_again() {
    let place = Place::empty();
    add(&place, "#recycle/p.jpg");
    add(&place, "@Recycle/p.jpg");
    add(&place, "p.jpg");
    place.index();
    let listed = place.json(&["include", "#Recycle"]);
    let entry = |listed: &serde_json::Value, pattern: &str| {
        let excluded = listed["excluded"].as_array().unwrap();
        excluded.iter().find(|entry| entry["pattern"] == pattern).unwrap().clone()
    };
    let recycle = entry(&listed, "#recycle");
    assert_eq!((&recycle["active"], &recycle["by"]), (&json!(false), &json!("Synology")));
    assert!(recycle["reason"].as_str().unwrap().contains("thrown away"));
    assert_eq!(entry(&listed, "@Recycle")["active"], true);
    place.index();
    assert_eq!(place.library(), ["#recycle/p.jpg", "p.jpg"].map(String::from).into());
    place.json(&["exclude", "#recycle"]);
    assert_eq!(place.index()["removed"], 1);
    // Whoever adds it by itself wants it.
    place.json(&["index", place.photo("@Recycle").to_str().unwrap()]);
    assert_eq!(place.library(), ["@Recycle/p.jpg", "p.jpg"].map(String::from).into());
}

#[test]
fn what_is_no_pattern_is_refused_and_what_is_not_left_out_cannot_be_taken_in() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let photos = place.photos();
    for bad in ["", "*", "a//b", "../x", photos.to_str().unwrap(), "/nowhere/else"] {
        assert_eq!(place.run(&["exclude", bad]).status.code(), Some(1), "{bad}");
    }
    let output = place.run(&["include", "hats"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not left out"));
    let listed = String::from_utf8(place.run(&["exclude"]).stdout).unwrap();
    assert!(listed.contains("#snapshot") && listed.contains("Lightroom"), "{listed}");
}
