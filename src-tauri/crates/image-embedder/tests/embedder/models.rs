//! What the tests share: the golden models and the pattern their expectations were made from.

use std::path::{Path, PathBuf};

use image_embedder::{Embedding, FeatureVector, ImageEmbedder, ImageEmbedderOptions, ModelSource, RgbView};

/// A model of the golden set; those named `efficientnet...` are the project's default models.
pub(crate) fn model_path(name: &str) -> PathBuf {
    let crate_root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if name.starts_with("efficientnet") {
        crate_root.join("../../models").join(name)
    } else {
        crate_root.join("tests/golden").join(name).with_extension("tflite")
    }
}

/// The bytes of such a model.
pub(crate) fn model_bytes(name: &str) -> Vec<u8> {
    std::fs::read(model_path(name)).unwrap()
}

/// Default options for such a model.
pub(crate) fn options(name: &str) -> ImageEmbedderOptions {
    ImageEmbedderOptions::new(ModelSource::File(model_path(name)))
}

/// Default options for a model in memory.
pub(crate) fn content(bytes: &[u8]) -> ImageEmbedderOptions {
    ImageEmbedderOptions::new(ModelSource::Content(bytes.into()))
}

/// The picture that `tests/parity/make_golden.py` draws: rings that get finer away from the corner.
pub(crate) fn pattern(width: u32, height: u32) -> Vec<u8> {
    let pixel = |x: u32, y: u32| [1, 2, 3].map(|c| ((x * x * c + y * y * 3 + x * y * 5) / 16 % 256) as u8);
    (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect()
}

/// The only embedding of a whole picture.
pub(crate) fn embed_one(embedder: &mut ImageEmbedder, width: u32, height: u32, pixels: &[u8]) -> Embedding {
    let image = RgbView::new(width, height, pixels).unwrap();
    let mut result = embedder.embed(image, None).unwrap();
    assert_eq!(result.embeddings.len(), 1);
    result.embeddings.remove(0)
}

/// A vector's values, whichever kind it is.
pub(crate) fn values(vector: &FeatureVector) -> Vec<f64> {
    match vector {
        FeatureVector::Float(values) => values.iter().map(|&v| f64::from(v)).collect(),
        FeatureVector::Quantized(values) => values.iter().map(|&v| f64::from(v)).collect(),
    }
}
