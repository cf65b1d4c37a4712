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

/// Where the first photo of a class is among all that are found.
fn first_of(class: &str, found: &[String]) -> usize {
    found.iter().position(|path| path.starts_with(class)).unwrap()
}

#[test]
fn the_image_with_more_weight_has_its_kind_first() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let (hat, shoe) = (place.photo("hat/hat-1.jpg"), place.photo("shoes/shoes-1.jpg"));
    let (hat, shoe) = (hat.to_str().unwrap(), shoe.to_str().unwrap());
    let hats = place.search(&[hat, "--weight", "4", shoe, "--weight", "0.25"]);
    let shoes = place.search(&[hat, "--weight", "0.25", shoe, "--weight", "4"]);
    assert!(first_of("hat", &hats) < first_of("shoes", &hats), "{hats:?}");
    assert!(first_of("shoes", &shoes) < first_of("hat", &shoes), "{shoes:?}");
    // A weight says how much an image counts against others: alone, it changes nothing.
    assert_eq!(place.search(&[hat, "--weight", "3"]), place.search(&[hat]));
    assert_eq!(place.search(&[hat, shoe, "--weight", "1"]), place.search(&[hat, shoe]));
}

#[test]
fn counter_examples_push_as_hard_as_they_weigh_and_as_many_as_there_are() {
    let place = Place::with_classes(&["hat", "shoes", "dress"]);
    place.index();
    let photo = |name: &str| place.photo(name).to_str().unwrap().to_owned();
    let (shoe, hat, dress) = (photo("shoes/shoes-1.jpg"), photo("hat/hat-1.jpg"), photo("dress/dress-1.jpg"));
    let rank = |class: &str, rest: &[&str]| {
        let ask = [&[shoe.as_str(), "-n", "100"][..], rest].concat();
        first_of(class, &place.search(&ask))
    };
    let light = rank("hat", &["--not", &hat, "--weight", "0.1"]);
    let heavy = rank("hat", &["--not", &hat, "--weight", "4"]);
    assert!(heavy > light, "first hat at {heavy} with much weight, at {light} with little");
    let both = ["--not", &hat, "--weight", "2", "--not", &dress, "--weight", "2"];
    let one = ["--not", &hat, "--weight", "2"];
    assert!(rank("dress", &both) > rank("dress", &one), "the second is heard, too");
}

#[test]
fn each_image_has_a_part_of_its_own() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let (hat, shoe) = (place.photo("hat/hat-1.jpg"), place.photo("shoes/shoes-1.jpg"));
    let (hat, shoe) = (hat.to_str().unwrap(), shoe.to_str().unwrap());
    let best = |ask: &[&str]| {
        let found = place.json(&[&["search"], ask].concat());
        found["results"][0]["similarity"].as_f64().unwrap()
    };
    let crop = "10,10,80,80";
    let asked = [
        best(&[hat, shoe]),
        best(&[hat, "--crop", crop, shoe]),
        best(&[hat, shoe, "--crop", crop]),
        best(&[hat, "--crop", crop, shoe, "--crop", crop]),
        best(&[hat, "--not", shoe]),
        best(&[hat, "--not", shoe, "--crop", crop]),
    ];
    for (nth, one) in asked.iter().enumerate() {
        for other in &asked[nth + 1..] {
            assert!((one - other).abs() > 1e-6, "two queries found the same: {asked:?}");
        }
    }
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
    let expected = [
        "failed",
        "failures",
        "indexed",
        "looked_inside",
        "offline",
        "removed",
        "scanned",
        "seconds",
        "seconds_inside",
        "unchanged",
    ];
    assert_eq!(keys(&indexed), expected);
}

#[test]
fn a_picture_cut_from_a_photo_finds_that_photo_first_and_says_exactly_where() {
    let place = Place::with_classes(&["dress", "shirt", "t-shirt"]);
    place.index();
    let bytes = fs::read(samples().join("t-shirt/t-shirt-3.jpg")).unwrap();
    let image = imaging::decode(&bytes, None, &imaging::Limits::default()).unwrap().image;
    let expected = [("x", 253), ("y", 111), ("width", 132), ("height", 119)];
    let [(_, left), (_, top), (_, width), (_, height)] =
        expected.map(|(name, length)| (name, length as usize));
    let row = |y: usize| {
        let start = 3 * (y * image.width() as usize + left);
        &image.pixels()[start..start + 3 * width]
    };
    let pixels = (top..top + height).flat_map(row).copied().collect();
    let cut = imaging::RgbImage::new(width as u32, height as u32, pixels).unwrap();
    let file = place.root().join("cut.jpg");
    fs::write(&file, imaging::encode_jpeg(&cut, 70).unwrap()).unwrap();

    let found = place.json(&["search", file.to_str().unwrap(), "-n", "2"]);
    let first = &found["results"][0];
    assert!(first["path"].as_str().unwrap().ends_with("t-shirt-3.jpg"), "{found}");
    assert_eq!(first["band"], "near-identical", "{found}");
    for (name, length) in expected {
        let found = first["region"][name].as_i64().unwrap();
        assert!((found - length).abs() <= 6, "{name} is {length}: {first}");
    }
    // What is merely of the same kind comes behind, as what it is.
    assert_ne!(found["results"][1]["band"], "near-identical", "{found}");
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

    let turned_on = place.json(&["index", "--regions"]);
    assert_eq!(turned_on["indexed"], 0, "{turned_on}");
    assert!(turned_on["looked_inside"].as_u64().unwrap() > 0, "{turned_on}");
    let found = &place.json(&ask)["results"][0];
    assert!(found["path"].as_str().unwrap().ends_with("shoes-3.jpg"), "{found}");
    let side = |name: &str| found["region"][name].as_u64().unwrap();
    assert!((side("x")..side("x") + side("width")).contains(&280), "{found}");
    assert!((side("y")..side("y") + side("height")).contains(&315), "{found}");
    let plain = place.run(&ask);
    let plain = String::from_utf8(plain.stdout).unwrap();
    assert!(plain.contains(&format!("(at {},{},", side("x"), side("y"))), "{plain}");
    // The choice is the library's: nobody needs to make it again.
    assert_eq!(place.index()["looked_inside"], 0);
}

#[test]
fn a_folder_can_be_taken_as_wholes_only() {
    let place = Place::with_classes(&["hat"]);
    let inner = place.root().join("others");
    fs::create_dir(&inner).unwrap();
    fs::copy(samples().join("shoes/shoes-3.jpg"), inner.join("shoes-3.jpg")).unwrap();
    let (photos, others) = (place.photos(), inner);
    let (photos, others) = (photos.to_str().unwrap(), others.to_str().unwrap());
    place.json(&["index", photos]);
    place.json(&["index", others, "--no-regions"]);
    let looked_into = |path: &str| {
        let status = place.json(&["status"]);
        let folders = status["folders"].as_array().unwrap().clone();
        folders.into_iter().find(|folder| folder["path"] == path).unwrap()["looked_into"].clone()
    };
    assert_eq!((looked_into(photos), looked_into(others)), (true.into(), false.into()));
    let outside = place.root().join("dropped.jpg");
    fs::copy(samples().join("shoes/shoes-3.jpg"), &outside).unwrap();
    let ask = ["search", outside.to_str().unwrap(), "--crop", "200,240,160,150", "-n", "9"];
    let region = || {
        let found = place.json(&ask);
        let results = found["results"].as_array().unwrap().clone();
        let shoes = |found: &serde_json::Value| found["path"].as_str().unwrap().ends_with("shoes-3.jpg");
        results.into_iter().find(shoes).map(|found| found["region"].clone())
    };
    assert!(region().is_none_or(|region| region.is_null()), "nothing in it is found");
    let plain = place.run(&["status"]);
    assert!(String::from_utf8(plain.stdout).unwrap().contains("1 photos, online, as wholes only"));

    assert_eq!(place.json(&["index", others, "--regions"])["looked_inside"], 1);
    assert!(region().is_some_and(|region| region.is_object()), "a thing in it is found");
    // A folder in one of them is none of the library's: which photos would it be about?
    let part = place.photos().join("hat");
    assert!(!place.run(&["index", part.to_str().unwrap(), "--no-regions"]).status.success());
}

/// What a search with these arguments finds, given a file at standard input.
fn search_piped(place: &Place, arguments: &[&str], input: &std::path::Path) -> std::process::Output {
    let mut command = place.command();
    command.arg("search").args(arguments).stdin(fs::File::open(input).unwrap());
    command.output().unwrap()
}

#[test]
fn an_image_comes_through_a_pipe() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let shoe = samples().join("shoes/shoes-3.jpg");
    let output = search_piped(&place, &["-", "-n", "1"], &shoe);
    let found = String::from_utf8(output.stdout).unwrap();
    assert!(found.contains("near-identical") && found.contains("shoes-3.jpg"), "{found}");
    // With others, and a part of it.
    let hat = samples().join("hat/hat-1.jpg");
    let arguments = ["-", "--crop", "200,240,160,150", "--not", hat.to_str().unwrap(), "-n", "1"];
    assert!(String::from_utf8(search_piped(&place, &arguments, &shoe).stdout).unwrap().contains("shoes"));
    let text = place.root().join("text");
    fs::write(&text, "no picture").unwrap();
    let refused = search_piped(&place, &["-"], &text);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!said.is_empty() && !said.contains("no such file"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_image_comes_through_what_a_shell_makes_of_a_program() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let search = r#""$0" --data-dir "$1" search <(cat "$2") -n 1"#;
    let output = std::process::Command::new("bash")
        .args(["-c", search, env!("CARGO_BIN_EXE_lookalike")])
        .args([place.data(), samples().join("hat/hat-2.jpg")])
        .output()
        .unwrap();
    let found = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(found.contains("hat/hat-2.jpg"), "{found} {}", String::from_utf8_lossy(&output.stderr));
}
