//! From a feature map to a vector: the cells of the whole map, or of a window of it, are averaged.
//!
//! Dequantization, power and weights are one pass over the cells, in loops that compilers make vector code of. It does not
//! know what the map is of.

/// How the cells of a map are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// All alike: for parts and cut-outs, which are about all of what they show.
    Mean,
    /// Those in the middle count the most, and of each value the larger ones: for photos as wholes, which are about
    /// something in their middle more often than not.
    AboutMiddle,
}

/// The standard deviation of the weights about the middle, where the map reaches from -1 to 1 in both directions. From 0.4
/// to 0.7 it hardly matters (`tests/bench/RANKING.md`).
const SIGMA: f32 = 0.5;

/// A part of an image, in shares of its width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Left edge, from 0.
    pub left: f32,
    /// Top edge, from 0.
    pub top: f32,
    /// Right edge, up to 1.
    pub right: f32,
    /// Bottom edge, up to 1.
    pub bottom: f32,
}

/// A network's last feature map of one image.
#[derive(Debug, Clone, Copy)]
pub struct FeatureMap<'a> {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    pub(crate) channels: usize,
    pub(crate) cells: Cells<'a>,
}

/// The values, cell by cell.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cells<'a> {
    /// Quantized, with scale and zero point.
    Bytes(&'a [u8], (f32, f32)),
    Floats(&'a [f32]),
}

impl FeatureMap<'_> {
    /// How many cells there are side by side, and one above the other.
    pub fn size(&self) -> (usize, usize) {
        (self.columns, self.rows)
    }

    /// The vector of all of it, of unit length; zeros where the network saw nothing.
    pub fn pool(&self, pooling: Pooling) -> Vec<f32> {
        match pooling {
            Pooling::Mean => self.weighted(&even(self.columns), &even(self.rows), pooling),
            Pooling::AboutMiddle => self.weighted(&bell(self.columns), &bell(self.rows), pooling),
        }
    }

    /// The vector of a part of it, likewise: the mean of the cells in the window, those that are partly in by how much.
    pub fn pool_window(&self, window: Window) -> Vec<f32> {
        let Window { left, top, right, bottom } = window;
        let (across, down) = (covered(self.columns, left, right), covered(self.rows, top, bottom));
        self.weighted(&across, &down, Pooling::Mean)
    }

    /// The weight of a cell is the product of its column's and its row's.
    fn weighted(&self, across: &[f32], down: &[f32], pooling: Pooling) -> Vec<f32> {
        let total = across.iter().sum::<f32>() * down.iter().sum::<f32>();
        let mut sums = vec![0.0; self.channels];
        for (row, by_row) in down.iter().enumerate() {
            for (column, by_column) in across.iter().enumerate() {
                let weight = by_row * by_column / total.max(f32::MIN_POSITIVE);
                if weight > 0.0 {
                    self.add_cell(row * self.columns + column, weight, pooling, &mut sums);
                }
            }
        }
        if pooling == Pooling::AboutMiddle {
            for sum in &mut sums {
                // The other half of the power mean: of the power 3/2 when cells are added.
                *sum = sum.cbrt().powi(2);
            }
        }
        to_unit_length(&mut sums);
        sums
    }

    fn add_cell(&self, cell: usize, weight: f32, pooling: Pooling, sums: &mut [f32]) {
        let of_cell = cell * self.channels..(cell + 1) * self.channels;
        match (self.cells, pooling) {
            (Cells::Bytes(bytes, (scale, zero)), Pooling::Mean) => {
                let (factor, shift) = (weight * scale, weight * scale * zero);
                for (sum, &byte) in sums.iter_mut().zip(&bytes[of_cell]) {
                    *sum += factor * f32::from(byte) - shift;
                }
            }
            (Cells::Bytes(bytes, (scale, zero)), Pooling::AboutMiddle) => {
                for (sum, &byte) in sums.iter_mut().zip(&bytes[of_cell]) {
                    let value = ((f32::from(byte) - zero) * scale).max(0.0);
                    *sum += weight * value * value.sqrt();
                }
            }
            (Cells::Floats(floats), Pooling::Mean) => {
                for (sum, &value) in sums.iter_mut().zip(&floats[of_cell]) {
                    *sum += weight * value;
                }
            }
            (Cells::Floats(floats), Pooling::AboutMiddle) => {
                for (sum, &value) in sums.iter_mut().zip(&floats[of_cell]) {
                    let value = value.max(0.0);
                    *sum += weight * value * value.sqrt();
                }
            }
        }
    }
}

fn even(cells: usize) -> Vec<f32> {
    vec![1.0; cells]
}

/// A Gaussian about the middle, where the outermost cells are at -1 and 1.
fn bell(cells: usize) -> Vec<f32> {
    let place = |cell: usize| if cells > 1 { 2.0 * cell as f32 / (cells - 1) as f32 - 1.0 } else { 0.0 };
    (0..cells).map(|cell| (-0.5 * (place(cell) / SIGMA).powi(2)).exp()).collect()
}

/// How much of each cell lies between two places.
fn covered(cells: usize, from: f32, to: f32) -> Vec<f32> {
    let (from, to) = (from * cells as f32, to * cells as f32);
    (0..cells).map(|cell| (to.min(cell as f32 + 1.0) - from.max(cell as f32)).max(0.0)).collect()
}

fn to_unit_length(values: &mut [f32]) {
    let squared: f32 = values.iter().map(|value| value * value).sum();
    if squared > 0.0 {
        let inverse = 1.0 / squared.sqrt();
        for value in values {
            *value *= inverse;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three by two cells of two values.
    const BYTES: [u8; 12] = [3, 8, 5, 2, 3, 3, 9, 3, 4, 7, 3, 6];

    fn map(cells: Cells<'_>) -> FeatureMap<'_> {
        FeatureMap { columns: 3, rows: 2, channels: 2, cells }
    }

    fn is_near(found: &[f32], expected: [f32; 2]) -> bool {
        let norm = (expected[0] * expected[0] + expected[1] * expected[1]).sqrt();
        found.iter().zip(expected).all(|(found, expected)| (found - expected / norm).abs() < 1e-5)
    }

    /// The generalized mean as it is defined, one value after the other.
    fn power_mean(channel: usize, power: f32, weight: impl Fn(usize, usize) -> f32) -> f32 {
        let (mut sum, mut total) = (0.0, 0.0);
        for (row, column) in (0..2).flat_map(|row| (0..3).map(move |column| (row, column))) {
            let value = (f32::from(BYTES[(row * 3 + column) * 2 + channel]) - 3.0).max(0.0) * 0.5;
            sum += weight(row, column) * value.powf(power);
            total += weight(row, column);
        }
        (sum / total).powf(1.0 / power)
    }

    #[test]
    fn quantized_maps_pool_to_what_the_numbers_stand_for() {
        let floats: Vec<f32> = BYTES.iter().map(|&byte| (f32::from(byte) - 3.0) * 0.5).collect();
        for pooling in [Pooling::Mean, Pooling::AboutMiddle] {
            let quantized = map(Cells::Bytes(&BYTES, (0.5, 3.0))).pool(pooling);
            let plain = map(Cells::Floats(&floats)).pool(pooling);
            assert!(quantized.iter().zip(&plain).all(|(one, other)| (one - other).abs() < 1e-6));
        }
    }

    #[test]
    fn photos_are_pooled_about_the_middle_by_a_power_mean() {
        let weight = |row: usize, column: usize| {
            let (x, y) = (column as f32 - 1.0, 2.0 * row as f32 - 1.0);
            (-(x * x + y * y) / (2.0 * SIGMA * SIGMA)).exp()
        };
        let expected = [0, 1].map(|channel| power_mean(channel, 1.5, weight));
        let found = map(Cells::Bytes(&BYTES, (0.5, 3.0))).pool(Pooling::AboutMiddle);
        assert!(is_near(&found, expected), "{found:?} {expected:?}");
    }

    #[test]
    fn a_window_takes_cells_by_how_much_of_them_it_covers() {
        let map = map(Cells::Bytes(&BYTES, (1.0, 0.0)));
        // All of the middle column, half of the right one, of the upper row.
        let window = Window { left: 1.0 / 3.0, top: 0.0, right: 5.0 / 6.0, bottom: 0.5 };
        assert!(is_near(&map.pool_window(window), [5.0 + 3.0 / 2.0, 2.0 + 3.0 / 2.0]));
        let all = Window { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
        let (window, whole) = (map.pool_window(all), map.pool(Pooling::Mean));
        assert!(window.iter().zip(&whole).all(|(one, other)| (one - other).abs() < 1e-6));
    }

    #[test]
    fn nothing_seen_is_zeros() {
        for pooling in [Pooling::Mean, Pooling::AboutMiddle] {
            assert_eq!(map(Cells::Bytes(&[7; 12], (0.1, 7.0))).pool(pooling), [0.0, 0.0]);
        }
    }
}
