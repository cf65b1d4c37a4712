//! JPEG: header, metadata segments, and decoding at the scale that is needed.
//!
//! A reduced scale is computed inside libjpeg-turbo's inverse DCT, so seven eighths of a large photo's work falls away.

use moxcms::ColorProfile;

use crate::color;
use crate::date;
use crate::error::ImageError;
use crate::exif::{self, Exif};
use crate::format::Format;
use crate::partial::{self, GREY};
use crate::stored::{Channels, Header, Stored};
use crate::turbo::{self, PixelLayout};

const START_OF_SCAN: u8 = 0xDA;
const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP13: u8 = 0xED;

pub(crate) fn header(bytes: &[u8]) -> Result<Header, ImageError> {
    let found = read_header(bytes)?;
    let exif = exif(bytes);
    let pixels = u64::from(found.width) * u64::from(found.height);
    // A progressive file's coefficients, two bytes each, are held for the whole picture until its last scan.
    let decoder_bytes = if found.progressive { pixels * 6 } else { 1 << 20 };
    Ok(Header {
        width: found.width,
        height: found.height,
        orientation: exif.orientation(),
        captured_at: exif.captured_at,
        shot: exif.shot,
        decoder_bytes,
    })
}

fn read_header(bytes: &[u8]) -> Result<turbo::Header, ImageError> {
    let found = turbo::read_header(bytes).map_err(|message| complaint(bytes, &message))?;
    if found.precision > 8 {
        let reason = format!("it has {} bits per sample", found.precision);
        return Err(ImageError::unsupported(Format::Jpeg, &reason));
    }
    Ok(found)
}

/// Decodes at `1/denominator`; 1, 2, 4 and 8 are the scales that libjpeg-turbo has SIMD code or next to no work for.
pub(crate) fn decode(bytes: &[u8], denominator: u32) -> Result<Stored, ImageError> {
    let header = read_header(bytes)?;
    let denominator = if header.lossless { 1 } else { denominator };
    let mut decoded = turbo::decode(bytes, denominator).map_err(|message| complaint(bytes, &message))?;
    let warning = decoded.warning.as_deref().unwrap_or_default();
    let missing = if ran_out_of_data(warning) && !is_complete_with_end_marker(bytes) {
        let rows = grey_rows(&decoded, header.layout);
        let truncated = ImageError::Truncated { format: Format::Jpeg };
        partial::thousandths(rows, decoded.height.into(), truncated)?.max(1)
    } else if is_about_picture_data(warning) {
        let rows = grey_rows(&decoded, header.layout);
        let lost =
            partial::thousandths(rows, decoded.height.into(), ImageError::corrupt(Format::Jpeg, warning))?;
        lost.max(lost_in_middle(bytes, warning))
    } else {
        0
    };
    if header.layout == PixelLayout::Cmyk {
        // Adobe's convention, and practically every CMYK JPEG's: the samples say how much ink is left out.
        decoded.samples.iter_mut().for_each(|sample| *sample = 255 - *sample);
    }
    Ok(Stored {
        width: decoded.width,
        height: decoded.height,
        channels: match header.layout {
            PixelLayout::Grey => Channels::Grey,
            PixelLayout::Rgb => Channels::Rgb,
            PixelLayout::Cmyk => Channels::Cmyk,
        },
        samples: decoded.samples,
        profile: profile(bytes),
        missing,
    })
}

/// Rows at the end that are grey, as libjpeg-turbo has those for which there is no data. Of a progressive file whose first scan
/// is there, none are: it is only less sharp.
fn grey_rows(pixels: &turbo::Pixels, layout: PixelLayout) -> u64 {
    let row_bytes = pixels.width as usize * layout.bytes_per_pixel();
    let is_grey = |row: &&[u8]| row.iter().all(|sample| *sample == GREY);
    pixels.samples.rchunks_exact(row_bytes.max(1)).take_while(is_grey).count() as u64
}

/// Whether a warning may mean that data in the middle is not what it was. Some programs leave stray bytes, which is no harm.
fn is_about_picture_data(warning: &str) -> bool {
    ["bad Huffman", "found marker", "extraneous bytes"].iter().any(|words| warning.contains(words))
}

/// How much of the picture's data is blank, as a bad sector reads once it was mapped away, in thousandths. What follows it may be
/// out of place, too.
fn lost_in_middle(bytes: &[u8], warning: &str) -> u16 {
    /// A sector of old drives. Picture data does not repeat one byte so often, unless the picture is all of one colour.
    const SECTOR: usize = 512;
    let data =
        bytes.windows(2).position(|pair| pair == [0xFF, START_OF_SCAN]).map_or(bytes, |at| &bytes[at..]);
    let runs = data.chunk_by(|one, other| one == other).map(<[u8]>::len).filter(|length| *length >= SECTOR);
    let lost = runs.sum::<usize>() as u64;
    let share = (lost * 1000 / data.len().max(1) as u64).min(999) as u16;
    // No program writes such codes.
    let is_certain = lost > 0 || warning.contains("bad Huffman");
    if is_certain { share.max(1) } else { 0 }
}

/// Of libjpeg-turbo's warnings, only these two mean that part of the picture is grey. Stray bytes between markers,
/// odd version numbers and damaged blocks leave a picture that viewers show too.
fn ran_out_of_data(warning: &str) -> bool {
    warning.contains("remature end of")
}

/// A file that lost no more than its end marker decodes without complaint once it has one; it counts as complete.
fn is_complete_with_end_marker(bytes: &[u8]) -> bool {
    if bytes.ends_with(&END_OF_IMAGE) {
        return false;
    }
    let ended = [bytes, &END_OF_IMAGE].concat();
    turbo::decode(&ended, 8).is_ok_and(|decoded| !decoded.warning.as_deref().is_some_and(ran_out_of_data))
}

fn complaint(bytes: &[u8], message: &str) -> ImageError {
    let reached_picture_data = segments(bytes).any(|(marker, _)| marker == START_OF_SCAN);
    if reached_picture_data {
        ImageError::corrupt(Format::Jpeg, message)
    } else {
        ImageError::Truncated { format: Format::Jpeg }
    }
}

/// The header's marker segments as (marker, payload), up to and including the first start of scan.
///
/// Stray bytes before a marker are skipped, and a segment that runs past the end of the file ends the walk.
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes.get(2..).unwrap_or_default();
    let mut done = false;
    std::iter::from_fn(move || {
        while !done {
            let start = rest.windows(2).position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF))?;
            let marker = rest[start + 1];
            rest = &rest[start + 2..];
            if matches!(marker, 0x01 | 0xD0..=0xD9) {
                continue;
            }
            let length = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
            let payload = rest.get(2..length)?;
            rest = &rest[length..];
            done = marker == START_OF_SCAN;
            return Some((marker, payload));
        }
        None
    })
}

pub(crate) fn exif(bytes: &[u8]) -> Exif {
    let blocks =
        segments(bytes).filter(|(marker, payload)| *marker == APP1 && payload.starts_with(b"Exif\0"));
    blocks.map(|(_, block)| exif::read(block)).next().unwrap_or_default().or_dated(|| date_beside(bytes))
}

/// The date in XMP or IPTC.
fn date_beside(bytes: &[u8]) -> Option<String> {
    const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
    const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
    let part = |wanted, start| {
        segments(bytes).find_map(
            move |(marker, payload)| {
                if marker == wanted { payload.strip_prefix(start) } else { None }
            },
        )
    };
    let in_xmp = part(APP1, XMP).and_then(date::in_xmp);
    in_xmp.or_else(|| date::in_iptc(date::iptc_of_photoshop(part(APP13, PHOTOSHOP)?)?))
}

/// The colours that the file states.
pub(crate) fn profile(bytes: &[u8]) -> Option<ColorProfile> {
    color::from_icc(&icc_of(bytes)?)
}

/// Joins the profile's parts, which number themselves (ICC.1, annex B.4); a set with gaps is no profile.
fn icc_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut parts: Vec<(u8, &[u8])> = segments(bytes)
        .filter(|(marker, _)| *marker == APP2)
        .filter_map(|(_, payload)| match payload.strip_prefix(b"ICC_PROFILE\0")? {
            [number, _total, data @ ..] => Some((*number, data)),
            _ => None,
        })
        .collect();
    parts.sort_by_key(|(number, _)| *number);
    let in_order = parts.iter().zip(1_u8..).all(|((number, _), expected)| *number == expected);
    (in_order && !parts.is_empty()).then(|| parts.iter().flat_map(|(_, data)| *data).copied().collect())
}
