//! Lays one picture over another to a fraction of a pixel: stretched and moved, but not turned.
//!
//! The prints of two pictures say roughly how they go over each other (see [`crate::overlay`]), to some hundredths of
//! their sides. Fine structure needs more than that: it is brought about by least squares on what changes quickly, first
//! on a few pixels, at last on all of them (Lucas and Kanade, 1981). It says nothing of whether the two agree.

use crate::overlay::Overlay;
use crate::plane::{Plane, Sampler, products};
use crate::pyramid::Pyramid;

/// How two pictures are looked at, one size after the other: small first, which costs little, and only what goes together
/// there any larger.
struct Look {
    /// How much smaller both are.
    by: usize,
    /// How far from the edge of what they have in common it begins, in shares of the sides: there may be a frame, whose edge
    /// would outweigh all else.
    edge: f32,
    /// The least correlation of what changes quickly, or they go over each other nowhere. Of 577 copies of photos and
    /// documents, the least were 0.62, 0.82 and 0.84; of 558 pairs that only look alike, half had less than 0.76 at first
    /// or were given up before.
    least: f32,
    /// What each may show of a side that the other does not. They lie more exactly the larger they are.
    beyond: f32,
}

const LOOKS: [Look; 3] = [
    Look { by: 4, edge: 0.02, least: 0.55, beyond: 0.04 },
    Look { by: 2, edge: 0.01, least: 0.8, beyond: 0.015 },
    Look { by: 1, edge: 0.006, least: 0.8, beyond: 0.015 },
];
/// The least pixels along the shorter side of a reduced one.
const LEAST_SIDE: usize = 24;
/// Steps at each size at most, and the pixels of the last one by which it ends.
const STEPS: usize = 5;
const ENOUGH: f32 = 0.02;
/// What a step may move, in pixels: one that would go farther lost its way.
const FARTHEST: f32 = 3.0;
/// Of slow changes, which brightness and light make, so much is left out: radius of the blur in pixels.
const SLOW: usize = 3;
/// How much a placement is held where it is, as a share of what moves it.
const HELD: f32 = 1e-3;
/// With so much in common they lie as they lie: when each then shows something that the other does not, or they differ in what
/// is finer, they are no copies, and need not be laid over each other any closer or in another way.
const SURE: f32 = 0.9;
/// The pixels of a side that the two have in common at least.
const LEAST_COMMON: usize = 16;

/// How one picture lies over another: a pixel at `at` of the one is at `at * scale + shift` in the other. Pixels are at
/// whole numbers and a half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placement {
    pub(crate) scale: (f32, f32),
    pub(crate) shift: (f32, f32),
}

impl Placement {
    /// Where an overlay places a picture of one size over one of another.
    pub(crate) fn of(overlay: Overlay, one: &Plane, other: &Plane) -> Self {
        let along = |scale: f32, shift: f32, from: usize, to: usize| {
            let (from, to) = (from as f32, to as f32);
            (scale * to / from, (0.5 + shift) * to - scale * to / 2.0)
        };
        let x = along(overlay.scale.0, overlay.shift.0, one.width, other.width);
        let y = along(overlay.scale.1, overlay.shift.1, one.height, other.height);
        Self { scale: (x.0, y.0), shift: (x.1, y.1) }
    }

    fn overlay(self, one: &Plane, other: &Plane) -> Overlay {
        let along = |scale: f32, shift: f32, from: usize, to: usize| {
            let (from, to) = (from as f32, to as f32);
            (scale * from / to, (shift + scale * from / 2.0) / to - 0.5)
        };
        let x = along(self.scale.0, self.shift.0, one.width, other.width);
        let y = along(self.scale.1, self.shift.1, one.height, other.height);
        Overlay { scale: (x.0, y.0), shift: (x.1, y.1) }
    }
}

/// What came of laying one picture over another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Registered {
    /// How they lie over each other, and the correlation of what changes quickly there.
    At(Overlay, f32),
    /// They go over each other, and are no copies: each shows something that the other does not, or what is finer differs.
    Apart,
    /// They go over each other nowhere near where it began.
    Nowhere,
}

/// How one is laid over the other the best, near an overlay. `sizes` are those of the two when their pixels are of one size.
pub(crate) fn register(
    (one, other): (&Pyramid, &Pyramid),
    sizes: [(usize, usize); 2],
    start: Overlay,
) -> Registered {
    let least = sizes.iter().map(|size| size.0.min(size.1)).min().unwrap_or(0);
    let mut found = (start, 0.0);
    for Look { by, edge, least: enough, beyond } in LOOKS {
        if by > 1 && least / by < LEAST_SIDE {
            continue;
        }
        let at = |size: (usize, usize)| (size.0.div_ceil(by), size.1.div_ceil(by));
        let (own, others) = (at(sizes[0]), at(sizes[1]));
        let planes = (&*one.reduced(own.0, own.1), &*other.reduced(others.0, others.1));
        match placed(planes, (by == 1, edge), found.0) {
            Some(closer) if closer.1 >= enough => found = closer,
            _ if found.1 >= SURE => return Registered::Apart,
            _ => return Registered::Nowhere,
        }
        if found.1 >= SURE && !found.0.is_one_in_the_other(beyond) {
            return Registered::Apart;
        }
    }
    Registered::At(found.0, found.1)
}

/// The best overlay near one, and the correlation there. At last they are looked at in full.
fn placed(
    (one, other): (&Plane, &Plane),
    (at_last, edge): (bool, f32),
    start: Overlay,
) -> Option<(Overlay, f32)> {
    let start = Placement::of(start, one, other);
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
    let quick = |part: Plane| {
        let slow = part.blurred(SLOW);
        // A pixel of noise, and of what saving leaves, has no place.
        if at_last { part.blurred(1).without(&slow) } else { part.without(&slow) }
    };
    let (own_part, other_part) = (quick(one.part(own)), quick(other.part((x.0, y.0, x.1, y.1))));
    // From pixels of the wholes to those of the parts, and back.
    let moved = |placement: Placement, by: f32| {
        let along = |scale: f32, shift: f32, own: usize, others: usize| {
            shift + by * (scale * own as f32 - others as f32)
        };
        let x = along(placement.scale.0, placement.shift.0, own.0, x.0);
        let y = along(placement.scale.1, placement.shift.1, own.1, y.0);
        Placement { shift: (x, y), ..placement }
    };
    let found = steps(&own_part, &other_part, moved(start, 1.0))?;
    let correlation = correlation(&own_part, &other_part, found)?;
    Some((moved(found, -1.0).overlay(one, other), correlation))
}

/// How well the two go together under a placement, -1 to 1, both about zero.
fn correlation(one: &Plane, other: &Plane, placement: Placement) -> Option<f32> {
    let common = Common::of(one, other, placement)?;
    let (mut both, mut own, mut others) = (0.0, 0.0, 0.0);
    each_row(one, other, &common, |row, _, values| {
        let [product, square, other_square] = products([(row, values), (row, row), (values, values)]);
        both += product;
        own += square;
        others += other_square;
    });
    Some(both / (own * others).sqrt().max(f32::MIN_POSITIVE))
}

/// Calls `work` with each row that the two have in common: the values of the one, which of its rows it is, and the values
/// of the other.
fn each_row(one: &Plane, other: &Plane, common: &Common, mut work: impl FnMut(&[f32], usize, &[f32])) {
    let (left, top, width, _) = common.within;
    let mut sampler = Sampler::new(other, &common.columns);
    let mut values = vec![0.0; width];
    for (row, at) in (top..).zip(&common.rows) {
        sampler.row(*at, &mut values);
        work(&one.row(row)[left..left + width], row, &values);
    }
}

fn steps(one: &Plane, other: &Plane, mut placement: Placement) -> Option<Placement> {
    let slopes = Slopes::of(one);
    let common = Common::of(one, other, placement)?;
    let normal = slopes.normal(common.within);
    for _ in 0..STEPS {
        let common = Common::of(one, other, placement)?;
        let step = solve(normal, slopes.missing(one, other, &common)?)?;
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

/// How a picture changes along rows and columns, and how far each of its columns is from its middle.
struct Slopes {
    across: Plane,
    down: Plane,
    columns: Vec<f32>,
}

impl Slopes {
    fn of(plane: &Plane) -> Self {
        let (width, height) = (plane.width, plane.height);
        let flat = || Plane { width, height, values: vec![0.0; plane.values.len()] };
        let (mut across, mut down) = (flat(), flat());
        for y in 1..height.saturating_sub(1) {
            let row = y * width..(y + 1) * width;
            let slopes = plane.row(y).windows(3).map(|at| (at[2] - at[0]) / 2.0);
            across.values[row.clone()].iter_mut().skip(1).zip(slopes).for_each(|(to, slope)| *to = slope);
            let slopes =
                plane.row(y - 1).iter().zip(plane.row(y + 1)).map(|(above, below)| (below - above) / 2.0);
            down.values[row.clone()].iter_mut().zip(slopes).for_each(|(to, slope)| *to = slope);
            // Beyond an edge nothing is known.
            down.values[row.start] = 0.0;
            down.values[row.end - 1] = 0.0;
        }
        let columns = (0..width).map(|x| x as f32 + 0.5 - width as f32 / 2.0).collect();
        Self { across, down, columns }
    }

    /// How far a row is from the middle.
    fn beside_middle(&self, row: usize) -> f32 {
        row as f32 + 0.5 - self.across.height as f32 / 2.0
    }

    /// The matrix of the least squares: of scales, and of shifts of the middle.
    fn normal(&self, (left, top, width, height): (usize, usize, usize, usize)) -> [[f32; 4]; 4] {
        let columns = &self.columns[left..left + width];
        let mut scaled = vec![0.0; width];
        let mut normal = [[0.0; 4]; 4];
        for row in top..top + height {
            let across = &self.across.row(row)[left..left + width];
            let down = &self.down.row(row)[left..left + width];
            let places = across.iter().zip(columns);
            scaled.iter_mut().zip(places).for_each(|(to, (slope, column))| *to = slope * column);
            let y = self.beside_middle(row);
            let [scaled_squared, scaled_across, scaled_down, across_squared, both, down_squared] =
                products([
                    (&scaled, &scaled),
                    (&scaled, across),
                    (&scaled, down),
                    (across, across),
                    (across, down),
                    (down, down),
                ]);
            let rows = [
                [scaled_squared, scaled_down * y, scaled_across, scaled_down],
                [0.0, down_squared * y * y, both * y, down_squared * y],
                [0.0, 0.0, across_squared, both],
                [0.0, 0.0, 0.0, down_squared],
            ];
            for (sums, row) in normal.iter_mut().zip(rows) {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
        }
        // What is below the diagonal mirrors what is above.
        let above = normal;
        let mut normal: [[f32; 4]; 4] =
            std::array::from_fn(|nth| std::array::from_fn(|other| above[nth.min(other)][nth.max(other)]));
        // Along stripes nothing says how far: it stays as it is.
        for [across, down] in [[0, 1], [2, 3]] {
            let held = HELD * (normal[across][across] + normal[down][down]);
            normal[across][across] += held;
            normal[down][down] += held;
        }
        normal
    }

    /// The other side of the least squares: what is missing in the other, evened out in contrast, where the one changes.
    fn missing(&self, one: &Plane, other: &Plane, common: &Common) -> Option<[f32; 4]> {
        let (left, _, width, _) = common.within;
        let columns = &self.columns[left..left + width];
        let mut scaled = vec![0.0; width];
        let (mut both, mut of_other) = (0.0, 0.0);
        // Of the one and of the other.
        let mut sums = [[0.0; 2]; 4];
        each_row(one, other, common, |own, row, values| {
            let across = &self.across.row(row)[left..left + width];
            let down = &self.down.row(row)[left..left + width];
            let places = across.iter().zip(columns);
            scaled.iter_mut().zip(places).for_each(|(to, (slope, column))| *to = slope * column);
            let y = self.beside_middle(row);
            let found = products([
                (own, values),
                (values, values),
                (&scaled, own),
                (&scaled, values),
                (across, own),
                (across, values),
                (down, own),
                (down, values),
            ]);
            both += found[0];
            of_other += found[1];
            for nth in 0..2 {
                sums[0][nth] += found[2 + nth];
                sums[1][nth] += y * found[6 + nth];
                sums[2][nth] += found[4 + nth];
                sums[3][nth] += found[6 + nth];
            }
        });
        // Contrast of the one to that of the other.
        let gain = both / of_other.max(f32::MIN_POSITIVE);
        (gain > 0.0).then(|| sums.map(|[own, others]| own - gain * others))
    }
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
