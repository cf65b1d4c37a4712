//! Image embeddings from TFLite models, with the interface and the meaning of the TFLite Task Library's
//! `ImageEmbedder` (tflite-support 0.4.4).
//!
//! It knows tensors, pixels and regions. It does not decode images, find files or keep embeddings.
//!
//! ```no_run
//! use image_embedder::{ImageEmbedder, Region, RgbView, cosine_similarity};
//!
//! # fn main() -> Result<(), image_embedder::Error> {
//! let pixels = vec![0; 640 * 480 * 3];
//! let image = RgbView::new(640, 480, &pixels)?;
//! let mut embedder = ImageEmbedder::create_from_file("model.tflite")?;
//! let whole = embedder.embed(image, None)?;
//! let corner = embedder.embed(image, Some(Region { x: 0, y: 0, width: 320, height: 240 }))?;
//! let similarity = cosine_similarity(
//!     &whole.get_embedding_by_index(0)?.feature_vector,
//!     &corner.get_embedding_by_index(0)?.feature_vector,
//! )?;
//! # let _ = similarity;
//! # Ok(())
//! # }
//! ```

mod bilinear;
mod cut;
mod embedder;
mod embedding;
mod error;
mod flatbuffer;
mod image;
mod mapper;
mod metadata;
mod model;
mod options;
mod pooling;
mod postprocess;
mod preprocess;
mod runtime;
mod verify;

pub use embedder::ImageEmbedder;
pub use embedding::{Embedding, EmbeddingResult, FeatureVector, cosine_similarity};
pub use error::{Error, Result};
pub use image::{Region, RgbView};
pub use mapper::{FeatureMapper, MOST_SIZES};
pub use metadata::About;
pub use model::{ModelShape, about_model, check_model, lacks_normalization, model_shape};
pub use options::{ImageEmbedderOptions, ModelSource, Normalization, Resampling, Runtime};
pub use pooling::{FeatureMap, Pooling, Window};
