//! The image an embedder takes: a borrowed RGB buffer, and regions of it. No decoding, no files.

use std::fmt;

use crate::error::{Error, Result};

/// A borrowed image of tightly packed 8-bit RGB pixels, rows from top to bottom.
#[derive(Clone, Copy)]
pub struct RgbView<'a> {
    width: u32,
    height: u32,
    pixels: &'a [u8],
}

impl<'a> RgbView<'a> {
    /// Views `pixels` as an image of `width` by `height`.
    ///
    /// Fails with [`Error::ImageBuffer`] unless there are exactly `width * height * 3` bytes, and more than none.
    pub fn new(width: u32, height: u32, pixels: &'a [u8]) -> Result<Self> {
        let expected = u128::from(width) * u128::from(height) * 3;
        if expected == 0 || expected != pixels.len() as u128 {
            return Err(Error::ImageBuffer { width, height, length: pixels.len() });
        }
        Ok(Self { width, height, pixels })
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The pixels, three bytes each.
    pub fn pixels(&self) -> &'a [u8] {
        self.pixels
    }

    /// The part of the image inside `region`, or all of it.
    pub(crate) fn crop(&self, region: Option<Region>) -> Result<Crop<'a>> {
        let whole = Region { x: 0, y: 0, width: self.width, height: self.height };
        let region = region.unwrap_or(whole);
        if !region.fits(self.width, self.height) {
            return Err(Error::RegionOutOfBounds { region, width: self.width, height: self.height });
        }
        Ok(Crop { image: *self, region })
    }
}

impl fmt::Debug for RgbView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RgbView({}x{})", self.width, self.height)
    }
}

/// A rectangle of an image's pixels, from its top left corner. It is never clamped to the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width, not zero.
    pub width: u32,
    /// Height, not zero.
    pub height: u32,
}

impl Region {
    fn fits(&self, width: u32, height: u32) -> bool {
        let inside = |start: u32, length: u32, limit: u32| {
            length > 0 && start.checked_add(length).is_some_and(|end| end <= limit)
        };
        inside(self.x, self.width, width) && inside(self.y, self.height, height)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "region {}x{} at ({}, {})", self.width, self.height, self.x, self.y)
    }
}

/// A region known to lie inside its image.
#[derive(Clone, Copy)]
pub(crate) struct Crop<'a> {
    pub(crate) image: RgbView<'a>,
    pub(crate) region: Region,
}

impl<'a> Crop<'a> {
    pub(crate) fn width(&self) -> usize {
        self.region.width as usize
    }

    pub(crate) fn height(&self) -> usize {
        self.region.height as usize
    }

    /// Row `y` of the region.
    pub(crate) fn row(&self, y: usize) -> &'a [u8] {
        let stride = self.image.width as usize * 3;
        let start = (self.region.y as usize + y) * stride + self.region.x as usize * 3;
        &self.image.pixels[start..start + self.width() * 3]
    }

    /// All rows in one piece, when the region spans the image's width.
    pub(crate) fn contiguous(&self) -> Option<&'a [u8]> {
        let stride = self.image.width as usize * 3;
        (self.region.width == self.image.width).then(|| {
            let start = self.region.y as usize * stride;
            &self.image.pixels[start..start + self.height() * stride]
        })
    }
}
