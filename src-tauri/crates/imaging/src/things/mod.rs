//! What stands out in a picture: the things that a person would point at, told from their surroundings by colour alone.
//!
//! The best of many candidates differ from what is around them, have a sharp outline, are in one piece, and are not cut off by the
//! picture's edge. Nothing is recognised: what a thing is, is for whoever points at it.

mod candidates;
mod picture;
mod segments;

use crate::pixels::RgbImage;
use candidates::{Candidate, Rect, candidates};
use picture::{Histogram, Picture};
use segments::{Segments, distance, segments};

/// Things told of a picture at most.
const MOST: usize = 6;
/// How far around a thing its surroundings reach, as a share of its sides.
const AROUND: f32 = 0.35;
/// The least and the most of a picture that a thing takes up.
const SHARES: std::ops::RangeInclusive<f32> = 0.008..=0.7;
/// The share from which on things are large enough, and the one from which on they are hardly a thing in the picture any more.
const LARGE_ENOUGH: f32 = 0.04;
const TOO_LARGE: f32 = 0.35;
/// What takes up less of its box is spread over it: a box around it points at something else.
const LEAST_FILL: f32 = 0.3;
/// What is longer than this many times its width is a stripe.
const LONGEST: usize = 6;
/// The difference of colours at an outline from which on it is sharp.
const SHARP: f32 = 12.0;
/// As good as this, measured by the best, others are told, too.
const GOOD_ENOUGH: f32 = 0.45;
/// Boxes that share more than this of both, or of the smaller one, show the same thing.
const SAME: f32 = 0.3;
const SAME_WITHIN: f32 = 0.6;

/// A thing in a picture, in the picture's pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thing {
    /// The box around it.
    pub left: u32,
    /// The box around it.
    pub top: u32,
    /// The box around it.
    pub width: u32,
    /// The box around it.
    pub height: u32,
    /// A place that is on it, for pointing at it.
    pub on: (u32, u32),
}

/// The things that stand out in a picture, those that do most first. A small picture will do: a longer side of 128 pixels is looked
/// at, whatever its size.
#[must_use]
pub fn things(image: &RgbImage) -> Vec<Thing> {
    let size = (image.width() as usize, image.height() as usize);
    let picture = Picture::of(image.pixels(), size);
    let segments = segments(&picture);
    let candidates = candidates(&picture, &segments);
    let mut scored: Vec<(f32, &Candidate)> = candidates
        .iter()
        .filter_map(|candidate| Some((score(candidate, &picture, &segments)?, candidate)))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Some(&(best, _)) = scored.first() else { return Vec::new() };
    let mut chosen: Vec<&Candidate> = Vec::new();
    for (_, candidate) in scored.into_iter().take_while(|(score, _)| *score > best * GOOD_ENOUGH) {
        if chosen.len() < MOST && !chosen.iter().any(|other| is_same(candidate.rect, other.rect)) {
            chosen.push(candidate);
        }
    }
    let scale = |value: usize, of: usize, side: u32| (value as u64 * u64::from(side) / of as u64) as u32;
    let across = |x: usize| scale(x, picture.width, image.width());
    let down = |y: usize| scale(y, picture.height, image.height());
    let told = |candidate: &Candidate| {
        let Rect { left, top, right, bottom } = candidate.rect;
        let (x, y) = deepest(candidate, &picture, &segments);
        let middle = |before: u32, after: u32| u32::midpoint(before, after);
        Thing {
            left: across(left),
            top: down(top),
            width: (across(right) - across(left)).max(1),
            height: (down(bottom) - down(top)).max(1),
            on: (middle(across(x), across(x + 1)), middle(down(y), down(y + 1))),
        }
    };
    chosen.into_iter().map(told).collect()
}

/// How much a candidate looks like a thing; none when it cannot be one.
fn score(candidate: &Candidate, picture: &Picture, segments: &Segments) -> Option<f32> {
    let rect = candidate.rect;
    let share = candidate.colours.pixels() / picture.colours.len() as f32;
    let fill = candidate.colours.pixels() / rect.area();
    let (short, long) = (rect.width().min(rect.height()), rect.width().max(rect.height()));
    if !SHARES.contains(&share) || fill < LEAST_FILL || long > LONGEST * short {
        return None;
    }
    let Surroundings { colours, outline, differences } = surroundings(candidate, picture, segments);
    if colours.pixels() < 1.0 || outline < 1.0 {
        return None;
    }
    let contrast = 1.0 - candidate.colours.shared(&colours);
    let sharpness = (differences / outline / SHARP).min(1.0);
    let cut_off = candidate.at_edge as f32 / (candidate.at_edge as f32 + outline);
    let size = (share / LARGE_ENOUGH).min(1.0).sqrt() * (1.0 - 2.0 * (share - TOO_LARGE).max(0.0));
    let off = |start: usize, end: usize, side: usize| (start + end) as f32 / 2.0 / side as f32 - 0.5;
    let (x, y) = (off(rect.left, rect.right, picture.width), off(rect.top, rect.bottom, picture.height));
    // People put what they take a photo of in its middle.
    let middle = 1.0 - 0.6 * x.hypot(y);
    let whole = (1.0 - 2.0 * cut_off).max(0.0);
    let core = 0.3 + 0.7 * core(candidate, picture, segments);
    Some(contrast * (0.4 + 0.6 * sharpness) * whole * size * middle * fill.sqrt() * core)
}

/// How much of the middle of its box is its own: what lies around a thing has that thing there.
fn core(candidate: &Candidate, picture: &Picture, segments: &Segments) -> f32 {
    let own = own(candidate, segments);
    let rect = candidate.rect;
    let middle = |start: usize, length: usize| start + length / 3..start + (2 * length).div_ceil(3);
    let (across, down) = (middle(rect.left, rect.width()), middle(rect.top, rect.height()));
    let all = across.len() * down.len();
    let places = down.flat_map(|y| across.clone().map(move |x| y * picture.width + x));
    let count = places.filter(|at| own[segments.labels[*at]]).count();
    count as f32 / all.max(1) as f32
}

/// What is around a candidate.
struct Surroundings {
    colours: Histogram,
    /// Pairs of neighbouring pixels of which one belongs to the candidate.
    outline: f32,
    /// What these pairs differ by, all together.
    differences: f32,
}

fn surroundings(candidate: &Candidate, picture: &Picture, segments: &Segments) -> Surroundings {
    let own = own(candidate, segments);
    let rect = candidate.rect;
    let margin = |side: usize| (side as f32 * AROUND) as usize + 2;
    let (across, down) = (margin(rect.width()), margin(rect.height()));
    let right = (rect.right + across).min(picture.width);
    let bottom = (rect.bottom + down).min(picture.height);
    let mut found = Surroundings { colours: Histogram::default(), outline: 0.0, differences: 0.0 };
    for y in rect.top.saturating_sub(down)..bottom {
        for x in rect.left.saturating_sub(across)..right {
            let at = y * picture.width + x;
            let is_own = own[segments.labels[at]];
            if !is_own {
                found.colours.add(picture.colours[at]);
            }
            let next = [(x + 1 < right).then_some(at + 1), (y + 1 < bottom).then_some(at + picture.width)];
            for next in next.into_iter().flatten() {
                if own[segments.labels[next]] != is_own {
                    found.outline += 1.0;
                    found.differences += distance(picture.colours[at], picture.colours[next]);
                }
            }
        }
    }
    found
}

/// Which pieces are the candidate's.
fn own(candidate: &Candidate, segments: &Segments) -> Vec<bool> {
    let mut own = vec![false; segments.count];
    for &piece in &candidate.pieces {
        own[piece] = true;
    }
    own
}

fn is_same(one: Rect, other: Rect) -> bool {
    let shared = |start: usize, end: usize, other_start: usize, other_end: usize| {
        end.min(other_end).saturating_sub(start.max(other_start)) as f32
    };
    let area = shared(one.left, one.right, other.left, other.right)
        * shared(one.top, one.bottom, other.top, other.bottom);
    area > SAME * (one.area() + other.area() - area) || area > SAME_WITHIN * one.area().min(other.area())
}

/// The place on a candidate that is farthest from all that is not, and rather in its middle.
fn deepest(candidate: &Candidate, picture: &Picture, segments: &Segments) -> (usize, usize) {
    let own = own(candidate, segments);
    let Rect { left, top, .. } = candidate.rect;
    let (width, height) = (candidate.rect.width(), candidate.rect.height());
    let is_own = |x: usize, y: usize| own[segments.labels[(top + y) * picture.width + left + x]];
    // How many steps it is to what is not its own, from above and the left, and then from below and the right.
    let mut depths = vec![0_u32; width * height];
    for at in 0..depths.len() {
        let (x, y) = (at % width, at / width);
        let before = if x > 0 && y > 0 { depths[at - 1].min(depths[at - width]) } else { 0 };
        depths[at] = if is_own(x, y) { before + 1 } else { 0 };
    }
    for at in (0..depths.len()).rev() {
        let is_inside = at % width + 1 < width && at / width + 1 < height;
        let after = if is_inside { depths[at + 1].min(depths[at + width]) } else { 0 };
        depths[at] = depths[at].min(after + 1);
    }
    let off = |at: usize| {
        let (x, y) = ((at % width) as f32, (at / width) as f32);
        (x - width as f32 / 2.0).abs() + (y - height as f32 / 2.0).abs()
    };
    let value = |at: usize| depths[at] as f32 - 0.18 * off(at);
    let is_on_it = |at: &usize| depths[*at] > 0;
    let best = (0..depths.len()).filter(is_on_it).max_by(|a, b| value(*a).total_cmp(&value(*b)));
    let best = best.unwrap_or_default();
    (left + best % width, top + best / width)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture with uneven ground, and discs of these places, radii and colours on it.
    fn picture(discs: &[(u32, u32, u32, [u8; 3])]) -> RgbImage {
        let (width, height) = (320_u32, 240_u32);
        let mut pixels = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let on = |(left, top, radius, _): &&(u32, u32, u32, [u8; 3])| {
                    x.abs_diff(*left).pow(2) + y.abs_diff(*top).pow(2) <= radius.pow(2)
                };
                let noise = ((x * 7919 + y * 104_729) % 9) as u8;
                let ground = [120 + (x / 8) as u8 + noise, 110 + noise, 90 + (y / 8) as u8];
                pixels.extend(discs.iter().find(on).map_or(ground, |disc| disc.3));
            }
        }
        RgbImage::new(width, height, pixels).unwrap()
    }

    #[test]
    fn each_thing_on_uneven_ground_is_told_once_with_a_place_on_it() {
        let discs =
            [(60, 70, 30, [200, 30, 40]), (160, 150, 40, [30, 60, 200]), (260, 80, 26, [240, 230, 60])];
        let things = things(&picture(&discs));
        assert_eq!(things.len(), discs.len(), "{things:?}");
        for (x, y, radius, _) in discs {
            let is_on = |thing: &&Thing| thing.on.0.abs_diff(x).max(thing.on.1.abs_diff(y)) < radius / 2;
            let thing = things.iter().find(is_on).unwrap_or_else(|| panic!("none at {x}, {y}: {things:?}"));
            assert!(thing.left.abs_diff(x - radius) < 6 && thing.top.abs_diff(y - radius) < 6, "{thing:?}");
            assert!(thing.width.abs_diff(2 * radius) < 10, "{thing:?}");
        }
    }

    #[test]
    fn what_the_edge_cuts_off_comes_behind_what_is_there_as_a_whole() {
        let things = things(&picture(&[(0, 120, 50, [200, 30, 40]), (170, 120, 36, [200, 30, 40])]));
        assert!(things[0].on.0.abs_diff(170) < 18, "{things:?}");
    }

    #[test]
    fn a_picture_without_things_has_none() {
        let flat = RgbImage::new(40, 30, vec![128; 40 * 30 * 3]).unwrap();
        assert_eq!(things(&flat), []);
        let dot = RgbImage::new(1, 1, vec![9; 3]).unwrap();
        assert_eq!(things(&dot), []);
    }
}
