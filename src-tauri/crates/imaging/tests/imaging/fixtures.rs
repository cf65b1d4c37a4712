//! The fixtures, and what they show. `fixtures/make_fixtures.py` draws the same picture.

use std::path::Path;

use imaging::RgbImage;

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every fixture's name and bytes.
pub(crate) fn all_fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| imaging::is_candidate(Path::new(name)))
        .collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), fixture(&name))).collect()
}

/// The middle of the four corner blocks and of the grey ramp.
const SAMPLES: [(u32, u32, [u8; 3]); 5] = [
    (12, 12, [220, 30, 30]),
    (84, 12, [30, 200, 30]),
    (12, 52, [30, 30, 220]),
    (84, 52, [220, 220, 30]),
    (48, 32, [129, 129, 129]),
];

#[track_caller]
pub(crate) fn assert_shows_the_picture(name: &str, image: &RgbImage, tolerance: u8) {
    assert_eq!((image.width(), image.height()), (96, 64), "{name}");
    for (x, y, expected) in SAMPLES {
        assert_pixel(name, image, x, y, expected, tolerance);
    }
}

#[track_caller]
pub(crate) fn assert_pixel(name: &str, image: &RgbImage, x: u32, y: u32, expected: [u8; 3], tolerance: u8) {
    let at = (y * image.width() + x) as usize * 3;
    let found = &image.pixels()[at..at + 3];
    let close = found.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) <= tolerance);
    assert!(close, "{name}: pixel {x},{y} is {found:?}, not {expected:?} give or take {tolerance}");
}
