//! Files as cameras and programs leave them: a RAW around a preview, a JPEG with its date, pictures made larger.

use imaging::{Limits, RgbImage};

use crate::place::samples;

/// A sample photo's pixels.
pub(crate) fn decoded(photo: &str) -> RgbImage {
    let bytes = std::fs::read(samples().join(photo)).unwrap();
    imaging::decode(&bytes, None, &Limits::default()).unwrap().image
}

/// The image in another size, smoothly.
pub(crate) fn resized(image: &RgbImage, width: u32, height: u32) -> RgbImage {
    let scale = (f64::from(image.width()) / f64::from(width), f64::from(image.height()) / f64::from(height));
    let along = |at: u32, scale: f64, length: u32| {
        let (from, to) = (f64::from(at) * scale, f64::from(at + 1) * scale);
        // A pixel of its own width at least, so that what is enlarged has no steps.
        let middle = f64::midpoint(from, to);
        let (from, to) = (from.min(middle - 0.5), to.max(middle + 0.5));
        let pixels = (from.floor().max(0.0) as u32)..(to.ceil() as u32).min(length);
        pixels.map(move |pixel| (pixel, (to.min(f64::from(pixel + 1)) - from.max(f64::from(pixel))).max(0.0)))
    };
    let mut pixels = Vec::with_capacity(3 * (width * height) as usize);
    for y in 0..height {
        for x in 0..width {
            let (mut sum, mut weights) = ([0.0; 3], 0.0);
            for (row, down) in along(y, scale.1, image.height()) {
                for (column, across) in along(x, scale.0, image.width()) {
                    let at = 3 * (row * image.width() + column) as usize;
                    for (sum, value) in sum.iter_mut().zip(&image.pixels()[at..at + 3]) {
                        *sum += down * across * f64::from(*value);
                    }
                    weights += down * across;
                }
            }
            pixels.extend(sum.map(|sum| (sum / weights).round() as u8));
        }
    }
    RgbImage::new(width, height, pixels).unwrap()
}

/// The image in the middle of a black screen.
pub(crate) fn on_screen(image: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (left, top) = ((width - image.width()) / 2, (height - image.height()) / 2);
    let mut pixels = vec![0; 3 * (width * height) as usize];
    for (row, line) in (top..).zip(image.pixels().chunks_exact(3 * image.width() as usize)) {
        let at = 3 * (row * width + left) as usize;
        pixels[at..at + line.len()].copy_from_slice(line);
    }
    RgbImage::new(width, height, pixels).unwrap()
}

/// The JPEG as of this moment, `YYYY:MM:DD HH:MM:SS`.
pub(crate) fn dated(jpeg: &[u8], date: &str) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    exif.extend(directory(&[(0x8769, 4, 1, 26)]));
    exif.extend(directory(&[(0x9003, 2, 20, 44)]));
    exif.extend(date.as_bytes());
    exif.push(0);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

/// A RAW of a sensor of this size, with this JPEG to be shown.
pub(crate) fn dng(preview: &[u8], sensor: (u32, u32)) -> Vec<u8> {
    const MAIN: u32 = 8;
    const RAW: u32 = MAIN + 2 + 12 * 6 + 4;
    const DATA: u32 = RAW + 2 + 12 * 6 + 4;
    let length = preview.len() as u32;
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend(directory(&[
        (0x00FE, 4, 1, 1),
        (0x0103, 3, 1, 7),
        (0x0111, 4, 1, DATA),
        (0x0117, 4, 1, length),
        (0x014A, 4, 1, RAW),
        (0xC612, 1, 4, 0x0000_0401),
    ]));
    bytes.extend(directory(&[
        (0x00FE, 4, 1, 0),
        (0x0100, 4, 1, sensor.0),
        (0x0101, 4, 1, sensor.1),
        (0x0106, 3, 1, 32803),
        (0x0111, 4, 1, DATA + length),
        (0x0117, 4, 1, 64),
    ]));
    bytes.extend(preview);
    // The file of a sensor's picture is larger than any JPEG of it.
    bytes.extend((0..4 * length.max(64)).map(|n| (n * 7) as u8));
    bytes
}

fn directory(entries: &[(u16, u16, u32, u32)]) -> Vec<u8> {
    let mut bytes = (entries.len() as u16).to_le_bytes().to_vec();
    for (tag, kind, count, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes
}
