//! Small pictures for people to look at, as JPEG.

use fast_image_resize::FilterType;

use crate::error::ImageError;
use crate::pixels::RgbImage;
use crate::reduce;
use crate::stored::Channels;
use crate::turbo;

/// A JPEG of `image` whose longer side is at most `max_side` pixels; a smaller picture keeps its size.
///
/// It is resized with an antialiasing triangle filter. `quality` goes from 1 to 100.
///
/// # Errors
/// [`ImageError::Encode`].
pub fn thumbnail(image: &RgbImage, max_side: u32, quality: u8) -> Result<Vec<u8>, ImageError> {
    let size = (image.width(), image.height());
    let (width, height) = fitted(size, max_side.max(1));
    if (width, height) == size {
        return encode_jpeg(image, quality);
    }
    let pixels = reduce::resize(image.pixels(), size, (width, height), Channels::Rgb, FilterType::Bilinear)?;
    encode(width, height, &pixels, quality)
}

/// `image` as a JPEG in its own size. `quality` goes from 1 to 100.
///
/// # Errors
/// [`ImageError::Encode`], for instance when a side is longer than JPEG's 65,500 pixels.
pub fn encode_jpeg(image: &RgbImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    encode(image.width(), image.height(), image.pixels(), quality)
}

fn encode(width: u32, height: u32, pixels: &[u8], quality: u8) -> Result<Vec<u8>, ImageError> {
    turbo::encode(width, height, pixels, quality).map_err(|reason| ImageError::Encode { reason })
}

pub(crate) fn fitted((width, height): (u32, u32), max_side: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= max_side {
        return (width, height);
    }
    let scaled = |side: u32| {
        let rounded =
            (u64::from(side) * u64::from(max_side) * 2 + u64::from(longer)) / (u64::from(longer) * 2);
        (rounded as u32).max(1)
    };
    (scaled(width), scaled(height))
}
