//! Lays one picture over another to a fraction of a pixel: stretched and moved, but not turned.
//!
//! The prints of two pictures say roughly how they go over each other (see [`crate::overlay`]), to some hundredths of
//! their sides. Fine structure needs more than that: it is brought about by least squares on what changes quickly, first
//! on a few pixels, at last on all of them (Lucas and Kanade, 1981). It says nothing of whether the two agree.

use crate::plane::Plane;

/// How one picture lies over another: a pixel at `at` of the one is at `at * scale + shift` in the other. Pixels are at
/// whole numbers and a half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placement {
    pub(crate) scale: (f32, f32),
    pub(crate) shift: (f32, f32),
}

/// How much smaller both are at first.
const REDUCED: [usize; 3] = [4, 2, 1];
/// The least pixels along the shorter side of a reduced one.
const LEAST_SIDE: usize = 24;
/// Steps at each size at most, and the pixels of the last one by which it ends.
const STEPS: usize = 8;
const ENOUGH: f32 = 0.02;
/// What a step may move, in pixels: one that would go farther lost its way.
const FARTHEST: f32 = 3.0;
/// Of slow changes, which brightness and light make, so much is left out: radius of the blur in pixels.
const SLOW: usize = 3;
/// With less than this in common of what changes quickly, when both are smallest, they go over each other nowhere.
const HOPELESS: f32 = 0.5;
/// How much a placement is held where it is, as a share of what moves it.
const HELD: f32 = 1e-3;
/// The pixels of a side that the two have in common at least.
const LEAST_COMMON: usize = 16;

/// How far from the edge of what they have in common it begins, in shares of the sides, at first and later: there may be
/// a frame, whose edge would outweigh all else.
const EDGE: [f32; 3] = [0.02, 0.01, 0.006];

/// Where one is placed over the other the best, near a placement, and the correlation of what changes quickly there. Both
/// have pixels of about the same size.
pub(crate) fn register(one: &Plane, other: &Plane, start: Placement) -> Option<(Placement, f32)> {
    let is_large = |reduced: usize| {
        reduced == 1 || one.width.min(one.height).min(other.width).min(other.height) / reduced >= LEAST_SIDE
    };
    let mut sizes = REDUCED.into_iter().zip(EDGE).filter(|(reduced, _)| is_large(*reduced));
    let (reduced, edge) = sizes.next()?;
    let (mut placement, mut correlation) = placed(one, other, (reduced, edge), start)?;
    if correlation < HOPELESS {
        return None;
    }
    for size in sizes {
        (placement, correlation) = placed(one, other, size, placement)?;
    }
    Some((placement, correlation))
}

/// The best placement near one, found on pictures that are reduced, and the correlation there.
fn placed(
    one: &Plane,
    other: &Plane,
    (by, edge): (usize, f32),
    start: Placement,
) -> Option<(Placement, f32)> {
    let common = Common::of(one, other, start)?;
    let (left, top, width, height) = common.within;
    let (across, down) = ((edge * width as f32).ceil() as usize, (edge * height as f32).ceil() as usize);
    let own = (left + across, top + down, width.checked_sub(2 * across)?, height.checked_sub(2 * down)?);
    let span = |places: &[f32], edge: usize, length: usize| {
        let (first, last) = (places[edge], places[places.len() - 1 - edge]);
        let start = (first.floor().max(0.0) as usize).min(length - 1);
        (start, ((last.ceil() as usize + 1).min(length) - start).max(1))
    };
    let (x, y) = (span(&common.columns, across, other.width), span(&common.rows, down, other.height));
    let (own_part, other_part) = (one.part(own), other.part((x.0, y.0, x.1, y.1)));
    let smaller = |plane: &Plane| {
        let small = plane.reduced(plane.width.div_ceil(by), plane.height.div_ceil(by));
        let ratio = (small.width as f32 / plane.width as f32, small.height as f32 / plane.height as f32);
        let slow = small.blurred(SLOW);
        // A pixel of noise, and of what saving leaves, has no place.
        let quick = if by == 1 { small.blurred(1) } else { small };
        (quick.without(&slow), ratio)
    };
    let ((small_one, by_one), (small_other, by_other)) = (smaller(&own_part), smaller(&other_part));
    // From pixels of the wholes to those of the parts, and to those of the reduced parts.
    let down_to = |scale: f32, shift: f32, by_one: f32, by_other: f32, own: usize, others: usize| {
        (scale * by_other / by_one, (shift + scale * own as f32 - others as f32) * by_other)
    };
    let (scale_x, shift_x) = down_to(start.scale.0, start.shift.0, by_one.0, by_other.0, own.0, x.0);
    let (scale_y, shift_y) = down_to(start.scale.1, start.shift.1, by_one.1, by_other.1, own.1, y.0);
    let small = Placement { scale: (scale_x, scale_y), shift: (shift_x, shift_y) };
    let found = steps(&small_one, &small_other, small)?;
    let common = Common::of(&small_one, &small_other, found)?;
    let (laid_one, laid_other) =
        (small_one.part(common.within), small_other.sampled(&common.columns, &common.rows));
    let up_from = |scale: f32, shift: f32, by_one: f32, by_other: f32, own: usize, others: usize| {
        let scale = scale * by_one / by_other;
        (scale, shift / by_other - scale * own as f32 + others as f32)
    };
    let (scale_x, shift_x) = up_from(found.scale.0, found.shift.0, by_one.0, by_other.0, own.0, x.0);
    let (scale_y, shift_y) = up_from(found.scale.1, found.shift.1, by_one.1, by_other.1, own.1, y.0);
    let placement = Placement { scale: (scale_x, scale_y), shift: (shift_x, shift_y) };
    Some((placement, laid_one.correlation(&laid_other)))
}

fn steps(one: &Plane, other: &Plane, mut placement: Placement) -> Option<Placement> {
    for _ in 0..STEPS {
        let step = step(one, other, placement)?;
        let (width, height) = (one.width as f32, one.height as f32);
        let farthest =
            (step[0].abs() * width / 2.0 + step[2].abs()).max(step[1].abs() * height / 2.0 + step[3].abs());
        if !farthest.is_finite() || farthest > FARTHEST * 2.0 {
            return None;
        }
        placement.scale.0 += step[0];
        placement.scale.1 += step[1];
        // Steps are about the middle.
        placement.shift.0 += step[2] - step[0] * width / 2.0;
        placement.shift.1 += step[3] - step[1] * height / 2.0;
        if farthest < ENOUGH {
            break;
        }
    }
    Some(placement)
}

/// How the placement is changed: scales, and shifts of the middle.
#[expect(clippy::needless_range_loop, reason = "it is a matrix")]
fn step(one: &Plane, other: &Plane, placement: Placement) -> Option<[f32; 4]> {
    let common = Common::of(one, other, placement)?;
    let (left, top, width, height) = common.within;
    let laid = other.sampled(&common.columns, &common.rows);
    let (mut both, mut of_other) = (0.0, 0.0);
    for (row, values) in laid.values.chunks_exact(width).enumerate() {
        let own = &one.values[(top + row) * one.width + left..][..width];
        for (own, value) in own.iter().zip(values) {
            both += own * value;
            of_other += value * value;
        }
    }
    // Contrast of the one to that of the other.
    let gain = both / of_other.max(f32::MIN_POSITIVE);
    if gain <= 0.0 {
        return None;
    }
    let (mut normal, mut right) = ([[0.0_f32; 4]; 4], [0.0_f32; 4]);
    let middle = (one.width as f32 / 2.0, one.height as f32 / 2.0);
    for row in 1..height.saturating_sub(1) {
        let y = top + row;
        if y == 0 || y + 1 >= one.height {
            continue;
        }
        let from_middle = y as f32 + 0.5 - middle.1;
        let (above, own, below) = (row_of(one, y - 1), row_of(one, y), row_of(one, y + 1));
        let values = &laid.values[row * width..][..width];
        for x in left.max(1)..(left + width).min(one.width - 1) {
            let across = (own[x + 1] - own[x - 1]) / 2.0;
            let down = (below[x] - above[x]) / 2.0;
            let missing = own[x] - gain * values[x - left];
            let slopes = [across * (x as f32 + 0.5 - middle.0), down * from_middle, across, down];
            for nth in 0..4 {
                right[nth] += slopes[nth] * missing;
                for other in nth..4 {
                    normal[nth][other] += slopes[nth] * slopes[other];
                }
            }
        }
    }
    for nth in 0..4 {
        for other in 0..nth {
            normal[nth][other] = normal[other][nth];
        }
    }
    // Along stripes nothing says how far: it stays as it is.
    for [across, down] in [[0, 1], [2, 3]] {
        let held = HELD * (normal[across][across] + normal[down][down]);
        normal[across][across] += held;
        normal[down][down] += held;
    }
    solve(normal, right)
}

fn row_of(plane: &Plane, row: usize) -> &[f32] {
    &plane.values[row * plane.width..][..plane.width]
}

/// What two pictures have in common under a placement.
pub(crate) struct Common {
    /// The part of the one: left, top, width and height.
    pub(crate) within: (usize, usize, usize, usize),
    /// Where its columns and rows are in the other.
    pub(crate) columns: Vec<f32>,
    pub(crate) rows: Vec<f32>,
}

impl Common {
    pub(crate) fn of(one: &Plane, other: &Plane, placement: Placement) -> Option<Self> {
        let (left, columns) = along(one.width, other.width, placement.scale.0, placement.shift.0);
        let (top, rows) = along(one.height, other.height, placement.scale.1, placement.shift.1);
        let is_enough = columns.len() >= LEAST_COMMON.min(one.width / 2)
            && rows.len() >= LEAST_COMMON.min(one.height / 2)
            && !columns.is_empty()
            && !rows.is_empty();
        is_enough.then_some(Self { within: (left, top, columns.len(), rows.len()), columns, rows })
    }
}

/// The first of `from` pixels that falls within `to` pixels, and where all that do are.
fn along(from: usize, to: usize, scale: f32, shift: f32) -> (usize, Vec<f32>) {
    let place = |at: usize| (at as f32 + 0.5) * scale + shift - 0.5;
    // Half a pixel beyond the edge is the edge.
    let is_within = |at: &usize| (-0.5..=to as f32 - 0.5).contains(&place(*at));
    let within: Vec<usize> = (0..from).filter(is_within).collect();
    (within.first().copied().unwrap_or(0), within.into_iter().map(place).collect())
}

/// By elimination; none where there is nothing to go by.
#[expect(clippy::needless_range_loop, reason = "it is a matrix")]
fn solve(mut matrix: [[f32; 4]; 4], mut right: [f32; 4]) -> Option<[f32; 4]> {
    for nth in 0..4 {
        let pivot = matrix[nth][nth];
        if pivot <= f32::MIN_POSITIVE * 1e6 {
            return None;
        }
        for row in nth + 1..4 {
            let factor = matrix[row][nth] / pivot;
            for column in nth..4 {
                matrix[row][column] -= factor * matrix[nth][column];
            }
            right[row] -= factor * right[nth];
        }
    }
    let mut solution = [0.0; 4];
    for nth in (0..4).rev() {
        let rest: f32 = (nth + 1..4).map(|column| matrix[nth][column] * solution[column]).sum();
        solution[nth] = (right[nth] - rest) / matrix[nth][nth];
    }
    Some(solution)
}
