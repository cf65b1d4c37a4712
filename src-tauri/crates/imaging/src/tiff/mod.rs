//! TIFF and BigTIFF: which of the file's pictures is the photo, and that one's pixels.
//!
//! Strips and tiles are unpacked row by row onto the canvas, so that a picture takes hardly more memory than its pixels
//! have when they are read. What is not read rightly is refused by `layout`.

mod colour;
mod fax;
mod jpeg;
mod layout;
mod packing;
mod samples;

use std::io::{self, ErrorKind};

use moxcms::ColorProfile;

use crate::color;
use crate::date;
use crate::error::ImageError;
use crate::exif::{self, Exif};
use crate::ground::on_ground;
use crate::ifd::{Directory, Tiff};
use crate::limits::Limits;
use crate::partial::{self, GREY};
use crate::stored::{Header, Stored};
use colour::Colours;
use layout::{Layout, damaged, truncated};
use samples::Rows;

const NEW_KIND: u16 = 0x00FE;
const OLD_KIND: u16 = 0x00FF;
const XMP: u16 = 0x02BC;
const IPTC: u16 = 0x83BB;
const ICC_PROFILE: u16 = 0x8773;

/// Directories looked into: a file that chains more than this is a book.
const MOST_DIRECTORIES: usize = 64;

/// The profile that the file states.
pub(crate) fn profile(bytes: &[u8]) -> Option<ColorProfile> {
    let (_, directory, _) = photo(bytes).ok()?;
    profile_in(&directory)
}

fn profile_in(directory: &Directory<'_>) -> Option<ColorProfile> {
    directory.get(ICC_PROFILE).and_then(|entry| color::from_icc(entry.value))
}

pub(crate) fn header(bytes: &[u8]) -> Result<Header, ImageError> {
    let (tiff, directory, exif) = photo(bytes)?;
    let layout = Layout::read(tiff, &directory)?;
    let colours = Colours::of(&layout)?;
    let pixels = u64::from(layout.width) * u64::from(layout.height);
    // The canvas, and its pixels on a page.
    let channels = colours.channels().count() as u64 + if colours.has_alpha() { 4 } else { 0 };
    let rows = layout.row_bytes().saturating_mul(3);
    let decoder_bytes =
        pixels.saturating_mul(channels).saturating_add(rows).saturating_add(layout.piece_bytes());
    Ok(Header {
        width: layout.width,
        height: layout.height,
        orientation: exif.orientation(),
        captured_at: exif.captured_at,
        shot: exif.shot,
        decoder_bytes,
    })
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, ImageError> {
    let (tiff, directory, _) = photo(bytes)?;
    let layout = Layout::read(tiff, &directory)?;
    layout.check_rows(limits)?;
    let colours = Colours::of(&layout)?;
    let count = colours.channels().count() + usize::from(colours.has_alpha());
    let row_bytes = layout.width as usize * count;
    let mut samples = vec![0; row_bytes * layout.height as usize];
    let (mut missing, mut reason) = (0_u64, None);
    // One row of tiles after the other.
    for (number, band) in samples.chunks_mut(row_bytes * layout.piece.1 as usize).enumerate() {
        for column in 0..layout.across {
            let mut painted = 0;
            match paint(&layout, &colours, ((column, number as u32), &mut painted), band) {
                Ok(()) => {}
                Err(error) if partial::is_damage(&error) => {
                    missing += leave_out(&layout, &colours, (column, painted), band);
                    reason.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
    }
    let pixels = u64::from(layout.width) * u64::from(layout.height);
    let missing = match reason {
        Some(reason) => partial::thousandths(missing, pixels, reason)?,
        None => 0,
    };
    if colours.has_alpha() {
        samples = on_ground(&samples, layout.width);
    }
    let profile = profile_in(&directory);
    let channels = colours.channels();
    Ok(Stored { width: layout.width, height: layout.height, channels, samples, profile, missing })
}

/// Makes grey what a strip or tile, of which so many rows were painted, should have covered. Returns how many pixels that is.
fn leave_out(
    layout: &Layout<'_>,
    colours: &Colours,
    (column, painted): (u32, usize),
    band: &mut [u8],
) -> u64 {
    let count = colours.channels().count() + usize::from(colours.has_alpha());
    let left = column as usize * layout.piece.0 as usize;
    let visible = (layout.width as usize - left).min(layout.piece.0 as usize);
    let mut missing = 0;
    for pixels in band.chunks_exact_mut(layout.width as usize * count).skip(painted) {
        let pixels = &mut pixels[left * count..(left + visible) * count];
        pixels.fill(GREY);
        if colours.has_alpha() {
            pixels.iter_mut().skip(count - 1).step_by(count).for_each(|alpha| *alpha = 0xFF);
        }
        missing += visible as u64;
    }
    missing
}

/// Paints one strip or tile onto the rows that it belongs to, and counts them.
fn paint(
    layout: &Layout<'_>,
    colours: &Colours,
    ((column, row), painted): ((u32, u32), &mut usize),
    band: &mut [u8],
) -> Result<(), ImageError> {
    let streams: Result<Vec<_>, _> =
        (0..layout.planes()).map(|plane| packing::unpacked(layout, column, row, plane)).collect();
    let mut rows = Rows::new(streams?, layout);
    let count = colours.channels().count() + usize::from(colours.has_alpha());
    let left = column as usize * layout.piece.0 as usize;
    let visible = (layout.width as usize - left).min(layout.piece.0 as usize);
    let mut samples = vec![0; layout.piece.0 as usize * layout.samples];
    for pixels in band.chunks_exact_mut(layout.width as usize * count) {
        rows.next(layout, &mut samples).map_err(|error| explain(&error))?;
        let covered = &mut pixels[left * count..(left + visible) * count];
        colours.convert(&samples[..visible * layout.samples], covered);
        *painted += 1;
    }
    Ok(())
}

/// The directory of the photo: the first that is neither a smaller copy nor a mask. Its own orientation counts; the
/// date may be another's.
fn photo(bytes: &[u8]) -> Result<(Tiff<'_>, Directory<'_>, Exif), ImageError> {
    const REDUCED: u32 = 1;
    const MASK: u32 = 4;
    let tiff = Tiff::new(bytes).ok_or_else(truncated)?;
    let mut offset = tiff.first();
    let first = tiff.directory(offset).ok_or_else(truncated)?;
    if goes_in_circles(tiff) {
        return Err(damaged("its pages go round in a circle"));
    }
    let first_exif = exif::of_directory(tiff, &first);
    for _ in 0..MOST_DIRECTORIES {
        let Some(directory) = tiff.directory(offset) else { break };
        let is_reduced = match directory.number(NEW_KIND) {
            Some(kind) => kind & (REDUCED | MASK) != 0,
            None => directory.number(OLD_KIND) == Some(2),
        };
        if !is_reduced {
            let exif = exif::of_directory(tiff, &directory)
                .or_dated(|| first_exif.captured_at)
                .or_dated(|| date::in_xmp(directory.get(XMP)?.value))
                .or_dated(|| date::in_iptc(directory.get(IPTC)?.value));
            return Ok((tiff, directory, exif));
        }
        offset = directory.next;
    }
    // There is nothing else in it.
    Ok((tiff, first, first_exif))
}

/// Whether a directory is followed by one that came before.
fn goes_in_circles(tiff: Tiff<'_>) -> bool {
    let mut seen = Vec::new();
    let mut offset = tiff.first();
    while offset != 0 && seen.len() < MOST_DIRECTORIES {
        if seen.contains(&offset) {
            return true;
        }
        seen.push(offset);
        let Some(directory) = tiff.directory(offset) else { break };
        offset = directory.next;
    }
    false
}

fn explain(error: &io::Error) -> ImageError {
    match error.kind() {
        ErrorKind::UnexpectedEof => truncated(),
        _ => damaged(&format!("its picture data cannot be unpacked: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tag of one number, in little-endian.
    fn tag(tag: u16, value: u32) -> Vec<u8> {
        [&tag.to_le_bytes()[..], &[4, 0, 1, 0, 0, 0], &value.to_le_bytes()].concat()
    }

    #[test]
    fn strips_that_are_cut_off_or_unreadable_are_grey_and_the_others_are_shown() {
        // Four strips of two rows of four white pixels; where they are is told before them.
        let (start, length) = (8 + 2 + 8 * 12 + 4 + 32, 8);
        let offsets: Vec<u8> = (0..4_u32).flat_map(|strip| (start + strip * length).to_le_bytes()).collect();
        let lengths: Vec<u8> = (0..4).flat_map(|_| length.to_le_bytes()).collect();
        let list =
            |tag: u16, at: u32| [&tag.to_le_bytes()[..], &[4, 0, 4, 0, 0, 0], &at.to_le_bytes()].concat();
        let lists = start - 32;
        let tags = [
            tag(256, 4),
            tag(257, 8),
            tag(258, 8),
            tag(259, 1),
            tag(262, 1),
            list(273, lists),
            tag(278, 2),
            list(279, lists + 16),
        ];
        let header = [&b"II*\0\x08\0\0\0\x08\0"[..], &tags.concat(), &[0; 4], &offsets, &lengths].concat();
        let file = [header, vec![255; 32]].concat();
        let read =
            |bytes: &[u8]| decode(bytes, &Limits::default()).map(|stored| (stored.samples, stored.missing));
        assert_eq!(read(&file), Ok((vec![255; 32], 0)));
        let cut = read(&file[..file.len() - 12]);
        assert_eq!(cut, Ok(([vec![255; 20], vec![GREY; 12]].concat(), 375)));
        // A strip that is said to be beyond the end.
        let mut misled = file.clone();
        let second = lists as usize + 4;
        misled[second..second + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        let expected = [vec![255; 8], vec![GREY; 8], vec![255; 16]].concat();
        assert_eq!(read(&misled), Ok((expected, 250)));
        assert_eq!(read(&file[..start as usize]), Err(truncated()));
    }

    #[test]
    fn colours_that_do_not_say_how_coarse_they_are_are_as_coarse_as_their_data_says() {
        let (side, grey): (u32, [u8; 3]) = (4, [200, 128, 128]);
        for (samples, is_coarse) in
            [(grey.repeat(16), false), ([200, 200, 200, 200, 128, 128].repeat(4), true)]
        {
            let tags = [
                tag(256, side),
                tag(257, side),
                tag(258, 8),
                tag(259, 1),
                tag(262, 6),
                tag(273, 8),
                tag(277, 3),
                tag(279, samples.len() as u32),
            ];
            let directory = 8 + samples.len() as u32;
            let header = [&b"II*\0"[..], &directory.to_le_bytes(), &samples, &[8, 0]].concat();
            let file = [header, tags.concat(), vec![0; 4]].concat();
            let decoded = decode(&file, &Limits::default()).map(|stored| stored.samples);
            assert!(decoded.is_ok_and(|samples| samples == [200; 48]), "{is_coarse}");
        }
    }
}
