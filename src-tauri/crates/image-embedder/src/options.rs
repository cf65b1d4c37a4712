//! How an embedder is set up: which model, which runtime, what happens before and after inference.

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Error, Result};

/// Where a model comes from.
#[derive(Clone)]
pub enum ModelSource {
    /// A `.tflite` file, read once when the embedder is created.
    File(PathBuf),
    /// The bytes of a `.tflite` file; embedders made from clones share them.
    Content(Arc<[u8]>),
}

impl fmt::Debug for ModelSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Content(bytes) => write!(f, "Content({} bytes)", bytes.len()),
        }
    }
}

/// How a region is brought to the model's input size. Neither way keeps the aspect ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resampling {
    /// What the Task Library does: libyuv's fixed-point bilinear filter. It reads at most four pixels for
    /// each one written, so of a large photo it skips most.
    #[default]
    TaskLibrary,
    /// A triangle filter as wide as the reduction asks for: every pixel counts.
    Antialiased,
}

/// Which library runs the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Runtime {
    /// LiteRT, linked dynamically. It verifies model files and is the faster by far.
    #[cfg(feature = "litert-runtime")]
    LiteRt,
    /// TensorFlow Lite, linked statically: for platforms without a LiteRT library. It believes what a model
    /// file says: give it only files that you trust.
    #[cfg(feature = "tflite-runtime")]
    TfLite,
}

impl Default for Runtime {
    /// LiteRT where it is compiled in.
    fn default() -> Self {
        #[cfg(feature = "litert-runtime")]
        return Self::LiteRt;
        #[cfg(not(feature = "litert-runtime"))]
        return Self::TfLite;
    }
}

/// Turns 8-bit channel values into a float32 model's input: `(value - mean) / std`, for R, G and B.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalization {
    pub(crate) mean: [f32; 3],
    pub(crate) std: [f32; 3],
}

impl Normalization {
    /// Takes one value for all channels, or three, as TFLite Metadata's `NormalizationOptions` does.
    pub fn new(mean: &[f32], std: &[f32]) -> Result<Self> {
        let per_channel = |values: &[f32]| match *values {
            [all] => Some([all; 3]),
            [r, g, b] => Some([r, g, b]),
            _ => None,
        };
        match (per_channel(mean), per_channel(std)) {
            (Some(m), Some(s))
                if mean.len() == std.len()
                    && m.iter().chain(&s).all(|v| v.is_finite())
                    && s.iter().all(|&v| v != 0.0) =>
            {
                Ok(Self { mean: m, std: s })
            }
            _ => Err(Error::InvalidNormalization { mean: mean.to_vec(), std: std.to_vec() }),
        }
    }

    /// The mean of each channel.
    pub fn mean(&self) -> [f32; 3] {
        self.mean
    }

    /// The standard deviation of each channel.
    pub fn std(&self) -> [f32; 3] {
        self.std
    }
}

/// Everything that [`ImageEmbedder::create_from_options`](crate::ImageEmbedder::create_from_options) needs.
///
/// ```
/// use image_embedder::{ImageEmbedderOptions, ModelSource};
///
/// let options = ImageEmbedderOptions {
///     l2_normalize: true,
///     ..ImageEmbedderOptions::new(ModelSource::File("model.tflite".into()))
/// };
/// assert!(!options.quantize);
/// ```
#[derive(Debug, Clone)]
pub struct ImageEmbedderOptions {
    /// The model.
    pub model: ModelSource,
    /// Threads that one inference may use; `None` leaves it to the runtime (one, for both runtimes).
    pub num_threads: Option<NonZeroU32>,
    /// Scale each embedding to unit length.
    pub l2_normalize: bool,
    /// Store each value `v` as the int8 `round(v * 128)`, clamped to -128..=127. Meant for unit-length
    /// embeddings, but like the Task Library it does not normalize by itself.
    pub quantize: bool,
    /// How the image is brought to the model's input size.
    pub resampling: Resampling,
    /// For float32 models: overrides the model's metadata, and stands in where there is none.
    pub normalization: Option<Normalization>,
    /// Which library runs the model.
    pub runtime: Runtime,
}

impl ImageEmbedderOptions {
    /// The Task Library's defaults: raw float embeddings, its own resampling.
    pub fn new(model: ModelSource) -> Self {
        Self {
            model,
            num_threads: None,
            l2_normalize: false,
            quantize: false,
            resampling: Resampling::default(),
            normalization: None,
            runtime: Runtime::default(),
        }
    }
}
