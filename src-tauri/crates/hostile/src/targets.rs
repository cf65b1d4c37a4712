//! What is fuzzed: a function for each kind of input, which fails by a panic, and the files to begin from.
//!
//! `src-tauri/fuzz` calls them with what libFuzzer makes up, and a test with a fixed number of [`Mutator`] variants.
//!
//! [`Mutator`]: crate::Mutator

use imaging::{Format, ImageError, Limits};

use crate::bytes::{fixture, jpeg_with_segment};
use crate::photo_address::Picture;
use crate::{panics, seeds, snapshot};

/// A kind of input.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of the file in `src-tauri/fuzz/targets` and of its folder of seeds.
    pub name: &'static str,
    /// Does with some bytes what the program does with them.
    pub run: fn(&[u8]),
    /// What to begin from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const ALL: [Target; 14] = [
    Target { name: "jpeg", run: jpeg, seeds: || seeds::pictures(Format::Jpeg) },
    Target { name: "png", run: png, seeds: || seeds::pictures(Format::Png) },
    Target { name: "webp", run: webp, seeds: || seeds::pictures(Format::WebP) },
    Target { name: "gif", run: gif, seeds: || seeds::pictures(Format::Gif) },
    Target { name: "bmp", run: bmp, seeds: || seeds::pictures(Format::Bmp) },
    Target { name: "tiff", run: tiff, seeds: || seeds::pictures(Format::Tiff) },
    Target { name: "heic", run: heic, seeds: || seeds::pictures(Format::Heic) },
    Target { name: "avif", run: avif, seeds: || seeds::pictures(Format::Avif) },
    Target { name: "jxl", run: jxl, seeds: || seeds::pictures(Format::Jxl) },
    Target { name: "raw", run: raw, seeds: || seeds::pictures(Format::Raw) },
    Target { name: "exif", run: exif, seeds: seeds::exif },
    Target { name: "model", run: model, seeds: seeds::models },
    Target { name: "snapshot", run: snapshot, seeds: snapshot::seeds },
    Target { name: "photo_address", run: photo_address, seeds: seeds::addresses },
];

macro_rules! formats {
    ($($name:ident: $format:ident),* $(,)?) => {
        $(
            /// Reads a picture of this format.
            pub fn $name(bytes: &[u8]) {
                picture(Format::$format, bytes);
            }
        )*
    };
}
formats![
    jpeg: Jpeg, png: Png, webp: WebP, gif: Gif, bmp: Bmp, tiff: Tiff, heic: Heic, avif: Avif, jxl: Jxl, raw: Raw,
];

/// Probes, decodes in full and reduced, and makes what the library makes of a picture. Other formats are left alone,
/// so that each target stays with its own.
fn picture(format: Format, bytes: &[u8]) {
    // Small, or a header gone wild would keep it busy.
    let limits = Limits { max_pixels: 1 << 20, max_decoded_bytes: 64 << 20, ..Limits::default() };
    if Format::of(bytes) != Some(format) {
        return;
    }
    let probed = imaging::probe(bytes, &limits);
    for target in [None, Some(imaging::Target { short_side: 16, long_side: 24 })] {
        match imaging::decode(bytes, target, &limits) {
            Ok(decoded) => {
                assert_eq!(probed.as_ref(), Ok(&decoded.probe));
                let (width, height) = (decoded.image.width(), decoded.image.height());
                assert_eq!(decoded.image.pixels().len(), width as usize * height as usize * 3);
                imaging::thumbnail(&decoded.image, 32, 78).unwrap();
                imaging::placeholder(&decoded.image).unwrap();
            }
            Err(ImageError::DecoderPanicked { .. }) => {
                assert_eq!(panics::ours(), Vec::<String>::new(), "caught, but ours: {:?}", panics::all());
            }
            Err(_) => {}
        }
    }
}

/// Reads an EXIF block, in a JPEG around it.
///
/// # Panics
/// When the block keeps the picture from being read, or gives a date that is none.
pub fn exif(block: &[u8]) {
    const LONGEST: usize = 65_000;
    let block = &block[..block.len().min(LONGEST)];
    let jpeg = jpeg_with_segment(&fixture("grey.jpg"), 0xE1, &[b"Exif\0\0", block].concat());
    let probe = imaging::probe(&jpeg, &Limits::default()).unwrap();
    let date = probe.captured_at.unwrap_or_else(|| "2020-01-01T00:00:00".to_owned());
    assert!(date.len() == 19 && date.bytes().all(|byte| byte.is_ascii_digit() || b"-:T".contains(&byte)));
}

/// Reads what a model says of itself, with its metadata. It is not run.
pub fn model(bytes: &[u8]) {
    // Both outcomes are fine.
    let _ = image_embedder::check_model(bytes);
}

/// Loads a snapshot of a vector index.
pub fn snapshot(bytes: &[u8]) {
    snapshot::load(bytes);
}

/// Reads the address of a picture.
///
/// # Panics
/// When it is taken for a picture's though it is more than words of ours and numbers in their bounds, or for another's.
pub fn photo_address(bytes: &[u8]) {
    let Ok(path) = std::str::from_utf8(bytes) else { return };
    let Some(picture) = Picture::parse(path) else { return };
    let asked = match &picture {
        Picture::Thumbnail { photo, version } => format!("/thumb/{photo}/{version}"),
        Picture::Preview { photo, version } => format!("/preview/{photo}/{version}"),
        Picture::Full { photo, version } => format!("/full/{photo}/{version}"),
        Picture::ForeignFull { key } => format!("/foreign/{key}/full"),
        Picture::Foreign { key, side: 320 } => format!("/foreign/{key}/thumb"),
        Picture::Foreign { key, side: 2048 } => format!("/foreign/{key}/preview"),
        Picture::Foreign { side, .. } => panic!("a picture of {side} pixels"),
    };
    let is_word = |part: &&str| ["thumb", "preview", "full", "foreign"].contains(part);
    let (words, numbers): (Vec<&str>, Vec<&str>) = asked.split('/').skip(1).partition(is_word);
    assert_eq!(words.len() + numbers.len(), 3, "{asked}");
    assert!(numbers.iter().all(|number| number.bytes().all(|byte| byte.is_ascii_digit())), "{asked}");
    assert!(numbers.iter().all(|number| number.parse::<u32>().is_ok()), "{asked}");
    // Zeros before a number change nothing; all else of the address is there, and nothing beside it.
    let plain = percent_encoding::percent_decode_str(path).decode_utf8().unwrap();
    let without_zeros = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_owned(),
        number => number.to_owned(),
    };
    let told: Vec<String> = plain.split('/').map(without_zeros).collect();
    assert_eq!(told.join("/"), asked);
}
