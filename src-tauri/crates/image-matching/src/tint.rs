//! Colours of two pictures, and levels of those that have no structure.
//!
//! An edited copy may have paler colours, or none, or a tint. The same drawing in red and in green is another picture, and
//! so is a yellow page beside a blue one.

use imaging::RgbImage;

use crate::laying::Laid;
use crate::plane::Plane;

/// Cells along each side in which colours are compared.
const CELLS: usize = 12;

/// The least pixels along the shorter side of what colours are compared in, and how much smaller than a thumbnail that is.
const LEAST_SIDE: usize = 4 * CELLS;
const MOST_REDUCED: usize = 4;

/// Least standard deviation of what is coloured at all, in levels.
const COLOURED: f32 = 9.0;
/// The least correlation of the colours of two coloured copies.
const LEAST_CORRELATION: f32 = 0.5;
/// How far a tint moves all colours at most, in levels; more than that is another colour, unless it is none.
const MOST_TINT: f32 = 45.0;
const COLOURLESS: f32 = 12.0;

/// How far apart the colours of copies without structure are at most: in the mean and in any cell, in levels.
const MEAN_APART: f32 = 5.0;
const CELL_APART: f32 = 10.0;
/// Where levels change over the picture, by at least this standard deviation, it may be brighter or have more contrast, by
/// as much, and what is left then is no more than this, in levels and as a share of the change.
const CHANGES: f32 = 8.0;
const GAIN: std::ops::RangeInclusive<f32> = 0.75..=1.35;
const LEFT: f32 = 3.0;
const LEFT_SHARE: f32 = 0.12;
/// The least share of a level's change that makes up the mean agreement of such copies.
const FULL_RANGE: f32 = 255.0;

/// How much redder and bluer than grey a picture is, in few pixels.
pub(crate) struct Colours([Plane; 2]);

impl Colours {
    pub(crate) fn of(image: &RgbImage) -> Self {
        let difference = |of: usize| move |pixel: [f32; 3]| pixel[of] - Plane::weighed(pixel);
        let by = ((image.width().min(image.height()) as usize) / LEAST_SIDE).clamp(1, MOST_REDUCED);
        Self([0, 2].map(|of| {
            let plane = Plane::of(image, difference(of));
            plane.reduced(plane.width.div_ceil(by), plane.height.div_ceil(by)).into_owned()
        }))
    }
}

/// Whether the colours of two pictures that lie over each other go together.
pub(crate) fn agree(laid: &Laid, one: &Colours, other: &Colours) -> bool {
    let cells = |of: usize| {
        let (own, others) = laid.shared(&one.0[of], &other.0[of])?;
        Some((own.reduced(CELLS, CELLS).into_owned(), others.reduced(CELLS, CELLS).into_owned()))
    };
    let (Some(red), Some(blue)) = (cells(0), cells(1)) else { return false };
    let colours = [red, blue];
    let mean = |plane: &Plane| plane.values.iter().sum::<f32>() / plane.values.len() as f32;
    let (mut squares, mut other_squares, mut both) = (0.0, 0.0, 0.0);
    let (mut tint, mut own_mean, mut others_mean) = (0.0, 0.0, 0.0);
    for (own, others) in &colours {
        let means = (mean(own), mean(others));
        tint += (means.0 - means.1).powi(2);
        own_mean += means.0.powi(2);
        others_mean += means.1.powi(2);
        for (own, others) in own.values.iter().zip(&others.values) {
            let (own, others) = (own - means.0, others - means.1);
            squares += own * own;
            other_squares += others * others;
            both += own * others;
        }
    }
    let count = colours[0].0.values.len() as f32;
    let is_coloured = |squares: f32| (squares / count).sqrt() >= COLOURED;
    if is_coloured(squares) && is_coloured(other_squares) {
        return both >= LEAST_CORRELATION * (squares * other_squares).sqrt();
    }
    let is_colourless = |mean: f32, squares: f32| !is_coloured(squares) && mean.sqrt() <= COLOURLESS;
    tint.sqrt() <= MOST_TINT || is_colourless(own_mean, squares) || is_colourless(others_mean, other_squares)
}

/// How well two pictures without structure agree in level and colour; none where they are not the same.
pub(crate) fn level(one: &RgbImage, other: &RgbImage) -> Option<f32> {
    let cells = |image: &RgbImage| -> Vec<f32> {
        let channel = |of: usize| Plane::of(image, |pixel| pixel[of]).spread(CELLS, CELLS).values;
        [0, 1, 2].into_iter().flat_map(channel).collect()
    };
    let (own, others) = (cells(one), cells(other));
    let count = own.len() as f32;
    let apart = own.iter().zip(&others).map(|(own, others)| (own - others).abs());
    let (sum, most) = apart.fold((0.0, 0.0_f32), |(sum, most), apart| (sum + apart, most.max(apart)));
    if sum / count <= MEAN_APART && most <= CELL_APART {
        return Some(1.0 - sum / count / FULL_RANGE);
    }
    let mean = |values: &[f32]| values.iter().sum::<f32>() / count;
    let means = (mean(&own), mean(&others));
    let product = |one: &[f32], mean: f32, other: &[f32], other_mean: f32| {
        one.iter().zip(other).map(|(one, other)| (one - mean) * (other - other_mean)).sum::<f32>() / count
    };
    let variances = (product(&own, means.0, &own, means.0), product(&others, means.1, &others, means.1));
    let changes = variances.0.min(variances.1).max(0.0).sqrt();
    if changes < CHANGES {
        return None;
    }
    let gain = product(&own, means.0, &others, means.1) / variances.0;
    let left = (variances.1 - gain * gain * variances.0).max(0.0).sqrt();
    let is_copy = GAIN.contains(&gain) && left <= LEFT && left <= LEFT_SHARE * changes;
    is_copy.then_some(1.0 - left / FULL_RANGE)
}
