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
/// Cells along each side in which no colour may be another one, and how far apart in levels it is then, when one picture has
/// been given the other's tint and paleness: a red lamp in place of a green one.
const FINER_CELLS: usize = 16;
const OTHER_COLOUR: f32 = 50.0;
/// How far a tint moves all colours at most, in levels; more than that is another colour, unless it is none.
const MOST_TINT: f32 = 45.0;
const COLOURLESS: f32 = 12.0;

/// How far apart the colours of copies without structure are at most: in the mean and in any cell, in levels.
const MEAN_APART: f32 = 5.0;
const CELL_APART: f32 = 10.0;
/// With at least this standard deviation levels change at all, and so much of that the two have in common then, and so much where
/// it is more than saving a picture changes: two X-rays that are next to black are not the same for it.
const CHANGES_AT_ALL: f32 = 0.5;
const LEAST_COMMON: f32 = 0.7;
const CHANGES_CLEARLY: f32 = 1.5;
const LEAST_CLEARLY_COMMON: f32 = 0.92;
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
    let shared = |of: usize| laid.shared(&one.0[of], &other.0[of]);
    let (Some(red), Some(blue)) = (shared(0), shared(1)) else { return false };
    let in_cells = |count: usize| {
        [&red, &blue].map(|(own, others)| {
            (own.reduced(count, count).into_owned(), others.reduced(count, count).into_owned())
        })
    };
    go_together(&in_cells(CELLS)) && has_no_other_colour(&in_cells(FINER_CELLS))
}

/// Whether colours change in the same way over two pictures, or one of them has none.
fn go_together(colours: &[(Plane, Plane); 2]) -> bool {
    let mean = |plane: &Plane| plane.values.iter().sum::<f32>() / plane.values.len() as f32;
    let (mut squares, mut other_squares, mut both) = (0.0, 0.0, 0.0);
    let (mut tint, mut own_mean, mut others_mean) = (0.0, 0.0, 0.0);
    for (own, others) in colours {
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

/// Whether nothing has another colour in one of them, but for the tint and the paleness of all.
fn has_no_other_colour(colours: &[(Plane, Plane); 2]) -> bool {
    let deviations = |of: fn(&(Plane, Plane)) -> &Plane| {
        colours.each_ref().map(|both| {
            let values = &of(both).values;
            let mean = values.iter().sum::<f32>() / values.len() as f32;
            values.iter().map(|value| value - mean).collect::<Vec<f32>>()
        })
    };
    let (own, others) = (deviations(|both| &both.0), deviations(|both| &both.1));
    let product = |one: &[Vec<f32>; 2], other: &[Vec<f32>; 2]| -> f32 {
        one.iter()
            .zip(other)
            .flat_map(|(one, other)| one.iter().zip(other))
            .map(|(one, other)| one * other)
            .sum()
    };
    // The one with more colour is made as pale as the other.
    let (own_squares, others_squares) = (product(&own, &own), product(&others, &others));
    let (strong, pale, squares) = if own_squares >= others_squares {
        (&own, &others, own_squares)
    } else {
        (&others, &own, others_squares)
    };
    let paleness = product(strong, pale) / squares.max(f32::MIN_POSITIVE);
    let apart = |channel: usize| {
        strong[channel].iter().zip(&pale[channel]).map(|(strong, pale)| pale - paleness * strong)
    };
    apart(0).zip(apart(1)).all(|(red, blue)| red.hypot(blue) <= OTHER_COLOUR)
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
    let mean = |values: &[f32]| values.iter().sum::<f32>() / count;
    let means = (mean(&own), mean(&others));
    let product = |one: &[f32], mean: f32, other: &[f32], other_mean: f32| {
        one.iter().zip(other).map(|(one, other)| (one - mean) * (other - other_mean)).sum::<f32>() / count
    };
    let variances = (product(&own, means.0, &own, means.0), product(&others, means.1, &others, means.1));
    let common = product(&own, means.0, &others, means.1);
    if !change_alike(&own, &others) {
        return None;
    }
    if sum / count <= MEAN_APART && most <= CELL_APART {
        return Some(1.0 - sum / count / FULL_RANGE);
    }
    let changes = variances.0.min(variances.1).max(0.0).sqrt();
    if changes < CHANGES {
        return None;
    }
    let gain = common / variances.0;
    let left = (variances.1 - gain * gain * variances.0).max(0.0).sqrt();
    let is_copy = GAIN.contains(&gain) && left <= LEFT && left <= LEFT_SHARE * changes;
    is_copy.then_some(1.0 - left / FULL_RANGE)
}

/// Whether levels change in the same way over two pictures, however little, or over neither; of three channels, one after the
/// other.
fn change_alike(own: &[f32], others: &[f32]) -> bool {
    let (mut squares, mut other_squares, mut both) = (0.0, 0.0, 0.0);
    let channel = CELLS * CELLS;
    for (own, others) in own.chunks_exact(channel).zip(others.chunks_exact(channel)) {
        let mean = |values: &[f32]| values.iter().sum::<f32>() / channel as f32;
        let (own_mean, others_mean) = (mean(own), mean(others));
        for (own, others) in own.iter().zip(others) {
            let (own, others) = (own - own_mean, others - others_mean);
            squares += own * own;
            other_squares += others * others;
            both += own * others;
        }
    }
    let changes = (f32::max(squares, other_squares) / own.len() as f32).sqrt();
    let least = if changes < CHANGES_CLEARLY { LEAST_COMMON } else { LEAST_CLEARLY_COMMON };
    changes < CHANGES_AT_ALL || both >= least * (squares * other_squares).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(value: impl Fn(u32, u32) -> [u8; 3]) -> RgbImage {
        let pixels =
            (0..200).flat_map(|y| (0..300).flat_map(move |x| [(x, y)])).flat_map(|(x, y)| value(x, y));
        RgbImage::new(300, 200, pixels.collect()).unwrap()
    }

    #[test]
    fn what_is_next_to_black_is_told_from_others_of_its_kind() {
        let faint = |x: u32, y: u32, turn: bool| [((if turn { y * 3 / 2 } else { x }) / 40 % 4) as u8; 3];
        let (one, other) = (picture(|x, y| faint(x, y, false)), picture(|x, y| faint(x, y, true)));
        assert!(level(&one, &other).is_none());
        assert!(level(&one, &one).is_some());
        let brighter = picture(|x, y| faint(x, y, false).map(|level| level + 2));
        assert!(level(&one, &brighter).is_some());
        let reddish = |turn| {
            picture(move |x, y| {
                let [red, green, blue] = faint(x, y, turn);
                [red + 12, green, blue]
            })
        };
        assert!(level(&reddish(false), &reddish(true)).is_none());
    }

    #[test]
    fn one_colour_is_a_copy_of_itself_and_of_no_other() {
        let of = |colour: [u8; 3]| picture(move |_, _| colour);
        assert!(level(&of([90, 90, 90]), &of([90, 91, 90])).is_some());
        assert!(level(&of([200, 180, 20]), &of([200, 181, 21])).is_some());
        assert!(level(&of([0, 0, 0]), &of([255, 255, 255])).is_none());
        assert!(level(&of([200, 180, 20]), &of([20, 60, 200])).is_none());
    }
}
