//! Decoding and thumbnails of one photo of 12 megapixels.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use divan::{Bencher, black_box};
use imaging::{Limits, RgbImage, Target, decode, encode_jpeg, thumbnail};

fn main() {
    divan::main();
}

/// Coarse blocks with fine ones on top: about as many bits a pixel as a photo has.
fn photo() -> RgbImage {
    let (width, height) = (4000_u32, 3000_u32);
    let value = |x: u32, y: u32| (x / 200 * 37 + y / 150 * 91) % 180 + (x / 3 * y / 5) % 40;
    let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| [value(x, y) as u8; 3])).collect();
    RgbImage::new(width, height, pixels).unwrap()
}

/// At one part in 8, in 4, in 2, and in full.
#[divan::bench(args = [375, 750, 1500, 3000])]
fn jpeg_with_a_short_side_of(bencher: Bencher<'_, '_>, short_side: u32) {
    let bytes = encode_jpeg(&photo(), 90).unwrap();
    let target = Some(Target { short_side, long_side: 0 });
    bencher.bench_local(|| decode(black_box(&bytes), target, &Limits::default()).unwrap());
}

#[divan::bench]
fn thumbnail_of_500_pixels(bencher: Bencher<'_, '_>) {
    let bytes = encode_jpeg(&photo(), 90).unwrap();
    let target = Some(Target { short_side: 375, long_side: 500 });
    let image = decode(&bytes, target, &Limits::default()).unwrap().image;
    bencher.bench_local(|| thumbnail(black_box(&image), 320, 78).unwrap());
}
