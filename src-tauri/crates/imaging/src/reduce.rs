//! How far a picture may shrink on its way in, and shrinking decoded pixels by whole numbers.
//!
//! JPEG shrinks while decoding; every other format is decoded in full and averaged here, which makes the colour
//! transform and the turning that follow cheap.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use crate::error::ImageError;
use crate::stored::{Channels, Stored};

/// The size below which a decoded picture must not fall, unless the original does.
///
/// A picture that is a little larger than this resizes to it about as it would from full resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Least length of the shorter side, in pixels.
    pub short_side: u32,
    /// Least length of the longer side, in pixels.
    pub long_side: u32,
}

impl Target {
    /// Whether a picture of this size satisfies it.
    pub(crate) fn allows(self, width: u32, height: u32) -> bool {
        width.min(height) >= self.short_side && width.max(height) >= self.long_side
    }
}

/// The scale, one part in how many, to decode a picture of `width` x `height` at.
///
/// These are the scales that libjpeg-turbo decodes at with SIMD code, or with next to no work at all; others take longer
/// than they save. All formats use the same ones, so that copies of a picture in two formats stay alike.
pub(crate) fn denominator(width: u32, height: u32, target: Option<Target>) -> u32 {
    let large_enough = |denominator: &u32| {
        target
            .is_some_and(|target| target.allows(width.div_ceil(*denominator), height.div_ceil(*denominator)))
    };
    [8, 4, 2].into_iter().find(large_enough).unwrap_or(1)
}

/// Shrinks to `1/denominator`, each pixel the average of those it replaces.
pub(crate) fn average(stored: Stored, denominator: u32) -> Result<Stored, ImageError> {
    if denominator == 1 {
        return Ok(stored);
    }
    let (width, height) = (stored.width.div_ceil(denominator), stored.height.div_ceil(denominator));
    let size = (stored.width, stored.height);
    let samples = resize(&stored.samples, size, (width, height), stored.channels, FilterType::Box)?;
    Ok(Stored { width, height, samples, ..stored })
}

/// Resizes tightly packed samples with an antialiasing filter.
pub(crate) fn resize(
    samples: &[u8],
    from: (u32, u32),
    to: (u32, u32),
    channels: Channels,
    filter: FilterType,
) -> Result<Vec<u8>, ImageError> {
    // The typed interface compiles these three pixel types; the other would compile the crate's thirteen.
    match channels {
        Channels::Grey => resize_pixels::<U8>(samples, from, to, channels, filter),
        Channels::Rgb => resize_pixels::<U8x3>(samples, from, to, channels, filter),
        Channels::Cmyk => resize_pixels::<U8x4>(samples, from, to, channels, filter),
    }
}

fn resize_pixels<P: PixelTrait>(
    samples: &[u8],
    (from_width, from_height): (u32, u32),
    (width, height): (u32, u32),
    channels: Channels,
    filter: FilterType,
) -> Result<Vec<u8>, ImageError> {
    let failed = |error: &dyn std::fmt::Display| ImageError::Encode { reason: error.to_string() };
    let source = TypedImageRef::<P>::from_buffer(from_width, from_height, samples);
    let source = source.map_err(|error| failed(&error))?;
    let mut samples = vec![0; width as usize * height as usize * channels.count()];
    let resized = TypedImage::<P>::from_buffer(width, height, &mut samples);
    let mut resized = resized.map_err(|error| failed(&error))?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).use_alpha(false);
    Resizer::new().resize_typed(&source, &mut resized, &options).map_err(|error| failed(&error))?;
    Ok(samples)
}
