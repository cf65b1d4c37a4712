//! JPEG XL, through `jxl-oxide`, which also turns the picture upright.
//!
//! It gets the codestream alone. Metadata in the container around that may be compressed by Brotli, a thousandfold and
//! more, and jxl-oxide would unpack all of it.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use brotli_decompressor::Decompressor;

use jxl_oxide::{AllocTracker, EnumColourEncoding, JxlImage, PixelFormat, RenderingIntent};

use crate::boxes::{Found, next_box, number};
use crate::color;
use crate::error::ImageError;
use crate::exif;
use crate::format::Format;
use crate::limits::Limits;
use crate::orientation::Orientation;
use crate::raster::on_white;
use crate::stored::{Channels, Header, Stored};

/// What a container begins with; a bare codestream begins otherwise.
const CONTAINER: &[u8] = b"\0\0\0\x0CJXL \r\n\x87\n";
/// Most bytes of an EXIF block that are unpacked. Real ones are a few kilobytes, with a preview some hundred.
const LONGEST_EXIF: u64 = 4 << 20;

pub(crate) fn header(bytes: &[u8], limits: &Limits) -> Result<Header, ImageError> {
    let image = open(bytes, limits)?;
    let (width, height) = (image.width(), image.height());
    let captured_at = exif_block(bytes).and_then(|block| exif::read(&block).captured_at);
    // Everything is computed in 32-bit samples, in a buffer for the frame and one or two for its filters.
    let bytes_per_pixel = image.pixel_format().channels() as u64 * 12;
    let decoder_bytes = (u64::from(width) * u64::from(height)).saturating_mul(bytes_per_pixel);
    // The codestream's orientation is applied while rendering, and a file's EXIF only repeats it.
    Ok(Header { width, height, orientation: Orientation::Upright, captured_at, decoder_bytes })
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, ImageError> {
    let mut image = open(bytes, limits)?;
    // jxl-oxide converts by itself what is not tied to an ICC profile, with more than eight bits, HDR included.
    if image.original_icc().is_none() || image.image_header().metadata.xyb_encoded {
        image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
    }
    if image.num_loaded_keyframes() == 0 {
        return Err(ImageError::Truncated { format: Format::Jxl });
    }
    let render = image.render_frame(0).map_err(|error| ImageError::corrupt(Format::Jxl, &error))?;
    let mut stream = render.stream();
    let (width, height) = (stream.width(), stream.height());
    let mut samples = vec![0_u8; width as usize * height as usize * stream.channels() as usize];
    stream.write_to_buffer(&mut samples);
    let (channels, samples) = match image.pixel_format() {
        PixelFormat::Gray => (Channels::Grey, samples),
        PixelFormat::Graya => (Channels::Rgb, on_white(&grey_to_rgba(&samples))),
        PixelFormat::Rgb => (Channels::Rgb, samples),
        PixelFormat::Rgba => (Channels::Rgb, on_white(&samples)),
        PixelFormat::Cmyk | PixelFormat::Cmyka => {
            return Err(ImageError::unsupported(Format::Jxl, "it is coded in printing inks"));
        }
    };
    Ok(Stored { width, height, channels, samples, profile: color::from_icc(&image.rendered_icc()) })
}

fn open(bytes: &[u8], limits: &Limits) -> Result<JxlImage, ImageError> {
    let budget = usize::try_from(limits.max_decoded_bytes).unwrap_or(usize::MAX);
    JxlImage::builder()
        .alloc_tracker(AllocTracker::with_limit(budget))
        .read(Cursor::new(codestream(bytes)))
        .map_err(|error| match error.downcast_ref::<std::io::Error>() {
            Some(_) => ImageError::Truncated { format: Format::Jxl },
            None => ImageError::corrupt(Format::Jxl, &error),
        })
}

/// The picture itself, without the container.
fn codestream(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.starts_with(CONTAINER) {
        return Cow::Borrowed(bytes);
    }
    let mut parts = Vec::new();
    for (kind, content) in boxes(bytes) {
        match &kind {
            b"jxlc" => return Cow::Borrowed(content),
            // Each part begins with its number.
            b"jxlp" => parts.push(content.get(4..).unwrap_or_default()),
            _ => {}
        }
    }
    Cow::Owned(parts.concat())
}

/// The container's EXIF block, if there is one; not more of it than a real one has.
fn exif_block(bytes: &[u8]) -> Option<Vec<u8>> {
    let container = bytes.starts_with(CONTAINER).then(|| boxes(bytes))?;
    let content = container.into_iter().find_map(|(kind, content)| match &kind {
        b"Exif" => Some(content.to_vec()),
        b"brob" => {
            let packed = content.strip_prefix(b"Exif")?;
            let mut unpacked = Vec::new();
            Decompressor::new(packed, 4096).take(LONGEST_EXIF).read_to_end(&mut unpacked).ok()?;
            Some(unpacked)
        }
        _ => None,
    })?;
    // A number says how many bytes there are before the block.
    let start = number(&content, 0)? as usize;
    Some(content.get(4..)?.get(start..)?.to_vec())
}

/// The container's boxes, in file order.
fn boxes(bytes: &[u8]) -> Vec<Found<'_>> {
    let mut rest = bytes;
    let next = || {
        let (found, following) = next_box(rest)?;
        rest = following;
        Some(found)
    };
    std::iter::from_fn(next).collect()
}

fn grey_to_rgba(samples: &[u8]) -> Vec<u8> {
    samples.as_chunks::<2>().0.iter().flat_map(|&[grey, alpha]| [grey, grey, grey, alpha]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Brotli stream of one block that is not compressed, and the empty one that ends it (RFC 7932, 9.2).
    fn brotli(data: &[u8]) -> Vec<u8> {
        let header = ((data.len() as u32 - 1) << 4 | 1 << 20).to_le_bytes();
        [&header[..3], data, &[3]].concat()
    }

    #[test]
    fn a_date_in_compressed_metadata_is_read() {
        let file = include_bytes!("../tests/fixtures/exif-date.jxl");
        let date = header(file, &Limits::default()).unwrap().captured_at;
        assert!(date.is_some());
        let boxes = boxes(file).into_iter().map(|(kind, content)| match &kind {
            b"Exif" => (*b"brob", [b"Exif", brotli(content).as_slice()].concat()),
            _ => (kind, content.to_vec()),
        });
        let packed: Vec<u8> = boxes
            .flat_map(|(kind, content)| {
                let length = (content.len() as u32 + 8).to_be_bytes();
                [&length[..], &kind, &content].concat()
            })
            .collect();
        assert_eq!(header(&packed, &Limits::default()).unwrap().captured_at, date);
    }
}
