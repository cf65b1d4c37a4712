//! JPEG XL, through `jxl-oxide`, which also turns the picture upright.
//!
//! It computes in 32-bit samples, several for each one that is shown. A large picture is therefore rendered in bands, one
//! after the other; a small one at once, which is quicker.
//!
//! It gets the codestream alone. Metadata in the container around that may be compressed by Brotli, a thousandfold and
//! more, and jxl-oxide would unpack all of it.

use std::io::{self, Read};

use brotli_decompressor::Decompressor;

use jxl_oxide::{AllocTracker, CropInfo, EnumColourEncoding, JxlImage, PixelFormat, RenderingIntent};

use crate::boxes::{Found, next_box, number};
use crate::color;
use crate::date;
use crate::error::ImageError;
use crate::exif::{self, Exif};
use crate::format::Format;
use crate::ground::on_ground;
use crate::limits::Limits;
use crate::orientation::Orientation;
use crate::png::grey_to_rgba;
use crate::stored::{Channels, Header, Stored};

/// What a container begins with; a bare codestream begins otherwise.
const CONTAINER: &[u8] = b"\0\0\0\x0CJXL \r\n\x87\n";
/// What a codestream begins with.
const CODESTREAM: [u8; 2] = [0xFF, 0x0A];
/// Bytes that rendering takes for each sample: one of 32 bits for the frame, and one or two for its filters.
const BYTES_A_SAMPLE: u64 = 12;
/// Most bytes of an EXIF block that are unpacked. Real ones are a few kilobytes, with a preview some hundred.
const LONGEST_EXIF: u64 = 4 << 20;
/// How a Brotli stream begins, in the lowest seven bits, whose window may be a gigabyte: no part of JPEG XL.
const LARGE_WINDOW: u8 = 0b001_0001;

pub(crate) fn header(bytes: &[u8], limits: &Limits) -> Result<Header, ImageError> {
    let image = open(bytes, limits)?;
    let (width, height) = (image.width(), image.height());
    let exif = exif_block(bytes).map(|block| exif::read(&block)).unwrap_or_default();
    let Exif { captured_at, shot, .. } = exif.or_dated(|| xmp_date(bytes));
    let channels = image.pixel_format().channels() as u64;
    let pixels = u64::from(width) * u64::from(height);
    let rendered = u64::from(width) * u64::from(band_height(&image)) * channels * BYTES_A_SAMPLE;
    // The samples as they are shown, and their copy on a page. What is kept of a picture in bands is an eighth of its
    // size on each side, and what each block needs to be computed. It keeps the codestream, too.
    let kept = pixels.saturating_mul(channels + 3).saturating_add(pixels / 4);
    let decoder_bytes = rendered.saturating_add(kept).saturating_add(bytes.len() as u64);
    // The codestream's orientation is applied while rendering, and a file's EXIF only repeats it.
    Ok(Header { width, height, orientation: Orientation::Upright, captured_at, shot, decoder_bytes })
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, ImageError> {
    decode_in_bands(bytes, limits, band_height)
}

fn decode_in_bands(
    bytes: &[u8],
    limits: &Limits,
    band_height: impl Fn(&JxlImage) -> u32,
) -> Result<Stored, ImageError> {
    let mut image = open(bytes, limits)?;
    // jxl-oxide converts by itself what is not tied to an ICC profile, with more than eight bits, HDR included.
    if image.original_icc().is_none() || image.image_header().metadata.xyb_encoded {
        image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
    }
    if image.num_loaded_keyframes() == 0 {
        return Err(ImageError::Truncated { format: Format::Jxl });
    }
    let (width, height) = (image.width(), image.height());
    let rows = band_height(&image);
    let samples = render(&mut image, rows, limits)?;
    let (channels, samples) = match image.pixel_format() {
        PixelFormat::Gray => (Channels::Grey, samples),
        PixelFormat::Graya => (Channels::Rgb, on_ground(&grey_to_rgba(&samples), width)),
        PixelFormat::Rgb => (Channels::Rgb, samples),
        PixelFormat::Rgba => (Channels::Rgb, on_ground(&samples, width)),
        PixelFormat::Cmyk | PixelFormat::Cmyka => {
            return Err(ImageError::unsupported(Format::Jxl, "it is coded in printing inks"));
        }
    };
    let profile = color::from_icc(&image.rendered_icc());
    Ok(Stored { width, height, channels, samples, profile, missing: 0 })
}

/// Rows to render at a time: all of them where that takes no more memory than most pictures, or else a few groups'.
fn band_height(image: &JxlImage) -> u32 {
    const MOST_AT_ONCE: u64 = 512 << 20;
    const BAND: u64 = 128 << 20;
    /// The side of a group, which is what is decoded at the least.
    const GROUP: u64 = 256;
    let row = u64::from(image.width()) * image.pixel_format().channels() as u64 * BYTES_A_SAMPLE;
    if row * u64::from(image.height()) <= MOST_AT_ONCE {
        return image.height();
    }
    ((BAND / row / GROUP).max(1) * GROUP) as u32
}

/// The samples of the first frame, upright, eight bits each.
fn render(image: &mut JxlImage, band_height: u32, limits: &Limits) -> Result<Vec<u8>, ImageError> {
    let (width, height) = (image.width(), image.height());
    let mut samples = Vec::new();
    for top in (0..height).step_by(band_height as usize) {
        let rows = band_height.min(height - top);
        image.set_image_region(CropInfo { width, height: rows, left: 0, top });
        let render = image.render_frame_cropped(0).map_err(|error| {
            if error.to_string().contains("failed to allocate") {
                ImageError::TooMuchMemory { width, height, limit: limits.max_decoded_bytes }
            } else {
                ImageError::corrupt(Format::Jxl, &error)
            }
        })?;
        let mut stream = render.stream();
        let filled = samples.len();
        let more = stream.width() as usize * stream.height() as usize * stream.channels() as usize;
        samples.resize(filled + more, 0);
        stream.write_to_buffer(&mut samples[filled..]);
    }
    Ok(samples)
}

fn open(bytes: &[u8], limits: &Limits) -> Result<JxlImage, ImageError> {
    let mut codestream = Codestream::of(bytes);
    let mut start = [0; CODESTREAM.len()];
    codestream.read_exact(&mut start).map_err(|_| ImageError::Truncated { format: Format::Jxl })?;
    if start != CODESTREAM {
        // Another container in it would be unpacked all the same.
        return Err(ImageError::corrupt(Format::Jxl, "there is no picture in its container"));
    }
    let budget = usize::try_from(limits.max_decoded_bytes).unwrap_or(usize::MAX);
    JxlImage::builder().alloc_tracker(AllocTracker::with_limit(budget)).read(start.chain(codestream)).map_err(
        |error| match error.downcast_ref::<io::Error>() {
            Some(_) => ImageError::Truncated { format: Format::Jxl },
            None => ImageError::corrupt(Format::Jxl, &error),
        },
    )
}

/// Whether it is the first frame of several.
pub(crate) fn is_animated(bytes: &[u8], limits: &Limits) -> bool {
    open(bytes, limits).is_ok_and(|image| image.image_header().metadata.animation.is_some())
}

/// The picture itself, without the container.
struct Codestream<'a> {
    part: &'a [u8],
    /// The boxes behind this part.
    rest: &'a [u8],
}

impl<'a> Codestream<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        if bytes.starts_with(CONTAINER) {
            Self { part: &[], rest: bytes }
        } else {
            Self { part: bytes, rest: &[] }
        }
    }
}

impl Read for Codestream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.part.is_empty() {
            let Some(((kind, content), rest)) = next_box(self.rest) else { break };
            self.rest = rest;
            self.part = match &kind {
                b"jxlc" => content,
                // Each part begins with its number.
                b"jxlp" => content.get(4..).unwrap_or_default(),
                _ => &[],
            };
        }
        self.part.read(buffer)
    }
}

/// The container's EXIF block, if there is one; not more of it than a real one has.
fn exif_block(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut container = bytes.starts_with(CONTAINER).then(|| boxes(bytes))?;
    // The first one decides: unpacking one after the other might take for ever.
    let (is_packed, content) = container.find_map(as_exif)?;
    let mut block = Vec::new();
    if is_packed {
        unpack(content, &mut block)?;
    } else {
        content.take(LONGEST_EXIF).read_to_end(&mut block).ok()?;
    }
    // A number says how many bytes there are before the block.
    let start = number(&block, 0)? as usize;
    Some(block.get(4..)?.get(start..)?.to_vec())
}

/// The date in a container's XMP packet. One that is compressed is passed over.
fn xmp_date(bytes: &[u8]) -> Option<String> {
    let mut container = bytes.starts_with(CONTAINER).then(|| boxes(bytes))?;
    container.find(|(kind, _)| kind == b"xml ").and_then(|(_, packet)| date::in_xmp(packet))
}

/// The content of a box that holds EXIF, and whether it is compressed.
fn as_exif((kind, content): Found<'_>) -> Option<(bool, &[u8])> {
    match &kind {
        b"Exif" => Some((false, content)),
        b"brob" => Some((true, content.strip_prefix(b"Exif")?)),
        _ => None,
    }
}

/// Unpacks what Brotli has packed, and no more of it than an EXIF block has.
fn unpack(packed: &[u8], unpacked: &mut Vec<u8>) -> Option<usize> {
    if packed.first()? & 0x7F == LARGE_WINDOW {
        return None;
    }
    Decompressor::new(packed, 4096).take(LONGEST_EXIF).read_to_end(unpacked).ok()
}

/// The container's boxes, in file order. There may be as many as fit into the file.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = Found<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (found, following) = next_box(rest)?;
        rest = following;
        Some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Brotli stream of one block that is not compressed, and the empty one that ends it (RFC 7932, 9.2).
    fn brotli(data: &[u8]) -> Vec<u8> {
        let header = ((data.len() as u32 - 1) << 4 | 1 << 20).to_le_bytes();
        [&header[..3], data, &[3]].concat()
    }

    /// The file with its EXIF block packed.
    fn with_packed_exif(file: &[u8], pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let boxes = boxes(file).map(|(kind, content)| match &kind {
            b"Exif" => (*b"brob", [b"Exif", pack(content).as_slice()].concat()),
            _ => (kind, content.to_vec()),
        });
        boxes
            .flat_map(|(kind, content)| {
                let length = (content.len() as u32 + 8).to_be_bytes();
                [&length[..], &kind, &content].concat()
            })
            .collect()
    }

    fn date(file: &[u8]) -> Option<String> {
        header(file, &Limits::default()).unwrap().captured_at
    }

    #[test]
    fn a_date_in_compressed_metadata_is_read() {
        let file = include_bytes!("../tests/fixtures/exif-date.jxl");
        assert!(date(file).is_some());
        assert_eq!(date(&with_packed_exif(file, brotli)), date(file));
    }

    #[test]
    fn metadata_that_asks_for_a_gigabyte_to_be_unpacked_in_is_passed_over() {
        let file = include_bytes!("../tests/fixtures/exif-date.jxl");
        // The mark, a zero, and six bits for the window's size; then the same block as ever.
        let with_window = |bits: u64| {
            move |data: &[u8]| {
                let header = (u64::from(LARGE_WINDOW) | bits << 8) | (data.len() as u64 - 1) << 17 | 1 << 33;
                [&header.to_le_bytes()[..5], data, &[3]].concat()
            }
        };
        assert_eq!(date(&with_packed_exif(file, with_window(30))), None);
    }

    #[test]
    fn a_picture_in_bands_is_the_same_as_at_once() {
        for file in [
            &include_bytes!("../tests/fixtures/lossy.jxl")[..],
            include_bytes!("../tests/fixtures/lossless.jxl"),
            include_bytes!("../tests/fixtures/alpha.jxl"),
        ] {
            let whole = decode(file, &Limits::default()).unwrap();
            let in_bands = decode_in_bands(file, &Limits::default(), |_| 24).unwrap();
            assert_eq!(in_bands.samples, whole.samples);
        }
    }

    #[test]
    fn a_picture_in_pieces_is_put_together() {
        let file = include_bytes!("../tests/fixtures/lossy.jxl");
        let whole = decode(file, &Limits::default()).unwrap();
        let mut codestream = Vec::new();
        Codestream::of(file).read_to_end(&mut codestream).unwrap();
        let mut pieces = CONTAINER.to_vec();
        for (number, piece) in codestream.chunks(1).enumerate() {
            pieces.extend(u32::to_be_bytes(12 + piece.len() as u32));
            pieces.extend([b"jxlp", &(number as u32).to_be_bytes()[..], piece].concat());
        }
        assert_eq!(decode(&pieces, &Limits::default()).unwrap().samples, whole.samples);
    }
}
