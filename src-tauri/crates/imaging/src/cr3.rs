//! Canon's CR3: an ISO container whose boxes hold the EXIF blocks and several JPEG previews.
//!
//! Its layout is not published; these are the boxes that are the same in every CR3 file.

use crate::boxes::{Found, long_number, next_box, number};
use crate::exif::{self, Exif};
use crate::ifd::Tiff;

/// Boxes within boxes go no deeper than this in a real file.
const DEEPEST: usize = 8;
/// Boxes looked at in one file.
const MOST_BOXES: usize = 1024;
/// Canon's own boxes begin with a few numbers before the JPEG.
const LONGEST_PREFIX: usize = 64;

pub(crate) fn is_cr3(bytes: &[u8]) -> bool {
    bytes.get(4..12) == Some(b"ftypcrx ")
}

/// Orientation from the block `CMT1`, the time from `CMT2`; each is a TIFF file of its own.
pub(crate) fn exif(bytes: &[u8]) -> Exif {
    let blocks = boxes(bytes).into_iter().filter(|(kind, _)| matches!(kind, b"CMT1" | b"CMT2"));
    blocks.map(|(_, block)| exif::read(block)).reduce(|main, details| details.or(main)).unwrap_or_default()
}

/// Width and height of the sensor's picture: as the block `CMT1` has them; else those of the largest track, which count
/// the sensor's edges as well.
pub(crate) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let boxes = boxes(bytes);
    let main = boxes.iter().find(|(kind, _)| kind == b"CMT1").and_then(|(_, block)| {
        let tiff = Tiff::new(block)?;
        let directory = tiff.directory(tiff.first())?;
        Some((directory.number(0x0100)?, directory.number(0x0101)?))
    });
    main.or_else(|| {
        let tracks = boxes.iter().filter(|(kind, _)| kind == b"stsd").filter_map(|(_, entries)| {
            // Behind a version and a count, an entry begins with its length and its kind.
            let side = |at: usize| Some(u32::from(u16::from_be_bytes(*entries.get(at..)?.first_chunk()?)));
            (entries.get(12..16) == Some(b"CRAW")).then_some(())?;
            Some((side(40)?, side(42)?))
        });
        tracks.max_by_key(|(width, height)| u64::from(*width) * u64::from(*height))
    })
}

/// Everything that may be a JPEG: the preview boxes, and each track's first sample, which is the full-size one.
pub(crate) fn previews(bytes: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut sample_length = None;
    for (kind, content) in boxes(bytes) {
        match &kind {
            b"PRVW" | b"THMB" => found.extend(from_jpeg_start(content)),
            b"stsz" => sample_length = first_sample_length(content),
            b"stco" => {
                let offset = number(content, 8).map(u64::from);
                found.extend(offset.and_then(|at| sample(bytes, at, sample_length?)));
            }
            b"co64" => {
                found.extend(long_number(content, 8).and_then(|at| sample(bytes, at, sample_length?)));
            }
            _ => {}
        }
    }
    found
}

fn from_jpeg_start(content: &[u8]) -> Option<&[u8]> {
    let start = content.windows(3).take(LONGEST_PREFIX).position(|window| window == [0xFF, 0xD8, 0xFF])?;
    content.get(start..)
}

/// One length for all samples, or 0 and a list of lengths (ISO/IEC 14496-12, 8.7.3).
fn first_sample_length(content: &[u8]) -> Option<u32> {
    number(content, 4).filter(|length| *length != 0).or_else(|| number(content, 12))
}

fn sample(bytes: &[u8], offset: u64, length: u32) -> Option<&[u8]> {
    let rest = bytes.get(usize::try_from(offset).ok()?..)?;
    Some(&rest[..rest.len().min(length as usize)])
}

/// All boxes that hold no others, in file order.
fn boxes(bytes: &[u8]) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    collect(bytes, DEEPEST, &mut found);
    found
}

fn collect<'a>(mut rest: &'a [u8], depth: usize, found: &mut Vec<Found<'a>>) {
    while let Some(((kind, content), following)) =
        next_box(rest).filter(|_| depth > 0 && found.len() < MOST_BOXES)
    {
        match &kind {
            b"moov" | b"trak" | b"mdia" | b"minf" | b"stbl" => collect(content, depth - 1, found),
            // A UUID, and before the preview a version and a count; reading those as a box finds nothing.
            b"uuid" => {
                let inside = content.get(16..).unwrap_or_default();
                let prefixed = inside.get(12..16) == Some(b"PRVW");
                collect(if prefixed { &inside[8..] } else { inside }, depth - 1, found);
            }
            _ => found.push((kind, content)),
        }
        rest = following;
    }
}
