//! The main job: read a folder, find what looks like a picture or like a part of one.

use std::fs;

use crate::place::{Place, samples};

const CLASSES: &[&str] = &["dress", "hat", "pants", "shoes", "shorts"];

#[test]
fn a_second_index_finds_everything_unchanged() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let first = place.index();
    assert_eq!((&first["scanned"], &first["indexed"]), (&12.into(), &12.into()));
    let second = place.index();
    assert_eq!((&second["indexed"], &second["unchanged"]), (&0.into(), &12.into()));
    assert_eq!(second["failures"].as_array().unwrap().len(), 0);
}

#[test]
fn a_photo_finds_photos_of_its_kind_and_not_itself() {
    let place = Place::with_classes(CLASSES);
    place.index();
    let (mut right, mut asked) = (0, 0);
    for class in CLASSES {
        for number in 1..=6 {
            let name = format!("{class}/{class}-{number}.jpg");
            let found = place.search(&[place.photo(&name).to_str().unwrap(), "-n", "1"]);
            assert_ne!(found[0], name, "a photo must not find itself");
            right += usize::from(found[0].starts_with(class));
            asked += 1;
        }
    }
    // Chance would be one in five.
    assert!(right * 2 > asked, "{right} of {asked} first results are of the query's class");
}

#[test]
fn a_copy_from_elsewhere_and_a_part_of_it_find_the_photo() {
    let place = Place::with_classes(CLASSES);
    place.index();
    let outside = place.root().join("dropped.jpg");
    fs::copy(samples().join("shoes/shoes-3.jpg"), &outside).unwrap();
    let outside = outside.to_str().unwrap();
    let found = place.json(&["search", outside, "-n", "3"]);
    let best = &found["results"][0];
    assert!(best["path"].as_str().unwrap().ends_with("shoes-3.jpg"));
    assert_eq!(best["band"], "near-identical");
    assert!(best["similarity"].as_f64().unwrap() > 0.999);

    let cropped = place.search(&[outside, "--crop", "20,20,300,300", "-n", "1"]);
    assert_eq!(cropped, ["shoes/shoes-3.jpg"]);
}

#[test]
fn a_crop_asks_something_else_than_the_whole_photo() {
    let place = Place::with_classes(CLASSES);
    place.index();
    let query = place.photo("dress/dress-1.jpg");
    let query = query.to_str().unwrap();
    let whole = place.json(&["search", query]);
    let part = place.json(&["search", query, "--crop", "0,0,90,90"]);
    assert_ne!(whole["results"][0]["similarity"], part["results"][0]["similarity"]);
}

#[test]
fn a_counter_example_pushes_its_kind_back() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let (hat, shoe) = (place.photo("hat/hat-1.jpg"), place.photo("shoes/shoes-1.jpg"));
    let (hat, shoe) = (hat.to_str().unwrap(), shoe.to_str().unwrap());
    let rank_of_first_hat =
        |found: Vec<String>| found.iter().position(|path| path.starts_with("hat")).unwrap();
    let both = rank_of_first_hat(place.search(&[shoe, hat]));
    let without = rank_of_first_hat(place.search(&[shoe, "--not", hat]));
    assert!(without > both, "first hat at {without} with --not, at {both} as an example");
}

#[test]
fn results_have_the_documented_shape() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let found = place.json(&["search", place.photo("hat/hat-1.jpg").to_str().unwrap(), "-n", "2"]);
    let keys = |value: &serde_json::Value| -> Vec<String> {
        let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&found), ["results", "seconds"]);
    assert_eq!(found["results"].as_array().unwrap().len(), 2);
    assert_eq!(keys(&found["results"][0]), ["band", "path", "region", "similarity"]);
    assert!(found["results"][0]["region"].is_null());
    let indexed = place.index();
    let expected = ["failed", "failures", "indexed", "offline", "removed", "scanned", "seconds", "unchanged"];
    assert_eq!(keys(&indexed), expected);
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
    let list = |file: &std::path::Path| place.run(&["duplicates", "--export", file.to_str().unwrap()]);
    let table = place.root().join("list.csv");
    let output = list(&table);
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("1 group written to "), "{output:?}");
    let text = fs::read_to_string(&table).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.contains(",keep,") && text.contains("1,duplicate,,,copy,400,"), "{text}");
    let paths = place.root().join("others.txt");
    list(&paths);
    let others = fs::read_to_string(&paths).unwrap();
    assert!(others.lines().count() == 1 && std::path::Path::new(others.trim()).exists(), "{others}");

    let inside = place.photo("list.csv");
    assert_eq!(list(&inside).status.code(), Some(1));
    assert!(!inside.exists());
}

#[test]
fn a_small_part_finds_its_photo_and_says_where_unless_that_was_turned_off() {
    let place = Place::with_classes(CLASSES);
    let folder = place.photos();
    let folder = folder.to_str().unwrap();
    let outside = place.root().join("dropped.jpg");
    fs::copy(samples().join("shoes/shoes-3.jpg"), &outside).unwrap();
    let ask = ["search", outside.to_str().unwrap(), "--crop", "200,240,160,150", "-n", "1"];

    place.json(&["index", folder, "--no-regions"]);
    assert!(place.json(&ask)["results"][0]["region"].is_null());
    assert_eq!(place.json(&["status"])["index"]["regions"], 0);

    let turned_on = place.json(&["index", folder, "--regions"]);
    assert_eq!(turned_on["indexed"], turned_on["scanned"]);
    let found = &place.json(&ask)["results"][0];
    assert!(found["path"].as_str().unwrap().ends_with("shoes-3.jpg"), "{found}");
    let side = |name: &str| found["region"][name].as_u64().unwrap();
    assert!((side("x")..side("x") + side("width")).contains(&280), "{found}");
    assert!((side("y")..side("y") + side("height")).contains(&315), "{found}");
    let plain = place.run(&ask);
    let plain = String::from_utf8(plain.stdout).unwrap();
    assert!(plain.contains(&format!("(at {},{},", side("x"), side("y"))), "{plain}");
    // The choice is the library's: nobody needs to make it again.
    assert_eq!(place.index()["indexed"], 0);
}
