//! One channel of a small picture, and what is done to it before two are compared: reduced, blurred, laid over another.
//!
//! Thumbnails are all it is for. What is made of the values is the business of [`crate::registration`] and
//! [`crate::agreement`].

use std::borrow::Cow;
use std::ops::Range;

use imaging::RgbImage;

/// Numbers that are added up side by side.
pub(crate) const LANES: usize = 8;

/// Values row by row.
#[derive(Debug, Clone)]
pub(crate) struct Plane {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<f32>,
}

impl Plane {
    /// What `value` makes of each pixel.
    pub(crate) fn of(image: &RgbImage, value: impl Fn([f32; 3]) -> f32) -> Self {
        let (pixels, _) = image.pixels().as_chunks::<3>();
        let values = pixels.iter().map(|pixel| value(pixel.map(f32::from))).collect();
        Self { width: image.width() as usize, height: image.height() as usize, values }
    }

    /// A square with nothing in it.
    pub(crate) fn black(side: u32) -> Self {
        let side = side as usize;
        Self { width: side, height: side, values: vec![0.0; side * side] }
    }

    /// How bright it is.
    pub(crate) fn brightness(image: &RgbImage) -> Self {
        Self::of(image, Self::weighed)
    }

    /// How bright a colour is.
    pub(crate) fn weighed([red, green, blue]: [f32; 3]) -> f32 {
        0.299 * red + 0.587 * green + 0.114 * blue
    }

    pub(crate) fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.width..][..self.width]
    }

    /// In so many cells, whether it has as many pixels or not.
    pub(crate) fn spread(&self, width: usize, height: usize) -> Self {
        let place = |cells: usize, length: usize| -> Vec<f32> {
            (0..cells).map(|cell| (cell as f32 + 0.5) * length as f32 / cells as f32 - 0.5).collect()
        };
        let reduced = self.reduced(width, height);
        reduced.sampled(&place(width, reduced.width), &place(height, reduced.height))
    }

    /// Without what only single pixels have.
    pub(crate) fn softened(&self) -> Self {
        let soft = |before: f32, own: f32, behind: f32| (before + 2.0 * own + behind) / 4.0;
        let last = self.width - 1;
        let mut across = Vec::with_capacity(self.values.len());
        for row in self.values.chunks_exact(self.width) {
            across.push(soft(row[0], row[0], row[1.min(last)]));
            across.extend(row.windows(3).map(|at| soft(at[0], at[1], at[2])));
            if last > 0 {
                across.push(soft(row[last - 1], row[last], row[last]));
            }
        }
        let across = Self { width: self.width, height: self.height, values: across };
        let mut values = Vec::with_capacity(self.values.len());
        for y in 0..self.height {
            let (above, own) = (across.row(y.saturating_sub(1)), across.row(y));
            let below = across.row((y + 1).min(self.height - 1));
            let both = above.iter().zip(own).zip(below);
            values.extend(both.map(|((above, own), below)| soft(*above, *own, *below)));
        }
        Self { values, ..across }
    }

    /// In fewer pixels, each the mean of those that it covers.
    pub(crate) fn reduced(&self, width: usize, height: usize) -> Cow<'_, Self> {
        let (width, height) = (width.clamp(1, self.width), height.clamp(1, self.height));
        if (width, height) == (self.width, self.height) {
            return Cow::Borrowed(self);
        }
        let (columns, rows) = (shares(self.width, width), shares(self.height, height));
        let mut values = Vec::with_capacity(width * height);
        let mut row = vec![0.0; self.width];
        for (first, weights) in &rows {
            row.fill(0.0);
            for (weight, from) in
                weights.iter().zip(self.values[first * self.width..].chunks_exact(self.width))
            {
                row.iter_mut().zip(from).for_each(|(sum, value)| *sum += weight * value);
            }
            values.extend(columns.iter().map(|(first, weights)| {
                weights.iter().zip(&row[*first..]).map(|(weight, value)| weight * value).sum::<f32>()
            }));
        }
        Cow::Owned(Self { width, height, values })
    }

    /// Blurred by three running means over `2 * radius + 1` pixels, which is as good as a Gaussian. Beyond the edge, the
    /// values go on as they are there.
    pub(crate) fn blurred(&self, radius: usize) -> Self {
        let window = 2 * radius + 1;
        let share = 1.0 / window as f32;
        let mut blurred = self.clone();
        let (mut padded, mut sums) = (vec![0.0; self.width + window - 1], Sums::default());
        for row in blurred.values.chunks_exact_mut(self.width) {
            for _ in 0..3 {
                padded[..radius].fill(row[0]);
                padded[radius..radius + row.len()].copy_from_slice(row);
                padded[radius + row.len()..].fill(row[row.len() - 1]);
                let means = sums.over(&padded, window).iter().map(|sum| sum * share);
                row.iter_mut().zip(means).for_each(|(value, mean)| *value = mean);
            }
        }
        let once = running_mean_of_rows(&blurred.values, self.width, radius);
        let twice = running_mean_of_rows(&once, self.width, radius);
        Self { values: running_mean_of_rows(&twice, self.width, radius), ..blurred }
    }

    /// What is left of it without another one.
    pub(crate) fn without(mut self, other: &Self) -> Self {
        self.values.iter_mut().zip(&other.values).for_each(|(value, other)| *value -= other);
        self
    }

    /// A part of it.
    pub(crate) fn part(&self, (left, top, width, height): (usize, usize, usize, usize)) -> Self {
        let rows = self.values[top * self.width..].chunks_exact(self.width).take(height);
        Self { width, height, values: rows.flat_map(|row| &row[left..left + width]).copied().collect() }
    }

    /// Its values at these columns and rows, which may fall between pixels.
    pub(crate) fn sampled(&self, columns: &[f32], rows: &[f32]) -> Self {
        let mut sampler = Sampler::new(self, columns);
        let mut values = vec![0.0; columns.len() * rows.len()];
        for (row, sampled) in rows.iter().zip(values.chunks_exact_mut(columns.len().max(1))) {
            sampler.row(*row, sampled);
        }
        Self { width: columns.len(), height: rows.len(), values }
    }
}

/// Samples rows of a plane at columns that may fall between pixels.
pub(crate) struct Sampler<'a> {
    plane: &'a Plane,
    /// Columns whose pixels are one after the other: which of all columns, and the pixel before the first.
    runs: Vec<(Range<usize>, usize)>,
    /// How far behind that pixel each column is.
    right: Vec<f32>,
    /// A row between two rows.
    between: Vec<f32>,
}

impl<'a> Sampler<'a> {
    pub(crate) fn new(plane: &'a Plane, columns: &[f32]) -> Self {
        let mut runs: Vec<(Range<usize>, usize)> = Vec::new();
        let mut right = Vec::with_capacity(columns.len());
        for (nth, &at) in columns.iter().enumerate() {
            let (pixel, share) = split(at, plane.width);
            right.push(share);
            match runs.last_mut() {
                Some((run, first)) if *first + run.len() == pixel => run.end = nth + 1,
                _ => runs.push((nth..nth + 1, pixel)),
            }
        }
        Self { plane, runs, right, between: vec![0.0; plane.width + 1] }
    }

    /// The values of a row, which may fall between pixels, one for each column.
    pub(crate) fn row(&mut self, at: f32, sampled: &mut [f32]) {
        let (row, down) = split(at, self.plane.height);
        let (above, below) = (self.plane.row(row), self.plane.row((row + 1).min(self.plane.height - 1)));
        for (value, (above, below)) in self.between.iter_mut().zip(above.iter().zip(below)) {
            *value = above + (below - above) * down;
        }
        self.between[self.plane.width] = self.between[self.plane.width - 1];
        for (run, first) in &self.runs {
            let before = &self.between[*first..][..run.len()];
            let behind = &self.between[first + 1..][..run.len()];
            let places = before.iter().zip(behind).zip(&self.right[run.clone()]);
            for (value, ((before, behind), right)) in sampled[run.clone()].iter_mut().zip(places) {
                *value = before + (behind - before) * right;
            }
        }
    }
}

/// The pixel before a place, of so many, and how far behind its middle the place is.
fn split(at: f32, length: usize) -> (usize, f32) {
    let at = at.clamp(0.0, (length - 1) as f32);
    let before = (at as usize).min(length.saturating_sub(2));
    (before, at - before as f32)
}

/// Sums over windows along a row. Each is put together from sums over one, two, four and so on, which are made of all places
/// at a time; going along, each would wait for the one before.
#[derive(Default)]
pub(crate) struct Sums {
    sums: Vec<f32>,
    /// Over as many as the next power of two, and the one after that.
    powers: [Vec<f32>; 2],
}

impl Sums {
    /// The sum of so many values from each place on, as far as there are as many.
    pub(crate) fn over(&mut self, values: &[f32], window: usize) -> &[f32] {
        let length = (values.len() + 1).saturating_sub(window);
        let Self { sums, powers: [power, next] } = self;
        sums.clear();
        sums.resize(length, 0.0);
        power.clear();
        power.extend_from_slice(values);
        let (mut so_far, mut by) = (0, 1);
        while so_far < window && length > 0 {
            if window & by != 0 {
                sums.iter_mut().zip(&power[so_far..]).for_each(|(sum, value)| *sum += value);
                so_far += by;
            }
            if so_far < window {
                next.clear();
                next.resize(power.len() - by, 0.0);
                let pairs = power.iter().zip(&power[by..]);
                next.iter_mut().zip(pairs).for_each(|(next, (one, other))| *next = one + other);
                std::mem::swap(power, next);
            }
            by *= 2;
        }
        sums
    }
}

/// Sums over pixels of the products of so many rows of values with each other, two and two.
pub(crate) fn products<const PAIRS: usize>(pairs: [(&[f32], &[f32]); PAIRS]) -> [f32; PAIRS] {
    pairs.map(|(one, other)| {
        let mut sums = [0.0; LANES];
        let ((ones, rest), (others, other_rest)) = (one.as_chunks::<LANES>(), other.as_chunks::<LANES>());
        for (one, other) in ones.iter().zip(others) {
            let lanes = one.iter().zip(other);
            sums.iter_mut().zip(lanes).for_each(|(sum, (one, other))| *sum += one * other);
        }
        let rest: f32 = rest.iter().zip(other_rest).map(|(one, other)| one * other).sum();
        sums.iter().sum::<f32>() + rest
    })
}

/// Which of `from` pixels each of `to` pixels covers: the first of them, and by what share of it each.
fn shares(from: usize, to: usize) -> Vec<(usize, Vec<f32>)> {
    let ratio = from as f32 / to as f32;
    let covered = |nth: usize| {
        let (start, end) = (nth as f32 * ratio, ((nth + 1) as f32 * ratio).min(from as f32));
        let (first, last) = (start as usize, (end.ceil() as usize).clamp(start as usize + 1, from));
        let share = |at: usize| ((at + 1) as f32).min(end) - (at as f32).max(start);
        let weights: Vec<f32> = (first..last).map(|at| share(at).max(0.0) / (end - start)).collect();
        (first, weights)
    };
    (0..to).map(covered).collect()
}

fn running_mean_of_rows(values: &[f32], width: usize, radius: usize) -> Vec<f32> {
    let height = values.len() / width;
    let row = |nth: isize| {
        let nth = nth.clamp(0, height as isize - 1) as usize;
        &values[nth * width..][..width]
    };
    let radius = radius as isize;
    let share = 1.0 / (2 * radius + 1) as f32;
    let mut sums = vec![0.0; width];
    for nth in -radius - 1..radius {
        sums.iter_mut().zip(row(nth)).for_each(|(sum, value)| *sum += value);
    }
    let mut means = Vec::with_capacity(values.len());
    for nth in 0..height as isize {
        let (enters, leaves) = (row(nth + radius), row(nth - radius - 1));
        for (sum, (enters, leaves)) in sums.iter_mut().zip(enters.iter().zip(leaves)) {
            *sum += enters - leaves;
        }
        means.extend(sums.iter().map(|sum| sum * share));
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_over_all_of_a_window() {
        let values: Vec<f32> = (0..23).map(|at| (at * at % 17) as f32).collect();
        for window in 1..=23 {
            let expected: Vec<f32> = values.windows(window).map(|values| values.iter().sum()).collect();
            assert_eq!(Sums::default().over(&values, window), expected, "{window}");
        }
        assert!(Sums::default().over(&values, 24).is_empty());
    }

    #[test]
    fn a_blur_keeps_what_is_even_and_spreads_a_point_alike_to_all_sides() {
        let (width, height) = (21, 17);
        let mut plane = Plane { width, height, values: vec![3.0; width * height] };
        assert!(plane.blurred(2).values.iter().all(|value| (value - 3.0).abs() < 1e-4));
        plane.values[8 * width + 10] = 1000.0;
        let blurred = plane.blurred(2);
        let at = |x: usize, y: usize| blurred.row(y)[x];
        for (one, other) in [((10, 5), (10, 11)), ((7, 8), (13, 8)), ((7, 8), (10, 5))] {
            assert!((at(one.0, one.1) - at(other.0, other.1)).abs() < 1e-3);
        }
        assert!(at(10, 8) > at(9, 8) && at(9, 8) > at(6, 8) && at(3, 8) < 3.001);
    }

    #[test]
    fn what_is_sampled_between_pixels_is_between_their_values() {
        let plane = Plane { width: 4, height: 2, values: vec![0.0, 10.0, 20.0, 30.0, 4.0, 14.0, 24.0, 34.0] };
        let sampled = plane.sampled(&[-0.5, 0.5, 1.25, 3.4], &[0.0, 0.5]);
        assert_eq!(sampled.values, [0.0, 5.0, 12.5, 30.0, 2.0, 7.0, 14.5, 32.0]);
    }
}
