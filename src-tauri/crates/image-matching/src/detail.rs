//! Whether the larger of two copies shows more than the smaller one, or was only enlarged.
//!
//! Enlarging adds pixels and nothing fine: waves that are too short for the smaller picture's pixels are hardly there. In
//! photos the power of waves falls with the square of their frequency, and does not break off anywhere.

use std::f32::consts::PI;
use std::ops::Range;

use imaging::RgbImage;

use crate::margins;

/// Pixels of a line that are looked at together.
const WINDOW: usize = 128;
/// One line in so many is looked at.
const EVERY: usize = 4;
/// Pixels along a side of the part that is looked at, in the middle.
const PART: usize = 1024;
/// How far apart the sizes must be for it to tell.
pub const LEAST_SCALE: f64 = 1.6;
/// Waves that the smaller picture still has, and those that it has no more, against the shortest that it can have.
const HELD: (f64, f64) = (0.55, 0.85);
const LOST: (f64, f64) = (1.25, 1.7);
/// The least power of lost waves, as a share of what there would be in a photo, of a picture that has more to show.
const LEAST_SHARE: f64 = 0.4;

/// What was enlarged from far fewer pixels has nothing beyond these, nor on either side of what it is held against: so it is held
/// against smaller and smaller pictures, each so many times smaller than the one before, down to this scale.
const STEP: f64 = std::f64::consts::SQRT_2;
const MOST_SCALE: f64 = 8.0;

/// Whether an image has fine structure that is lost when it is `scale` times smaller along each side.
pub fn has_more_than_at(image: &RgbImage, scale: f64) -> bool {
    let power = Grey::middle_of(image).power();
    let smaller = std::iter::successors(Some(scale * STEP), |scale| Some(scale * STEP));
    let mut scales = std::iter::once(scale).chain(smaller.take_while(|scale| *scale <= MOST_SCALE));
    scales.all(|scale| share_of_detail(&power, scale) > LEAST_SHARE)
}

/// How much there is of the waves that a picture `scale` times smaller cannot have, 1 for as much as in photos.
fn share_of_detail(power: &[f64], scale: f64) -> f64 {
    let limit = power.len() as f64 / scale;
    let mean = |(from, to): (f64, f64)| {
        let waves = (from * limit).round() as usize..((to * limit).round() as usize).min(power.len() - 1);
        // Times the square of the frequency, so that all are alike in photos.
        let weighed: f64 = waves.clone().map(|wave| power[wave] * (wave as f64).powi(2)).sum();
        weighed / waves.len().max(1) as f64
    };
    mean(LOST) / mean(HELD).max(f64::MIN_POSITIVE)
}

/// Brightness, row by row.
#[derive(Debug)]
struct Grey {
    width: usize,
    values: Vec<f32>,
}

impl Grey {
    fn middle_of(image: &RgbImage) -> Self {
        let full_width = image.width() as usize;
        let (columns, rows) = margins::inside(image);
        // Where a margin ends is an edge like no other.
        let middle = |range: Range<usize>| {
            let length = (range.len() * 7 / 8).clamp(1, PART);
            (range.start + (range.len() - length) / 2, length)
        };
        let ((left, width), (top, height)) = (middle(columns), middle(rows));
        let values = (top..top + height)
            .flat_map(|y| image.pixels()[3 * (y * full_width + left)..][..3 * width].chunks_exact(3))
            .map(|pixel| {
                0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2])
            })
            .collect();
        Self { width, values }
    }

    /// The power of the waves in rows and columns, by how many of them are in a window.
    fn power(&self) -> Vec<f64> {
        let mut power = vec![0.0; WINDOW / 2];
        let waves = Waves::new();
        let rows: Vec<&[f32]> = self.values.chunks_exact(self.width).collect();
        for row in rows.iter().step_by(EVERY) {
            row.chunks_exact(WINDOW).for_each(|window| waves.add_power(window, &mut power));
        }
        for column in (0..self.width).step_by(EVERY) {
            let column: Vec<f32> = rows.iter().map(|row| row[column]).collect();
            column.chunks_exact(WINDOW).for_each(|window| waves.add_power(window, &mut power));
        }
        power
    }
}

/// What a discrete Fourier transform is made of.
struct Waves {
    /// The sine and the cosine of each share of a turn.
    turn: Vec<(f32, f32)>,
    /// Fades a window in and out, as its ends do not meet.
    fade: Vec<f32>,
}

impl Waves {
    fn new() -> Self {
        let angles = (0..WINDOW).map(|nth| 2.0 * PI * nth as f32 / WINDOW as f32);
        let fade = angles.clone().map(|angle| 0.5 - 0.5 * angle.cos()).collect();
        Self { turn: angles.map(f32::sin_cos).collect(), fade }
    }

    fn add_power(&self, window: &[f32], power: &mut [f64]) {
        let mean = window.iter().sum::<f32>() / WINDOW as f32;
        let faded: Vec<f32> =
            window.iter().zip(&self.fade).map(|(value, fade)| (value - mean) * fade).collect();
        for (wave, power) in power.iter_mut().enumerate() {
            let (mut sine, mut cosine) = (0.0_f32, 0.0_f32);
            for (nth, value) in faded.iter().enumerate() {
                let (sin, cos) = self.turn[nth * wave % WINDOW];
                sine += value * sin;
                cosine += value * cos;
            }
            *power += f64::from(sine.mul_add(sine, cosine * cosine));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use imaging::Limits;

    use super::*;

    fn sample(name: &str) -> RgbImage {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/photos").join(name);
        imaging::decode(&std::fs::read(path).unwrap(), None, &Limits::default()).unwrap().image
    }

    /// The image enlarged, each pixel between its neighbours, and saved as a JPEG.
    fn enlarged(image: &RgbImage, scale: f64) -> RgbImage {
        let side = |length: u32| (f64::from(length) * scale).round() as u32;
        let (width, height) = (side(image.width()), side(image.height()));
        let place = |at: u32, length: u32| {
            let place = ((f64::from(at) + 0.5) / scale - 0.5).clamp(0.0, f64::from(length - 1));
            (place as u32, (place as u32 + 1).min(length - 1), place.fract())
        };
        let mut pixels = Vec::new();
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let ((left, right, across), (top, bottom, down)) =
                (place(x, image.width()), place(y, image.height()));
            for channel in 0..3 {
                let at = |x: u32, y: u32| {
                    f64::from(image.pixels()[(3 * (y * image.width() + x) + channel) as usize])
                };
                let between = |y: u32| at(left, y) * (1.0 - across) + at(right, y) * across;
                pixels.push((between(top) * (1.0 - down) + between(bottom) * down).round() as u8);
            }
        }
        let jpeg = imaging::encode_jpeg(&RgbImage::new(width, height, pixels).unwrap(), 85).unwrap();
        imaging::decode(&jpeg, None, &Limits::default()).unwrap().image
    }

    #[test]
    fn an_enlarged_photo_shows_no_more_and_the_original_of_a_reduced_one_does() {
        for name in ["hat/hat-2.jpg", "shoes/shoes-4.jpg", "dress/dress-5.jpg", "shirt/shirt-1.jpg"] {
            let photo = sample(name);
            for scale in [1.7, 2.0, 2.7] {
                assert!(has_more_than_at(&photo, scale), "{name} against one {scale} times smaller");
                let enlarged = enlarged(&photo, scale);
                assert!(!has_more_than_at(&enlarged, scale), "{name} enlarged {scale} times");
                // Held against less than it was made from.
                assert!(!has_more_than_at(&enlarged, LEAST_SCALE), "{name} enlarged {scale} times");
            }
            assert!(!has_more_than_at(&enlarged(&photo, 4.5), LEAST_SCALE), "{name} blown up");
        }
    }
}
