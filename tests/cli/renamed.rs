//! A folder of the library that was renamed or moved while nobody watched.

use std::fs::{self, File};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use crate::place::{Place, samples};

fn folders(place: &Place) -> Vec<(String, Value)> {
    let status = place.json(&["status"]);
    let folders = status["folders"].as_array().unwrap().iter();
    folders.map(|folder| (folder["path"].as_str().unwrap().to_owned(), folder["photos"].clone())).collect()
}

fn index(place: &Place, folder: &Path) -> Value {
    place.json(&["index", folder.to_str().unwrap()])
}

#[test]
fn a_folder_that_was_renamed_is_offline_and_it_is_told_where_it_is_until_the_person_says_so() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    place.json(&["exclude", place.photo("shoes").to_str().unwrap()]);
    place.index();
    let (photos, renamed) = (place.photos(), place.root().join("pictures"));
    fs::rename(&photos, &renamed).unwrap();

    let summary = place.json(&["index"]);
    assert_eq!((&summary["offline"], &summary["removed"]), (&json!(6), &json!(0)));
    assert_eq!(summary["renamed"], json!([{ "path": photos, "to": renamed }]));
    let told = String::from_utf8(place.run(&["index"]).stdout).unwrap();
    assert!(told.contains(&format!("lookalike index {}", renamed.display())), "{told}");
    assert_eq!(folders(&place), [(photos.to_str().unwrap().to_owned(), json!(6))]);

    let summary = index(&place, &renamed);
    assert_eq!((&summary["indexed"], &summary["unchanged"]), (&json!(0), &json!(6)));
    assert_eq!(summary["renamed"], Value::Null);
    // Once each, and what was said of a place in it holds there.
    assert_eq!(folders(&place), [(renamed.to_str().unwrap().to_owned(), json!(6))]);
    assert_eq!(place.json(&["verify"])["sound"], true);
}

#[test]
fn a_folder_that_was_moved_elsewhere_and_changed_there_goes_on_there() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let moved = place.root().join("archive/2019/photos");
    fs::create_dir_all(moved.parent().unwrap()).unwrap();
    fs::rename(place.photos(), &moved).unwrap();
    fs::remove_file(moved.join("hat/hat-1.jpg")).unwrap();
    fs::copy(moved.join("hat/hat-2.jpg"), moved.join("new.jpg")).unwrap();
    let summary = index(&place, &moved);
    assert_eq!(
        (&summary["unchanged"], &summary["removed"], &summary["indexed"]),
        (&json!(11), &json!(1), &json!(1))
    );
    assert_eq!(folders(&place), [(moved.to_str().unwrap().to_owned(), json!(12))]);
}

#[test]
fn other_photos_of_the_same_names_sizes_and_times_are_another_folder() {
    let place = Place::empty();
    let write = |folder: &Path, class: &str| {
        fs::create_dir_all(folder).unwrap();
        for number in 1..=6 {
            let mut bytes = fs::read(samples().join(format!("{class}/{class}-{number}.jpg"))).unwrap();
            bytes.resize(1 << 20, 0);
            let path = folder.join(format!("{number}.jpg"));
            fs::write(&path, bytes).unwrap();
            File::options().write(true).open(&path).unwrap().set_modified(UNIX_EPOCH).unwrap();
        }
    };
    write(&place.photos(), "hat");
    place.index();
    let (other, away) = (place.root().join("other"), place.root().join("x/away"));
    write(&other, "shoes");
    fs::create_dir(place.root().join("x")).unwrap();
    fs::rename(place.photos(), &away).unwrap();
    let summary = index(&place, &other);
    assert_eq!((&summary["indexed"], &summary["offline"]), (&json!(6), &json!(6)));
    assert_eq!(folders(&place).len(), 2);
}

#[test]
fn a_copy_of_a_folder_that_is_there_is_another_folder() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let copy = place.root().join("copy");
    fs::create_dir_all(copy.join("hat")).unwrap();
    for entry in fs::read_dir(place.photo("hat")).unwrap() {
        let path = entry.unwrap().path();
        let to = copy.join("hat").join(path.file_name().unwrap());
        fs::copy(&path, &to).unwrap();
        let time = path.metadata().unwrap().modified().unwrap();
        File::options().write(true).open(&to).unwrap().set_modified(time).unwrap();
    }
    index(&place, &copy);
    assert_eq!(folders(&place).len(), 2);
}
