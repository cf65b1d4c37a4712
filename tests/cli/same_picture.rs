//! What is the same picture and what only looks like it: pages, flat and transparent pictures, drawings in other colours.

use std::fs;
use std::path::Path;

use imaging::{Limits, Orientation, RgbImage};
use serde_json::Value;

use crate::documents::{COPIES, KINDS, copies, document};
use crate::place::{Place, samples};

fn save(image: &RgbImage, path: &Path) {
    fs::write(path, imaging::encode_jpeg(image, 90).unwrap()).unwrap();
}

fn drawn(width: u32, height: u32, color: impl Fn(u32, u32) -> [u8; 3]) -> RgbImage {
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| color(x, y));
    RgbImage::new(width, height, pixels.collect()).unwrap()
}

fn name(path: &Value) -> String {
    Path::new(path.as_str().unwrap()).file_name().unwrap().to_string_lossy().into_owned()
}

/// The file names of each group.
fn groups(place: &Place) -> Vec<Vec<String>> {
    let found = place.json(&["duplicates"]);
    let groups = found["groups"].as_array().unwrap().iter();
    groups.map(|group| group.as_array().unwrap().iter().map(name).collect()).collect()
}

fn sorted(mut groups: Vec<Vec<String>>) -> Vec<Vec<String>> {
    for group in &mut groups {
        group.sort();
    }
    groups
}

/// What a file finds: names and bands.
fn found(place: &Place, query: &Path) -> Vec<(String, String)> {
    let found = place.json(&["search", query.to_str().unwrap(), "-n", "50"]);
    let results = found["results"].as_array().unwrap().iter();
    results.map(|found| (name(&found["path"]), found["band"].as_str().unwrap().to_owned())).collect()
}

/// An uncompressed TIFF with these pages.
fn tiff(pages: &[&RgbImage]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    for (nth, page) in pages.iter().enumerate() {
        let (width, height) = (page.width(), page.height());
        let pixels = bytes.len() as u32 + 2 + 8 * 12 + 4;
        let tags = [
            (256, width),
            (257, height),
            (258, 8),
            (259, 1),
            (262, 2),
            (273, pixels),
            (277, 3),
            (279, width * height * 3),
        ];
        bytes.extend((tags.len() as u16).to_le_bytes());
        for (tag, value) in tags {
            bytes.extend((tag as u16).to_le_bytes());
            bytes.extend([4, 0, 1, 0, 0, 0]);
            bytes.extend(value.to_le_bytes());
        }
        let next = pixels + width * height * 3;
        bytes.extend(if nth + 1 < pages.len() { next } else { 0 }.to_le_bytes());
        bytes.extend(page.pixels());
    }
    bytes
}

#[test]
fn scans_that_begin_with_the_same_page_are_no_duplicates_unless_all_of_them_is_the_same() {
    let place = Place::empty();
    let photo = |name: &str| {
        let bytes = fs::read(samples().join(name)).unwrap();
        imaging::decode(&bytes, None, &Limits::default()).unwrap().image
    };
    let [cover, one, other] = ["hat/hat-1.jpg", "shoes/shoes-1.jpg", "dress/dress-1.jpg"].map(photo);
    fs::write(place.photo("one.tif"), tiff(&[&cover, &one])).unwrap();
    fs::write(place.photo("other.tif"), tiff(&[&cover, &other])).unwrap();
    fs::write(place.photo("other again.tif"), tiff(&[&cover, &other])).unwrap();
    assert_eq!(place.index()["indexed"], 3);
    assert_eq!(sorted(groups(&place)), [["other again.tif", "other.tif"]]);
}

#[test]
fn pictures_of_a_few_pixels_or_of_a_few_rows_harm_no_search_for_duplicates() {
    let place = Place::with_classes(&["hat"]);
    fs::copy(samples().join("hat/hat-1.jpg"), place.photo("hat-1 copy.jpg")).unwrap();
    let noise = |seed: u32| move |x: u32, y: u32| [(x * 37 + y * 91 + seed * (x ^ y)) as u8; 3];
    for (width, height) in [(2, 2), (3, 3), (3, 300), (2000, 12), (1, 1)] {
        for seed in [1, 2] {
            save(&drawn(width, height, noise(seed)), &place.photo(&format!("{width} x {height} {seed}.jpg")));
        }
    }
    place.index();
    let groups = sorted(groups(&place));
    assert!(groups.contains(&vec!["hat-1 copy.jpg".to_owned(), "hat-1.jpg".to_owned()]), "{groups:?}");
}

#[test]
fn documents_of_one_kind_are_never_one_group_and_their_copies_are() {
    const DOCUMENTS: u64 = 3;
    let place = Place::empty();
    for kind in KINDS {
        for number in 0..DOCUMENTS {
            let image = document(kind, number).unwrap();
            save(&image, &place.photo(&format!("{} {number}.jpg", kind.0)));
            for (nth, copy) in copies(&image).unwrap().iter().enumerate() {
                save(copy, &place.photo(&format!("{} {number} copy {nth}.jpg", kind.0)));
            }
        }
    }
    place.index();
    let groups = groups(&place);
    let document = |name: &String| name.split([' ', '.']).take(2).collect::<Vec<_>>().join(" ");
    for group in &groups {
        assert!(group.iter().all(|name| document(name) == document(&group[0])), "{group:?}");
    }
    let copies: usize = groups.iter().map(|group| group.len() - 1).sum();
    let all = KINDS.len() * DOCUMENTS as usize * COPIES;
    assert!(copies * 20 >= all * 19, "{copies} of {all}: {groups:?}");

    // Nor does a search call another one near-identical, whether it is known or comes from elsewhere.
    for asked in ["page 0", "bill 0"] {
        let outside = place.root().join(format!("{asked} outside.jpg"));
        fs::copy(place.photo(&format!("{asked}.jpg")), &outside).unwrap();
        for query in [place.photo(&format!("{asked}.jpg")), outside] {
            let found = found(&place, &query);
            let near = found.iter().filter(|(_, band)| band == "near-identical");
            let near: Vec<&String> = near.map(|(name, _)| name).collect();
            assert!(!near.is_empty() && near.iter().all(|name| document(name) == asked), "{found:?}");
        }
    }
}

#[test]
fn of_pages_that_are_away_nothing_is_said_until_they_are_back() {
    let place = Place::empty();
    let bill = KINDS.into_iter().find(|kind| kind.0 == "bill").unwrap();
    let away = place.root().join("away");
    fs::create_dir(&away).unwrap();
    let [one, other] = [0, 1].map(|number| document(bill, number).unwrap());
    save(&one, &place.photo("one.jpg"));
    fs::write(away.join("one again.jpg"), imaging::encode_jpeg(&one, 70).unwrap()).unwrap();
    fs::write(away.join("other.jpg"), imaging::encode_jpeg(&other, 70).unwrap()).unwrap();
    place.index();
    let index = |folder: &Path| place.json(&["index", folder.to_str().unwrap(), "--no-regions"]);
    assert_eq!(index(&away)["indexed"], 2);
    assert_eq!(sorted(groups(&place)), [["one again.jpg", "one.jpg"]]);

    // What was found stays. What was not looked at before the drive went waits for it.
    let aside = place.root().join("aside");
    fs::rename(&away, &aside).unwrap();
    assert_eq!(sorted(groups(&place)), [["one again.jpg", "one.jpg"]]);
    fs::write(place.photo("one more.jpg"), imaging::encode_jpeg(&one, 60).unwrap()).unwrap();
    place.index();
    fs::remove_file(place.photo("one.jpg")).unwrap();
    place.json(&["index", place.photo("").to_str().unwrap(), "--confirm-removed"]);
    assert_eq!(groups(&place), [[""; 0]; 0]);
    fs::rename(&aside, &away).unwrap();
    index(&away);
    assert_eq!(sorted(groups(&place)), [["one again.jpg", "one more.jpg"]]);
}

#[test]
fn a_mirrored_copy_is_a_copy() {
    let place = Place::with_classes(&["shoes"]);
    let bytes = fs::read(samples().join("shoes/shoes-4.jpg")).unwrap();
    let image = imaging::decode(&bytes, None, &Limits::default()).unwrap().image;
    save(&Orientation::Mirrored.apply(image).unwrap(), &place.photo("mirrored.jpg"));
    place.index();
    assert_eq!(groups(&place), [["mirrored.jpg", "shoes-4.jpg"]]);
}

#[test]
fn flat_pictures_are_told_by_level_and_colour() {
    let place = Place::empty();
    let colors = [
        ("black", [0, 0, 0]),
        ("white", [255, 255, 255]),
        ("blue", [20, 40, 200]),
        ("yellow", [250, 220, 30]),
        ("grey", [127, 127, 127]),
        ("other grey", [160, 160, 160]),
    ];
    for (name, color) in colors {
        save(&drawn(640, 480, |_, _| color), &place.photo(&format!("{name}.jpg")));
    }
    let grey = drawn(320, 240, |_, _| [127; 3]);
    fs::write(place.photo("grey again.jpg"), imaging::encode_jpeg(&grey, 40).unwrap()).unwrap();
    let indexed = place.index();
    assert_eq!((indexed["indexed"].as_u64(), indexed["failed"].as_u64()), (Some(7), Some(0)), "{indexed}");
    assert_eq!(groups(&place), [["grey again.jpg", "grey.jpg"]]);
    let outside = place.root().join("outside.jpg");
    fs::copy(place.photo("white.jpg"), &outside).unwrap();
    let near = found(&place, &outside).into_iter().filter(|(_, band)| band == "near-identical");
    assert_eq!(near.map(|(name, _)| name).collect::<Vec<_>>(), ["white.jpg"]);
}

#[test]
fn a_drawing_in_another_colour_is_another_picture() {
    let place = Place::empty();
    let drawing = |ink: [u8; 3]| {
        drawn(480, 360, move |x, y| {
            let is_ink =
                (x / 40 + y / 30 * 3) % 5 == 0 || (x as i32 - 240).pow(2) + (y as i32 - 180).pow(2) < 6400;
            if is_ink { ink } else { [250, 250, 245] }
        })
    };
    save(&drawing([200, 30, 30]), &place.photo("red.jpg"));
    // As bright as the red one.
    save(&drawing([20, 125, 30]), &place.photo("green.jpg"));
    save(&drawing([205, 50, 40]), &place.photo("red again.jpg"));
    place.index();
    assert_eq!(groups(&place), [["red again.jpg", "red.jpg"]]);
}

#[test]
fn white_shapes_on_a_transparent_ground_are_told_apart() {
    let place = Place::empty();
    let near = |x: u32, y: u32| ((x as i32 - 128).abs(), (y as i32 - 128).abs());
    let shapes: [(&str, Shape); 3] = [
        ("disc", &|x, y| near(x, y).0.pow(2) + near(x, y).1.pow(2) < 8100),
        ("cross", &|x, y| near(x, y).0.min(near(x, y).1) < 25 && near(x, y).0.max(near(x, y).1) < 100),
        ("bars", &|x, y| near(x, y).0.max(near(x, y).1) < 100 && y / 24 % 2 == 0),
    ];
    for (name, is_inside) in shapes {
        let png = transparent_png(256, is_inside);
        fs::write(place.photo(&format!("{name}.png")), &png).unwrap();
    }
    place.index();
    assert_eq!(groups(&place), [[""; 0]; 0]);
    let outside = place.root().join("outside.png");
    fs::copy(place.photo("cross.png"), &outside).unwrap();
    let near = found(&place, &outside).into_iter().filter(|(_, band)| band == "near-identical");
    assert_eq!(near.map(|(name, _)| name).collect::<Vec<_>>(), ["cross.png"]);
}

/// Whether a pixel is inside.
type Shape<'a> = &'a dyn Fn(u32, u32) -> bool;

/// A square PNG, white where `is_inside`, and transparent elsewhere. Its pixels are not compressed.
fn transparent_png(side: u32, is_inside: Shape<'_>) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..side {
        // No filter.
        rows.push(0);
        rows.extend((0..side).flat_map(|x| [255, 255, 255, if is_inside(x, y) { 255 } else { 0 }]));
    }
    let mut zlib = vec![0x78, 0x01];
    let pieces = rows.chunks(65_000);
    let last = pieces.len() - 1;
    for (nth, piece) in pieces.enumerate() {
        let length = piece.len() as u16;
        zlib.push(u8::from(nth == last));
        zlib.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
        zlib.extend_from_slice(piece);
    }
    let (mut sum, mut sums) = (1_u32, 0_u32);
    for byte in &rows {
        sum = (sum + u32::from(*byte)) % 65_521;
        sums = (sums + sum) % 65_521;
    }
    zlib.extend((sums << 16 | sum).to_be_bytes());
    let header = [&side.to_be_bytes()[..], &side.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let chunks: [(&[u8], &[u8]); 3] = [(b"IHDR", &header), (b"IDAT", &zlib), (b"IEND", &[])];
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in chunks {
        let named = [name, data].concat();
        png.extend((data.len() as u32).to_be_bytes());
        png.extend_from_slice(&named);
        png.extend(crc32(&named).to_be_bytes());
    }
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    let byte = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    };
    !bytes.iter().fold(u32::MAX, byte)
}
