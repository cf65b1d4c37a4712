//! Embeddings and how alike two of them are. It neither makes nor stores them.

use crate::error::{Error, Result};

/// The values of one embedding.
#[derive(Debug, Clone, PartialEq)]
pub enum FeatureVector {
    /// As the model gave them, dequantized; of unit length with `l2_normalize`.
    Float(Vec<f32>),
    /// `round(v * 128)` of each, with `quantize`.
    Quantized(Vec<i8>),
}

impl FeatureVector {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Quantized(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What one of the model's outputs made of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    /// The values.
    pub feature_vector: FeatureVector,
    /// Which of the model's outputs they come from.
    pub output_index: usize,
}

/// What a model made of an image: one embedding for each of its outputs, in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EmbeddingResult {
    /// The embeddings.
    pub embeddings: Vec<Embedding>,
}

impl EmbeddingResult {
    /// The embedding of output `index`; fails with [`Error::IndexOutOfBounds`] when there is none.
    pub fn get_embedding_by_index(&self, index: usize) -> Result<&Embedding> {
        let count = self.embeddings.len();
        self.embeddings.get(index).ok_or(Error::IndexOutOfBounds { index, count })
    }
}

/// The cosine of the angle between two feature vectors, from -1 to 1.
///
/// Fails when their lengths differ, when one is quantized and the other not, and when one has norm zero.
pub fn cosine_similarity(u: &FeatureVector, v: &FeatureVector) -> Result<f64> {
    if u.len() != v.len() {
        return Err(Error::DifferentSizes { left: u.len(), right: v.len() });
    }
    match (u, v) {
        (FeatureVector::Float(u), FeatureVector::Float(v)) => cosine(u, v),
        (FeatureVector::Quantized(u), FeatureVector::Quantized(v)) => cosine(u, v),
        _ => Err(Error::MixedTypes),
    }
}

fn cosine<T: Copy + Into<f64>>(u: &[T], v: &[T]) -> Result<f64> {
    let (mut dot, mut norm_u, mut norm_v) = (0.0, 0.0, 0.0);
    for (&a, &b) in u.iter().zip(v) {
        let (a, b): (f64, f64) = (a.into(), b.into());
        dot += a * b;
        norm_u += a * a;
        norm_v += b * b;
    }
    if norm_u <= 0.0 || norm_v <= 0.0 {
        return Err(Error::ZeroNorm);
    }
    Ok((dot / (norm_u.sqrt() * norm_v.sqrt())).clamp(-1.0, 1.0))
}
