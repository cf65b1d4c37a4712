//! Embeds image files without a library: the Task Library's interface for a path and a region.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalog::Region;
use image_embedder::{
    FeatureVector, ImageEmbedder, ImageEmbedderOptions, ModelSource, Resampling, RgbView, cosine_similarity,
};
use imaging::Limits;

use crate::engine::model::BuiltInModel;
use crate::engine::{look, photo};
use crate::reading::original::{self, ReadError};
use crate::{LibraryError, Result};
use image_matching::agreement::{Pixels, agreement};

/// Which model to run.
#[derive(Debug, Clone)]
pub enum ModelChoice {
    /// One that comes with Lookalike.
    BuiltIn(BuiltInModel),
    /// A `.tflite` file.
    File(PathBuf),
}

/// How to embed; the meaning is that of the embedder's options.
#[derive(Debug, Clone)]
pub struct EmbedOptions {
    /// The model.
    pub model: ModelChoice,
    /// Scale embeddings to unit length.
    pub l2_normalize: bool,
    /// int8 values instead of floats.
    pub quantize: bool,
    /// Resample with antialiasing, as the library does, instead of as the Task Library does.
    pub antialias: bool,
    /// Threads of one inference.
    pub threads: Option<NonZeroU32>,
}

/// One output of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    /// Which output.
    pub index: usize,
    /// The output's name in the model.
    pub name: String,
    /// The values.
    pub vector: FeatureVector,
}

/// The embeddings of an image file, one an output of the model, of a region of it if one is given (pixels of
/// the upright image).
pub fn embed_image(path: &Path, region: Option<Region>, options: &EmbedOptions) -> Result<Vec<Embedding>> {
    let mut embedder = embedder(options)?;
    feature_vectors(&mut embedder, path, region)
}

/// Cosine similarity of the first embeddings of two image files, resampled with antialiasing.
///
/// Of some even greys a network has nothing to say: their embeddings are zeros, which have no direction. Such a picture is
/// like nothing that the network has something to say of, and two of them are alike if their pixels agree.
pub fn similarity(one: &Path, other: &Path, model: ModelChoice) -> Result<f32> {
    let options = EmbedOptions { model, l2_normalize: true, quantize: false, antialias: true, threads: None };
    let mut embedder = embedder(&options)?;
    let mut first = |path| -> Result<FeatureVector> {
        Ok(feature_vectors(&mut embedder, path, None)?.swap_remove(0).vector)
    };
    let (own, others) = (first(one)?, first(other)?);
    match (says_nothing(&own), says_nothing(&others)) {
        (true, true) => Ok(if are_same(one, other)? { 1.0 } else { 0.0 }),
        (false, false) => Ok(cosine_similarity(&own, &others)? as f32),
        _ => Ok(0.0),
    }
}

fn says_nothing(vector: &FeatureVector) -> bool {
    match vector {
        FeatureVector::Float(values) => values.iter().all(|value| *value == 0.0),
        FeatureVector::Quantized(values) => values.iter().all(|value| *value == 0),
    }
}

/// Whether the pixels of two image files agree.
fn are_same(one: &Path, other: &Path) -> Result<bool> {
    let pixels = |path: &Path| {
        let unreadable = |error| LibraryError::unreadable(path, &error);
        let preview = photo::preview(&read_query(path)?).map_err(unreadable)?;
        Ok::<_, LibraryError>(Pixels::of(photo::decode_thumbnail(&preview.jpeg).map_err(unreadable)?))
    };
    Ok(agreement(&pixels(one)?, &pixels(other)?).is_some())
}

fn embedder(options: &EmbedOptions) -> Result<ImageEmbedder> {
    let source = match &options.model {
        ModelChoice::BuiltIn(model) => ModelSource::Content(Arc::from(model.bytes())),
        ModelChoice::File(path) => ModelSource::File(path.clone()),
    };
    let mut embedder = ImageEmbedderOptions::new(source);
    embedder.num_threads = options.threads;
    embedder.l2_normalize = options.l2_normalize;
    embedder.quantize = options.quantize;
    embedder.resampling = if options.antialias { Resampling::Antialiased } else { Resampling::TaskLibrary };
    Ok(ImageEmbedder::create_from_options(embedder)?)
}

fn feature_vectors(
    embedder: &mut ImageEmbedder,
    path: &Path,
    region: Option<Region>,
) -> Result<Vec<Embedding>> {
    let bytes = read_query(path)?;
    let decoded = imaging::decode(&bytes, None, &Limits::default())
        .map_err(|error| LibraryError::unreadable(path, &error))?;
    let image = &decoded.image;
    let view = RgbView::new(image.width(), image.height(), image.pixels())?;
    if let Some(region) = region {
        look::check_region(region, image.width(), image.height())?;
    }
    let region = region.map(|Region { x, y, width, height }| image_embedder::Region { x, y, width, height });
    let result = embedder.embed(view, region)?;
    Ok(result
        .embeddings
        .into_iter()
        .map(|one| Embedding {
            index: one.output_index,
            name: embedder.output_name(one.output_index).unwrap_or_default().to_owned(),
            vector: one.feature_vector,
        })
        .collect())
}

/// The bytes of a file that somebody named.
fn read_query(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match original::read(path, Limits::default().max_file_bytes, &mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(named_file(path, &error)),
    }
}

/// Why a file that somebody named could not be read.
fn named_file(path: &Path, error: &ReadError) -> LibraryError {
    LibraryError::QueryUnreadable { path: path.into(), code: error.code().to_owned(), reason: error.reason() }
}
