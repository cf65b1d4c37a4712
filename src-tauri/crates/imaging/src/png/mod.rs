//! PNG: pixels through the `png` crate, and what the file says of their colours.
//!
//! An animation is its first frame, whether or not the picture for programs that know no animations is one of it.
//! Transparency is for `raster` to lay on a page.

mod chunks;

use std::io::ErrorKind;

use ::png::{BitDepth, ColorType, Decoder, DecodingError, Info, InterlaceInfo, Reader, Transformations};
use moxcms::ColorProfile;

use crate::color;
use crate::error::ImageError;
use crate::format::Format;
use crate::ground::on_ground;
use crate::limits::Limits;
use crate::partial::{self, GREY};
use crate::stored::{Channels, Header, Stored};
use crate::transfer::{Encoding, Samples};
use chunks::WithEnd;
pub(crate) use chunks::frames;

/// Most bytes that a profile may unfold to: a thousandfold of what is in the file otherwise. A row is as long at most.
const MOST_BYTES: usize = 64 << 20;

/// Pixels as the decoder hands them over.
struct Pixels {
    width: u32,
    kind: Samples,
    samples: Vec<u8>,
    /// Rows at the end that are missing, and why.
    missing: Option<(u32, DecodingError)>,
}

pub(crate) fn header(bytes: &[u8]) -> Result<Header, ImageError> {
    let reader = open(bytes)?;
    let info = reader.info();
    let exif = chunks::exif(bytes);
    let pixels = u64::from(info.width) * u64::from(info.height);
    let kind = kind(&reader);
    let read = pixels.saturating_mul((kind.bytes * kind.count()) as u64);
    // Other samples than these become eight-bit ones with an alpha channel on the way.
    let is_plain = kind.bytes == 1 && !kind.alpha && described(info).is_none();
    let converted = if is_plain { 0 } else { pixels.saturating_mul(7) };
    Ok(Header {
        width: info.width,
        height: info.height,
        orientation: exif.orientation(),
        captured_at: exif.captured_at,
        shot: exif.shot,
        decoder_bytes: read.saturating_add(converted),
    })
}

/// The profile that the file states.
pub(crate) fn profile(bytes: &[u8]) -> Option<ColorProfile> {
    open(bytes).ok()?.info().icc_profile.as_deref().and_then(color::from_icc)
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, ImageError> {
    let mut reader = open(bytes)?;
    let (width, height) = reader.info().size();
    let failed = |error: DecodingError| match error {
        DecodingError::LimitsExceeded => {
            ImageError::TooMuchMemory { width, height, limit: limits.max_decoded_bytes }
        }
        error => explain(&error),
    };
    let description = described(reader.info());
    let profile = match description {
        Some(_) => None,
        None => reader.info().icc_profile.as_deref().and_then(color::from_icc),
    };
    let pixels = if let Some(frame) = first_of_animation(&mut reader).filter(|frame| frame.missing.is_none())
    {
        frame
    } else {
        reader = open(bytes)?;
        read(&mut reader, (width, height)).map_err(failed)?
    };
    let Pixels { kind, samples, missing, .. } = pixels;
    let (rows, missing) = match missing {
        Some((rows, reason)) => (rows, partial::thousandths(rows.into(), height.into(), failed(reason))?),
        None => (0, 0),
    };
    let samples = match description {
        Some(encoding) => encoding.to_srgb(&samples, kind),
        None if kind.bytes == 2 => eight_bit(&samples),
        None => samples,
    };
    let (channels, mut samples) = match (kind.colors, kind.alpha) {
        (1, false) => (Channels::Grey, samples),
        (1, true) => (Channels::Rgb, on_ground(&grey_to_rgba(&samples), width)),
        (_, false) => (Channels::Rgb, samples),
        (_, true) => (Channels::Rgb, on_ground(&samples, width)),
    };
    let there = samples.len() - rows as usize * width as usize * channels.count();
    samples[there..].fill(GREY);
    Ok(Stored { width, height, channels, samples, profile, missing })
}

fn open(bytes: &[u8]) -> Result<Reader<WithEnd<'_>>, ImageError> {
    let limits = ::png::Limits { bytes: MOST_BYTES };
    let mut decoder = Decoder::new_with_limits(WithEnd::new(bytes), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.read_info().map_err(|error| match error {
        DecodingError::LimitsExceeded => {
            ImageError::corrupt(Format::Png, "its header asks for too much memory")
        }
        error => explain(&error),
    })
}

/// The colours by their code points or else by a gamma, where no profile or the mark of sRGB says otherwise.
fn described(info: &Info<'_>) -> Option<Encoding> {
    if let Some(points) = info.coding_independent_code_points
        && points.matrix_coefficients == 0
        && points.is_video_full_range_image
    {
        return Encoding::from_code_points(points.color_primaries, points.transfer_function);
    }
    if info.icc_profile.is_some() || info.srgb.is_some() {
        return None;
    }
    let gamma = info.gama_chunk?.into_value();
    let chromaticities = info.chrm_chunk.map(|chunk| {
        [chunk.white, chunk.red, chunk.green, chunk.blue].map(|(x, y)| (x.into_value(), y.into_value()))
    });
    Encoding::from_gamma(1.0 / gamma, chromaticities)
}

fn kind(reader: &Reader<WithEnd<'_>>) -> Samples {
    let (color, depth) = reader.output_color_type();
    Samples {
        bytes: if depth == BitDepth::Sixteen { 2 } else { 1 },
        colors: if matches!(color, ColorType::Grayscale | ColorType::GrayscaleAlpha) { 1 } else { 3 },
        alpha: matches!(color, ColorType::GrayscaleAlpha | ColorType::Rgba),
    }
}

/// Reads a frame of this size. What follows its last row is not asked for: it may be missing, and so may its last rows. Of an
/// interlaced frame, all must be there.
fn read(reader: &mut Reader<WithEnd<'_>>, (width, height): (u32, u32)) -> Result<Pixels, DecodingError> {
    let kind = kind(reader);
    let row_bytes = width as usize * kind.count() * kind.bytes;
    let mut samples = vec![0; row_bytes * height as usize];
    if reader.info().interlaced {
        let bits = (kind.count() * kind.bytes * 8) as u8;
        let mut row = vec![0; row_bytes];
        for _ in 0..interlaced_rows(width, height) {
            let Some(InterlaceInfo::Adam7(pass)) = reader.read_row(&mut row)? else { break };
            ::png::expand_interlaced_row(&mut samples, row_bytes, &row, &pass, bits);
        }
    } else {
        for (number, row) in (0..).zip(samples.chunks_exact_mut(row_bytes)) {
            if let Err(error) = reader.read_row(row) {
                if number == 0 || !partial::is_damage(&explain(&error)) {
                    return Err(error);
                }
                return Ok(Pixels { width, kind, samples, missing: Some((height - number, error)) });
            }
        }
    }
    Ok(Pixels { width, kind, samples, missing: None })
}

/// Rows of all seven passes (Adam7).
fn interlaced_rows(width: u32, height: u32) -> u64 {
    /// First column and row of each pass, and the distance between its rows.
    const PASSES: [(u32, u32, u32); 7] =
        [(0, 0, 8), (4, 0, 8), (0, 4, 8), (2, 0, 4), (0, 2, 4), (1, 0, 2), (0, 1, 2)];
    let used = PASSES.iter().filter(|(column, row, _)| *column < width && *row < height);
    used.map(|(_, row, step)| u64::from((height - row).div_ceil(*step))).sum()
}

/// The first frame of an animation that the picture before it is no part of, on a canvas of the picture's size.
fn first_of_animation(reader: &mut Reader<WithEnd<'_>>) -> Option<Pixels> {
    let info = reader.info();
    let (width, height) = info.size();
    if info.animation_control.is_none() || info.frame_control.is_some() {
        return None;
    }
    let frame = *reader.next_frame_info().ok()?;
    let pixels = read(reader, (frame.width, frame.height)).ok()?;
    if (frame.width, frame.height) == (width, height) {
        return Some(pixels);
    }
    Some(on_canvas(&pixels, (frame.x_offset as usize, frame.y_offset as usize), (width, height)))
}

/// Puts a frame onto a transparent canvas; the decoder has seen to it that it fits.
fn on_canvas(frame: &Pixels, (left, top): (usize, usize), (width, height): (u32, u32)) -> Pixels {
    let kind = Samples { alpha: true, ..frame.kind };
    let (from, to) = (frame.kind.count() * kind.bytes, kind.count() * kind.bytes);
    let row_bytes = width as usize * to;
    let mut samples = vec![0; row_bytes * height as usize];
    let rows = samples.chunks_exact_mut(row_bytes).skip(top);
    for (row, pixels) in rows.zip(frame.samples.chunks_exact(frame.width as usize * from)) {
        let places = row.chunks_exact_mut(to).skip(left);
        for (place, pixel) in places.zip(pixels.chunks_exact(from)) {
            place.fill(0xFF);
            place[..from].copy_from_slice(pixel);
        }
    }
    Pixels { width, kind, samples, missing: None }
}

fn eight_bit(samples: &[u8]) -> Vec<u8> {
    let (samples, _) = samples.as_chunks::<2>();
    samples.iter().map(|sample| ((u32::from(u16::from_be_bytes(*sample)) + 128) / 257) as u8).collect()
}

pub(crate) fn grey_to_rgba(samples: &[u8]) -> Vec<u8> {
    samples.as_chunks::<2>().0.iter().flat_map(|&[grey, alpha]| [grey, grey, grey, alpha]).collect()
}

fn explain(error: &DecodingError) -> ImageError {
    match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            ImageError::Truncated { format: Format::Png }
        }
        error => ImageError::corrupt(Format::Png, error),
    }
}
