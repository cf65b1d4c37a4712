//! Pieces of a picture that are of one colour, or nearly: what things and their surroundings are made of.
//!
//! Pixels grow together where the difference between two pieces is no larger than the differences within them (Felzenszwalb and
//! Huttenlocher, 2004).

use super::picture::Picture;

/// How much two small pieces may differ and be one all the same; large ones are held to their own evenness.
const SCALE: f32 = 60.0;
/// Smaller pieces, one in so many of the picture's pixels, are taken for noise and given to a neighbour.
const LEAST: usize = 400;

/// Which piece each pixel belongs to.
pub(super) struct Segments {
    pub(super) labels: Vec<usize>,
    pub(super) count: usize,
}

struct Edge {
    difference: f32,
    one: usize,
    other: usize,
}

/// Sets of pixels that grow together.
struct Forest {
    parents: Vec<usize>,
    sizes: Vec<usize>,
    /// The largest difference within.
    within: Vec<f32>,
}

impl Forest {
    fn root(&mut self, mut at: usize) -> usize {
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize, difference: f32) {
        let (large, small) = if self.sizes[one] < self.sizes[other] { (other, one) } else { (one, other) };
        self.parents[small] = large;
        self.sizes[large] += self.sizes[small];
        self.within[large] = difference;
    }
}

/// The pieces of a picture.
pub(super) fn segments(Picture { width, height, colours }: &Picture) -> Segments {
    let mut edges = edges(colours, *width, *height);
    edges.sort_unstable_by(|a, b| a.difference.total_cmp(&b.difference));
    let count = colours.len();
    let mut forest =
        Forest { parents: (0..count).collect(), sizes: vec![1; count], within: vec![0.0; count] };
    for &Edge { difference, one, other } in &edges {
        let (one, other) = (forest.root(one), forest.root(other));
        let bound = |at: usize| forest.within[at] + SCALE / forest.sizes[at] as f32;
        if one != other && difference <= bound(one).min(bound(other)) {
            forest.join(one, other, difference);
        }
    }
    let least = count / LEAST;
    for &Edge { difference, one, other } in &edges {
        let (one, other) = (forest.root(one), forest.root(other));
        if one != other && forest.sizes[one].min(forest.sizes[other]) < least {
            let most = forest.within[one].max(forest.within[other]).max(difference);
            forest.join(one, other, most);
        }
    }
    numbered(forest)
}

fn edges(colours: &[[f32; 3]], width: usize, height: usize) -> Vec<Edge> {
    let mut edges = Vec::with_capacity(colours.len() * 4);
    let mut add = |one: usize, other: usize| {
        let difference = distance(colours[one], colours[other]);
        edges.push(Edge { difference, one, other });
    };
    for y in 0..height {
        for x in 0..width {
            let at = y * width + x;
            if x + 1 < width {
                add(at, at + 1);
            }
            if y + 1 < height {
                add(at, at + width);
                if x + 1 < width {
                    add(at, at + width + 1);
                }
                if x > 0 {
                    add(at, at + width - 1);
                }
            }
        }
    }
    edges
}

fn numbered(mut forest: Forest) -> Segments {
    let mut numbers = vec![usize::MAX; forest.parents.len()];
    let mut count = 0;
    let labels = (0..forest.parents.len())
        .map(|at| {
            let root = forest.root(at);
            if numbers[root] == usize::MAX {
                numbers[root] = count;
                count += 1;
            }
            numbers[root]
        })
        .collect();
    Segments { labels, count }
}

/// How different two colours look.
pub(super) fn distance(one: [f32; 3], other: [f32; 3]) -> f32 {
    (0..3).map(|channel| (one[channel] - other[channel]).powi(2)).sum::<f32>().sqrt()
}
