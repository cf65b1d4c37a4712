//! Measures what reading photos no larger than needed saves and costs: `reduced IMAGE...`, one JSON document on
//! standard output: milliseconds a photo in full and reduced, and the least cosine between the two embeddings.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use image_embedder::{FeatureVector, ImageEmbedder, ImageEmbedderOptions, ModelSource, Resampling, RgbView};
use imaging::{Limits, Target};
use library::BuiltInModel;

type Anything = Box<dyn std::error::Error>;

fn main() -> Result<(), Anything> {
    let model: Arc<[u8]> = BuiltInModel::Fast.bytes().into();
    let mut options = ImageEmbedderOptions::new(ModelSource::Content(model));
    options.l2_normalize = true;
    options.resampling = Resampling::Antialiased;
    let mut embedder = ImageEmbedder::create_from_options(options)?;
    let target = Target { short_side: 224, long_side: 320 };
    let (mut full_ms, mut reduced_ms, mut least) = (Vec::new(), Vec::new(), f32::INFINITY);
    for path in std::env::args_os().skip(1) {
        let bytes = std::fs::read(path)?;
        let full = embed(&bytes, None, &mut embedder, &mut full_ms)?;
        let reduced = embed(&bytes, Some(target), &mut embedder, &mut reduced_ms)?;
        least = least.min(full.iter().zip(&reduced).map(|(a, b)| a * b).sum());
    }
    let document = serde_json::json!({
        "full_ms": median(&mut full_ms),
        "reduced_ms": median(&mut reduced_ms),
        "least_cosine": least,
    });
    Ok(writeln!(std::io::stdout(), "{document}")?)
}

/// The embedding; the time of the decode goes to `times`.
fn embed(
    bytes: &[u8],
    target: Option<Target>,
    embedder: &mut ImageEmbedder,
    times: &mut Vec<f64>,
) -> Result<Vec<f32>, Anything> {
    let started = Instant::now();
    let image = imaging::decode(bytes, target, &Limits::default())?.image;
    times.push(started.elapsed().as_secs_f64() * 1000.0);
    let result = embedder.embed(RgbView::new(image.width(), image.height(), image.pixels())?, None)?;
    match &result.get_embedding_by_index(0)?.feature_vector {
        FeatureVector::Float(values) => Ok(values.clone()),
        FeatureVector::Quantized(_) => Err("the model gives floats".into()),
    }
}

fn median(milliseconds: &mut [f64]) -> Option<f64> {
    milliseconds.sort_by(f64::total_cmp);
    milliseconds.get(milliseconds.len() / 2).copied()
}
