//! One channel of a small picture, and what is done to it before two are compared: reduced, blurred, laid over another.
//!
//! Thumbnails are all it is for. What is made of the values is the business of [`crate::registration`] and
//! [`crate::agreement`].

use imaging::RgbImage;

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
            let at = |x: usize| soft(row[x.saturating_sub(1)], row[x], row[(x + 1).min(last)]);
            across.extend((0..self.width).map(at));
        }
        let across = Self { width: self.width, height: self.height, values: across };
        let mut values = Vec::with_capacity(self.values.len());
        for y in 0..self.height {
            let (above, own) = (across.row(y.saturating_sub(1)), across.row(y));
            let below = across.row((y + 1).min(self.height - 1));
            values.extend((0..self.width).map(|x| soft(above[x], own[x], below[x])));
        }
        Self { values, ..across }
    }

    /// In fewer pixels, each the mean of those that it covers.
    pub(crate) fn reduced(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.clamp(1, self.width), height.clamp(1, self.height));
        if (width, height) == (self.width, self.height) {
            return self.clone();
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
        Self { width, height, values }
    }

    /// Blurred by three running means over `2 * radius + 1` pixels, which is as good as a Gaussian. Beyond the edge, the
    /// values go on as they are there.
    pub(crate) fn blurred(&self, radius: usize) -> Self {
        let mut blurred = self.clone();
        let mut padded = Vec::new();
        for _ in 0..3 {
            for row in blurred.values.chunks_exact_mut(self.width) {
                running_mean(row, radius, &mut padded);
            }
        }
        for _ in 0..3 {
            blurred.values = running_mean_of_rows(&blurred.values, self.width, radius);
        }
        blurred
    }

    /// What is left of it without another one.
    pub(crate) fn without(mut self, other: &Self) -> Self {
        self.values.iter_mut().zip(&other.values).for_each(|(value, other)| *value -= other);
        self
    }

    /// How well it goes with one of the same size, -1 to 1, both about zero.
    pub(crate) fn correlation(&self, other: &Self) -> f32 {
        let (mut both, mut own, mut others) = (0.0_f32, 0.0_f32, 0.0_f32);
        for (one, other) in self.values.iter().zip(&other.values) {
            both += one * other;
            own += one * one;
            others += other * other;
        }
        both / (own * others).sqrt().max(f32::MIN_POSITIVE)
    }

    /// A part of it.
    pub(crate) fn part(&self, (left, top, width, height): (usize, usize, usize, usize)) -> Self {
        let rows = self.values[top * self.width..].chunks_exact(self.width).take(height);
        Self { width, height, values: rows.flat_map(|row| &row[left..left + width]).copied().collect() }
    }

    /// Its values at these columns and rows, which may fall between pixels.
    pub(crate) fn sampled(&self, columns: &[f32], rows: &[f32]) -> Self {
        let split = |at: f32, length: usize| {
            let at = at.clamp(0.0, (length - 1) as f32);
            let before = (at as usize).min(length.saturating_sub(2));
            (before, at - before as f32)
        };
        let columns_split: Vec<(usize, f32)> = columns.iter().map(|at| split(*at, self.width)).collect();
        let mut values = Vec::with_capacity(columns.len() * rows.len());
        let mut between = vec![0.0; self.width + 1];
        for &row in rows {
            let (row, down) = split(row, self.height);
            let above = &self.values[row * self.width..][..self.width];
            let below = self.values.get((row + 1) * self.width..).filter(|rest| rest.len() >= self.width);
            let below = below.unwrap_or(above);
            for (value, (above, below)) in between.iter_mut().zip(above.iter().zip(below)) {
                *value = above + (below - above) * down;
            }
            between[self.width] = between[self.width - 1];
            values.extend(columns_split.iter().map(|&(column, right)| {
                let (before, behind) = (between[column], between[column + 1]);
                before + (behind - before) * right
            }));
        }
        Self { width: columns.len(), height: rows.len(), values }
    }
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

fn running_mean(row: &mut [f32], radius: usize, padded: &mut Vec<f32>) {
    let (Some(&first), Some(&last)) = (row.first(), row.last()) else { return };
    padded.clear();
    padded.extend(std::iter::repeat_n(first, radius + 1));
    padded.extend_from_slice(row);
    padded.extend(std::iter::repeat_n(last, radius));
    let window = 2 * radius + 1;
    let share = 1.0 / window as f32;
    let mut sum: f32 = padded[..window].iter().sum();
    for (nth, value) in row.iter_mut().enumerate() {
        sum += padded[nth + window] - padded[nth];
        *value = sum * share;
    }
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
