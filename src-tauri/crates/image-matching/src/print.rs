//! Prints of pictures: a few levels of grey, by which a copy is recognised that was edited, cropped, framed or turned.
//!
//! Embeddings tell what a picture is of, and a frame or a quarter turn changes that. Prints tell whether it is the same
//! pixels: two are laid over each other as well as they go, and what is common to both is correlated. They say nothing
//! of pictures that are alike without being copies.

use imaging::RgbImage;

/// Raise it when prints or hashes are made in another way: they are then made again.
pub const VERSION: u32 = 1;

/// Levels along each side.
pub const SIDE: usize = 32;
/// Levels of a print.
pub const LEVELS: usize = SIDE * SIDE;

/// Least standard deviation, of 255 levels, of a print that tells its picture from others: blank pages are all alike.
const LEAST_DEVIATION: f32 = 6.0;

/// A picture in 32 by 32 levels of grey, whatever its shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Print([u8; LEVELS]);

impl Print {
    /// The print of an upright picture or of its thumbnail.
    pub fn of(image: &RgbImage) -> Self {
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
    pub fn from_levels(levels: &[u8]) -> Option<Self> {
        levels.try_into().ok().map(Self)
    }

    /// The levels, row by row.
    pub fn levels(&self) -> &[u8] {
        &self.0
    }

    /// How bright it is.
    pub fn mean(&self) -> f32 {
        self.0.iter().map(|&level| f32::from(level)).sum::<f32>() / LEVELS as f32
    }

    /// Whether it shows enough to be told from others.
    pub fn has_detail(&self) -> bool {
        let mean = self.mean();
        let variance =
            self.0.iter().map(|&level| (f32::from(level) - mean).powi(2)).sum::<f32>() / LEVELS as f32;
        variance.sqrt() >= LEAST_DEVIATION
    }

    /// The print of the picture when it is turned clockwise.
    pub fn turned(&self, quarters: usize) -> Self {
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

    /// The print of the mirror image.
    pub fn mirrored(&self) -> Self {
        let mut mirrored = self.clone();
        mirrored.0.chunks_exact_mut(SIDE).for_each(<[u8]>::reverse);
        mirrored
    }

    /// Signs of its lowest 63 frequencies, a perceptual hash: those of copies differ in few.
    pub fn hash(&self) -> u64 {
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
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use imaging::{Limits, Orientation};

    use super::*;
    use crate::overlay::Surface;

    fn correlation(one: &Print, other: &Print) -> f32 {
        Surface::of(one).best(&Surface::of(other)).1
    }

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
        assert!(correlation(&print, &print) > 0.999);
        for size in [0.8, 0.9, 1.1, 1.2] {
            let other = Print::of(&remade(&image, |x, y| ((x - 0.5) * size + 0.5, (y - 0.5) * size + 0.5)));
            let (one, two) = (correlation(&print, &other), correlation(&other, &print));
            assert!((one - two).abs() < f32::EPSILON && one > 0.97, "{size}: {one} and {two}");
        }
        let cropped = remade(&image, |x, y| (x * 0.85 + 0.1, y * 0.9 + 0.02));
        assert!(
            correlation(&print, &Print::of(&cropped)) > 0.975,
            "{}",
            correlation(&print, &Print::of(&cropped))
        );
        let framed = remade(&image, |x, y| (x * 1.1 - 0.05, y * 1.1 - 0.05));
        assert!(
            correlation(&print, &Print::of(&framed)) > 0.975,
            "{}",
            correlation(&print, &Print::of(&framed))
        );
        for other in ["shoes/shoes-1.jpg", "hat/hat-2.jpg", "shirt/shirt-1.jpg"] {
            assert!(correlation(&print, &Print::of(&sample(other))) < 0.95, "{other}");
        }
    }

    #[test]
    fn the_print_of_a_turned_picture_is_the_turned_print() {
        let image = sample("hat/hat-2.jpg");
        let print = Print::of(&image);
        let clockwise = [Orientation::Turned90, Orientation::Turned180, Orientation::Turned270];
        for (quarters, orientation) in (1..).zip(clockwise) {
            let turned = Print::of(&orientation.apply(image.clone()).unwrap());
            assert!(correlation(&print.turned(quarters), &turned) > 0.99, "{orientation:?}");
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
