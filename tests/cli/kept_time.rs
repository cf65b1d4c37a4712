//! Files that change and keep size and time, as programs leave them that give a photo its old time back; and files of which
//! only what the file system keeps of them changes.

use std::fs::{self, File};
use std::path::Path;

use serde_json::json;

use crate::place::{Place, samples};

/// Writes other bytes to a file in the way of `exiftool -P` and `rsync -a`: beside it, with its time, and then in its
/// place. The photo is as long as the file, by zeros behind its end.
fn replace(path: &Path, photo: &Path) {
    let before = path.metadata().unwrap();
    let mut bytes = fs::read(photo).unwrap();
    assert!(bytes.len() as u64 <= before.len(), "{} is too long", photo.display());
    bytes.resize(before.len() as usize, 0);
    let beside = path.with_extension("tmp");
    fs::write(&beside, bytes).unwrap();
    File::options().write(true).open(&beside).unwrap().set_modified(before.modified().unwrap()).unwrap();
    fs::rename(&beside, path).unwrap();
    let after = path.metadata().unwrap();
    assert_eq!((after.len(), after.modified().unwrap()), (before.len(), before.modified().unwrap()));
}

/// A place with hats, of which the first file has room for any of the shoes.
fn place_with_room() -> Place {
    let place = Place::with_classes(&["hat"]);
    let path = place.photo("hat/hat-1.jpg");
    let mut bytes = fs::read(&path).unwrap();
    bytes.resize(1 << 20, 0);
    fs::write(&path, bytes).unwrap();
    place
}

#[test]
fn a_photo_that_changed_and_kept_size_and_time_is_read_again() {
    let place = place_with_room();
    place.index();
    let shoe = samples().join("shoes/shoes-1.jpg");
    replace(&place.photo("hat/hat-1.jpg"), &shoe);
    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["unchanged"]), (&json!(1), &json!(5)));
    assert_eq!(place.search(&[shoe.to_str().unwrap(), "-n", "1"]), ["hat/hat-1.jpg"]);
    let again = place.index();
    assert_eq!((&again["indexed"], &again["unchanged"]), (&json!(0), &json!(6)));
}

#[test]
fn a_damaged_file_is_tried_again_when_a_good_one_of_its_size_and_time_is_in_its_place() {
    let place = Place::with_classes(&["hat"]);
    let path = place.photo("hat/restored.jpg");
    fs::write(&path, vec![1; 1 << 20]).unwrap();
    assert_eq!(place.index()["failed"], 1);
    assert_eq!(place.index()["failed"], 1, "it is still no photo");
    replace(&path, &samples().join("shoes/shoes-1.jpg"));
    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&json!(1), &json!(0)));
}

#[test]
fn photos_whose_files_were_touched_and_not_changed_are_not_read_as_new_ones() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    for entry in fs::read_dir(place.photo("hat")).unwrap() {
        let path = entry.unwrap().path();
        let time = path.metadata().unwrap().modified().unwrap();
        let beside = path.with_extension("tmp");
        fs::copy(&path, &beside).unwrap();
        File::options().write(true).open(&beside).unwrap().set_modified(time).unwrap();
        fs::rename(&beside, &path).unwrap();
    }
    for _ in 0..2 {
        let summary = place.index();
        assert_eq!((&summary["indexed"], &summary["unchanged"]), (&json!(0), &json!(6)));
    }
}
