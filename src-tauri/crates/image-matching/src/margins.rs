//! The plain margins of a picture: the bars of a letterbox, a frame, what a screen shows around a photo. They are pixels
//! and no picture.

use std::ops::Range;

use imaging::RgbImage;

/// How much brightness or colour, of 255, differs within a margin: what saving leaves of one colour.
const PLAIN: u8 = 12;
/// Pixels of a line that may differ from its colour, one in so many: a clock or a button on a bar.
const FEW: usize = 12;
/// A margin is on two sides that face each other, and together this share of the picture at least: a bright sky or a
/// dark ground is on one.
const LEAST: f64 = 0.02;
/// The share of a side that margins leave at least; plainer pictures are none within margins.
const LEAST_INSIDE: f64 = 0.2;

/// The columns and the rows of a picture that are within its margins.
pub fn inside(image: &RgbImage) -> (Range<usize>, Range<usize>) {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixel = |x: usize, y: usize| -> &[u8] { &image.pixels()[3 * (y * width + x)..][..3] };
    let rows = between(height, width, |line, at| pixel(at, line));
    let columns = between(width, height, |line, at| pixel(line, at));
    (columns, rows)
}

/// The share of a picture's pixels that is.
pub fn share_inside(image: &RgbImage) -> f64 {
    let (columns, rows) = inside(image);
    let all = f64::from(image.width()) * f64::from(image.height());
    (columns.len() * rows.len()) as f64 / all.max(1.0)
}

/// The lines that are between plain ones of one colour on both sides.
fn between<'a>(lines: usize, length: usize, pixel: impl Fn(usize, usize) -> &'a [u8]) -> Range<usize> {
    if length == 0 || lines < 2 {
        return 0..lines;
    }
    let colour = |line: usize| pixel(line, length / 2).to_vec();
    let differs = |one: &[u8], other: &[u8]| one.iter().zip(other).any(|(a, b)| a.abs_diff(*b) > PLAIN);
    let is_plain = |line: usize, colour: &[u8]| {
        (0..length).filter(|&at| differs(pixel(line, at), colour)).count() * FEW <= length
    };
    let (first, last) = (colour(0), colour(lines - 1));
    if differs(&first, &last) {
        return 0..lines;
    }
    let before = (0..lines).take_while(|&line| is_plain(line, &first)).count();
    let after = (0..lines).rev().take_while(|&line| is_plain(line, &first)).count();
    let share = lines.saturating_sub(before + after) as f64 / lines as f64;
    let is_margin = before > 0 && after > 0 && (LEAST_INSIDE..=1.0 - LEAST).contains(&share);
    if is_margin { before..lines - after } else { 0..lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stripes within margins: left, top, right and bottom.
    fn picture(margins: [u32; 4], colour: u8) -> RgbImage {
        let (width, height) = (200 + margins[0] + margins[2], 100 + margins[1] + margins[3]);
        let pixel = |x: u32, y: u32| {
            let is_inside =
                (margins[0]..margins[0] + 200).contains(&x) && (margins[1]..margins[1] + 100).contains(&y);
            if is_inside { [(x * 7 % 250) as u8, (y * 11 % 250) as u8, 90] } else { [colour; 3] }
        };
        let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
        RgbImage::new(width, height, pixels).unwrap()
    }

    #[test]
    fn bars_and_frames_are_margins_and_one_dark_side_is_none() {
        let around = |margins| {
            let (columns, rows) = inside(&picture(margins, 255));
            [columns.start, rows.start, columns.end, rows.end]
        };
        assert_eq!(around([0; 4]), [0, 0, 200, 100]);
        assert_eq!(around([0, 50, 0, 30]), [0, 50, 200, 150]);
        assert_eq!(around([10, 5, 12, 6]), [10, 5, 210, 105]);
        assert_eq!(around([0, 0, 0, 80]), [0, 0, 200, 180], "one side is no frame");
        assert_eq!(inside(&RgbImage::new(40, 40, vec![9; 4800]).unwrap()), (0..40, 0..40));
        assert!((share_inside(&picture([0, 50, 0, 50], 0)) - 0.5).abs() < 0.001);
    }
}
