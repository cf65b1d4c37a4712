//! From an image to its feature map, in the image's own aspect: a model cut before its pooling, its preprocessing and its
//! runtime together. What becomes of the map is the part of [`crate::pooling`].

use crate::cut::CutModel;
use crate::embedder::{normalization, read_model};
use crate::error::Result;
use crate::image::{Region, RgbView};
use crate::model::{ModelDescription, Tensors};
use crate::options::ImageEmbedderOptions;
use crate::pooling::{Cells, FeatureMap};
use crate::preprocess::Preprocessor;
use crate::runtime::{self, Elements, Interpreter};

/// Sizes of input that a mapper has the runtime ready for, at most: those used last. Photos lie or stand, and mostly have one
/// of two aspects. For another one, the one used the longest ago is resized, which takes some 17 ms with LiteRT, three times
/// as long as running it does.
///
/// Each holds the model's weights as the runtime has them, and what lies between its operators: 10 MB for EfficientNet-Lite0
/// on the area of 288 x 288, so that a mapper takes 40 MB at most.
pub const MOST_SIZES: usize = 4;

/// An image is made no longer than this many times its other side: what is longer is squeezed.
const MOST_ASPECT: f64 = 2.0;

/// Turns images into feature maps with one TFLite model that ends in the mean of one.
///
/// It can move between threads but serves one at a time.
pub struct FeatureMapper {
    options: ImageEmbedderOptions,
    model: CutModel,
    preprocessor: Preprocessor,
    /// The one used last comes last.
    ready: Vec<Ready>,
    bytes: Vec<u8>,
    floats: Vec<f32>,
}

/// The runtime with the model, for images of one size.
struct Ready {
    /// Columns and rows of the map.
    cells: (u32, u32),
    interpreter: Box<dyn Interpreter>,
}

impl FeatureMapper {
    /// A mapper for a model, as the options say. Those on vectors have no say here.
    ///
    /// Fails as [`ImageEmbedder::create_from_options`](crate::ImageEmbedder::create_from_options) does, and with
    /// [`Error::UnsupportedOutput`](crate::Error::UnsupportedOutput) for a model that does not end in the mean of a map.
    pub fn create_from_options(options: ImageEmbedderOptions) -> Result<Self> {
        let bytes = read_model(&options.model)?;
        let description = ModelDescription::read(&bytes)?;
        let normalization = normalization(&options, &description)?;
        let model = CutModel::of(&bytes, &description.input)?;
        Ok(Self {
            preprocessor: Preprocessor::new(&model.input, options.resampling, normalization),
            model,
            options,
            ready: Vec::new(),
            bytes: Vec::new(),
            floats: Vec::new(),
        })
    }

    /// How many values a vector that is pooled from a map has.
    pub fn dimension(&self) -> usize {
        self.model.map.channels
    }

    /// The feature map of an image, or of a region of it, which is brought to an area of about `side` by `side` pixels in its own
    /// aspect, as far as that goes.
    ///
    /// The region is not clamped, as with [`ImageEmbedder::embed`](crate::ImageEmbedder::embed).
    pub fn map(&mut self, image: RgbView<'_>, region: Option<Region>, side: u32) -> Result<FeatureMap<'_>> {
        let crop = image.crop(region)?;
        let cells = cells(crop.region.width, crop.region.height, side, self.model.stride());
        let tensors = self.model.tensors(cells);
        let stride = self.model.stride();
        let ready = ready_for(&mut self.ready, cells, &tensors, &self.options, &self.model)?;
        self.preprocessor.set_size(cells.0 * stride, cells.1 * stride);
        let input = self.preprocessor.prepare(&crop)?;
        let (bytes, floats) = (&mut self.bytes, &mut self.floats);
        bytes.clear();
        floats.clear();
        ready.interpreter.run(input, &mut |_, elements| {
            match elements {
                Elements::UInt8(values) => bytes.extend_from_slice(values),
                // The same order as unsigned bytes, the zero point with them.
                Elements::Int8(values) => bytes.extend(values.iter().map(|&value| value as u8 ^ 0x80)),
                Elements::Float32(values) => floats.extend_from_slice(values),
            }
            Ok(())
        })?;
        let quantization = self.model.unsigned_quantization();
        let cells_of_map =
            quantization.map_or(Cells::Floats(floats), |quantization| Cells::Bytes(bytes, quantization));
        Ok(FeatureMap {
            columns: cells.0 as usize,
            rows: cells.1 as usize,
            channels: self.model.map.channels,
            cells: cells_of_map,
        })
    }

    /// Sizes that the runtime is ready for, for tests of the bound on them.
    #[doc(hidden)]
    pub fn sizes_ready(&self) -> usize {
        self.ready.len()
    }
}

/// The runtime for maps of this size, made or resized where there is none. It becomes the one used last.
fn ready_for<'a>(
    all: &'a mut Vec<Ready>,
    cells: (u32, u32),
    tensors: &Tensors,
    options: &ImageEmbedderOptions,
    model: &CutModel,
) -> Result<&'a mut Ready> {
    let ready = if let Some(place) = all.iter().position(|ready| ready.cells == cells) {
        all.remove(place)
    } else {
        let mut interpreter = if all.len() < MOST_SIZES {
            let own = model.own_tensors();
            runtime::load(options.runtime, &model.bytes, &own, options.num_threads)?
        } else {
            all.remove(0).interpreter
        };
        interpreter.resize(tensors)?;
        Ready { cells, interpreter }
    };
    all.push(ready);
    let last = all.len() - 1;
    Ok(&mut all[last])
}

/// Columns and rows of the map of an image of this size, brought to an area of `side` by `side` pixels.
fn cells(width: u32, height: u32, side: u32, stride: u32) -> (u32, u32) {
    let aspect = (f64::from(width) / f64::from(height)).clamp(1.0 / MOST_ASPECT, MOST_ASPECT);
    let along = |by: f64| (f64::from(side) * by.sqrt() / f64::from(stride)).round().max(1.0) as u32;
    (along(aspect), along(aspect.recip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_keep_their_aspect_and_their_area_as_far_as_it_goes() {
        for ((width, height), expected) in [
            ((4000, 3000), (8, 6)),
            ((3000, 4000), (6, 8)),
            ((500, 500), (7, 7)),
            ((1920, 1080), (9, 5)),
            ((2000, 1000), (10, 5)),
            // A panorama, and a strip of one pixel.
            ((9000, 1000), (10, 5)),
            ((1, 4000), (5, 10)),
        ] {
            assert_eq!(cells(width, height, 224, 32), expected, "{width} x {height}");
        }
        assert_eq!(cells(300, 300, 8, 32), (1, 1), "never none");
    }
}
