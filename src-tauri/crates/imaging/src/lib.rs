//! Turns the bytes of a photo file into upright sRGB pixels, no larger than needed and within stated limits.
//!
//! The format is told from the content, never from the file's name. Nothing here reads files, keeps state, or knows
//! what the pixels are for; bytes that are damaged or hostile give an [`ImageError`], never a panic.
//!
//! Decoding goes the same way for every format: header, limits, pixels as stored (JPEG at a reduced scale), reduction,
//! colour by the ICC profile, orientation.

mod avif;
mod bmp;
mod boxes;
mod color;
mod cr3;
mod date;
mod error;
mod exif;
mod film;
mod format;
mod gif;
mod ground;
mod heif;
mod heif_preview;
mod hevc;
mod ifd;
mod jpeg;
mod jxl;
mod limits;
mod more;
mod orientation;
mod partial;
mod pixels;
mod placeholder;
mod png;
mod raster;
mod raw;
mod reduce;
mod sensor;
mod sharpness;
mod shot;
mod stored;
mod things;
mod thumbnail;
mod tiff;
mod transfer;
mod turbo;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use error::ImageError;
pub use format::{EXTENSIONS, Format, is_candidate};
pub use limits::{Limits, MOST_BYTES_OF_A_PICTURE};
pub use more::Besides;
pub use orientation::Orientation;
pub use pixels::RgbImage;
pub use placeholder::{PLACEHOLDER_BYTES, is_grey, placeholder};
pub use reduce::Target;
pub use sharpness::sharpness;
pub use shot::{Place, Shot};
pub use things::{Thing, things};
pub use thumbnail::{encode_jpeg, thumbnail};

use stored::{Header, Stored};

/// What a file says about its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The format, by content.
    pub format: Format,
    /// Upright width of the full picture in pixels; of the sensor's, for a camera RAW, which its preview shows smaller.
    pub width: u32,
    /// Upright height of the full picture in pixels; of the sensor's, for a camera RAW.
    pub height: u32,
    /// How the stored pixels are turned to become upright.
    pub orientation: Orientation,
    /// When the photo was taken, `YYYY-MM-DDTHH:MM:SS` by the camera's clock, without a time zone.
    pub captured_at: Option<String>,
    /// Bytes the decoder itself needs, see [`Header::decoder_bytes`].
    decoder_bytes: u64,
    /// Pixels that are there to decode: of a camera RAW, those of its preview.
    decodable: (u32, u32),
}

/// A decoded picture.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// Upright sRGB pixels, possibly fewer than [`Probe::width`] by [`Probe::height`].
    pub image: RgbImage,
    /// What the file says about its full picture.
    pub probe: Probe,
    /// How much of the picture is missing, in thousandths: its file is damaged or ends too early. What is missing is grey, or
    /// not in its place.
    pub missing: u16,
    /// What the file has besides this picture.
    pub besides: Besides,
}

/// Reads a file's header and checks it against `limits`, without decoding pixels.
///
/// # Errors
/// Any [`ImageError`] but those of writing.
pub fn probe(bytes: &[u8], limits: &Limits) -> Result<Probe, ImageError> {
    let format = recognise(bytes, limits)?;
    guarded(format, || {
        checked_header(format, bytes, limits).map(|header| describe(format, header, bytes, limits))
    })
}

/// How the photo was taken, as its file tells. Nothing of it is needed to decode or to find it.
///
/// # Errors
/// Any [`ImageError`] but those of writing.
pub fn shot(bytes: &[u8], limits: &Limits) -> Result<Shot, ImageError> {
    let format = recognise(bytes, limits)?;
    guarded(format, || {
        let profile = match format {
            Format::Jpeg => jpeg::profile(bytes),
            Format::Heic | Format::Avif => heif::profile(format, bytes),
            Format::Png => png::profile(bytes),
            Format::Tiff => tiff::profile(bytes),
            _ => None,
        };
        let profile = profile.and_then(|profile| color::name(&profile));
        Ok(Shot { profile, ..checked_header(format, bytes, limits)?.shot })
    })
}

/// Decodes a file to upright sRGB pixels: all of them, or with a `target` as few as satisfy it conveniently.
///
/// # Errors
/// Any [`ImageError`] but those of writing. Limits are checked before pixels are allocated.
pub fn decode(bytes: &[u8], target: Option<Target>, limits: &Limits) -> Result<Decoded, ImageError> {
    let format = recognise(bytes, limits)?;
    guarded(format, || {
        let header = checked_header(format, bytes, limits)?;
        let denominator = reduce::denominator(header.width, header.height, target);
        let probe = describe(format, header, bytes, limits);
        limits.check_memory(probe.width, probe.height, decoding_cost(&probe, target))?;
        let preview = match (format, target) {
            (Format::Heic, Some(target)) if denominator > 1 => {
                heif_preview::decode(format, bytes, target, limits, hevc::decode)
            }
            _ => None,
        };
        let stored = preview.map_or_else(|| stored_pixels(format, bytes, denominator, limits), Ok)?;
        let missing = stored.missing;
        let image = color::to_srgb(stored)?;
        let besides = more::besides(format, bytes, limits);
        Ok(Decoded { image: probe.orientation.apply(image)?, probe, missing, besides })
    })
}

/// Estimated bytes that [`decode`] holds at its peak, the file's own bytes not counted.
pub fn decoding_cost(probe: &Probe, target: Option<Target>) -> u64 {
    let (width, height) = probe.decodable;
    let denominator = u64::from(reduce::denominator(width, height, target));
    let pixels = u64::from(width) * u64::from(height) / (denominator * denominator);
    // Stored pixels, and their copy while they change colour or place.
    probe.decoder_bytes.saturating_add(pixels * 6)
}

fn recognise(bytes: &[u8], limits: &Limits) -> Result<Format, ImageError> {
    if bytes.is_empty() {
        return Err(ImageError::Empty);
    }
    limits.check_file(bytes.len() as u64)?;
    Format::of(bytes).ok_or(ImageError::NotAnImage)
}

fn checked_header(format: Format, bytes: &[u8], limits: &Limits) -> Result<Header, ImageError> {
    let header = match format {
        Format::Jpeg => jpeg::header(bytes),
        Format::Heic | Format::Avif => heif::header(format, bytes),
        Format::Jxl => jxl::header(bytes, limits),
        Format::Raw => raw::header(bytes),
        Format::Png => png::header(bytes),
        Format::Tiff => tiff::header(bytes),
        _ => raster::header(format, bytes),
    }?;
    let (width, height) = header.orientation.upright(header.width, header.height);
    limits.check_size(width, height)?;
    Ok(header)
}

fn stored_pixels(
    format: Format,
    bytes: &[u8],
    denominator: u32,
    limits: &Limits,
) -> Result<Stored, ImageError> {
    let full = match format {
        Format::Jpeg => return jpeg::decode(bytes, denominator),
        Format::Raw => return raw::decode(bytes, denominator),
        Format::Heic => heif::decode(format, bytes, limits, hevc::decode),
        Format::Avif => heif::decode(format, bytes, limits, avif::decode_av1),
        Format::Jxl => jxl::decode(bytes, limits),
        Format::Png => png::decode(bytes, limits),
        Format::Tiff => tiff::decode(bytes, limits),
        _ => raster::decode(format, bytes, limits),
    }?;
    // What the header promised was checked; a decoder that returns something else is not taken at its word.
    limits.check_size(full.width, full.height)?;
    reduce::average(full, denominator)
}

fn describe(format: Format, header: Header, bytes: &[u8], limits: &Limits) -> Probe {
    let Header { width, height, orientation, captured_at, decoder_bytes, .. } = header;
    let decodable = (width, height);
    let (width, height) = match format {
        Format::Raw => sensor::picture_size(bytes, decodable, limits.max_pixels),
        _ => decodable,
    };
    let (width, height) = orientation.upright(width, height);
    Probe { format, width, height, orientation, captured_at, decoder_bytes, decodable }
}

/// Decoders are other people's code working on anybody's bytes: a panic in one costs that file and nothing more.
fn guarded<T>(format: Format, work: impl FnOnce() -> Result<T, ImageError>) -> Result<T, ImageError> {
    // Everything the closure touches is its own or read-only, so nothing half-changed outlives a panic.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(ImageError::DecoderPanicked { format }))
}
