//! WebP, GIF and BMP, through the `image` crate.
//!
//! An animation is its first frame. What is transparent is laid on a ground, see [`crate::ground`].

use std::borrow::Cow;
use std::error::Error;
use std::io::{Cursor, ErrorKind};

use image::codecs::{bmp::BmpDecoder, gif::GifDecoder, webp::WebPDecoder};
use image::error::{DecodingError, UnsupportedErrorKind};
use image::{ColorType, ImageDecoder};

use crate::bmp;
use crate::color;
use crate::date;
use crate::error::ImageError;
use crate::exif;
use crate::format::Format;
use crate::gif;
use crate::ground::on_ground;
use crate::limits::Limits;
use crate::partial;
use crate::stored::{Channels, Header, Stored};

pub(crate) fn header(format: Format, bytes: &[u8]) -> Result<Header, ImageError> {
    let known = known(format, bytes)?;
    let mut decoder = open(format, &known)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(ImageError::corrupt(format, "it says that it has no pixels"));
    }
    let exif = match format {
        Format::WebP => webp_chunk(bytes, *b"EXIF")
            .map(exif::read)
            .unwrap_or_default()
            .or_dated(|| date::in_xmp(webp_chunk(bytes, *b"XMP ")?)),
        // Unreadable metadata is no reason to refuse the picture.
        _ => decoder.exif_metadata().ok().flatten().map(|block| exif::read(&block)).unwrap_or_default(),
    };
    // Other samples than these become eight-bit ones with an alpha channel on the way.
    let converted = match decoder.color_type() {
        ColorType::L8 | ColorType::Rgb8 => 0,
        _ => (u64::from(width) * u64::from(height)).saturating_mul(7),
    };
    let copied = if matches!(known, Cow::Owned(_)) { known.len() as u64 } else { 0 };
    Ok(Header {
        width,
        height,
        orientation: exif.orientation(),
        captured_at: exif.captured_at,
        shot: exif.shot,
        decoder_bytes: decoder.total_bytes().saturating_add(converted).saturating_add(copied),
    })
}

pub(crate) fn decode(format: Format, bytes: &[u8], limits: &Limits) -> Result<Stored, ImageError> {
    let known = known(format, bytes)?;
    let mut decoder = open(format, &known)?;
    let (width, height) = decoder.dimensions();
    let failed = |error| explain(format, limits, (width, height), error);
    let mut allowed = image::Limits::default();
    allowed.max_alloc = Some(limits.max_decoded_bytes);
    decoder.set_limits(allowed).map_err(failed)?;
    let icc = match format {
        Format::WebP => webp_chunk(bytes, *b"ICCP").map(Cow::Borrowed),
        _ => decoder.icc_profile().ok().flatten().map(Cow::Owned),
    };
    let profile = icc.and_then(|icc| color::from_icc(&icc));
    let color = decoder.color_type();
    let mut samples = vec![0; usize::try_from(decoder.total_bytes()).unwrap_or(usize::MAX)];
    let missing = match decoder.read_image_boxed(&mut samples) {
        Ok(()) => 0,
        // Runs that are damaged have filled the picture up to there, as other programs show it.
        Err(_) if format == Format::Bmp && bmp::is_run_length(&known) => 0,
        Err(error) => {
            let rows = match format {
                Format::Gif => gif::first_rows(bytes, (width, height)).map(|(canvas, rows)| {
                    samples = canvas;
                    rows
                }),
                Format::Bmp => bmp::fill_missing_rows(&known, &mut samples, (width, height)),
                _ => None,
            };
            let reason = match failed(error) {
                ImageError::Corrupt { .. } if format == Format::WebP && is_shorter_than_it_says(bytes) => {
                    ImageError::Truncated { format }
                }
                reason => reason,
            };
            let Some(rows) = rows.filter(|_| partial::is_damage(&reason)) else { return Err(reason) };
            partial::thousandths(rows.into(), height.into(), reason)?
        }
    };
    let (channels, samples) = match color {
        ColorType::L8 => (Channels::Grey, samples),
        ColorType::Rgb8 => (Channels::Rgb, samples),
        ColorType::Rgba8 => (Channels::Rgb, on_ground(&samples, width)),
        _ => return Err(ImageError::unsupported(format, "its kind of pixels is not known")),
    };
    Ok(Stored { width, height, channels, samples, profile, missing })
}

/// The file as the decoder knows it.
fn known(format: Format, bytes: &[u8]) -> Result<Cow<'_, [u8]>, ImageError> {
    if format == Format::Bmp { bmp::with_windows_header(bytes) } else { Ok(Cow::Borrowed(bytes)) }
}

fn open(format: Format, bytes: &[u8]) -> Result<Box<dyn ImageDecoder + '_>, ImageError> {
    let reader = Cursor::new(bytes);
    let decoder: Result<Box<dyn ImageDecoder>, _> = match format {
        Format::WebP => WebPDecoder::new(reader).map(|decoder| Box::new(decoder) as _),
        Format::Gif => GifDecoder::new(reader).map(|decoder| Box::new(decoder) as _),
        _ => BmpDecoder::new(reader).map(|decoder| Box::new(decoder) as _),
    };
    decoder.map_err(|error| match error {
        // No size is known yet.
        image::ImageError::Limits(_) => ImageError::corrupt(format, "its header asks for too much memory"),
        error => explain(format, &Limits::default(), (0, 0), error),
    })
}

/// Whether a WebP file has fewer bytes than its header says.
fn is_shorter_than_it_says(webp: &[u8]) -> bool {
    let length =
        webp.get(4..8).and_then(|length| length.first_chunk()).map(|length| u32::from_le_bytes(*length));
    length.is_some_and(|length| (webp.len() as u64) < u64::from(length) + 8)
}

/// A chunk of a WebP file, if all of it is there. The decoder would make room for as much as the chunk claims to be.
fn webp_chunk(webp: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    let mut rest = webp.get(12..)?;
    loop {
        let (kind, after) = rest.split_first_chunk::<4>()?;
        let (length, content) = after.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        if *kind == name {
            return content.get(..length);
        }
        rest = content.get(length.checked_next_multiple_of(2)?..)?;
    }
}

/// A colour without the alpha value that it was multiplied by.
pub(crate) fn straight(color: u8, alpha: u8) -> u8 {
    if alpha == 0 {
        return color;
    }
    let alpha = u32::from(alpha);
    ((u32::from(color) * 255 + alpha / 2) / alpha).min(255) as u8
}

fn explain(
    format: Format,
    limits: &Limits,
    (width, height): (u32, u32),
    error: image::ImageError,
) -> ImageError {
    match error {
        image::ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            ImageError::Truncated { format }
        }
        image::ImageError::Unsupported(error) => match error.kind() {
            UnsupportedErrorKind::Color(_) => {
                ImageError::unsupported(format, "its kind of pixels is not known")
            }
            UnsupportedErrorKind::GenericFeature(feature) => ImageError::unsupported(format, &feature),
            _ => ImageError::unsupported(format, &error),
        },
        image::ImageError::Limits(_) => {
            ImageError::TooMuchMemory { width, height, limit: limits.max_decoded_bytes }
        }
        image::ImageError::Decoding(error) => match cause(&error) {
            // The GIF decoder's words for it.
            said if said.eq_ignore_ascii_case("unexpected end of file") => ImageError::Truncated { format },
            said => ImageError::corrupt(format, &said),
        },
        error => ImageError::corrupt(format, &error),
    }
}

/// What the decoder itself said; the words around it only name the format once more.
fn cause(error: &DecodingError) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webp_chunk_that_claims_more_than_the_file_is_none() {
        let file = include_bytes!("../tests/fixtures/orientation-8.webp");
        let found = webp_chunk(file, *b"EXIF").unwrap();
        assert_eq!(exif::read(found).orientation().to_exif(), 8);
        let at = file.windows(4).position(|name| name == b"EXIF").unwrap() + 4;
        for length in [found.len() as u32 + 2, u32::MAX - 1, u32::MAX] {
            let mut longer = file.to_vec();
            longer[at..at + 4].copy_from_slice(&length.to_le_bytes());
            assert_eq!(webp_chunk(&longer, *b"EXIF"), None);
            assert_eq!(
                header(Format::WebP, &longer).unwrap().width,
                header(Format::WebP, file).unwrap().width
            );
        }
    }
}
