//! What reading a picture takes is what was estimated from its header, so that the limit on the estimate is one on memory.
//!
//! Pictures here are large and sound. HEIC, AVIF, JPEG XL and WebP cannot be written here; small ones of these are read
//! in `imaging`.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use imaging::{Limits, MOST_BYTES_OF_A_PICTURE, RgbImage, Target, decode, decoding_cost, probe};

use crate::{alone, peak};

const WIDTH: u32 = 5000;
const HEIGHT: u32 = 3000;
/// What the allocator and small things take, whatever the size.
const SPARE: u64 = 12 << 20;
/// As the library decodes photos.
const TARGET: Target = Target { short_side: 448, long_side: 448 };

/// Makes a file.
type Make = fn() -> Vec<u8>;

#[test]
fn no_format_takes_more_memory_than_was_estimated() {
    let _alone = alone();
    let kinds: [(&str, Make); 8] = [
        ("JPEG", jpeg),
        ("PNG", || png(2, 8)),
        ("grey PNG", || png(0, 8)),
        ("PNG with transparency", || png(6, 8)),
        ("PNG of 16 bits", || png(2, 16)),
        ("PNG of 16 bits with transparency", || png(6, 16)),
        ("BMP", bmp),
        ("TIFF", tiff),
    ];
    for (kind, make) in kinds {
        let bytes = make();
        let limits = Limits::default();
        let estimated = decoding_cost(&probe(&bytes, &limits).unwrap(), Some(TARGET));
        let before = peak::reset();
        drop(decode(&bytes, Some(TARGET), &limits).unwrap());
        let held = peak::now().saturating_sub(before);
        let per_pixel = |bytes: u64| bytes as f64 / f64::from(WIDTH * HEIGHT);
        let told = format!("{kind}: {:.2} bytes a pixel of {:.2}", per_pixel(held), per_pixel(estimated));
        assert!(held <= estimated + SPARE, "{told}");
        assert!(estimated + bytes.len() as u64 <= MOST_BYTES_OF_A_PICTURE, "{told}");
    }
}

#[test]
fn a_picture_that_would_take_more_than_the_limit_is_refused_before_it_does() {
    let _alone = alone();
    // Four channels of 16 bits, of as many pixels as there may be. Its header is all there is to read.
    let png = png_of((20_000, 20_000), 6, 16, &[]);
    let before = peak::reset();
    let error = decode(&png, Some(TARGET), &Limits::default()).unwrap_err();
    assert_eq!(error.code(), "too_much_memory", "{error}");
    assert!(peak::now().saturating_sub(before) < SPARE);
}

/// A channel of a pixel: the picture does not shrink to nothing in a file.
fn level(x: u32, y: u32, channel: u32) -> u8 {
    ((x / 9) ^ (y / 7 + 31 * channel)) as u8
}

fn rgb() -> Vec<u8> {
    let pixel = |x, y| [level(x, y, 0), level(x, y, 1), level(x, y, 2)];
    (0..HEIGHT).flat_map(|y| (0..WIDTH).flat_map(move |x| pixel(x, y))).collect()
}

fn jpeg() -> Vec<u8> {
    imaging::encode_jpeg(&RgbImage::new(WIDTH, HEIGHT, rgb()).unwrap(), 85).unwrap()
}

/// A PNG of a colour type (0 grey, 2 RGB, 6 RGBA) and so many bits a channel.
fn png(color_type: u8, bits: u8) -> Vec<u8> {
    let channels = [1, 0, 3, 0, 0, 0, 4][usize::from(color_type)];
    let bytes_of = |x: u32, y: u32| {
        (0..channels)
            .flat_map(move |channel| [level(x, y, channel); 2].into_iter().take(usize::from(bits / 8)))
    };
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    for y in 0..HEIGHT {
        // No filter.
        let row: Vec<u8> = [0].into_iter().chain((0..WIDTH).flat_map(|x| bytes_of(x, y))).collect();
        packed.write_all(&row).unwrap();
    }
    png_of((WIDTH, HEIGHT), color_type, bits, &packed.finish().unwrap())
}

fn png_of((width, height): (u32, u32), color_type: u8, bits: u8, packed: &[u8]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[bits, color_type, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", &header[..]), (b"IDAT", packed), (b"IEND", &[])] {
        let mut crc = Crc::new();
        crc.update(name);
        crc.update(data);
        png.extend((data.len() as u32).to_be_bytes());
        png.extend(name);
        png.extend(data);
        png.extend(crc.sum().to_be_bytes());
    }
    png
}

fn bmp() -> Vec<u8> {
    const HEADERS: u32 = 14 + 40;
    let pixels = rgb();
    let mut bmp = b"BM".to_vec();
    for number in [HEADERS + pixels.len() as u32, 0, HEADERS, 40, WIDTH, HEIGHT, 24 << 16 | 1] {
        bmp.extend(number.to_le_bytes());
    }
    bmp.resize(HEADERS as usize, 0);
    // Rows of three times 5,000 bytes end where they should, at a multiple of four.
    bmp.extend(pixels);
    bmp
}

fn tiff() -> Vec<u8> {
    const ENTRIES: u16 = 8;
    const BITS_AT: u32 = 8 + 2 + 12 * ENTRIES as u32 + 4;
    const PIXELS_AT: u32 = BITS_AT + 6;
    let pixels = rgb();
    let (short, long) = (3_u16, 4_u16);
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend(ENTRIES.to_le_bytes());
    for (tag, kind, count, value) in [
        (256_u16, long, 1_u32, WIDTH),
        (257, long, 1, HEIGHT),
        (258, short, 3, BITS_AT),
        (259, short, 1, 1),
        (262, short, 1, 2),
        (273, long, 1, PIXELS_AT),
        (277, short, 1, 3),
        (279, long, 1, pixels.len() as u32),
    ] {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend(count.to_le_bytes());
        tiff.extend(value.to_le_bytes());
    }
    tiff.extend([0; 4]);
    tiff.extend([8, 0, 8, 0, 8, 0]);
    tiff.extend(pixels);
    tiff
}
