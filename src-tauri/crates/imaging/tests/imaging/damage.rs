//! Whatever is wrong with a file, the answer is a picture or a reason.

use std::sync::Once;

use imaging::{Format, ImageError, Limits, Target, decode, probe};

use crate::fixtures::{all_fixtures, assert_shows_the_picture, fixture};
use crate::panics;

const TARGET: Target = Target { short_side: 16, long_side: 16 };

/// A small file of each format, in more than one of its codings where they differ much.
const SMALLEST: [&str; 25] = [
    "orientation-1.jpg",
    "progressive.jpg",
    "cmyk.jpg",
    "rgb.png",
    "palette.png",
    "animated.gif",
    "lossy.webp",
    "animated.webp",
    "alpha.webp",
    "palette.bmp",
    "deflate.tif",
    "jpeg.tif",
    "associated-alpha.tif",
    "fax3-two-dimensional.tif",
    "fax4-lowest-bit-first.tif",
    "webp.tif",
    "animated.png",
    "exif-in-text.png",
    "plain.heic",
    "422.heic",
    "plain.avif",
    "lossy.jxl",
    "exif-date.jxl",
    "preview.cr3",
    "preview.raf",
];

/// A small xorshift generator: the same damage on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Small enough that a header gone wild cannot keep the test busy.
fn tight() -> Limits {
    Limits { max_pixels: 1_000_000, max_decoded_bytes: 64 << 20, ..Limits::default() }
}

/// A panic of a decoder's costs the file, one of ours is a mistake; both are caught.
fn survives(bytes: &[u8]) {
    static NOTED: Once = Once::new();
    NOTED.call_once(panics::note_panics);
    let probed = probe(bytes, &tight());
    let mut decoded = vec![decode(bytes, None, &tight())];
    // Only these two take another path to a smaller picture.
    if probed.as_ref().is_ok_and(|probe| matches!(probe.format, Format::Jpeg | Format::Raw)) {
        decoded.push(decode(bytes, Some(TARGET), &tight()));
    }
    for decoded in decoded.into_iter().flatten() {
        assert_eq!(probed.as_ref(), Ok(&decoded.probe));
        let image = decoded.image;
        assert_eq!(image.pixels().len(), image.width() as usize * image.height() as usize * 3);
    }
    assert_eq!(panics::ours(), Vec::<String>::new(), "of all these: {:?}", panics::all());
}

#[test]
fn files_cut_off_anywhere() {
    for (_, bytes) in all_fixtures() {
        let step = (bytes.len() / 24).max(1);
        for length in (0..bytes.len()).step_by(step) {
            survives(&bytes[..length]);
        }
    }
}

#[test]
fn a_file_of_each_format_cut_off_at_every_length() {
    for name in SMALLEST {
        let bytes = fixture(name);
        for length in 0..bytes.len() {
            survives(&bytes[..length]);
        }
    }
}

#[test]
fn files_with_flipped_bits() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for (_, bytes) in all_fixtures() {
        for _ in 0..16 {
            let mut damaged = bytes.clone();
            for _ in 0..=random.below(4) {
                let at = random.below(damaged.len());
                damaged[at] ^= 1 << random.below(8);
            }
            survives(&damaged);
        }
    }
}

#[test]
fn headers_of_noise() {
    let mut random = Random(42);
    for (_, mut bytes) in all_fixtures() {
        let header = 16.min(bytes.len());
        for byte in &mut bytes[header..] {
            *byte = random.below(256) as u8;
        }
        survives(&bytes);
    }
}

#[test]
fn a_picture_that_lost_its_end_shows_the_rest_and_tells_how_much_is_missing() {
    for name in ["orientation-1.jpg", "rgb.png", "grey.png", "still.gif", "rgb.bmp"] {
        let bytes = fixture(name);
        let whole = decode(&bytes, None, &Limits::default()).unwrap();
        assert_eq!(whole.missing, 0, "{name}");
        let mut before = 0;
        for parts in [90, 75, 60] {
            let Ok(part) = decode(&bytes[..bytes.len() * parts / 100], None, &Limits::default()) else {
                continue;
            };
            assert!(part.missing >= before && part.missing <= 980, "{name} {parts}: {}", part.missing);
            before = part.missing;
            // Of blocks, those of the last row are there in part.
            let row_bytes = whole.image.width() as usize * 3;
            let rows = (whole.image.height() as usize * (1000 - usize::from(part.missing)) / 1000)
                .saturating_sub(32);
            let (whole, part) = (whole.image.pixels(), part.image.pixels());
            if name != "rgb.bmp" {
                assert!(whole[..rows * row_bytes] == part[..rows * row_bytes], "{name} {parts}");
            }
        }
        assert!(before > 0, "{name} was not shown at all");
    }
}

#[test]
fn a_picture_that_lost_next_to_all_is_reported_as_what_it_is() {
    for name in ["orientation-1.jpg", "rgb.png", "still.gif", "rgb.bmp", "lzw.tif"] {
        let bytes = fixture(name);
        let start = (0..bytes.len()).rev().find_map(|length| {
            decode(&bytes[..length], None, &Limits::default())
                .err()
                .filter(|error| error.code() == "truncated")
        });
        assert!(start.is_some(), "{name}");
    }
}

#[test]
fn cut_off_files_of_which_no_part_can_be_shown_are_reported() {
    let names = ["lossy.webp", "plain.heic", "plain.avif", "lossy.jxl", "preview.nef"];
    for name in names {
        let bytes = fixture(name);
        let error = decode(&bytes[..bytes.len() * 2 / 3], None, &Limits::default()).unwrap_err();
        assert!(["truncated", "corrupt", "unsupported"].contains(&error.code()), "{name}: {error}");
    }
}

#[test]
fn a_jpeg_that_lost_only_its_end_marker_is_shown() {
    let bytes = fixture("orientation-1.jpg");
    let decoded = decode(&bytes[..bytes.len() - 2], None, &Limits::default()).unwrap();
    assert_shows_the_picture("without end marker", &decoded.image, 16);
}

#[test]
fn stray_bytes_in_a_jpeg_are_no_damage() {
    let bytes = fixture("orientation-1.jpg");
    // After the first segment, and after the picture, where phones append a second one.
    let first_segment = 4 + usize::from(u16::from_be_bytes([bytes[4], bytes[5]]));
    let stray = [&bytes[..first_segment], &[0, 0], &bytes[first_segment..], &bytes].concat();
    let decoded = decode(&stray, None, &Limits::default()).unwrap();
    assert_shows_the_picture("stray bytes", &decoded.image, 16);
}

#[test]
fn an_enormous_picture_is_refused_by_its_header() {
    let error = probe(&png_header(50_000, 50_000), &Limits::default()).unwrap_err();
    assert_eq!(error, ImageError::TooLarge { width: 50_000, height: 50_000, limit: 400_000_000 });
    assert_eq!(
        error.to_string(),
        "the picture is 50000 x 50000 pixels, more than the limit of 400 megapixels"
    );
    assert_eq!(decode(&png_header(50_000, 50_000), None, &Limits::default()).unwrap_err(), error);
}

#[test]
fn a_picture_that_takes_too_much_memory_is_refused_before_decoding() {
    let limits = Limits { max_decoded_bytes: 100_000_000, ..Limits::default() };
    let error = decode(&png_header(10_000, 5_000), None, &limits).unwrap_err();
    assert_eq!(error.code(), "too_much_memory");
}

#[test]
fn an_enormous_file_is_refused_unread() {
    let limits = Limits { max_file_bytes: 100, ..Limits::default() };
    assert_eq!(probe(&fixture("rgb.png"), &limits).unwrap_err().code(), "file_too_large");
}

#[test]
fn what_is_no_picture_is_named_so() {
    for bytes in
        [&b"Dear diary,\n"[..], b"%PDF-1.7", b"BMX racing results", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"]
    {
        assert_eq!(decode(bytes, None, &Limits::default()).unwrap_err(), ImageError::NotAnImage);
    }
    assert_eq!(decode(b"", None, &Limits::default()).unwrap_err(), ImageError::Empty);
}

/// A PNG of one black scan line that claims to be larger.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut ihdr = b"IHDR".to_vec();
    ihdr.extend(width.to_be_bytes());
    ihdr.extend(height.to_be_bytes());
    ihdr.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    png.extend(&ihdr);
    png.extend(crc32(&ihdr).to_be_bytes());
    let idat = b"IDAT\x78\x9c\x63\x00\x00\x00\x01\x00\x01";
    png.extend((idat.len() as u32 - 4).to_be_bytes());
    png.extend(idat);
    png.extend(crc32(idat).to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    })
}
