//! Camera RAW files, shown by the JPEG preview that the camera put into them.
//!
//! No sensor data is developed here; how large the sensor's picture is, [`crate::sensor`] finds out. Previews are looked for where the file's structure says they are; files whose
//! structure leads to none are searched for anything that is a JPEG. The largest one wins.

use crate::cr3;
use crate::error::ImageError;
use crate::exif;
use crate::format::Format;
use crate::ifd::{Directory, Entry, Tiff};
use crate::jpeg;
use crate::stored::{Header, Stored};

pub(crate) const FUJIFILM: &[u8] = b"FUJIFILMCCD-RAW";
const JPEG_START: &[u8] = &[0xFF, 0xD8, 0xFF];

/// Directories looked into: a file that chains or nests more than this is going round in circles.
const MOST_DIRECTORIES: usize = 64;
/// Places tried when nothing leads to a preview.
const MOST_GUESSES: usize = 32;

const PHOTOMETRIC: u16 = 0x0106;
const STRIP_OFFSETS: u16 = 0x0111;
const STRIP_BYTE_COUNTS: u16 = 0x0117;
const SUB_DIRECTORIES: u16 = 0x014A;
const JPEG_OFFSET: u16 = 0x0201;
const JPEG_LENGTH: u16 = 0x0202;
/// Panasonic's JPEG, held in the tag itself.
const JPEG_FROM_RAW: u16 = 0x002E;
const DNG_VERSION: u16 = 0xC612;

const PHOTOMETRIC_SENSOR: u32 = 32803;
const PHOTOMETRIC_LINEAR_RAW: u32 = 34892;

/// Whether `bytes` are a camera RAW file other than Canon's CR3, which its container's brand tells.
pub(crate) fn is_raw(bytes: &[u8]) -> bool {
    match bytes {
        // Fujifilm, Minolta, Sigma, older Canon.
        _ if bytes.starts_with(FUJIFILM) => true,
        [0, b'M', b'R', b'M', ..]
        | [b'F', b'O', b'V', b'b', ..]
        | [b'I', b'I', _, _, _, _, b'H', b'E', b'A', b'P', b'C', b'C', b'D', b'R', ..]
        // Olympus and Panasonic: TIFF with a magic number of their own.
        | [b'I', b'I', b'R', b'O' | b'S', ..]
        | [b'M', b'M', b'O', b'R', ..]
        | [b'I', b'I', b'U', 0, ..]
        // Canon's CR2 marks itself behind the TIFF header.
        | [b'I', b'I', 42, 0, _, _, _, _, b'C', b'R', ..] => true,
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Tiff::new(bytes).is_some_and(|tiff| {
            directories(tiff)
                .iter()
                .any(|directory| directory.get(DNG_VERSION).is_some() || holds_sensor_data(directory))
        }),
        _ => false,
    }
}

/// Whether a directory is of what the sensor took, not of a preview.
pub(crate) fn holds_sensor_data(directory: &Directory<'_>) -> bool {
    matches!(directory.number(PHOTOMETRIC), Some(PHOTOMETRIC_SENSOR | PHOTOMETRIC_LINEAR_RAW))
}

pub(crate) fn header(bytes: &[u8]) -> Result<Header, ImageError> {
    let (preview, jpeg) = largest_preview(bytes)?;
    let own = if cr3::is_cr3(bytes) { cr3::exif(bytes) } else { exif::read(bytes) };
    // The file's own EXIF describes the preview too, which seldom has any; both together would turn it twice.
    let found = own.or(jpeg::exif(jpeg));
    Ok(Header {
        orientation: found.orientation(),
        captured_at: found.captured_at,
        shot: found.shot,
        ..preview
    })
}

pub(crate) fn decode(bytes: &[u8], denominator: u32) -> Result<Stored, ImageError> {
    let (_, preview) = largest_preview(bytes)?;
    let stored = jpeg::decode(preview, denominator)?;
    // The photo itself, of which there is more, is in a part of the file that is not read here.
    if stored.missing > 0 { Err(ImageError::Truncated { format: Format::Raw }) } else { Ok(stored) }
}

/// The embedded JPEG with the most pixels. Sensor data that is coded as lossless JPEG has too many bits to count.
fn largest_preview(bytes: &[u8]) -> Result<(Header, &[u8]), ImageError> {
    let named = if cr3::is_cr3(bytes) {
        cr3::previews(bytes)
    } else if bytes.starts_with(FUJIFILM) {
        fujifilm_preview(bytes).into_iter().collect()
    } else {
        Tiff::new(bytes).map(tiff_previews).unwrap_or_default()
    };
    largest(named)
        .or_else(|| largest(guesses(bytes)))
        .ok_or_else(|| ImageError::unsupported(Format::Raw, "it carries no preview picture"))
}

fn largest<'a>(candidates: impl IntoIterator<Item = &'a [u8]>) -> Option<(Header, &'a [u8])> {
    let jpegs = candidates.into_iter().filter(|candidate| candidate.starts_with(JPEG_START));
    jpegs.filter_map(|jpeg| Some((jpeg::header(jpeg).ok()?, jpeg))).max_by_key(|(header, _)| header.pixels())
}

/// Fujifilm's header holds the offset and length of one JPEG, big-endian, at bytes 84 and 88.
fn fujifilm_preview(bytes: &[u8]) -> Option<&[u8]> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    part(bytes, number(84)?, number(88)?)
}

fn tiff_previews(tiff: Tiff<'_>) -> Vec<&[u8]> {
    let mut found = Vec::new();
    for directory in directories(tiff) {
        let part_at =
            |offset, length| part(tiff.bytes(), directory.number(offset)?, directory.number(length)?);
        found.extend(part_at(JPEG_OFFSET, JPEG_LENGTH));
        found.extend(part_at(STRIP_OFFSETS, STRIP_BYTE_COUNTS));
        found.extend(directory.get(JPEG_FROM_RAW).map(|entry| entry.value));
    }
    found
}

/// Every directory that the first one leads to.
pub(crate) fn directories(tiff: Tiff<'_>) -> Vec<Directory<'_>> {
    let mut offsets = vec![tiff.first()];
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(offset) = offsets.get(next).copied().filter(|_| next < MOST_DIRECTORIES) {
        next += 1;
        let Some(directory) = tiff.directory(offset) else { continue };
        let nested = directory.get(SUB_DIRECTORIES).into_iter().flat_map(Entry::numbers);
        for offset in nested.take(MOST_DIRECTORIES).chain([directory.next]) {
            if offset != 0 && !offsets.contains(&offset) {
                offsets.push(offset);
            }
        }
        found.push(directory);
    }
    found
}

/// What begins like a JPEG, wherever it is: where Olympus, Minolta and Sigma keep their previews takes a maker's
/// manual to find.
fn guesses(bytes: &[u8]) -> Vec<&[u8]> {
    let starts = bytes.windows(JPEG_START.len()).enumerate().filter(|(_, window)| *window == JPEG_START);
    starts.take(MOST_GUESSES).map(|(start, _)| &bytes[start..]).collect()
}

/// The bytes that a header points to, as far as the file goes.
fn part(bytes: &[u8], offset: u32, length: u32) -> Option<&[u8]> {
    let rest = bytes.get(offset as usize..)?;
    Some(&rest[..rest.len().min(length as usize)])
}
