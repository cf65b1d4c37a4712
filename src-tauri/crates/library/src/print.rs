//! Prints of pictures: a few levels of grey, by which a copy is recognised that was edited, cropped, framed or turned.
//!
//! Embeddings tell what a picture is of, and a frame or a quarter turn changes that. Prints tell whether it is the same
//! pixels: two are laid over each other as well as they go, and what is common to both is correlated. They say nothing
//! of pictures that are alike without being copies.

use imaging::RgbImage;

/// Raise it when prints or hashes are made in another way: they are then made again.
pub(crate) const VERSION: u32 = 1;

/// Levels along each side.
const SIDE: usize = 32;
/// Levels of a print.
pub(crate) const LEVELS: usize = SIDE * SIDE;

/// Least standard deviation, of 255 levels, of a print that tells its picture from others: blank pages are all alike.
const LEAST_DEVIATION: f32 = 6.0;

/// Steps of the search for the best way to lay one print over another, in shares of a side, coarse ones first; and how
/// many points along a side are compared meanwhile.
const SEARCH: [(f32, usize); 4] = [(0.08, 12), (0.04, 12), (0.02, 24), (0.01, 24)];
/// How many times each step is tried, at most.
const ROUNDS: usize = 3;
/// How much larger one print may be where the search begins: cropped and framed copies are found from there.
const STARTS: [f32; 3] = [1.0, 0.8, 1.25];
/// The share of a print that must lie within the other, and what that allows as a difference in area.
const LEAST_COMMON: f32 = 0.55;
const AREA: std::ops::RangeInclusive<f32> = 0.6..=1.67;
/// After the coarse steps, less than this will not become a copy.
const HOPELESS: f32 = 0.85;

/// A picture in 32 by 32 levels of grey, whatever its shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Print([u8; LEVELS]);

impl Print {
    /// The print of an upright picture or of its thumbnail.
    pub(crate) fn of(image: &RgbImage) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let grey: Vec<u32> = image
            .pixels()
            .chunks_exact(3)
            .map(|pixel| {
                (299 * u32::from(pixel[0]) + 587 * u32::from(pixel[1]) + 114 * u32::from(pixel[2])) / 1000
            })
            .collect();
        // Of pictures with fewer pixels, some cells are the same.
        let cells = |length: usize, cell: usize| {
            let start = cell * length / SIDE;
            start..((cell + 1) * length).div_ceil(SIDE).max(start + 1)
        };
        let mut levels = [0; LEVELS];
        for (at, level) in levels.iter_mut().enumerate() {
            let (columns, rows) = (cells(width, at % SIDE), cells(height, at / SIDE));
            let count = (columns.len() * rows.len()) as u32;
            let sum: u32 = rows.map(|row| grey[row * width..][columns.clone()].iter().sum::<u32>()).sum();
            *level = (sum / count) as u8;
        }
        Self(levels)
    }

    /// The print that [`Self::levels`] gave; none when their number is wrong.
    pub(crate) fn from_levels(levels: &[u8]) -> Option<Self> {
        levels.try_into().ok().map(Self)
    }

    /// The levels, row by row.
    pub(crate) fn levels(&self) -> &[u8] {
        &self.0
    }

    /// Whether it shows enough to be told from others.
    pub(crate) fn has_detail(&self) -> bool {
        let mean = self.0.iter().map(|&level| f32::from(level)).sum::<f32>() / LEVELS as f32;
        let variance =
            self.0.iter().map(|&level| (f32::from(level) - mean).powi(2)).sum::<f32>() / LEVELS as f32;
        variance.sqrt() >= LEAST_DEVIATION
    }

    /// The print of the picture when it is turned clockwise.
    pub(crate) fn turned(&self, quarters: usize) -> Self {
        let mut turned = self.clone();
        for _ in 0..quarters % 4 {
            let before = turned.0;
            for (at, level) in turned.0.iter_mut().enumerate() {
                let (x, y) = (at % SIDE, at / SIDE);
                *level = before[(SIDE - 1 - x) * SIDE + y];
            }
        }
        turned
    }

    /// Signs of its lowest 63 frequencies, a perceptual hash: those of copies differ in few.
    pub(crate) fn hash(&self) -> u64 {
        const FREQUENCIES: usize = 8;
        // The type II discrete cosine transform, along rows and then along columns.
        let wave = |frequency: usize, place: usize| {
            (std::f32::consts::PI * frequency as f32 * (place as f32 + 0.5) / SIDE as f32).cos()
        };
        let waves: [[f32; SIDE]; FREQUENCIES] =
            std::array::from_fn(|frequency| std::array::from_fn(|place| wave(frequency, place)));
        let mut rows = [[0.0; FREQUENCIES]; SIDE];
        for (row, levels) in rows.iter_mut().zip(self.0.chunks_exact(SIDE)) {
            *row = std::array::from_fn(|frequency| {
                levels.iter().zip(waves[frequency]).map(|(&level, wave)| f32::from(level) * wave).sum()
            });
        }
        (1..FREQUENCIES * FREQUENCIES).fold(0, |hash, nth| {
            let (across, down) = (nth % FREQUENCIES, nth / FREQUENCIES);
            let amount: f32 = rows.iter().zip(waves[down]).map(|(row, wave)| row[across] * wave).sum();
            hash << 1 | u64::from(amount > 0.0)
        })
    }

    /// How well the two go over each other, -1 to 1: the correlation of what is common to both when one is stretched
    /// and moved over the other as well as it goes, by up to a quarter. It evens out brightness and contrast.
    pub(crate) fn correlation(&self, other: &Self) -> f32 {
        // A search may end short of the best way to lay one over the other; the other way round it takes another path.
        self.laid_over(other).max(other.laid_over(self))
    }

    fn laid_over(&self, other: &Self) -> f32 {
        let (coarse, fine) = SEARCH.split_at(2);
        let begun = STARTS.map(|scale| {
            let start = Overlay { scale: (scale, scale), shift: (0.0, 0.0) };
            self.improve(other, (start, -1.0), coarse)
        });
        let [one, two, three] = begun;
        let best = [two, three].into_iter().fold(one, |best, next| if next.1 > best.1 { next } else { best });
        if best.1 < HOPELESS { best.1 } else { self.improve(other, best, fine).1 }
    }

    /// Climbs to the best overlay near one, whose correlation may be out of date.
    fn improve(&self, other: &Self, (start, _): (Overlay, f32), steps: &[(f32, usize)]) -> (Overlay, f32) {
        let mut best = (start, -1.0);
        for &(step, points) in steps {
            best.1 = self.correlation_at(other, best.0, points);
            for _ in 0..ROUNDS {
                let before = best.1;
                for direction in Overlay::DIRECTIONS {
                    let next = best.0.moved(direction, step);
                    let correlation = self.correlation_at(other, next, points);
                    if correlation > best.1 {
                        best = (next, correlation);
                    }
                }
                if best.1 <= before {
                    break;
                }
            }
        }
        best
    }

    /// The correlation of `points` by `points` places of this print with those of the other that lie over them.
    fn correlation_at(&self, other: &Self, overlay: Overlay, points: usize) -> f32 {
        if !AREA.contains(&(overlay.scale.0 * overlay.scale.1)) {
            return -1.0;
        }
        let place = |nth: usize| (nth as f32 + 0.5) / points as f32;
        let mut sums = Sums::default();
        for y in (0..points).map(place) {
            let v = (y - 0.5) * overlay.scale.1 + 0.5 + overlay.shift.1;
            if !(0.0..=1.0).contains(&v) {
                continue;
            }
            for x in (0..points).map(place) {
                let u = (x - 0.5) * overlay.scale.0 + 0.5 + overlay.shift.0;
                if (0.0..=1.0).contains(&u) {
                    sums.add(self.at(x, y), other.at(u, v));
                }
            }
        }
        if sums.count < LEAST_COMMON * (points * points) as f32 { -1.0 } else { sums.correlation() }
    }

    /// The level at a place, in shares of the sides, between levels as it falls.
    fn at(&self, x: f32, y: f32) -> f32 {
        let split = |place: f32| {
            let at = (place * SIDE as f32 - 0.5).clamp(0.0, SIDE as f32 - 1.001);
            (at as usize, at.fract())
        };
        let ((column, right), (row, down)) = (split(x), split(y));
        let level = |column: usize, row: usize| f32::from(self.0[row * SIDE + column]);
        let along = |row: usize| level(column, row) * (1.0 - right) + level(column + 1, row) * right;
        along(row) * (1.0 - down) + along(row + 1) * down
    }
}

/// How one print lies over another: stretched about its middle, then moved, in shares of its sides.
#[derive(Debug, Clone, Copy)]
struct Overlay {
    scale: (f32, f32),
    shift: (f32, f32),
}

impl Overlay {
    /// Larger and smaller, as a whole and along each side, and moved along each.
    const DIRECTIONS: [[f32; 4]; 10] = [
        [1.0, 1.0, 0.0, 0.0],
        [-1.0, -1.0, 0.0, 0.0],
        [1.0, 0.0, 0.0, 0.0],
        [-1.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, -1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0],
        [0.0, 0.0, -1.0, 0.0],
        [0.0, 0.0, 0.0, 1.0],
        [0.0, 0.0, 0.0, -1.0],
    ];

    fn moved(self, [wider, higher, right, down]: [f32; 4], by: f32) -> Self {
        Self {
            scale: (self.scale.0 + wider * by, self.scale.1 + higher * by),
            shift: (self.shift.0 + right * by, self.shift.1 + down * by),
        }
    }
}

/// What a correlation is made of.
#[derive(Debug, Default)]
struct Sums {
    count: f32,
    one: f32,
    other: f32,
    one_squared: f32,
    other_squared: f32,
    product: f32,
}

impl Sums {
    fn add(&mut self, one: f32, other: f32) {
        // About the middle of the range, so that single precision is enough.
        let (one, other) = (one - 128.0, other - 128.0);
        self.count += 1.0;
        self.one += one;
        self.other += other;
        self.one_squared += one * one;
        self.other_squared += other * other;
        self.product += one * other;
    }

    fn correlation(&self) -> f32 {
        let covariance = self.product - self.one * self.other / self.count;
        let one = self.one_squared - self.one * self.one / self.count;
        let other = self.other_squared - self.other * self.other / self.count;
        // Where one is blank, nothing is common.
        if one < self.count || other < self.count { 0.0 } else { covariance / (one * other).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use imaging::{Limits, Orientation};

    use super::*;

    fn sample(name: &str) -> RgbImage {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/photos").join(name);
        imaging::decode(&std::fs::read(path).unwrap(), None, &Limits::default()).unwrap().image
    }

    /// The image at places that `from` gives, in shares of its sides; white where that is outside.
    fn remade(image: &RgbImage, from: impl Fn(f32, f32) -> (f32, f32)) -> RgbImage {
        let (width, height) = (image.width(), image.height());
        let mut pixels = Vec::new();
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let (u, v) = from((x as f32 + 0.5) / width as f32, (y as f32 + 0.5) / height as f32);
            let is_inside = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
            let at = 3 * ((v * height as f32) as usize * width as usize + (u * width as f32) as usize);
            pixels.extend(if is_inside { &image.pixels()[at..at + 3] } else { &[255; 3] });
        }
        RgbImage::new(width, height, pixels).unwrap()
    }

    #[test]
    fn what_is_cropped_or_framed_a_little_goes_over_its_original() {
        let image = sample("shoes/shoes-4.jpg");
        let print = Print::of(&image);
        assert!(print.correlation(&print) > 0.999);
        for size in [0.8, 0.9, 1.1, 1.2] {
            let other = Print::of(&remade(&image, |x, y| ((x - 0.5) * size + 0.5, (y - 0.5) * size + 0.5)));
            let (one, two) = (print.correlation(&other), other.correlation(&print));
            assert!((one - two).abs() < f32::EPSILON && one > 0.97, "{size}: {one} and {two}");
        }
        let cropped = remade(&image, |x, y| (x * 0.85 + 0.1, y * 0.9 + 0.02));
        assert!(
            print.correlation(&Print::of(&cropped)) > 0.975,
            "{}",
            print.correlation(&Print::of(&cropped))
        );
        let framed = remade(&image, |x, y| (x * 1.1 - 0.05, y * 1.1 - 0.05));
        assert!(print.correlation(&Print::of(&framed)) > 0.975, "{}", print.correlation(&Print::of(&framed)));
        for other in ["shoes/shoes-1.jpg", "hat/hat-2.jpg", "shirt/shirt-1.jpg"] {
            assert!(print.correlation(&Print::of(&sample(other))) < 0.95, "{other}");
        }
    }

    #[test]
    fn the_print_of_a_turned_picture_is_the_turned_print() {
        let image = sample("hat/hat-2.jpg");
        let print = Print::of(&image);
        let clockwise = [Orientation::Turned90, Orientation::Turned180, Orientation::Turned270];
        for (quarters, orientation) in (1..).zip(clockwise) {
            let turned = Print::of(&orientation.apply(image.clone()).unwrap());
            assert!(print.turned(quarters).correlation(&turned) > 0.99, "{orientation:?}");
            assert!((print.turned(quarters).hash() ^ turned.hash()).count_ones() <= 4, "{orientation:?}");
            assert!((print.hash() ^ turned.hash()).count_ones() > 12, "{orientation:?}");
        }
        assert_eq!(print.turned(4), print);
    }

    #[test]
    fn blank_pages_show_too_little() {
        let page = RgbImage::new(60, 90, vec![250; 3 * 60 * 90]).unwrap();
        assert!(!Print::of(&page).has_detail());
        assert!(Print::of(&sample("hat/hat-2.jpg")).has_detail());
        // Smaller than a print.
        let dot = RgbImage::new(1, 2, vec![0, 0, 0, 255, 255, 255]).unwrap();
        assert_eq!(Print::of(&dot).levels().len(), LEVELS);
    }
}
