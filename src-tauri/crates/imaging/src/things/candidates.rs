//! What might be a thing: the pieces of a picture, and all that comes about while they are joined with those beside them, the most
//! alike first (as in selective search; Uijlings and others, 2013).

use std::collections::BTreeSet;

use super::picture::{Histogram, Picture};
use super::segments::Segments;

/// Where something lies: from the first row and column to those behind the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

impl Rect {
    pub(super) fn width(&self) -> usize {
        self.right - self.left
    }

    pub(super) fn height(&self) -> usize {
        self.bottom - self.top
    }

    pub(super) fn area(&self) -> f32 {
        (self.width() * self.height()) as f32
    }

    fn around(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// Pieces that may be a thing together.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) pieces: Vec<usize>,
    pub(super) colours: Histogram,
    pub(super) rect: Rect,
    /// Sides of its pixels that lie at the picture's edge.
    pub(super) at_edge: usize,
}

impl Candidate {
    fn with(self, other: Self) -> Self {
        Self {
            pieces: [self.pieces, other.pieces].concat(),
            colours: self.colours.joined(other.colours),
            rect: self.rect.around(other.rect),
            at_edge: self.at_edge + other.at_edge,
        }
    }

    /// Of like colours, small, and filling each other's gaps.
    fn alike(&self, other: &Self, picture_pixels: f32) -> f32 {
        let pixels = self.colours.pixels() + other.colours.pixels();
        let gaps = self.rect.around(other.rect).area() - pixels;
        self.colours.shared(&other.colours) - (pixels + gaps) / picture_pixels
    }
}

/// The pieces, and what they were joined to until all were one.
pub(super) fn candidates(picture: &Picture, segments: &Segments) -> Vec<Candidate> {
    let mut all = pieces(picture, segments);
    let mut is_left = vec![true; all.len()];
    let mut beside = neighbours(picture, segments);
    let pixels = picture.colours.len() as f32;
    let likeness = |all: &[Candidate], &(one, other): &(usize, usize)| all[one].alike(&all[other], pixels);
    while let Some((one, other)) =
        beside.iter().copied().max_by(|a, b| likeness(&all, a).total_cmp(&likeness(&all, b)))
    {
        let joined = all[one].clone().with(all[other].clone());
        let number = all.len();
        all.push(joined);
        is_left.push(true);
        (is_left[one], is_left[other]) = (false, false);
        let now = |at: usize| if is_left[at] { at } else { number };
        beside = beside
            .into_iter()
            .map(|(a, b)| (now(a).min(now(b)), now(a).max(now(b))))
            .filter(|(a, b)| a != b)
            .collect();
    }
    all
}

fn pieces(picture: &Picture, segments: &Segments) -> Vec<Candidate> {
    let nowhere = Rect { left: usize::MAX, top: usize::MAX, right: 0, bottom: 0 };
    let piece =
        |number| Candidate { pieces: vec![number], colours: Histogram::default(), rect: nowhere, at_edge: 0 };
    let mut pieces: Vec<Candidate> = (0..segments.count).map(piece).collect();
    for (at, &label) in segments.labels.iter().enumerate() {
        let (x, y) = (at % picture.width, at / picture.width);
        let piece = &mut pieces[label];
        piece.colours.add(picture.colours[at]);
        piece.rect = piece.rect.around(Rect { left: x, top: y, right: x + 1, bottom: y + 1 });
        let sides = [x == 0, y == 0, x + 1 == picture.width, y + 1 == picture.height];
        piece.at_edge += sides.into_iter().filter(|is_edge| *is_edge).count();
    }
    pieces
}

/// Pairs of pieces that touch, the one with the lower number first.
fn neighbours(picture: &Picture, Segments { labels, .. }: &Segments) -> BTreeSet<(usize, usize)> {
    let mut beside = BTreeSet::new();
    for (at, &label) in labels.iter().enumerate() {
        let right = (at % picture.width + 1 < picture.width).then(|| labels[at + 1]);
        let below = labels.get(at + picture.width).copied();
        for other in [right, below].into_iter().flatten().filter(|other| *other != label) {
            beside.insert((label.min(other), label.max(other)));
        }
    }
    beside
}
