//! Which parts of a picture get a vector of their own, so that a crop of a small thing finds the picture it is in.
//!
//! Squares of half the short side or a little more, two rows along it, and one more in the middle: measured on crops
//! of 10 to 20% of a photo's area, this finds the photo first as often as nine tiles do, for less; squares, as a model that
//! sees each by itself squeezes whatever else it is given. The table in `tests/bench/RESULTS.md` has what it costs.

use catalog::Region;
use imaging::RgbImage;

/// How tiles are cut, and their codes made. Raise it when either changes: pictures are then read again.
pub(crate) const TILING: u32 = 1;

/// What tiles are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tiling {
    /// Each is looked at by itself.
    Squares,
    /// They are windows on the feature map of the whole, whose cells have seen something of what is around them: somewhat
    /// smaller ones tell more.
    OfOneLook,
}

/// The most tiles of a picture.
pub(crate) const MOST_TILES: usize = 2 * MOST_ALONG as usize + 1;

impl Tiling {
    /// A tile's side as a share of the picture's short side.
    fn side(self) -> f64 {
        match self {
            Self::Squares => 0.58,
            Self::OfOneLook => 0.5,
        }
    }
}

/// How far apart tiles are along the long side, as a share of a tile's. As they overlap, no thing that is much smaller
/// than a tile is cut in two by all.
const STEP: f64 = 0.7;
/// Tiles in a row, at most. Those of a panorama are longer than high.
const MOST_ALONG: u32 = 12;
/// Parts of pictures with a shorter side than this would show a model little but blur.
const LEAST_SHORT_SIDE: f64 = 276.0;

/// Places of a tile along each side at which brightness is looked at.
const CELLS: u32 = 24;
/// How much brightness, of 255, changes from one place to the next on average in a tile that shows anything: skies and
/// walls have less than 1.
const LEAST_DETAIL: f64 = 1.5;

/// The tiles of an upright picture of this size, in its pixels. Small pictures have none.
pub(crate) fn tiles(width: u32, height: u32, tiling: Tiling) -> Vec<Region> {
    let (short, long) = (f64::from(width.min(height)), f64::from(width.max(height)));
    if short < LEAST_SHORT_SIDE {
        return Vec::new();
    }
    let side = short * tiling.side();
    let steps = ((long - side) / (side * STEP)).round().clamp(1.0, f64::from(MOST_ALONG - 1));
    // Where there would be gaps.
    let length = side.max(long / (steps * STEP + 1.0));
    let (step, middle) = ((long - length) / steps, (long - length) / 2.0);
    let mut tiles = Vec::with_capacity(MOST_TILES);
    let pixels = |start: f64, length: f64| (start.round() as u32, (start + length).round() as u32);
    let mut add = |along: f64, across: f64| {
        let ((left, right), (top, bottom)) = (pixels(along, length), pixels(across, side));
        tiles.push(if width >= height {
            Region { x: left, y: top, width: right - left, height: bottom - top }
        } else {
            Region { x: top, y: left, width: bottom - top, height: right - left }
        });
    };
    for n in 0..=steps as u32 {
        add(f64::from(n) * step, 0.0);
        add(f64::from(n) * step, short - side);
    }
    add(middle, (short - side) / 2.0);
    tiles
}

/// Whether a part of an image shows more than a bare surface.
pub(crate) fn has_detail(image: &RgbImage, part: image_embedder::Region) -> bool {
    let cells = (part.width.min(CELLS), part.height.min(CELLS));
    let brightness = |column: u32, row: u32| mean_brightness(image, part, (column, row), cells);
    let mut above: Vec<f64> = Vec::new();
    let (mut changes, mut count) = (0.0, 0_u32);
    for row in 0..cells.1 {
        let line: Vec<f64> = (0..cells.0).map(|column| brightness(column, row)).collect();
        let beside = line.windows(2).map(|pair| (pair[0] - pair[1]).abs());
        let below = line.iter().zip(&above).map(|(here, above)| (here - above).abs());
        for change in beside.chain(below) {
            changes += change;
            count += 1;
        }
        above = line;
    }
    changes >= LEAST_DETAIL * f64::from(count.max(1))
}

/// Of one cell of a grid over a part of an image; of some of its pixels, which evens noise out well enough.
fn mean_brightness(
    image: &RgbImage,
    part: image_embedder::Region,
    (column, row): (u32, u32),
    (columns, rows): (u32, u32),
) -> f64 {
    const SAMPLES: u32 = 3;
    let mut sum = 0;
    for sample in 0..SAMPLES * SAMPLES {
        let at = |start: u32, length: u32, cell: u32, cells: u32, sample: u32| {
            let place = u64::from(cell * SAMPLES + sample) * u64::from(length) / u64::from(cells * SAMPLES);
            start + place as u32
        };
        let x = at(part.x, part.width, column, columns, sample % SAMPLES);
        let y = at(part.y, part.height, row, rows, sample / SAMPLES);
        let pixel = 3 * (y as usize * image.width() as usize + x as usize);
        // Green is most of what people see as brightness.
        let [red, green, blue] = [0, 1, 2].map(|channel| u32::from(image.pixels()[pixel + channel]));
        sum += (red + 2 * green + blue) / 4;
    }
    f64::from(sum) / f64::from(SAMPLES * SAMPLES)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Tiling; 2] = [Tiling::Squares, Tiling::OfOneLook];

    #[test]
    fn tiles_cover_the_picture_and_stay_inside() {
        for (width, height, tiling) in
            [(4000, 3000), (3000, 4000), (6000, 4000), (1000, 1000), (1080, 2400), (20_000, 400)]
                .into_iter()
                .flat_map(|(width, height)| BOTH.map(|tiling| (width, height, tiling)))
        {
            let tiles = tiles(width, height, tiling);
            assert!(tiles.len() <= MOST_TILES, "{width} x {height}: {}", tiles.len());
            for tile in &tiles {
                assert!(tile.x + tile.width <= width && tile.y + tile.height <= height, "{tile:?}");
            }
            let is_inside = |x: u32, y: u32| {
                tiles.iter().any(|tile| {
                    (tile.x..=tile.x + tile.width).contains(&x)
                        && (tile.y..=tile.y + tile.height).contains(&y)
                })
            };
            for n in 0..=100 {
                let (x, y) = (width * n / 100, height * n / 100);
                assert!([(x, y), (x, 0), (0, y), (x, height / 2)].iter().all(|&(x, y)| is_inside(x, y)));
            }
        }
    }

    #[test]
    fn usual_shapes_have_seven_tiles_and_small_pictures_none() {
        for tiling in BOTH {
            assert_eq!(tiles(4032, 3024, tiling).len(), 7);
            assert_eq!(tiles(3024, 4032, tiling).len(), 7);
            assert_eq!(tiles(1000, 1000, tiling).len(), 5);
            assert_eq!(tiles(250, 4000, tiling).len(), 0);
        }
    }

    #[test]
    fn bare_surfaces_have_no_detail() {
        let image = |brightness: &dyn Fn(u32, u32) -> u8| {
            let pixels = (0..200 * 200).flat_map(|n| [brightness(n % 200, n / 200); 3]).collect();
            RgbImage::new(200, 200, pixels).unwrap()
        };
        let part = image_embedder::Region { x: 20, y: 30, width: 150, height: 140 };
        let noise = |x: u32, y: u32| ((x * 7919 + y * 104_729) % 5) as u8;
        assert!(!has_detail(&image(&|x, y| 120 + noise(x, y)), part), "a wall");
        assert!(!has_detail(&image(&|x, y| 100 + (y / 8) as u8 + noise(x, y)), part), "a sky");
        assert!(has_detail(&image(&|x, y| if (x / 20 + y / 20) % 2 == 0 { 90 } else { 130 }), part), "tiles");
        assert!(
            !has_detail(&image(&|x, y| if x < 20 || y < 30 { 255 } else { 9 }), part),
            "what is beside it"
        );
    }
}
