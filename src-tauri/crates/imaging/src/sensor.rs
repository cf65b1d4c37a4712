//! How large the picture is that a camera RAW file holds: its sensor's size, not that of the preview it is shown by.
//!
//! Cameras write it where their makers chose to. What is not found, or cannot be true, leaves the preview's size. No
//! sensor data is looked at.

use crate::cr3;
use crate::ifd::{Directory, Tiff};
use crate::raw::{self, FUJIFILM};

const WIDTH: u16 = 0x0100;
const HEIGHT: u16 = 0x0101;
const EXIF_DIRECTORY: u16 = 0x8769;
const EXIF_WIDTH: u16 = 0xA002;
const EXIF_HEIGHT: u16 = 0xA003;
/// Panasonic's edges of the picture on the sensor: top, left, bottom, right.
const PANASONIC_EDGES: [u16; 4] = [0x0004, 0x0005, 0x0006, 0x0007];

/// Fujifilm's sizes with and without the sensor's edges.
const FUJIFILM_CROPPED: u16 = 0x0111;
const FUJIFILM_WHOLE: u16 = 0x0100;
/// A real file has some twenty records.
const MOST_RECORDS: usize = 256;

/// Shapes that differ by less than this share are the same: sensors have edges that previews leave out.
const SAME_SHAPE: f64 = 0.06;

type Size = (u32, u32);

/// The size of the picture as stored, not turned, whose preview has this size. It has the preview's shape, so that places
/// on the preview are places on the picture: a camera that was set to another format shows a part of the sensor.
pub(crate) fn picture_size(bytes: &[u8], preview: Size, most_pixels: u64) -> Size {
    let can_be_true = |size: &Size| (1..=most_pixels).contains(&pixels(*size));
    let sensor = sensor_size(bytes).filter(can_be_true).filter(|size| pixels(*size) >= pixels(preview));
    sensor.map_or(preview, |sensor| within(sensor, preview))
}

/// The part of a sensor that has a preview's shape.
fn within(sensor: Size, preview: Size) -> Size {
    let shape = |size: Size| f64::from(size.0.max(1)) / f64::from(size.1.max(1));
    let turned = (sensor.1, sensor.0);
    let difference = |size: Size| (shape(size) / shape(preview)).ln().abs();
    let sensor = if difference(turned) < difference(sensor) { turned } else { sensor };
    if difference(sensor) < SAME_SHAPE {
        return sensor;
    }
    let scale = (f64::from(sensor.0) / f64::from(preview.0)).min(f64::from(sensor.1) / f64::from(preview.1));
    let side = |length: u32| (f64::from(length) * scale).round().max(1.0) as u32;
    (side(preview.0), side(preview.1))
}

fn pixels(size: Size) -> u64 {
    u64::from(size.0) * u64::from(size.1)
}

fn sensor_size(bytes: &[u8]) -> Option<Size> {
    match bytes {
        _ if cr3::is_cr3(bytes) => cr3::size(bytes),
        _ if bytes.starts_with(FUJIFILM) => fujifilm(bytes),
        // Minolta: sensor and picture, height first, in the first block. Sigma: width and height in the header.
        [0, b'M', b'R', b'M', ..] => Some((big_endian_u16(bytes, 30)?, big_endian_u16(bytes, 28)?)),
        [b'F', b'O', b'V', b'b', ..] => Some((little_endian_u32(bytes, 28)?, little_endian_u32(bytes, 32)?)),
        _ => in_tiff(Tiff::new(bytes)?),
    }
}

/// The largest directory that says it holds sensor data; else the largest size that is named anywhere.
fn in_tiff(tiff: Tiff<'_>) -> Option<Size> {
    let directories = raw::directories(tiff);
    let largest = |sizes: &mut dyn Iterator<Item = Size>| sizes.max_by_key(|size| pixels(*size));
    let sensors = || directories.iter().filter(|directory| raw::holds_sensor_data(directory));
    largest(&mut sensors().filter_map(|directory| size_in(directory, WIDTH, HEIGHT)))
        .or_else(|| directories.iter().find_map(between_edges))
        .or_else(|| {
            let own = directories.iter().filter_map(|directory| size_in(directory, WIDTH, HEIGHT));
            let exif = directories.iter().filter_map(|directory| {
                let exif = tiff.directory(directory.number(EXIF_DIRECTORY)?)?;
                size_in(&exif, EXIF_WIDTH, EXIF_HEIGHT)
            });
            largest(&mut own.chain(exif))
        })
}

fn size_in(directory: &Directory<'_>, width: u16, height: u16) -> Option<Size> {
    Some((directory.number(width)?, directory.number(height)?))
}

fn between_edges(directory: &Directory<'_>) -> Option<Size> {
    let [top, left, bottom, right] = PANASONIC_EDGES.map(|edge| directory.number(edge));
    Some((right?.checked_sub(left?)?, bottom?.checked_sub(top?)?))
}

/// Fujifilm's header holds, at byte 92, the offset of records of a tag, a length and that many bytes, big-endian.
fn fujifilm(bytes: &[u8]) -> Option<Size> {
    let at = big_endian_u32(bytes, 92)? as usize;
    let count = big_endian_u32(bytes, at)? as usize;
    let (mut at, mut whole) = (at.checked_add(4)?, None);
    for _ in 0..count.min(MOST_RECORDS) {
        let (tag, length) = (big_endian_u16(bytes, at)?, big_endian_u16(bytes, at + 2)?);
        let size = || Some((big_endian_u16(bytes, at + 6)?, big_endian_u16(bytes, at + 4)?));
        match tag as u16 {
            FUJIFILM_CROPPED => return size(),
            FUJIFILM_WHOLE => whole = size(),
            _ => {}
        }
        at = at.checked_add(4 + length as usize)?;
    }
    whole
}

fn big_endian_u16(bytes: &[u8], at: usize) -> Option<u32> {
    let value = bytes.get(at..)?.first_chunk()?;
    Some(u32::from(u16::from_be_bytes(*value)))
}

fn big_endian_u32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|value| u32::from_be_bytes(*value))
}

fn little_endian_u32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|value| u32::from_le_bytes(*value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A little-endian TIFF file with one directory of numbers of 32 bits, and room behind it.
    fn tiff(magic: [u8; 2], entries: &[(u16, u32)]) -> Vec<u8> {
        let mut bytes = [b"II", &magic[..], &8_u32.to_le_bytes()[..]].concat();
        bytes.extend((entries.len() as u16).to_le_bytes());
        for (tag, value) in entries {
            bytes.extend([&tag.to_le_bytes()[..], &[4, 0, 1, 0, 0, 0], &value.to_le_bytes()].concat());
        }
        bytes.extend([0; 64]);
        bytes
    }

    #[test]
    fn each_makers_place_for_the_size_is_known() {
        let preview = (1620, 1080);
        let photometric = (0x0106, 32803);
        let panasonic = [(0x0004, 4), (0x0005, 8), (0x0006, 3468), (0x0007, 4628)];
        let mut fuji = [FUJIFILM, &[0; 200 - 15]].concat();
        fuji[92..96].copy_from_slice(&120_u32.to_be_bytes());
        let records =
            [&[0, 0, 0, 2, 1, 0, 0, 4, 0x10, 0, 0x18, 0][..], &[1, 0x11, 0, 4, 0x0F, 0xC0, 0x17, 0xA0][..]];
        fuji[120..140].copy_from_slice(&records.concat());
        let mut minolta = [&b"\0MRM"[..], &[0; 60]].concat();
        minolta[28..32].copy_from_slice(&[0x07, 0xD0, 0x0B, 0xB8]);
        let mut sigma = [&b"FOVb"[..], &[0; 60]].concat();
        sigma[28..36].copy_from_slice(&[0xC0, 0x12, 0, 0, 0x80, 0x0C, 0, 0]);
        for (bytes, size) in [
            (tiff([42, 0], &[(WIDTH, 6048), (HEIGHT, 4024), photometric]), (6048, 4024)),
            (tiff(*b"RO", &[(WIDTH, 4640), (HEIGHT, 3472)]), (4640, 3093)),
            (tiff([0x55, 0], &panasonic), (4620, 3080)),
            (fuji, (6048, 4032)),
            (minolta, (3000, 2000)),
            (sigma, (4800, 3200)),
        ] {
            assert_eq!(picture_size(&bytes, preview, 400_000_000), size);
        }
    }

    #[test]
    fn a_preview_that_is_turned_or_of_another_shape_shows_its_part_of_the_sensor() {
        assert_eq!(within((3200, 2400), (810, 1080)), (2400, 3200));
        assert_eq!(within((6048, 4024), (1616, 1080)), (6048, 4024));
        assert_eq!(within((6000, 4000), (1920, 1080)), (6000, 3375));
        assert_eq!(within((6000, 4000), (1080, 1080)), (4000, 4000));
    }

    #[test]
    fn what_cannot_be_true_is_not_believed() {
        let photometric = (0x0106, 32803);
        let file = |width, height| tiff([42, 0], &[(WIDTH, width), (HEIGHT, height), photometric]);
        for (width, height) in [(0, 4000), (u32::MAX, u32::MAX), (u32::MAX, 1), (160, 120), (40_000, 40_000)]
        {
            assert_eq!(picture_size(&file(width, height), (1620, 1080), 400_000_000), (1620, 1080));
        }
        for length in 0..120 {
            let _ = picture_size(&[FUJIFILM, &vec![0xFF; length]].concat(), (3, 2), 400_000_000);
            let _ = picture_size(&[&b"\0MRM"[..], &vec![0xFF; length]].concat(), (3, 2), 400_000_000);
        }
    }
}
