//! Recognises the photo that a picture was cut from, and where: the same pixels, at whatever scale.
//!
//! An embedding says which photos have something of the kind in them. Which of them has the very thing, pixels tell: the
//! picture is laid over a photo's thumbnail at all sizes and places, coarsely, and moved from the best of them to where
//! it fits best. It knows neither turned pictures nor such as were edited much, and says nothing of photos that are
//! merely alike.

use imaging::RgbImage;

/// Cells along each side of the picture when all places are tried, and when the best are looked at.
const COARSE: usize = 8;
const FINE: usize = 16;
/// Numbers that are added up side by side; all of the above are multiples of it.
const LANES: usize = 4;

/// How much smaller the picture is tried next.
const SHRINK: f32 = 0.88;
/// The least share of a photo's area that an excerpt has, and its least side in pixels of the thumbnail.
const LEAST_AREA: f32 = 0.03;
const LEAST_SIDE: f32 = 20.0;
/// How far apart places are tried, in shares of the picture's sides.
const STEP: f32 = 0.125;
/// The best sizes that are looked at closely.
const LOOKED_AT: usize = 6;
/// Steps of the climb from there, in shares of the sides, and how often each is tried at most.
const CLIMB: [f32; 4] = [0.06, 0.03, 0.015, 0.007];
const ROUNDS: usize = 4;
/// After the first two steps, less than this is no excerpt.
const HOPELESS: f32 = 0.85;

/// How well it fits where it is from, as a correlation, at the least; and how much of that is lost a little beside, at
/// the least, and as a multiple of what is missing where it is from. By these, of 300 excerpts of 100 photos 0.97 are
/// recognised, and none of 2,760 times in a photo that it is not from.
const FROM_IT: f32 = 0.975;
const LEAST_LOST: f32 = 0.002;
const LOST_OF_MISSING: f32 = 2.0;

/// Least standard deviation, of 255 levels, of what can be recognised: bare surfaces are all alike.
const LEAST_DEVIATION: f32 = 8.0;

/// Brightness of a picture: sums over all rectangles that start at its corner.
pub struct Brightness {
    width: usize,
    height: usize,
    /// By rows of one more than its width; the first of each, and the first row, are zero. Thumbnails have few enough
    /// pixels for 32 bits.
    sums: Vec<u32>,
}

/// A rectangle in pixels of a thumbnail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// From the left edge.
    pub x: f32,
    /// From the top edge.
    pub y: f32,
    /// Along the upper edge.
    pub width: f32,
    /// Along the left edge.
    pub height: f32,
}

/// The picture that is looked for: cells about their mean, of unit length together.
pub struct Excerpt {
    /// Width over height.
    aspect: f32,
    coarse: [[f32; COARSE]; COARSE],
    fine: [[f32; FINE]; FINE],
}

impl Brightness {
    /// That of a thumbnail.
    pub fn of(image: &RgbImage) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let mut sums = vec![0; (width + 1) * (height + 1)];
        let weighed = |pixel: &[u8]| {
            (299 * u32::from(pixel[0]) + 587 * u32::from(pixel[1]) + 114 * u32::from(pixel[2])) / 1000
        };
        for (y, row) in image.pixels().chunks_exact(3 * width).enumerate() {
            let (above, below) = sums.split_at_mut((y + 1) * (width + 1));
            let above = &above[y * (width + 1)..];
            let mut so_far = 0;
            for (x, pixel) in row.chunks_exact(3).enumerate() {
                so_far += weighed(pixel);
                below[x + 1] = above[x + 1] + so_far;
            }
        }
        Self { width, height, sums }
    }

    fn all(&self) -> Place {
        Place { x: 0.0, y: 0.0, width: self.width as f32, height: self.height as f32 }
    }

    /// Sums from the top to `y`, of what is left of each of these edges.
    fn sums_above<const EDGES: usize>(&self, y: f32, edges: &[(usize, f64); EDGES]) -> [f64; EDGES] {
        let (row, down) = split(y, self.height);
        let (above, below) = self.sums[row * (self.width + 1)..].split_at(self.width + 1);
        edges.map(|(column, right)| {
            let along = |row: &[u32]| {
                let (before, behind) = (f64::from(row[column]), f64::from(row[column + 1]));
                before + (behind - before) * right
            };
            let (upper, lower) = (along(above), along(below));
            upper + (lower - upper) * down
        })
    }

    /// The mean of each cell of a place whose cells begin and end at whole pixels. It is what most of the time goes to.
    fn coarse_cells(&self, columns: &Cuts, rows: &Cuts) -> [[f32; COARSE]; COARSE] {
        let row_of = |nth: usize| &self.sums[rows.edges[nth] * (self.width + 1)..][..=self.width];
        std::array::from_fn(|row| {
            let (above, below) = (row_of(row), row_of(row + 1));
            // Up to here of the row of cells, all of it.
            let strips = columns.edges.map(|column| below[column] - above[column]);
            std::array::from_fn(|column| {
                (strips[column + 1] - strips[column]) as f32 * columns.shares[column] * rows.shares[row]
            })
        })
    }

    /// The mean of each cell of a place, row by row; `EDGES` is one more than `CELLS`.
    fn cells<const CELLS: usize, const EDGES: usize>(&self, place: Place) -> [[f32; CELLS]; CELLS] {
        let share = |nth: usize, length: f32| nth as f32 * length / CELLS as f32;
        let edges = std::array::from_fn(|nth| split(place.x + share(nth, place.width), self.width));
        let area = f64::from(place.width) * f64::from(place.height) / (CELLS * CELLS) as f64;
        let mut above: [f64; EDGES] = self.sums_above(place.y, &edges);
        std::array::from_fn(|row| {
            let below = self.sums_above(place.y + share(row + 1, place.height), &edges);
            let cells = std::array::from_fn(|column| {
                let sum = below[column + 1] - above[column + 1] - below[column] + above[column];
                (sum / area) as f32
            });
            above = below;
            cells
        })
    }
}

/// How a length is cut into cells, at whole pixels.
struct Cuts {
    start: f32,
    edges: [usize; COARSE + 1],
    /// One over the length of each cell.
    shares: [f32; COARSE],
}

impl Cuts {
    fn of(start: f32, length: f32) -> Self {
        let edges: [usize; COARSE + 1] =
            std::array::from_fn(|nth| (start + length * nth as f32 / COARSE as f32 + 0.5) as usize);
        let shares = std::array::from_fn(|nth| 1.0 / (edges[nth + 1] - edges[nth]).max(1) as f32);
        Self { start, edges, shares }
    }

    /// All that are tried of a length within another.
    fn all(length: f32, within: f32) -> Vec<Self> {
        let room = (within - length).max(0.0);
        let steps = (room / (STEP * length)).ceil().max(1.0);
        (0..=steps as usize).map(|nth| Self::of(room * nth as f32 / steps, length.min(within))).collect()
    }
}

/// A place along a side of this many pixels: behind which edge, and how far.
fn split(at: f32, length: usize) -> (usize, f64) {
    let at = f64::from(at).clamp(0.0, length as f64);
    let edge = (at as usize).min(length - 1);
    (edge, at - edge as f64)
}

impl Excerpt {
    /// None for a picture without anything to recognise.
    pub fn of(image: &RgbImage) -> Option<Self> {
        let brightness = Brightness::of(image);
        let all = brightness.all();
        let (coarse, fine) =
            (brightness.cells::<COARSE, { COARSE + 1 }>(all), brightness.cells::<FINE, { FINE + 1 }>(all));
        Some(Self { aspect: all.width / all.height, coarse: normalized(coarse)?, fine: normalized(fine)? })
    }

    /// Where in a picture it is from, if it is, and how well it fits there: the correlation of their brightness.
    ///
    /// Along a straight edge, and over shades that pass slowly into others, it fits a little beside as well, and many
    /// pictures have those. They are told by that.
    pub fn find(&self, picture: &Brightness) -> Option<(Place, f32)> {
        let (place, correlation) = self.locate(picture)?;
        let lost = correlation - self.beside(picture, place);
        let is_distinct = lost >= LEAST_LOST && lost >= LOST_OF_MISSING * (1.0 - correlation);
        (correlation >= FROM_IT && is_distinct).then_some((place, correlation))
    }

    /// Where in a picture it fits best, and how well.
    fn locate(&self, picture: &Brightness) -> Option<(Place, f32)> {
        let all = picture.all();
        let mut best: Vec<(Place, f32)> = Vec::new();
        let mut width = all.width.min(all.height * self.aspect);
        while width * width / self.aspect >= LEAST_AREA * all.width * all.height
            && width.min(width / self.aspect) >= LEAST_SIDE
        {
            best.extend(self.best_of_size(picture, (width, width / self.aspect)));
            width *= SHRINK;
        }
        // Some sizes are as good as others until they are looked at.
        for (place, correlation) in &mut best {
            *correlation = self.correlation(picture, *place);
        }
        best.sort_by(|one, other| other.1.total_cmp(&one.1));
        best.truncate(LOOKED_AT);
        let climbed = best.into_iter().map(|best| self.climb(picture, best));
        climbed.max_by(|one, other| one.1.total_cmp(&other.1))
    }

    fn best_of_size(&self, picture: &Brightness, (width, height): (f32, f32)) -> Option<(Place, f32)> {
        let all = picture.all();
        let (columns, rows) = (Cuts::all(width, all.width), Cuts::all(height, all.height));
        let places = rows.iter().flat_map(|rows| columns.iter().map(move |columns| (columns, rows)));
        let correlated = places.map(|(columns, rows)| {
            let place = Place { x: columns.start, y: rows.start, width, height };
            (place, correlation(&self.coarse, &picture.coarse_cells(columns, rows)))
        });
        correlated.max_by(|one, other| one.1.total_cmp(&other.1))
    }

    fn correlation(&self, picture: &Brightness, place: Place) -> f32 {
        correlation(&self.fine, &picture.cells::<FINE, { FINE + 1 }>(place))
    }

    /// How well it fits where it fits best a little beside a place.
    fn beside(&self, picture: &Brightness, place: Place) -> f32 {
        let beside = BESIDE.iter().map(|direction| self.correlation(picture, place.moved(*direction, ASIDE)));
        beside.fold(-1.0, f32::max)
    }

    fn climb(&self, picture: &Brightness, start: (Place, f32)) -> (Place, f32) {
        let mut best = start;
        for (nth, step) in CLIMB.into_iter().enumerate() {
            if nth == 2 && best.1 < HOPELESS {
                break;
            }
            for _ in 0..ROUNDS {
                let before = best.1;
                for direction in DIRECTIONS {
                    if let Some(next) = best.0.moved(direction, step).within(picture.all()) {
                        let correlation = self.correlation(picture, next);
                        if correlation > best.1 {
                            best = (next, correlation);
                        }
                    }
                }
                if best.1 <= before {
                    break;
                }
            }
        }
        best
    }
}

/// Larger and smaller, to the right, left, bottom and top.
const DIRECTIONS: [[f32; 3]; 6] =
    [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];

/// Larger, smaller, and all around.
const BESIDE: [[f32; 3]; 10] = [
    [1.0, 0.0, 0.0],
    [-1.0, 0.0, 0.0],
    [0.0, 1.0, 0.0],
    [0.0, -1.0, 0.0],
    [0.0, 0.0, 1.0],
    [0.0, 0.0, -1.0],
    [0.0, 1.0, 1.0],
    [0.0, -1.0, -1.0],
    [0.0, 1.0, -1.0],
    [0.0, -1.0, 1.0],
];
/// By how much, in shares of the sides.
const ASIDE: f32 = 0.12;

impl Place {
    fn moved(self, [larger, right, down]: [f32; 3], by: f32) -> Self {
        let size = 1.0 + larger * by;
        Self {
            x: self.x + (right * by + (1.0 - size) / 2.0) * self.width,
            y: self.y + (down * by + (1.0 - size) / 2.0) * self.height,
            width: self.width * size,
            height: self.height * size,
        }
    }

    /// None when it leaves `all` by more than a pixel.
    fn within(self, all: Self) -> Option<Self> {
        let is_within = |start: f32, length: f32, limit: f32| start >= -1.0 && start + length <= limit + 1.0;
        (is_within(self.x, self.width, all.width) && is_within(self.y, self.height, all.height))
            .then_some(self)
    }
}

/// About their mean, and of unit length; none of a bare surface.
fn normalized<const CELLS: usize>(mut cells: [[f32; CELLS]; CELLS]) -> Option<[[f32; CELLS]; CELLS]> {
    let count = (CELLS * CELLS) as f32;
    let mean = cells.as_flattened().iter().sum::<f32>() / count;
    cells.as_flattened_mut().iter_mut().for_each(|cell| *cell -= mean);
    let length = cells.as_flattened().iter().map(|cell| cell * cell).sum::<f32>().sqrt();
    if length < LEAST_DEVIATION * count.sqrt() {
        return None;
    }
    cells.as_flattened_mut().iter_mut().for_each(|cell| *cell /= length);
    Some(cells)
}

/// Of normalized cells with others.
fn correlation<const CELLS: usize>(one: &[[f32; CELLS]; CELLS], other: &[[f32; CELLS]; CELLS]) -> f32 {
    let (mut sum, mut squares, mut product) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for (one, other) in
        one.as_flattened().as_chunks::<LANES>().0.iter().zip(other.as_flattened().as_chunks::<LANES>().0)
    {
        for lane in 0..LANES {
            sum[lane] += other[lane];
            squares[lane] += other[lane] * other[lane];
            product[lane] += one[lane] * other[lane];
        }
    }
    let [sum, squares, product] = [sum, squares, product].map(|lanes| lanes.iter().sum::<f32>());
    let count = (CELLS * CELLS) as f32;
    let variance = squares - sum * sum / count;
    // Where there is nothing, nothing is common.
    if variance < count { 0.0 } else { product / variance.sqrt() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use imaging::Limits;

    use super::*;

    fn sample(name: &str) -> RgbImage {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/photos").join(name);
        imaging::decode(&std::fs::read(path).unwrap(), None, &Limits::default()).unwrap().image
    }

    /// A part of an image, `shrunk` so many times, and darker.
    fn cut(image: &RgbImage, (left, top, width, height): (u32, u32, u32, u32), shrunk: u32) -> RgbImage {
        let mut pixels = Vec::new();
        for (y, x) in (0..height / shrunk).flat_map(|y| (0..width / shrunk).map(move |x| (y, x))) {
            let at = 3 * ((top + y * shrunk) * image.width() + left + x * shrunk) as usize;
            pixels.extend(image.pixels()[at..at + 3].iter().map(|value| value / 4 * 3));
        }
        RgbImage::new(width / shrunk, height / shrunk, pixels).unwrap()
    }

    #[test]
    fn what_was_cut_from_a_photo_is_found_in_it_and_in_no_other() {
        let photo = sample("shoes/shoes-4.jpg");
        let (width, height) = (photo.width(), photo.height());
        let part = (width / 3, height / 4, width / 3, height * 2 / 5);
        for shrunk in [1, 2] {
            let excerpt = Excerpt::of(&cut(&photo, part, shrunk)).unwrap();
            let (place, correlation) = excerpt.find(&Brightness::of(&photo)).unwrap();
            assert!(correlation > 0.985, "{correlation}");
            let expected = [part.0, part.1, part.2, part.3].map(|length| length as f32);
            for (found, expected) in [place.x, place.y, place.width, place.height].into_iter().zip(expected) {
                assert!((found - expected).abs() < 0.03 * width as f32, "{place:?} for {part:?}");
            }
            for other in ["shoes/shoes-1.jpg", "hat/hat-2.jpg", "shirt/shirt-1.jpg"] {
                assert_eq!(excerpt.find(&Brightness::of(&sample(other))), None, "{other}");
            }
        }
    }

    #[test]
    fn a_straight_edge_is_recognised_nowhere() {
        let edge = |width: u32, height: u32, at: u32| {
            let pixels = (0..width * height).flat_map(|n| [if n % width < at { 40 } else { 220 }; 3]);
            RgbImage::new(width, height, pixels.collect()).unwrap()
        };
        let excerpt = Excerpt::of(&edge(90, 60, 30)).unwrap();
        let (_, correlation) = excerpt.locate(&Brightness::of(&edge(300, 200, 170))).unwrap();
        assert!(correlation > FROM_IT, "it would fit: {correlation}");
        assert_eq!(excerpt.find(&Brightness::of(&edge(300, 200, 170))), None);
    }

    #[test]
    fn a_bare_surface_is_recognised_nowhere() {
        assert!(Excerpt::of(&RgbImage::new(90, 60, vec![180; 90 * 60 * 3]).unwrap()).is_none());
    }
}
