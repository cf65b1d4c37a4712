//! Finds how one thumbnail lies over another: at whatever size, in a frame or without, with edges cut off.
//!
//! Prints say where to begin (see [`crate::overlay`]), and so do frames; from the best of these, the two are laid over
//! each other to a fraction of a pixel (see [`crate::registration`]). Whether they agree there is told by
//! [`crate::agreement`].

use std::iter;

use crate::frames::Content;
use crate::overlay::{Overlay, Surface};
use crate::plane::Plane;
use crate::pyramid::Pyramid;
use crate::registration::{Common, Placement, Registered, register};

/// So good a correlation of what changes quickly that there is no better way to lay one over the other.
const GOOD: f32 = 0.95;
/// With less than this in common of their prints, only the best beginning is worth trying.
const PROMISING: f32 = 0.75;
/// Beginnings that are tried, and how far apart they are at least, in shares of the sides.
const MOST_TRIED: usize = 3;
const APART: f32 = 0.02;
/// Frames that are the same differ by as much in the logarithm of their shape.
const ASPECT: f32 = 0.06;
/// How many times as large one may be.
const SIZES: std::ops::Range<f32> = 0.1..10.0;
/// As much of what they have in common is left out along its edges, in shares of its sides: where a frame begins, and where
/// a picture was cut through the middle of a pixel.
const EDGE: f32 = 0.012;

/// How two thumbnails lie over each other.
pub(crate) struct Laid {
    /// Sizes of the two when their pixels are of one size.
    sizes: [(usize, usize); 2],
    overlay: Overlay,
    common: Common,
    correlation: f32,
}

/// What is laid over another: how bright a picture is, in what frames, and its print.
pub(crate) struct Sheet<'a> {
    pub(crate) brightness: &'a Pyramid,
    pub(crate) contents: &'a [Content],
    pub(crate) print: &'a Surface,
}

/// The best way that is found to lay one over the other.
pub(crate) fn lay(one: &Sheet<'_>, other: &Sheet<'_>) -> Option<Laid> {
    let (overlay, promise) = one.print.best(other.print);
    // Each is looked for only where those before it did not do.
    let frames = iter::once_with(|| by_frames(one, other)).flatten();
    let ways = iter::once_with(|| one.print.ways(other.print)).flatten();
    let others = frames.chain(ways).take(if promise >= PROMISING { usize::MAX } else { 0 });
    let mut tried: Vec<Overlay> = Vec::new();
    let mut best: Option<Laid> = None;
    for overlay in iter::once(overlay).chain(others) {
        if tried.len() == MOST_TRIED || best.as_ref().is_some_and(|best| best.correlation >= GOOD) {
            break;
        }
        if tried.iter().any(|tried| tried.is_near(overlay, APART)) {
            continue;
        }
        tried.push(overlay);
        match lay_by(one.brightness, other.brightness, overlay) {
            Tried::Apart => return best,
            Tried::Laid(laid) if best.as_ref().is_none_or(|best| best.correlation < laid.correlation) => {
                best = Some(laid);
            }
            Tried::Laid(_) | Tried::Nowhere => {}
        }
    }
    best
}

/// What came of a beginning.
enum Tried {
    Laid(Laid),
    Apart,
    Nowhere,
}

/// What is in a frame of the one over what is in a frame of the other, or over all of it.
fn by_frames(one: &Sheet<'_>, other: &Sheet<'_>) -> Vec<Overlay> {
    let aspect = |content: Content| (content.width() / content.height()).ln();
    let mut overlays = Vec::new();
    for (nth, &own) in one.contents.iter().enumerate() {
        for (other_nth, &others) in other.contents.iter().enumerate() {
            if nth + other_nth > 0 && (aspect(own) - aspect(others)).abs() < ASPECT {
                overlays.push(over((own, one.brightness.full()), (others, other.brightness.full())));
            }
        }
    }
    overlays
}

fn over((own, one): (Content, &Plane), (others, other): (Content, &Plane)) -> Overlay {
    let along = |own: (usize, usize), of: usize, others: (usize, usize), of_other: usize| {
        let share = |at: usize, of: usize| at as f32 / of as f32;
        let (start, end) = (share(own.0, of), share(own.1, of));
        let (other_start, other_end) = (share(others.0, of_other), share(others.1, of_other));
        let scale = (other_end - other_start) / (end - start);
        (scale, other_start - 0.5 - (start - 0.5) * scale)
    };
    let x = along((own.left, own.right), one.width, (others.left, others.right), other.width);
    let y = along((own.top, own.bottom), one.height, (others.top, others.bottom), other.height);
    Overlay { scale: (x.0, y.0), shift: (x.1, y.1) }
}

fn lay_by(one: &Pyramid, other: &Pyramid, overlay: Overlay) -> Tried {
    let (own, others) = (one.full(), other.full());
    let start = Placement::of(overlay, own, others);
    let ratio = (start.scale.0 * start.scale.1).sqrt();
    if !SIZES.contains(&ratio) {
        return Tried::Nowhere;
    }
    let reduced = |plane: &Plane, by: f32| {
        let side = |length: usize| ((length as f32 / by).round() as usize).clamp(1, length);
        (side(plane.width), side(plane.height))
    };
    // The one with the coarser pixels stays as it is.
    let sizes = [reduced(own, (1.0 / ratio).max(1.0)), reduced(others, ratio.max(1.0))];
    let (overlay, correlation) = match register((one, other), sizes, overlay) {
        Registered::At(overlay, correlation) => (overlay, correlation),
        Registered::Apart => return Tried::Apart,
        Registered::Nowhere => return Tried::Nowhere,
    };
    let (own, others) = (own.reduced(sizes[0].0, sizes[0].1), others.reduced(sizes[1].0, sizes[1].1));
    match Common::of(&own, &others, Placement::of(overlay, &own, &others)) {
        Some(common) => Tried::Laid(Laid { sizes, overlay, common, correlation }),
        None => Tried::Nowhere,
    }
}

impl Laid {
    /// The same of larger pictures.
    pub(crate) fn closer(&self, one: &Sheet<'_>, other: &Sheet<'_>) -> Option<Self> {
        match lay_by(one.brightness, other.brightness, self.overlay) {
            Tried::Laid(laid) => Some(laid),
            Tried::Apart | Tried::Nowhere => None,
        }
    }

    /// What the two have in common of these, pixel over pixel.
    pub(crate) fn common(&self, one: &Plane, other: &Plane) -> (Plane, Plane) {
        let [own, others] = self.sizes;
        let (left, top, width, height) = self.common.within;
        let edge = |length: usize| ((EDGE * length as f32).ceil() as usize + 1).min(length / 3);
        let (across, down) = (edge(width), edge(height));
        let within = (left + across, top + down, width - 2 * across, height - 2 * down);
        let columns = &self.common.columns[across..width - across];
        let rows = &self.common.rows[down..height - down];
        (one.reduced(own.0, own.1).part(within), other.reduced(others.0, others.1).sampled(columns, rows))
    }

    /// The same of two that were reduced, each as a whole.
    pub(crate) fn shared(&self, one: &Plane, other: &Plane) -> Option<(Plane, Plane)> {
        let Common { within: (left, top, width, height), columns, rows } =
            Common::of(one, other, Placement::of(self.overlay, one, other))?;
        let (across, down) = (usize::from(width > 2), usize::from(height > 2));
        let within = (left + across, top + down, width - 2 * across, height - 2 * down);
        let (columns, rows) = (&columns[across..width - across], &rows[down..height - down]);
        Some((one.part(within), other.sampled(columns, rows)))
    }

    /// Whether one shows all that the other shows, but for a strip of so many pixels and so large a share of a side.
    pub(crate) fn is_one_in_the_other(&self, pixels: f32, share: f32) -> bool {
        let [(width, height), (other_width, other_height)] = self.sizes.map(|(x, y)| (x as f32, y as f32));
        let (left, top, columns, rows) = self.common.within;
        let is_little = |before: f32, behind: f32, length: f32| before.max(behind) <= pixels + share * length;
        let is_all_of_one = is_little(left as f32, width - (left + columns) as f32, width)
            && is_little(top as f32, height - (top + rows) as f32, height);
        let ends = |places: &[f32], length: f32| (places[0], length - 1.0 - places[places.len() - 1]);
        let (x, y) = (ends(&self.common.columns, other_width), ends(&self.common.rows, other_height));
        let is_all_of_other = is_little(x.0, x.1, other_width) && is_little(y.0, y.1, other_height);
        is_all_of_one || is_all_of_other
    }
}
