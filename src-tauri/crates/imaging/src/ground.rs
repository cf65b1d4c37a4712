//! What transparent pictures are laid on: a ground on which they show.
//!
//! There is one rule, and every format goes by it, so that thumbnail, embedding, fingerprint and query of a picture all
//! see the same pixels. The ground is white, the page that a viewer would put the picture on, wherever the outline of
//! what is opaque shows on white: that of a photo with rounded corners, of a drawing, of most logos. Where it does not,
//! as with white glyphs and pale stickers, it is dark, or a middle grey if more of the outline shows on that.
//!
//! What counts is the outline, and not what is inside: a photo of snow has its own shades to be seen by. Colours of
//! pixels that are altogether transparent are never shown and never looked at.

/// Levels of grey that a picture is laid on, the most natural first.
const WHITE: u8 = 255;
const OTHERS: [u8; 2] = [40, 128];

/// White it is where that much of the outline shows on it.
const SHOWS: f32 = 0.7;
/// Another ground must show that much more than one that comes before it.
const BETTER: f32 = 0.1;
/// Levels of brightness from which an outline shows as well as it goes.
const PLAIN: u8 = 64;

/// Lays RGBA pixels, in rows of `width`, on a ground on which they show.
pub(crate) fn on_ground(rgba: &[u8], width: u32) -> Vec<u8> {
    let (pixels, _) = rgba.as_chunks::<4>();
    let ground = ground_of(pixels, width as usize);
    let mut rgb = Vec::with_capacity(pixels.len() * 3);
    for &[red, green, blue, alpha] in pixels {
        let over = |value: u8| {
            let (alpha, rest) = (u32::from(alpha), u32::from(255 - alpha));
            ((u32::from(value) * alpha + u32::from(ground) * rest + 127) / 255) as u8
        };
        rgb.extend_from_slice(&[over(red), over(green), over(blue)]);
    }
    rgb
}

fn ground_of(pixels: &[[u8; 4]], width: usize) -> u8 {
    let outline = Outline::of(pixels, width);
    let on_white = outline.shown_on(WHITE);
    if on_white >= SHOWS {
        return WHITE;
    }
    let mut best = (WHITE, on_white);
    for ground in OTHERS {
        let shown = outline.shown_on(ground);
        if shown >= best.1 + BETTER {
            best = (ground, shown);
        }
    }
    best.0
}

/// How much outline there is of each brightness: steps of opacity between neighbours, by the more opaque one.
struct Outline([u64; 256]);

impl Outline {
    fn of(pixels: &[[u8; 4]], width: usize) -> Self {
        let mut outline = Self([0; 256]);
        for row in pixels.chunks(width.max(1)) {
            row.iter().zip(&row[1..]).for_each(|(left, right)| outline.add(*left, *right));
        }
        let below = pixels.get(width..).unwrap_or_default();
        pixels.iter().zip(below).for_each(|(above, below)| outline.add(*above, *below));
        outline
    }

    fn add(&mut self, one: [u8; 4], other: [u8; 4]) {
        let step = one[3].abs_diff(other[3]);
        if step > 0 {
            let [red, green, blue, _] = if one[3] > other[3] { one } else { other };
            let brightness = (299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue)) / 1000;
            self.0[brightness as usize] += u64::from(step);
        }
    }

    /// The share of it that shows, all of it where there is none.
    fn shown_on(&self, ground: u8) -> f32 {
        let all: u64 = self.0.iter().sum();
        let shown = (0..=255_u8)
            .zip(self.0)
            .map(|(level, amount)| amount as f32 * f32::from(level.abs_diff(ground).min(PLAIN)));
        if all == 0 { 1.0 } else { shown.sum::<f32>() / f32::from(PLAIN) / all as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: u32 = 40;

    /// A square picture, each pixel as `pixel` says, laid on its ground: the pixel in the corner, and one in the middle.
    fn laid(pixel: impl Fn(u32, u32) -> [u8; 4]) -> (u8, [u8; 3]) {
        let rgba: Vec<u8> = (0..SIDE * SIDE).flat_map(|at| pixel(at % SIDE, at / SIDE)).collect();
        let rgb = on_ground(&rgba, SIDE);
        let middle = 3 * (SIDE * SIDE / 2 + SIDE / 2) as usize;
        (rgb[0], [rgb[middle], rgb[middle + 1], rgb[middle + 2]])
    }

    fn is_glyph(x: u32, y: u32) -> bool {
        (8..32).contains(&x) && (8..32).contains(&y)
    }

    #[test]
    fn a_glyph_shows_whatever_its_colour() {
        for color in [[255, 255, 255], [240, 240, 235], [255, 250, 200]] {
            let (ground, shown) =
                laid(
                    |x, y| {
                        if is_glyph(x, y) { [color[0], color[1], color[2], 255] } else { [255, 255, 255, 0] }
                    },
                );
            assert_eq!((ground, shown), (40, color));
        }
        for color in [[0, 0, 0], [200, 20, 30], [20, 60, 200], [120, 120, 120]] {
            let (ground, shown) =
                laid(|x, y| if is_glyph(x, y) { [color[0], color[1], color[2], 255] } else { [0, 0, 0, 0] });
            assert_eq!((ground, shown), (255, color), "what is under transparent pixels says nothing");
        }
    }

    #[test]
    fn white_and_black_glyphs_side_by_side_both_show() {
        let (ground, _) = laid(|x, y| match is_glyph(x, y) {
            true if x < 20 => [255, 255, 255, 255],
            true => [0, 0, 0, 255],
            false => [0, 0, 0, 0],
        });
        assert_eq!(ground, 128);
    }

    #[test]
    fn a_photo_with_rounded_corners_stays_on_white() {
        let corner = |x: u32, y: u32| (x.min(SIDE - 1 - x)) + (y.min(SIDE - 1 - y)) < 5;
        let (ground, _) = laid(|x, y| if corner(x, y) { [0; 4] } else { [(40 + 3 * x) as u8, 90, 60, 255] });
        assert_eq!(ground, 255);
        // As does what is nowhere opaque, or everywhere as much.
        assert_eq!(laid(|_, _| [9, 9, 9, 0]).0, 255);
        assert_eq!(laid(|_, _| [0, 0, 0, 51]).0, 204);
    }

    #[test]
    fn no_pixels_are_no_trouble() {
        assert_eq!(on_ground(&[], 0), [0_u8; 0]);
        assert_eq!(on_ground(&[10, 20, 30, 255], 1), [10, 20, 30]);
    }
}
