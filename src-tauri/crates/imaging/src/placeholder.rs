//! A picture in 25 bytes, to show while the picture itself is loaded.

use fast_image_resize::FilterType;

use crate::error::ImageError;
use crate::pixels::RgbImage;
use crate::reduce;
use crate::stored::Channels;
use crate::thumbnail::fitted;

/// Bytes of a [`placeholder`].
pub const PLACEHOLDER_BYTES: usize = 25;

/// Pixels on the longer side of what the placeholder is made from: it holds no more than seven waves a side, and its
/// cost grows with the pixels.
const SIDE: u32 = 32;

/// The picture's [ThumbHash](https://evanw.github.io/thumbhash/), zeros after its end.
///
/// # Errors
/// [`ImageError::Encode`].
pub fn placeholder(image: &RgbImage) -> Result<[u8; PLACEHOLDER_BYTES], ImageError> {
    let size = (image.width(), image.height());
    let (width, height) = fitted(size, SIDE);
    let small = reduce::resize(image.pixels(), size, (width, height), Channels::Rgb, FilterType::Bilinear)?;
    let (pixels, _) = small.as_chunks::<3>();
    let opaque: Vec<u8> = pixels.iter().flat_map(|&[r, g, b]| [r, g, b, u8::MAX]).collect();
    let hash = thumbhash::rgba_to_thumb_hash(width as usize, height as usize, &opaque);
    let mut padded = [0; PLACEHOLDER_BYTES];
    // An opaque picture's hash has 24 bytes at most.
    padded.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    Ok(padded)
}

/// Whether a picture has no colours, as far as its placeholder tells: the means of both channels of colour, and the largest of
/// their waves, are none. Colours that are faint, or in a small place, are lost in it.
pub fn is_grey(placeholder: &[u8; PLACEHOLDER_BYTES]) -> bool {
    let [low, middle, high, size, scales, ..] = *placeholder;
    let means = u32::from_le_bytes([low, middle, high, 0]) >> 6;
    let scales = u16::from_le_bytes([size, scales]) >> 3;
    let means = [means, means >> 6].map(|mean| mean & 63);
    let scales = [scales, scales >> 6].map(|scale| scale & 63);
    means == [NO_COLOUR; 2] && scales == [0; 2]
}

/// The mean of a channel of colour where there is none, from 0 to 63.
const NO_COLOUR: u32 = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_colours_where_they_are() {
        let (width, height) = (300, 200);
        let colour = |at: u32| if at % width < width / 2 { [200, 30, 30] } else { [30, 30, 200] };
        let pixels = (0..width * height).flat_map(colour).collect();
        let hash = placeholder(&RgbImage::new(width, height, pixels).unwrap()).unwrap();
        let (shown_width, shown_height, shown) = thumbhash::thumb_hash_to_rgba(&hash).unwrap();
        assert!((shown_width as f32 / shown_height as f32 - 1.5).abs() < 0.3);
        let middle = shown_height / 2 * shown_width;
        let [left, right] =
            [middle + shown_width / 4, middle + shown_width * 3 / 4].map(|at| &shown[at * 4..]);
        assert!(left[0] > 150 && left[2] < 80, "{:?}", &left[..3]);
        assert!(right[2] > 150 && right[0] < 80, "{:?}", &right[..3]);
    }

    #[test]
    fn a_picture_without_colours_is_told_from_a_pale_one() {
        let picture = |colour: fn(u8) -> [u8; 3]| {
            let pixels = (0..90 * 60).flat_map(|at: u32| colour((at % 90 * 2) as u8)).collect();
            is_grey(&placeholder(&RgbImage::new(90, 60, pixels).unwrap()).unwrap())
        };
        assert!(picture(|level| [level; 3]) && picture(|_| [0; 3]) && picture(|_| [255; 3]));
        assert!(!picture(|level| [level, level, level + 20]), "a blue tint");
        assert!(!picture(|level| [level, 90, 180 - level]), "colours that are none in the mean");
    }

    #[test]
    fn any_shape_will_do() {
        for (width, height) in [(1, 1), (1, 5000), (5000, 1), (31, 33)] {
            let image = RgbImage::new(width, height, vec![90; (width * height * 3) as usize]).unwrap();
            assert!(placeholder(&image).unwrap().iter().any(|byte| *byte != 0));
        }
    }
}
