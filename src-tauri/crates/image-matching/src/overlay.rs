//! Lays one print over another as well as it goes, and says how well they agree there.
//!
//! A copy that was cropped or framed agrees with its original only where the same things lie over each other. The best
//! place is climbed to from a few beginnings; it runs for every doubtful pair of a library, so it is made to be quick.

use crate::print::{Print, SIDE};

/// Steps of the climb, in shares of a side, coarse ones first.
const COARSE: [f32; 2] = [0.08, 0.04];
const FINE: [f32; 2] = [0.02, 0.01];
/// How many points along a side are compared meanwhile, multiples of [`LANES`].
const COARSE_POINTS: usize = 12;
const POINTS: usize = 24;
/// How many times each step is tried, at most.
const ROUNDS: usize = 3;
/// How much larger one print may be where the climb begins: cropped and framed copies are found from there.
const STARTS: [f32; 3] = [1.0, 0.8, 1.25];
/// The share of a print that must lie within the other, and what that allows as a difference in area.
const LEAST_COMMON: f32 = 0.55;
const AREA: std::ops::RangeInclusive<f32> = 0.6..=1.67;
/// Of two copies, one shows all that the other shows. So much of a side may be missing on the way to the best overlay, and so
/// much there: prints do not say it any closer. Frames of a burst that moved by more need no comparing of pixels.
const BEYOND_ON_THE_WAY: f32 = 0.1;
const BEYOND: f32 = 0.03;
/// Less than this where the climb begins will not become a copy, nor will what is less than that after the coarse steps.
/// Of edited copies of 100 photos, no more are missed for the first.
const UNPROMISING: f32 = 0.6;
const HOPELESS: f32 = 0.85;

/// Numbers that are added up side by side.
const LANES: usize = 4;

/// The levels of a print about the middle of their range, so that sums of single precision are exact enough.
pub struct Surface {
    rows: [[f32; SIDE]; SIDE],
    coarse: Grid,
}

impl Surface {
    /// That of a print.
    pub fn of(print: &Print) -> Self {
        let mut rows = [[0.0; SIDE]; SIDE];
        for (row, levels) in rows.iter_mut().zip(print.levels().chunks_exact(SIDE)) {
            for (value, &level) in row.iter_mut().zip(levels) {
                *value = f32::from(level) - 128.0;
            }
        }
        let coarse = Grid::of(&rows, COARSE_POINTS);
        Self { rows, coarse }
    }

    /// How well the two go over each other, -1 to 1: the correlation of what is common to both when one is stretched
    /// and moved over the other as well as it goes, by up to a quarter. It evens out brightness and contrast. None where each
    /// shows something then that the other does not.
    pub fn correlation(&self, other: &Self) -> Option<f32> {
        let (overlay, correlation) = self.best(other);
        overlay.is_one_in_the_other(BEYOND).then_some(correlation)
    }

    /// How this print lies over the other the best, and how well they go over each other there.
    pub(crate) fn best(&self, other: &Self) -> (Overlay, f32) {
        // A climb may end short of the best way to lay one over the other; the other way round it takes another path.
        let (over, under) = (self.laid_over(other), other.laid_over(self));
        if over.1 >= under.1 { over } else { (under.0.inverse(), under.1) }
    }

    /// Ways in which this print may lie over the other, the best first: where climbs from all beginnings end.
    pub(crate) fn ways(&self, other: &Self) -> Vec<Overlay> {
        let climbed = |one: &Self, other: &Self| {
            one.starts(other).map(|start| climb(&one.coarse, other, start, &COARSE))
        };
        let under = climbed(other, self).map(|(overlay, correlation)| (overlay.inverse(), correlation));
        let mut ways: Vec<(Overlay, f32)> = climbed(self, other).into_iter().chain(under).collect();
        ways.sort_by(|one, other| other.1.total_cmp(&one.1));
        ways.into_iter().map(|(overlay, _)| overlay).collect()
    }

    /// Whether a climb is worth its time, and how much: the best correlation where it would begin.
    pub fn promise(&self, other: &Self) -> Option<f32> {
        let promise = best_of(self.starts(other)).1.max(best_of(other.starts(self)).1);
        (promise >= UNPROMISING).then_some(promise)
    }

    /// The best correlation that the climb finds of this print with the one that it is laid over.
    fn laid_over(&self, other: &Self) -> (Overlay, f32) {
        let best = best_of(self.starts(other).map(|start| climb(&self.coarse, other, start, &COARSE)));
        if best.1 < HOPELESS {
            return best;
        }
        let fine = Grid::of(&self.rows, POINTS);
        climb(&fine, other, (best.0, fine.correlation(other, best.0)), &FINE)
    }

    fn starts(&self, other: &Self) -> [(Overlay, f32); STARTS.len()] {
        STARTS.map(|scale| {
            let start = Overlay { scale: (scale, scale), shift: (0.0, 0.0) };
            (start, self.coarse.correlation(other, start))
        })
    }
}

/// A row between rows.
fn between(rows: &[[f32; SIDE]; SIDE], (row, down): (usize, f32)) -> [f32; SIDE] {
    let mut between = rows[row];
    for (value, below) in between.iter_mut().zip(&rows[row + 1]) {
        *value += (below - *value) * down;
    }
    between
}

/// The levels of a print at some places along each side, as far apart as they go.
struct Grid {
    points: usize,
    rows: [[f32; POINTS]; POINTS],
}

impl Grid {
    fn of(levels: &[[f32; SIDE]; SIDE], points: usize) -> Self {
        let (mut rows, places) = ([[0.0; POINTS]; POINTS], Places::of(points, 1.0, 0.0));
        for (row, &at) in rows.iter_mut().zip(places.within()) {
            *row = places.sample(&between(levels, at));
        }
        Self { points, rows }
    }

    /// The correlation with what lies under it; -1 when too little does.
    fn correlation(&self, other: &Surface, overlay: Overlay) -> f32 {
        if !AREA.contains(&(overlay.scale.0 * overlay.scale.1))
            || !overlay.is_one_in_the_other(BEYOND_ON_THE_WAY)
        {
            return -1.0;
        }
        let columns = Places::of(self.points, overlay.scale.0, overlay.shift.0);
        let rows = Places::of(self.points, overlay.scale.1, overlay.shift.1);
        let count = (columns.count * rows.count) as f32;
        if count < LEAST_COMMON * (self.points * self.points) as f32 {
            return -1.0;
        }
        let mut sums = Sums::default();
        for (row, &at) in self.rows[rows.first..].iter().zip(rows.within()) {
            let mut own = [0.0; POINTS];
            own[..columns.count].copy_from_slice(&row[columns.first..][..columns.count]);
            sums.add(&own, &columns.sample(&between(&other.rows, at)), columns.count.next_multiple_of(LANES));
        }
        sums.correlation(count)
    }
}

/// Where points along one side of a print fall on that of another: between which two levels, and how far.
struct Places {
    /// The first point that falls within the other print.
    first: usize,
    /// How many do, one after the other.
    count: usize,
    at: [(usize, f32); POINTS],
}

impl Places {
    fn of(points: usize, scale: f32, shift: f32) -> Self {
        let mut of = Self { first: 0, count: 0, at: [(0, 0.0); POINTS] };
        for nth in 0..points {
            let place = ((nth as f32 + 0.5) / points as f32 - 0.5) * scale + 0.5 + shift;
            if !(0.0..=1.0).contains(&place) {
                continue;
            }
            if of.count == 0 {
                of.first = nth;
            }
            let at = (place * SIDE as f32 - 0.5).clamp(0.0, SIDE as f32 - 1.001);
            let before = at as usize;
            of.at[of.count] = (before, at - before as f32);
            of.count += 1;
        }
        of
    }

    fn within(&self) -> &[(usize, f32)] {
        &self.at[..self.count]
    }

    /// The levels of a row at these places, and zeros behind.
    fn sample(&self, row: &[f32; SIDE]) -> [f32; POINTS] {
        let mut sampled = [0.0; POINTS];
        for (value, &(column, right)) in sampled.iter_mut().zip(self.within()) {
            *value = row[column] + (row[column + 1] - row[column]) * right;
        }
        sampled
    }
}

fn best_of<const COUNT: usize>(overlays: [(Overlay, f32); COUNT]) -> (Overlay, f32) {
    overlays.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best }).unwrap_or_default()
}

/// Climbs to the best overlay near one; both with their correlation.
fn climb(grid: &Grid, other: &Surface, start: (Overlay, f32), steps: &[f32]) -> (Overlay, f32) {
    let mut best = start;
    for &step in steps {
        for _ in 0..ROUNDS {
            let before = best.1;
            for direction in Overlay::DIRECTIONS {
                let next = best.0.moved(direction, step);
                let correlation = grid.correlation(other, next);
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

/// How one print lies over another: stretched about its middle, then moved, in shares of its sides.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Overlay {
    pub(crate) scale: (f32, f32),
    pub(crate) shift: (f32, f32),
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

    /// Whether another one has every point within so large a share of the sides.
    pub(crate) fn is_near(self, other: Self, share: f32) -> bool {
        let along = |one: (f32, f32), other: (f32, f32)| {
            (one.0 - other.0).abs() / 2.0 + (one.1 - other.1).abs() <= share
        };
        along((self.scale.0, self.shift.0), (other.scale.0, other.shift.0))
            && along((self.scale.1, self.shift.1), (other.scale.1, other.shift.1))
    }

    /// Whether one shows all that the other shows, but for so large a share of a side.
    pub(crate) fn is_one_in_the_other(self, but_for: f32) -> bool {
        let ends = |scale: f32, shift: f32| (0.5 + shift - scale / 2.0, 0.5 + shift + scale / 2.0);
        let (x, y) = (ends(self.scale.0, self.shift.0), ends(self.scale.1, self.shift.1));
        let is_within = |(start, end): (f32, f32)| start >= -but_for && end <= 1.0 + but_for;
        let is_all = |(start, end): (f32, f32)| start <= but_for && end >= 1.0 - but_for;
        (is_within(x) && is_within(y)) || (is_all(x) && is_all(y))
    }

    /// How the other lies over this one.
    fn inverse(self) -> Self {
        Self {
            scale: (1.0 / self.scale.0, 1.0 / self.scale.1),
            shift: (-self.shift.0 / self.scale.0, -self.shift.1 / self.scale.1),
        }
    }

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
    one: [f32; LANES],
    other: [f32; LANES],
    one_squared: [f32; LANES],
    other_squared: [f32; LANES],
    product: [f32; LANES],
}

impl Sums {
    /// Adds the first `length` of both, a multiple of [`LANES`]; zeros add nothing.
    fn add(&mut self, one: &[f32; POINTS], other: &[f32; POINTS], length: usize) {
        let lanes = one[..length].as_chunks::<LANES>().0.iter().zip(other[..length].as_chunks::<LANES>().0);
        for (one, other) in lanes {
            for lane in 0..LANES {
                self.one[lane] += one[lane];
                self.other[lane] += other[lane];
                self.one_squared[lane] += one[lane] * one[lane];
                self.other_squared[lane] += other[lane] * other[lane];
                self.product[lane] += one[lane] * other[lane];
            }
        }
    }

    fn correlation(&self, count: f32) -> f32 {
        let [one, other, one_squared, other_squared, product] =
            [self.one, self.other, self.one_squared, self.other_squared, self.product]
                .map(|lanes| lanes.iter().sum::<f32>());
        let covariance = product - one * other / count;
        let one = one_squared - one * one / count;
        let other = other_squared - other * other / count;
        // Where one is blank, nothing is common.
        if one < count || other < count { 0.0 } else { covariance / (one * other).sqrt() }
    }
}
