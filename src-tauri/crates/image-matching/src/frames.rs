//! What is left of a picture without flat frames and margins: the bars of a screenshot, a white border, the edge of a page.
//!
//! A picture that was framed, or laid on a screen of another shape, is laid over its original by that.

use crate::plane::Plane;

/// A part of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) right: usize,
    pub(crate) bottom: usize,
}

/// Levels by which pixels of a line of a frame differ at most, and one in so many of them may differ by more.
const LEVELS: f32 = 12.0;
const ODD_ONE_IN: usize = 40;
/// All of a picture, and so many times what is left of it.
const MOST: usize = 3;
/// The least that is left, as one over the length of each side.
const LEAST: usize = 4;

impl Content {
    pub(crate) fn width(self) -> f32 {
        (self.right - self.left) as f32
    }

    pub(crate) fn height(self) -> f32 {
        (self.bottom - self.top) as f32
    }

    /// All of a picture, then what is in its frame, then what is in the frame of that.
    pub(crate) fn all(plane: &Plane) -> Vec<Self> {
        let mut all = vec![Self { left: 0, top: 0, right: plane.width, bottom: plane.height }];
        while all.len() < MOST
            && let Some(within) = all.last().and_then(|last| last.within_frame(plane))
        {
            all.push(within);
        }
        all
    }

    /// None where there is no frame, or nothing in it.
    fn within_frame(self, plane: &Plane) -> Option<Self> {
        let Self { left, top, right, bottom } = self;
        let column =
            |x: usize| (top..bottom).map(|y| plane.values[y * plane.width + x]).collect::<Vec<f32>>();
        let row = |y: usize| plane.values[y * plane.width..][left..right].to_vec();
        let (left_level, right_level) = (median(column(left)), median(column(right - 1)));
        let (top_level, bottom_level) = (median(row(top)), median(row(bottom - 1)));
        let within = Self {
            left: left + (left..right).take_while(|x| is_flat(&column(*x), left_level)).count(),
            top: top + (top..bottom).take_while(|y| is_flat(&row(*y), top_level)).count(),
            right: right - (left..right).rev().take_while(|x| is_flat(&column(*x), right_level)).count(),
            bottom: bottom - (top..bottom).rev().take_while(|y| is_flat(&row(*y), bottom_level)).count(),
        };
        let is_left = within.right >= within.left + plane.width.div_ceil(LEAST)
            && within.bottom >= within.top + plane.height.div_ceil(LEAST);
        (within != self && is_left).then_some(within)
    }
}

fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values[values.len() / 2]
}

fn is_flat(values: &[f32], level: f32) -> bool {
    let odd = values.iter().filter(|value| (**value - level).abs() > LEVELS).count();
    odd * ODD_ONE_IN <= values.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_off_one_after_the_other() {
        let (width, height) = (60, 80);
        let value = |x: usize, y: usize| match (x.min(width - 1 - x), y.min(height - 1 - y)) {
            (x, y) if x < 5 || y < 7 => 0.0,
            (x, y) if x < 9 || y < 12 => 250.0,
            _ => ((x * 37 + y * 91) % 200) as f32,
        };
        let values = (0..height).flat_map(|y| (0..width).map(move |x| value(x, y))).collect();
        let all = Content::all(&Plane { width, height, values });
        let framed = |x: usize, y: usize| Content { left: x, top: y, right: width - x, bottom: height - y };
        assert_eq!(all, [framed(0, 0), framed(5, 7), framed(9, 12)]);
        let blank = Plane { width, height, values: vec![7.0; width * height] };
        assert_eq!(Content::all(&blank).len(), 1);
    }
}
