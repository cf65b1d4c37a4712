//! From a region of an image to a model's input tensor: resize, then normalize for float models.

use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use crate::bilinear::Bilinear;
use crate::error::{Error, Result};
use crate::image::Crop;
use crate::model::ImageInput;
use crate::options::{Normalization, Resampling};
use crate::runtime::Elements;

/// Prepares inputs of one size; owns all the memory it needs for that.
pub(crate) struct Preprocessor {
    width: u32,
    height: u32,
    scaler: Scaler,
    /// `Some` for float32 models.
    normalization: Option<Normalization>,
    resized: Vec<u8>,
    normalized: Vec<f32>,
}

enum Scaler {
    TaskLibrary(Bilinear),
    Antialiased(Box<Resizer>),
}

impl Preprocessor {
    /// Prepares inputs for a model; `normalization` is given exactly if the model takes float32.
    pub(crate) fn new(
        input: &ImageInput,
        resampling: Resampling,
        normalization: Option<Normalization>,
    ) -> Self {
        let scaler = match resampling {
            Resampling::TaskLibrary => Scaler::TaskLibrary(Bilinear::default()),
            Resampling::Antialiased => Scaler::Antialiased(Box::default()),
        };
        let (resized, normalized) = (Vec::new(), Vec::new());
        let mut preprocessor = Self { width: 0, height: 0, scaler, normalization, resized, normalized };
        preprocessor.set_size(input.width, input.height);
        preprocessor
    }

    /// Prepares inputs of this size from now on.
    pub(crate) fn set_size(&mut self, width: u32, height: u32) {
        let length = width as usize * height as usize * 3;
        (self.width, self.height) = (width, height);
        self.resized.resize(length, 0);
        self.normalized.resize(if self.normalization.is_some() { length } else { 0 }, 0.0);
    }

    /// The input tensor for this region. A region of the input's size goes in as it is.
    pub(crate) fn prepare<'a>(&'a mut self, crop: &Crop<'a>) -> Result<Elements<'a>> {
        let fits = (crop.region.width, crop.region.height) == (self.width, self.height);
        let rgb = if let Some(rows) = crop.contiguous().filter(|_| fits) {
            rows
        } else {
            self.scaler.resize(crop, &mut self.resized, self.width, self.height)?;
            &self.resized
        };
        let Some(Normalization { mean, std }) = self.normalization else {
            return Ok(Elements::UInt8(rgb));
        };
        let pixels = rgb.as_chunks::<3>().0;
        for (normalized, pixel) in self.normalized.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
            for channel in 0..3 {
                normalized[channel] = (f32::from(pixel[channel]) - mean[channel]) / std[channel];
            }
        }
        Ok(Elements::Float32(&self.normalized))
    }
}

impl Scaler {
    fn resize(&mut self, crop: &Crop<'_>, target: &mut [u8], width: u32, height: u32) -> Result<()> {
        match self {
            Self::TaskLibrary(bilinear) => {
                bilinear.resize(crop, target, width as usize, height as usize);
                Ok(())
            }
            Self::Antialiased(resizer) => antialias(resizer, crop, target, width, height),
        }
    }
}

fn antialias(
    resizer: &mut Resizer,
    crop: &Crop<'_>,
    target: &mut [u8],
    width: u32,
    height: u32,
) -> Result<()> {
    let failed = |reason: String| Error::Resize { reason };
    let (image, region) = (crop.image, crop.region);
    // The typed interface compiles the one pixel type; the other would compile the crate's thirteen.
    let image = TypedImageRef::<U8x3>::from_buffer(image.width(), image.height(), image.pixels())
        .map_err(|error| failed(error.to_string()))?;
    // A view of the region: the resizer's own crop option lets the filter reach past the region's edges.
    let source = TypedCroppedImage::new(image, region.x, region.y, region.width, region.height)
        .map_err(|error| failed(error.to_string()))?;
    let mut target =
        TypedImage::<U8x3>::from_buffer(width, height, target).map_err(|error| failed(error.to_string()))?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    resizer.resize_typed(&source, &mut target, &options).map_err(|error| failed(error.to_string()))
}
