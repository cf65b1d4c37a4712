//! Smaller copies: decoding no more than is needed changes hardly anything, and thumbnails are what they should be.

use std::path::Path;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use imaging::{Limits, RgbImage, Target, decode, decoding_cost, encode_jpeg, is_candidate, probe, thumbnail};

use crate::fixtures::{assert_shows_the_picture, fixture};

/// What an embedding model takes in.
const MODEL_SIDE: u32 = 224;
const MODEL_TARGET: Target = Target { short_side: MODEL_SIDE, long_side: MODEL_SIDE };

/// Structure at every size, as photographs have it: layers of random value noise, the finer the fainter.
fn photo_like(width: u32, height: u32) -> RgbImage {
    let value = |x: u32, y: u32, layer: u32, channel: u32| {
        let mut hash = x.wrapping_mul(0x9E37_79B1)
            ^ y.wrapping_mul(0x85EB_CA77)
            ^ (layer * 4 + channel).wrapping_mul(0xC2B2_AE3D);
        hash = (hash ^ (hash >> 15)).wrapping_mul(0x2C1B_3C6D);
        f32::from((hash >> 16) as u8) - 127.5
    };
    let smooth = |x: u32, y: u32, cell: u32, layer: u32, channel: u32| {
        let (column, row) = (x / cell, y / cell);
        let (right, down) = ((x % cell) as f32 / cell as f32, (y % cell) as f32 / cell as f32);
        let mix = |from: f32, to: f32, part: f32| from + (to - from) * part;
        let corner = |column, row| value(column, row, layer, channel);
        mix(
            mix(corner(column, row), corner(column + 1, row), right),
            mix(corner(column, row + 1), corner(column + 1, row + 1), right),
            down,
        )
    };
    let mut pixels = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            for channel in 0..3 {
                let layers = [(256, 0.55), (64, 0.3), (16, 0.2), (4, 0.12), (1, 0.06)];
                let sum: f32 = (0..)
                    .zip(layers)
                    .map(|(layer, (cell, weight))| smooth(x, y, cell, layer, channel) * weight)
                    .sum();
                pixels.push((127.5 + sum).clamp(0.0, 255.0) as u8);
            }
        }
    }
    RgbImage::new(width, height, pixels).unwrap()
}

fn for_the_model(image: &RgbImage) -> Vec<u8> {
    let source = TypedImageRef::<U8x3>::from_buffer(image.width(), image.height(), image.pixels()).unwrap();
    let mut pixels = vec![0; (MODEL_SIDE * MODEL_SIDE * 3) as usize];
    let mut small = TypedImage::<U8x3>::from_buffer(MODEL_SIDE, MODEL_SIDE, &mut pixels).unwrap();
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new().resize_typed(&source, &mut small, &options).unwrap();
    pixels
}

fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
    let sum: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

#[test]
fn what_the_model_sees_hardly_depends_on_the_scale_of_decoding() {
    for (width, height, reduced_width) in [(2400, 1800, 300), (1200, 900, 300), (700, 500, 350)] {
        let jpeg = encode_jpeg(&photo_like(width, height), 90).unwrap();
        let full = decode(&jpeg, None, &Limits::default()).unwrap().image;
        let reduced = decode(&jpeg, Some(MODEL_TARGET), &Limits::default()).unwrap().image;
        assert_eq!(reduced.width(), reduced_width);
        let difference = mean_difference(&for_the_model(&full), &for_the_model(&reduced));
        assert!(difference < 2.5, "{width} x {height}: mean difference of {difference}");
    }
}

#[test]
fn formats_without_scaled_decoding_reduce_to_the_same() {
    let picture = photo_like(1200, 900);
    let mut bmp = Vec::new();
    image::DynamicImage::ImageRgb8(image::RgbImage::from_raw(1200, 900, picture.pixels().to_vec()).unwrap())
        .write_to(&mut std::io::Cursor::new(&mut bmp), image::ImageFormat::Bmp)
        .unwrap();
    let reduced = decode(&bmp, Some(MODEL_TARGET), &Limits::default()).unwrap().image;
    assert_eq!((reduced.width(), reduced.height()), (300, 225));
    let difference = mean_difference(&for_the_model(&picture), &for_the_model(&reduced));
    assert!(difference < 2.5, "mean difference of {difference}");
}

#[test]
fn a_target_is_never_undershot_unless_the_original_is_smaller() {
    let jpeg = encode_jpeg(&photo_like(1001, 333), 80).unwrap();
    for short_side in [1, 42, 43, 84, 167, 333, 5000] {
        for long_side in [1, 126, 127, 251, 501, 1001, 5000] {
            let target = Target { short_side, long_side };
            let image = decode(&jpeg, Some(target), &Limits::default()).unwrap().image;
            assert!(image.height() >= short_side.min(333), "{target:?} gave {image:?}");
            assert!(image.width() >= long_side.min(1001), "{target:?} gave {image:?}");
        }
    }
}

#[test]
fn a_smaller_target_costs_less_memory() {
    let limits = Limits::default();
    let small = Target { short_side: 8, long_side: 8 };
    let baseline = probe(&fixture("orientation-1.jpg"), &limits).unwrap();
    let progressive = probe(&fixture("progressive.jpg"), &limits).unwrap();
    assert!(decoding_cost(&baseline, Some(small)) < decoding_cost(&baseline, None));
    assert!(decoding_cost(&baseline, None) >= 96 * 64 * 3);
    assert!(decoding_cost(&progressive, Some(small)) >= 96 * 64 * 3);
}

#[test]
fn a_thumbnail_fits_and_is_not_enlarged() {
    let picture = decode(&fixture("rgb.png"), None, &Limits::default()).unwrap().image;
    let size_of = |jpeg: &[u8]| {
        let image = decode(jpeg, None, &Limits::default()).unwrap().image;
        (image.width(), image.height())
    };
    assert_eq!(size_of(&thumbnail(&picture, 48, 80).unwrap()), (48, 32));
    let unchanged = thumbnail(&picture, 320, 90).unwrap();
    assert_shows_the_picture("thumbnail", &decode(&unchanged, None, &Limits::default()).unwrap().image, 16);
    let sliver = RgbImage::new(1000, 1, vec![128; 3000]).unwrap();
    assert_eq!(size_of(&thumbnail(&sliver, 100, 80).unwrap()), (100, 1));
}

#[test]
fn pixels_have_to_fill_the_picture() {
    assert_eq!(RgbImage::new(2, 2, vec![0; 11]).unwrap_err().code(), "wrong_pixel_count");
    assert_eq!(RgbImage::new(0, 2, Vec::new()).unwrap_err().code(), "wrong_pixel_count");
}

#[test]
fn a_scan_looks_into_picture_files_only() {
    for name in ["a.jpg", "B.JPG", "dir/c.HeIc", "d.nef", "e.jxl"] {
        assert!(is_candidate(Path::new(name)), "{name}");
    }
    for name in ["a.txt", "jpg", ".jpg", "b.jpg.part", "c.mp4", "d"] {
        assert!(!is_candidate(Path::new(name)), "{name}");
    }
}

#[test]
fn a_heic_file_is_shown_by_its_own_preview_where_that_is_large_enough() {
    let file = fixture("tiles.heic");
    let decoded = |short_side, long_side| {
        decode(&file, Some(Target { short_side, long_side }), &Limits::default()).unwrap().image
    };
    let preview = decoded(224, 320);
    assert_eq!((preview.width(), preview.height()), (336, 224), "the preview, the same way up");
    let reduced = decoded(225, 320);
    assert_eq!((reduced.width(), reduced.height()), (384, 256), "a half of the picture");
    let (preview, reduced) = (for_the_model(&preview), for_the_model(&reduced));
    let difference: u64 = preview.iter().zip(&reduced).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(difference / (preview.len() as u64) < 4, "both show the same");
}
