//! Rows of packed samples to rows of eight bits a sample: differences undone, bits and fractions scaled.

use std::io::{self, Read};

use super::layout::{Layout, Meaning, Predictor};

/// Reads the rows of a strip or tile.
pub(super) struct Rows<'a> {
    planes: Vec<Box<dyn Read + 'a>>,
    packed: Vec<u8>,
    /// The bytes of each sample in the order of a row of fractions that differ.
    reordered: Vec<u8>,
    /// The rows of a row of chroma units, the last one first.
    rest_of_units: Vec<Vec<u8>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(planes: Vec<Box<dyn Read + 'a>>, layout: &Layout<'_>) -> Self {
        let packed = vec![0; layout.row_bytes() as usize];
        Self { planes, packed, reordered: Vec::new(), rest_of_units: Vec::new() }
    }

    /// Fills `row` with all samples of each pixel.
    pub(super) fn next(&mut self, layout: &Layout<'_>, row: &mut [u8]) -> io::Result<()> {
        if layout.packs_chroma() {
            return self.next_of_units(layout, row);
        }
        let (count, step) =
            if layout.is_planar { (layout.piece.0 as usize, layout.samples) } else { (row.len(), 1) };
        let distance = if layout.is_planar { 1 } else { layout.samples };
        for (plane, stream) in self.planes.iter_mut().enumerate() {
            stream.read_exact(&mut self.packed)?;
            let is_float = layout.predictor == Predictor::Float;
            match layout.predictor {
                Predictor::None => {}
                Predictor::Horizontal => undo_differences(&mut self.packed, layout, distance),
                Predictor::Float => {
                    undo_differences_of_bytes(&mut self.packed, distance);
                    self.reordered.clear();
                    self.reordered.extend(together(&self.packed, layout.bits as usize / 8));
                }
            }
            let packed = if is_float { &self.reordered } else { &self.packed };
            // What was told as fractions that differ begins with its highest byte, whatever the file does.
            let little_endian = layout.tiff.little_endian() && !is_float;
            eight_bit(packed, layout, little_endian, row[plane..].iter_mut().step_by(step).take(count));
        }
        Ok(())
    }

    /// Rows of pixels that share their chroma: one unit has the brightness of each, and then the two of chroma.
    fn next_of_units(&mut self, layout: &Layout<'_>, row: &mut [u8]) -> io::Result<()> {
        if self.rest_of_units.is_empty() {
            self.planes[0].read_exact(&mut self.packed)?;
            let (across, down) = (layout.subsampling.0 as usize, layout.subsampling.1 as usize);
            let width = layout.piece.0 as usize;
            for line in (0..down).rev() {
                let mut pixels = Vec::with_capacity(row.len());
                for x in 0..width {
                    let unit = &self.packed[x / across * (across * down + 2)..];
                    pixels.extend([
                        unit[line * across + x % across],
                        unit[across * down],
                        unit[across * down + 1],
                    ]);
                    pixels.resize(pixels.len() + layout.samples - 3, 0);
                }
                self.rest_of_units.push(pixels);
            }
        }
        if let Some(pixels) = self.rest_of_units.pop() {
            row.copy_from_slice(&pixels);
        }
        Ok(())
    }
}

/// Adds to each sample the one of the pixel before.
fn undo_differences(row: &mut [u8], layout: &Layout<'_>, distance: usize) {
    macro_rules! undo {
        ($number:ty, $read:ident, $write:ident) => {{
            const BYTES: usize = size_of::<$number>();
            let (samples, _) = row.as_chunks_mut::<BYTES>();
            for at in distance..samples.len() {
                let before = <$number>::$read(samples[at - distance]);
                samples[at] = <$number>::$read(samples[at]).wrapping_add(before).$write();
            }
        }};
    }
    match (layout.bits, layout.tiff.little_endian()) {
        (8, _) => undo_differences_of_bytes(row, distance),
        (16, true) => undo!(u16, from_le_bytes, to_le_bytes),
        (16, false) => undo!(u16, from_be_bytes, to_be_bytes),
        (32, true) => undo!(u32, from_le_bytes, to_le_bytes),
        (32, false) => undo!(u32, from_be_bytes, to_be_bytes),
        (_, true) => undo!(u64, from_le_bytes, to_le_bytes),
        (_, false) => undo!(u64, from_be_bytes, to_be_bytes),
    }
}

fn undo_differences_of_bytes(row: &mut [u8], distance: usize) {
    for at in distance..row.len() {
        row[at] = row[at].wrapping_add(row[at - distance]);
    }
}

/// Samples whose bytes stood apart, all highest ones first.
fn together(row: &[u8], bytes: usize) -> impl Iterator<Item = u8> {
    let count = row.len() / bytes;
    (0..count).flat_map(move |sample| (0..bytes).map(move |byte| row[byte * count + sample]))
}

/// Whether samples stand for something else than brightness, so that they are not stretched to eight bits.
fn is_raw(layout: &Layout<'_>) -> bool {
    matches!(layout.meaning, Meaning::Palette | Meaning::CieLab | Meaning::IccLab)
}

fn eight_bit<'r>(
    packed: &[u8],
    layout: &Layout<'_>,
    little_endian: bool,
    row: impl Iterator<Item = &'r mut u8>,
) {
    let scale = |value: u64, bits: u32| ((value * 255 + (1 << bits) / 2 - 1) / ((1 << bits) - 1)) as u8;
    match (layout.bits, layout.is_float) {
        (8, _) => row.zip(packed).for_each(|(to, from)| *to = *from),
        (16, false) if is_raw(layout) => {
            let high = usize::from(little_endian);
            row.zip(packed.as_chunks::<2>().0).for_each(|(to, from)| *to = from[high]);
        }
        (16, false) => row.zip(packed.as_chunks::<2>().0).for_each(|(to, from)| {
            let value = if little_endian { u16::from_le_bytes(*from) } else { u16::from_be_bytes(*from) };
            *to = ((u32::from(value) + 128) / 257) as u8;
        }),
        (bits @ (24 | 32), false) => {
            let bytes = bits as usize / 8;
            let high = if little_endian { bytes - 1 } else { 0 };
            row.zip(packed.chunks_exact(bytes)).for_each(|(to, from)| *to = from[high]);
        }
        (bits, true) => row.zip(packed.chunks_exact(bits as usize / 8)).for_each(|(to, from)| {
            let mut wide = [0; 8];
            for (place, byte) in wide.iter_mut().zip(from.iter().rev()) {
                *place = *byte;
            }
            let value = if little_endian {
                u64::from_le_bytes(turned(wide, from.len()))
            } else {
                u64::from_le_bytes(wide)
            };
            *to = (fraction(value, bits).clamp(0.0, 1.0) * 255.0).round() as u8;
        }),
        (bits, false) => {
            let raw = is_raw(layout);
            row.enumerate().for_each(|(index, to)| {
                let value = bits_at(packed, index * bits as usize, bits);
                *to = if raw { value as u8 } else { scale(value, bits) };
            });
        }
    }
}

/// The first so many bytes the other way round.
fn turned(mut bytes: [u8; 8], count: usize) -> [u8; 8] {
    bytes[..count].reverse();
    bytes
}

/// A number of up to sixteen bits, wherever it begins.
fn bits_at(packed: &[u8], at: usize, bits: u32) -> u64 {
    let first = at / 8;
    let byte = |index: usize| u64::from(packed.get(index).copied().unwrap_or(0));
    let window = byte(first) << 16 | byte(first + 1) << 8 | byte(first + 2);
    window >> (24 - at as u32 % 8 - bits) & ((1 << bits) - 1)
}

/// A fraction of 16, 24, 32 or 64 bits; what is no number is black.
fn fraction(value: u64, bits: u32) -> f64 {
    let (exponent_width, mantissa_width) = match bits {
        16 => (5, 10),
        24 => (7, 16),
        32 => return finite(f64::from(f32::from_bits(value as u32))),
        _ => return finite(f64::from_bits(value)),
    };
    let mantissa = (value & ((1 << mantissa_width) - 1)) as f64 / f64::from(1_u32 << mantissa_width);
    let power = (value >> mantissa_width & ((1 << exponent_width) - 1)) as i32;
    let middle = (1 << (exponent_width - 1)) - 1;
    let is_negative = value >> (bits - 1) & 1 == 1;
    match power {
        _ if is_negative => 0.0,
        0 => mantissa * 2_f64.powi(1 - middle),
        // Infinite, or no number.
        all if all == (1 << exponent_width) - 1 => 0.0,
        _ => (1.0 + mantissa) * 2_f64.powi(power - middle),
    }
}

fn finite(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_the_middle_of_bytes() {
        let packed = [0b1010_1100, 0b0111_0000, 0xFF];
        assert_eq!(bits_at(&packed, 0, 4), 0b1010);
        assert_eq!(bits_at(&packed, 4, 12), 0b1100_0111_0000);
        assert_eq!(bits_at(&packed, 7, 10), 0b00_1110_0001);
    }

    #[test]
    fn short_fractions_are_read() {
        assert!((fraction(0x3800, 16) - 0.5).abs() < 1e-9);
        assert!((fraction(0x3C00, 16) - 1.0).abs() < 1e-9);
        assert!((fraction(0x3E_0000, 24) - 0.5).abs() < 1e-9);
        assert!(fraction(0xB800, 16).abs() < 1e-9);
    }
}
