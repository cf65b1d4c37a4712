//! The Task Library's resizer: what libyuv's `ARGBScale` does with `kFilterBilinear`, on RGB pixels.
//!
//! It works in fixed point and rounds in ways that shift an embedding measurably, so its arithmetic is kept
//! exactly: 16.16 positions, 8-bit fractions between rows, and 7-bit fractions between columns whose two
//! weights add up to 127 of 128, so that filtered columns come out slightly darker. No antialiasing.

use crate::image::Crop;

/// Positions and steps are 16.16 fixed-point numbers of source pixels.
const ONE: i64 = 1 << 16;
const HALF: i64 = ONE / 2;

/// Which neighbours are blended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    Nearest,
    Columns,
    Both,
}

/// Where along one axis the samples lie.
#[derive(Debug, Clone, Copy)]
struct Axis {
    start: i64,
    step: i64,
    source: usize,
    target: usize,
}

impl Axis {
    /// Samples at the centres of equal parts: what nearest-neighbour sampling uses.
    fn centred(source: usize, target: usize) -> Self {
        let step = source as i64 * ONE / target as i64;
        Self { start: step / 2, step, source, target }
    }

    /// When reducing, centred samples moved to where a pixel's value counts as lying on its left edge. When
    /// enlarging, the first and last samples meet the first and last pixels.
    fn blended(source: usize, target: usize) -> Self {
        if target <= source {
            let centred = Self::centred(source, target);
            Self { start: centred.start - HALF, ..centred }
        } else {
            let step = (source as i64 * ONE - ONE - 1) / (target as i64 - 1);
            Self { start: 0, step, source, target }
        }
    }

    fn position(&self, index: usize) -> i64 {
        (self.start + index as i64 * self.step).min((self.source as i64 - 1) * ONE)
    }

    /// The pixel at or before a sample.
    fn pixel(&self, index: usize) -> usize {
        (self.position(index) >> 16) as usize
    }

    /// The pixel after it, or the last one.
    fn next_pixel(&self, index: usize) -> usize {
        (self.pixel(index) + 1).min(self.source - 1)
    }

    /// How far past its pixel a sample lies, in 256ths.
    fn fraction(&self, index: usize) -> u16 {
        ((self.position(index) >> 8) & 255) as u16
    }

    fn is_whole(&self) -> bool {
        self.step % ONE == 0
    }

    fn is_even(&self) -> bool {
        self.step % (2 * ONE) == 0
    }
}

/// Resizes; keeps its row buffers from one call to the next.
#[derive(Debug, Default)]
pub(crate) struct Bilinear {
    upper: Vec<u8>,
    lower: Vec<u8>,
}

impl Bilinear {
    /// Fills `target`, an RGB image of the given size, with the resized region.
    pub(crate) fn resize(&mut self, crop: &Crop<'_>, target: &mut [u8], width: usize, height: usize) {
        let filter = reduce(crop.width(), crop.height(), width, height);
        let (columns, rows) = match filter {
            Filter::Nearest => (Axis::centred(crop.width(), width), Axis::centred(crop.height(), height)),
            Filter::Columns => (Axis::blended(crop.width(), width), Axis::centred(crop.height(), height)),
            Filter::Both => (Axis::blended(crop.width(), width), Axis::blended(crop.height(), height)),
        };
        let whole = columns.is_whole() && rows.is_whole();
        if whole && columns.is_even() && rows.is_even() && filter != Filter::Nearest {
            average_blocks(crop, target, &columns, &rows);
        } else if filter == Filter::Nearest || whole && !columns.is_even() && !rows.is_even() {
            pick(crop, target, &columns, &rows);
        } else if filter == Filter::Both && crop.width() == width {
            blend_rows_only(crop, target, &rows);
        } else if rows.step < ONE {
            self.enlarge(crop, target, &columns, &rows, filter);
        } else {
            self.shrink(crop, target, &columns, &rows, filter);
        }
    }

    /// Rows first, then columns.
    fn shrink(&mut self, crop: &Crop<'_>, target: &mut [u8], columns: &Axis, rows: &Axis, filter: Filter) {
        self.upper.resize(crop.width() * 3, 0);
        for (y, line) in target.chunks_exact_mut(columns.target * 3).enumerate() {
            let row = crop.row(rows.pixel(y));
            if filter == Filter::Columns {
                blend_columns(row, line, columns);
            } else {
                blend_rows(row, crop.row(rows.next_pixel(y)), rows.fraction(y), &mut self.upper);
                blend_columns(&self.upper, line, columns);
            }
        }
    }

    /// Columns first, then rows: neighbouring lines share their two source rows.
    fn enlarge(&mut self, crop: &Crop<'_>, target: &mut [u8], columns: &Axis, rows: &Axis, filter: Filter) {
        self.upper.resize(columns.target * 3, 0);
        self.lower.resize(columns.target * 3, 0);
        let mut current = None;
        for (y, line) in target.chunks_exact_mut(columns.target * 3).enumerate() {
            let pixel = rows.pixel(y);
            if current != Some(pixel) {
                blend_columns(crop.row(pixel), &mut self.upper, columns);
                blend_columns(crop.row(rows.next_pixel(y)), &mut self.lower, columns);
                current = Some(pixel);
            }
            let fraction = if filter == Filter::Both { rows.fraction(y) } else { 0 };
            blend_rows(&self.upper, &self.lower, fraction, line);
        }
    }
}

/// Blending is dropped where one of the samples' neighbours is never needed.
fn reduce(source_width: usize, source_height: usize, width: usize, height: usize) -> Filter {
    let needless = |source: usize, target: usize| source == 1 || source == target || source == 3 * target;
    match (needless(source_width, width), needless(source_height, height)) {
        _ if source_width == 1 => Filter::Nearest,
        (true, true) => Filter::Nearest,
        (false, true) => Filter::Columns,
        _ => Filter::Both,
    }
}

fn pick(crop: &Crop<'_>, target: &mut [u8], columns: &Axis, rows: &Axis) {
    for (y, line) in target.chunks_exact_mut(columns.target * 3).enumerate() {
        let row = crop.row(rows.pixel(y));
        for (x, pixel) in line.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let at = columns.pixel(x) * 3;
            pixel.copy_from_slice(&row[at..at + 3]);
        }
    }
}

/// Reducing by even factors averages the two by two pixels in the middle of each block.
fn average_blocks(crop: &Crop<'_>, target: &mut [u8], columns: &Axis, rows: &Axis) {
    // Each average rounds up: columns are averaged after rows, as x86 and Arm vector code does.
    let average = |a: u8, b: u8| (u16::from(a) + u16::from(b)).div_ceil(2) as u8;
    for (y, line) in target.chunks_exact_mut(columns.target * 3).enumerate() {
        let upper = crop.row(rows.pixel(y));
        let lower = crop.row(rows.next_pixel(y));
        for (x, pixel) in line.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let at = columns.pixel(x) * 3;
            for (channel, value) in pixel.iter_mut().enumerate() {
                let (left, right) = (at + channel, at + channel + 3);
                *value = average(average(upper[left], lower[left]), average(upper[right], lower[right]));
            }
        }
    }
}

fn blend_rows_only(crop: &Crop<'_>, target: &mut [u8], rows: &Axis) {
    for (y, line) in target.chunks_exact_mut(crop.width() * 3).enumerate() {
        blend_rows(crop.row(rows.pixel(y)), crop.row(rows.next_pixel(y)), rows.fraction(y), line);
    }
}

fn blend_rows(upper: &[u8], lower: &[u8], fraction: u16, target: &mut [u8]) {
    for ((value, &a), &b) in target.iter_mut().zip(upper).zip(lower) {
        *value = ((u16::from(a) * (256 - fraction) + u16::from(b) * fraction + 128) >> 8) as u8;
    }
}

fn blend_columns(source: &[u8], target: &mut [u8], columns: &Axis) {
    for (x, pixel) in target.as_chunks_mut::<3>().0.iter_mut().enumerate() {
        let fraction = columns.fraction(x) >> 1;
        let left = columns.pixel(x) * 3;
        let right = columns.next_pixel(x) * 3;
        for (channel, value) in pixel.iter_mut().enumerate() {
            let a = u16::from(source[left + channel]);
            let b = u16::from(source[right + channel]);
            *value = ((a * (127 - fraction) + b * fraction) >> 7) as u8;
        }
    }
}
