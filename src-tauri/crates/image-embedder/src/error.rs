//! The one error type of the crate. It holds no logic besides naming what went wrong.

use std::io;
use std::path::PathBuf;

use crate::image::Region;

/// Result of this crate's operations.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong while loading a model, embedding an image or comparing embeddings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no file at the model's path.
    #[error("the model file {} does not exist", path.display())]
    ModelMissing {
        /// The path asked for.
        path: PathBuf,
    },
    /// The model file exists but cannot be read.
    #[error("cannot read the model file {}: {source}", path.display())]
    ModelUnreadable {
        /// The path asked for.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The bytes are not a TFLite FlatBuffer, or a damaged one.
    #[error("not a TFLite model: {reason}")]
    NotAModel {
        /// Which check the bytes failed.
        reason: &'static str,
    },
    /// The model's input is not one RGB image of a supported element type.
    #[error("unsupported model input: {reason}")]
    UnsupportedInput {
        /// What was found, and what is needed.
        reason: String,
    },
    /// One of the model's outputs is not a single feature vector of a supported element type.
    #[error("unsupported model output {index}: {reason}")]
    UnsupportedOutput {
        /// The output's index.
        index: usize,
        /// What was found, and what is needed.
        reason: String,
    },
    /// A float32 model says nothing about how its input is normalized, and the options do not either.
    #[error("the model takes float32 input but has no normalization metadata; give mean and std as options")]
    MissingNormalization,
    /// Mean and std are not one or three finite values each, or a std is zero.
    #[error(
        "invalid normalization: mean {mean:?}, std {std:?}; one or three finite values each, std not zero"
    )]
    InvalidNormalization {
        /// The means given.
        mean: Vec<f32>,
        /// The standard deviations given.
        std: Vec<f32>,
    },
    /// The pixel buffer does not hold `width * height` RGB pixels, or the image has no pixels.
    #[error("a {width}x{height} RGB image cannot have a buffer of {length} bytes")]
    ImageBuffer {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Length of the buffer in bytes.
        length: usize,
    },
    /// The region is empty or reaches outside the image.
    #[error("{region} is empty or reaches outside the {width}x{height} image")]
    RegionOutOfBounds {
        /// The region asked for.
        region: Region,
        /// Width of the image in pixels.
        width: u32,
        /// Height of the image in pixels.
        height: u32,
    },
    /// The result has no embedding of that index.
    #[error("embedding {index} asked for, but there are {count}")]
    IndexOutOfBounds {
        /// The index asked for.
        index: usize,
        /// How many embeddings the result holds.
        count: usize,
    },
    /// Two feature vectors to compare have different lengths.
    #[error("feature vectors have different sizes: {left} and {right}")]
    DifferentSizes {
        /// Length of the first.
        left: usize,
        /// Length of the second.
        right: usize,
    },
    /// A float feature vector cannot be compared with a quantized one.
    #[error("cannot compare a float feature vector with a quantized one")]
    MixedTypes,
    /// A feature vector of norm zero, or an empty one, has no direction to compare.
    #[error("a feature vector of norm zero has no cosine similarity")]
    ZeroNorm,
    /// The runtime refused the model or failed to run it.
    #[error("the runtime failed to {action}: {reason}")]
    Runtime {
        /// What the runtime was asked to do.
        action: &'static str,
        /// What it answered.
        reason: String,
    },
    /// The resampler failed.
    #[error("cannot resize the image: {reason}")]
    Resize {
        /// What it answered.
        reason: String,
    },
}

impl Error {
    /// A stable identifier of the variant, in `snake_case`, for callers outside Rust.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ModelMissing { .. } => "model_missing",
            Self::ModelUnreadable { .. } => "model_unreadable",
            Self::NotAModel { .. } => "not_a_model",
            Self::UnsupportedInput { .. } => "unsupported_input",
            Self::UnsupportedOutput { .. } => "unsupported_output",
            Self::MissingNormalization => "missing_normalization",
            Self::InvalidNormalization { .. } => "invalid_normalization",
            Self::ImageBuffer { .. } => "image_buffer",
            Self::RegionOutOfBounds { .. } => "region_out_of_bounds",
            Self::IndexOutOfBounds { .. } => "index_out_of_bounds",
            Self::DifferentSizes { .. } => "different_sizes",
            Self::MixedTypes => "mixed_types",
            Self::ZeroNorm => "zero_norm",
            Self::Runtime { .. } => "runtime",
            Self::Resize { .. } => "resize",
        }
    }
}
