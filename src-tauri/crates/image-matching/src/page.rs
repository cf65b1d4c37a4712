//! Whether a picture may be a page: print, a form, a table, a chat, a screen. What tells two pages apart may be a name or an
//! amount, which is finer than a thumbnail shows. So where two thumbnails of pages agree, nothing is decided yet, and the
//! pictures themselves are compared (see [`crate::agreement`]).
//!
//! It says of some photos that they may be pages, as of a sky over a roof: then it takes longer, and that is all.

use imaging::RgbImage;

/// Pixels along each side of a cell.
const CELL: usize = 6;
/// Levels that brightness differs by in a cell of a plain ground: what saving leaves, and the shade of a lamp.
const PLAIN: u8 = 10;
/// The least share of cells that are plain in what is printed on something.
const LEAST_PLAIN: f32 = 0.2;
/// Levels that the colours of uncoloured pixels differ by from those of the whole, and the least share of such pixels in what is
/// printed in black, however it is lit.
const SAME_COLOUR: i32 = 14;
const LEAST_UNCOLOURED: f32 = 0.9;

/// Whether the picture of a thumbnail may be a page.
pub fn may_be_page(thumbnail: &RgbImage) -> bool {
    plain_share(thumbnail) >= LEAST_PLAIN || uncoloured_share(thumbnail) >= LEAST_UNCOLOURED
}

/// The share of cells in which nothing is.
fn plain_share(image: &RgbImage) -> f32 {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (pixels, _) = image.pixels().as_chunks::<3>();
    let (columns, rows) = (width / CELL, height / CELL);
    let is_plain = |column: usize, row: usize| {
        let lines = (row * CELL..(row + 1) * CELL).map(|y| &pixels[y * width + column * CELL..][..CELL]);
        let levels = lines.flatten().map(|pixel| level(*pixel));
        let (least, most) =
            levels.fold((u8::MAX, 0), |(least, most), level| (least.min(level), most.max(level)));
        most.saturating_sub(least) <= PLAIN
    };
    let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
    let plain = cells.filter(|(column, row)| is_plain(*column, *row)).count();
    plain as f32 / (columns * rows).max(1) as f32
}

/// The share of pixels that have the colour that all have together, as those of print in black do under any lamp.
fn uncoloured_share(image: &RgbImage) -> f32 {
    let (pixels, _) = image.pixels().as_chunks::<3>();
    let shades = || pixels.iter().map(|pixel| shade(*pixel));
    let count = pixels.len().max(1);
    let sums = shades()
        .fold((0_i64, 0_i64), |sums, shade| (sums.0 + i64::from(shade.0), sums.1 + i64::from(shade.1)));
    let mean = ((sums.0 / count as i64) as i32, (sums.1 / count as i64) as i32);
    let is_alike = |shade: &(i32, i32)| (shade.0 - mean.0).abs().max((shade.1 - mean.1).abs()) <= SAME_COLOUR;
    shades().filter(is_alike).count() as f32 / count as f32
}

/// How bright a pixel is; ITU-R BT.601 in 256ths.
fn level([red, green, blue]: [u8; 3]) -> u8 {
    ((77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue)) >> 8) as u8
}

/// How much redder and bluer than grey a pixel is.
fn shade(pixel: [u8; 3]) -> (i32, i32) {
    let level = i32::from(level(pixel));
    (i32::from(pixel[0]) - level, i32::from(pixel[2]) - level)
}
