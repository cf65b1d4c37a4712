//! Photos that show the same picture: copies to the byte and edited ones, and which of them to keep.

use std::fs;
use std::path::Path;

use imaging::{Limits, Orientation, RgbImage};
use serde_json::Value;

use crate::place::{Place, samples};

fn decoded(photo: &str) -> RgbImage {
    let bytes = fs::read(samples().join(photo)).unwrap();
    imaging::decode(&bytes, None, &Limits::default()).unwrap().image
}

fn save(image: &RgbImage, path: &Path) {
    fs::write(path, imaging::encode_jpeg(image, 85).unwrap()).unwrap();
}

/// The image with a white frame of a twentieth of its sides.
fn framed(image: &RgbImage) -> RgbImage {
    let (left, top) = (image.width() / 20, image.height() / 20);
    let (width, height) = (image.width() + 2 * left, image.height() + 2 * top);
    let pixel = |x: u32, y: u32| match (x.checked_sub(left), y.checked_sub(top)) {
        (Some(x), Some(y)) if x < image.width() && y < image.height() => {
            let at = 3 * (y * image.width() + x) as usize;
            [0, 1, 2].map(|channel| image.pixels()[at + channel])
        }
        _ => [255; 3],
    };
    let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
    RgbImage::new(width, height, pixels).unwrap()
}

/// The file names of each group.
fn groups(place: &Place) -> Vec<Vec<String>> {
    let found = place.json(&["duplicates"]);
    let name =
        |path: &Value| Path::new(path.as_str().unwrap()).file_name().unwrap().to_string_lossy().into_owned();
    let groups = found["groups"].as_array().unwrap().iter();
    groups.map(|group| group.as_array().unwrap().iter().map(name).collect()).collect()
}

#[test]
fn edited_framed_and_turned_copies_are_one_group_and_what_only_looks_alike_is_none() {
    let place = Place::with_classes(&["hat", "shoes", "dress"]);
    let image = decoded("shoes/shoes-4.jpg");
    save(&image, &place.photo("again.jpg"));
    save(&framed(&image), &place.photo("framed.jpg"));
    save(&Orientation::Turned90.apply(image.clone()).unwrap(), &place.photo("turned.jpg"));
    let brighter = image.pixels().iter().map(|value| value.saturating_add(20)).collect();
    save(&RgbImage::new(image.width(), image.height(), brighter).unwrap(), &place.photo("brighter.jpg"));
    place.index();
    let names = ["again.jpg", "brighter.jpg", "framed.jpg", "shoes-4.jpg", "turned.jpg"];
    assert_eq!(groups(&place), [names.map(str::to_owned).to_vec()]);
}

#[test]
fn copies_that_come_later_are_found_and_those_that_go_are_forgotten() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    assert_eq!(groups(&place), [[""; 0]; 0]);
    save(&framed(&decoded("hat/hat-3.jpg")), &place.photo("framed.jpg"));
    place.index();
    assert_eq!(groups(&place), [["framed.jpg", "hat-3.jpg"]]);
    // Another picture under the same name.
    save(&framed(&decoded("hat/hat-5.jpg")), &place.photo("framed.jpg"));
    place.index();
    assert_eq!(groups(&place), [["framed.jpg", "hat-5.jpg"]]);
    fs::remove_file(place.photo("framed.jpg")).unwrap();
    place.index();
    assert_eq!(groups(&place), [[""; 0]; 0]);
}

#[test]
fn copies_and_reencodings_are_grouped_as_duplicates() {
    let place = Place::with_classes(&["hat", "shoes"]);
    fs::copy(place.photo("hat/hat-2.jpg"), place.photo("again.jpg")).unwrap();
    place.index();
    let groups = place.json(&["duplicates"])["groups"].clone();
    let groups = groups.as_array().unwrap();
    assert_eq!(groups.len(), 1, "{groups:?}");
    let names: Vec<&str> = groups[0].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    assert!(names[0].ends_with("again.jpg") && names[1].ends_with("hat-2.jpg"), "{names:?}");
}

#[test]
fn the_best_of_duplicates_is_suggested_and_nothing_is_deleted() {
    let place = Place::with_classes(&["hat"]);
    let copy = place.photo("a-copy.jpg");
    fs::copy(place.photo("hat/hat-2.jpg"), &copy).unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options()
        .append(true)
        .open(place.photo("hat/hat-2.jpg"))
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    place.index();
    let found = place.json(&["duplicates"]);
    let suggestion = &found["suggestions"][0];
    assert!(suggestion["keep"].as_str().unwrap().ends_with("hat-2.jpg"), "{found}");
    assert_eq!(suggestion["reason"], "older");
    let text = place.run(&["duplicates"]).stdout;
    let text = String::from_utf8(text).unwrap();
    let kept = text.lines().find(|line| line.contains("keep")).unwrap();
    assert!(kept.contains("hat-2.jpg") && kept.contains("2 with the same bytes"), "{text}");
    assert!(copy.exists());
}

#[test]
fn the_list_of_duplicates_is_written_to_a_file_outside_of_all_folders() {
    let place = Place::with_classes(&["hat"]);
    fs::copy(place.photo("hat/hat-2.jpg"), place.photo("copy.jpg")).unwrap();
    place.index();
    let list = |file: &Path| place.run(&["duplicates", "--export", file.to_str().unwrap()]);
    let table = place.root().join("list.csv");
    let output = list(&table);
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("1 group written to "), "{output:?}");
    let text = fs::read_to_string(&table).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.contains(",keep,") && text.contains("1,duplicate,,,copy,400,"), "{text}");
    let paths = place.root().join("others.txt");
    list(&paths);
    let others = fs::read_to_string(&paths).unwrap();
    assert!(others.lines().count() == 1 && Path::new(others.trim()).exists(), "{others}");

    let inside = place.photo("list.csv");
    assert_eq!(list(&inside).status.code(), Some(1));
    assert!(!inside.exists());
}
