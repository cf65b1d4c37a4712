//! Answers the parity tool in `tests/parity`: embeds raw RGB images, so that resizing and inference are
//! compared apart from image decoding, and compares feature vectors. One JSON request a line on standard
//! input, one JSON answer a line on standard output; an error is answered with its code.

#![expect(clippy::print_stdout, reason = "standard output is its interface")]

use std::io::{self, BufRead};
use std::num::NonZeroU32;
use std::path::PathBuf;

use image_embedder::{
    Error, FeatureVector, ImageEmbedder, ImageEmbedderOptions, ModelSource, Region, Resampling, RgbView,
    cosine_similarity,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Request {
    Embed(Embed),
    Compare(Vector, Vector),
}

/// The model is loaded anew for each request: none depends on an earlier one.
#[derive(Deserialize)]
struct Embed {
    model: PathBuf,
    /// A file of `width * height` RGB pixels.
    pixels: PathBuf,
    width: u32,
    height: u32,
    /// x, y, width, height.
    region: Option<[u32; 4]>,
    threads: Option<NonZeroU32>,
    /// Answer with this one of the embeddings only.
    index: Option<usize>,
    #[serde(default)]
    l2_normalize: bool,
    #[serde(default)]
    quantize: bool,
    #[serde(default)]
    antialias: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Vector {
    Float(Vec<f32>),
    Quantized(Vec<i8>),
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?)? {
            Request::Embed(request) => {
                let pixels = std::fs::read(&request.pixels)?;
                embed(request, &pixels)
            }
            Request::Compare(u, v) => {
                cosine_similarity(&u.into(), &v.into()).map(|similarity| json!({"similarity": similarity}))
            }
        };
        let answer =
            answer.unwrap_or_else(|error| json!({"error": error.code(), "message": error.to_string()}));
        println!("{answer}");
    }
    Ok(())
}

fn embed(request: Embed, pixels: &[u8]) -> Result<Value, Error> {
    let mut embedder = ImageEmbedder::create_from_options(ImageEmbedderOptions {
        num_threads: request.threads,
        l2_normalize: request.l2_normalize,
        quantize: request.quantize,
        resampling: if request.antialias { Resampling::Antialiased } else { Resampling::TaskLibrary },
        ..ImageEmbedderOptions::new(ModelSource::File(request.model))
    })?;
    let image = RgbView::new(request.width, request.height, pixels)?;
    let region = request.region.map(|[x, y, width, height]| Region { x, y, width, height });
    let result = embedder.embed(image, region)?;
    let embeddings = match request.index {
        Some(index) => vec![result.get_embedding_by_index(index)?],
        None => result.embeddings.iter().collect(),
    };
    let embeddings = embeddings.into_iter().map(|embedding| {
        json!({
            "index": embedding.output_index,
            "name": embedder.output_name(embedding.output_index),
            "dimension": embedding.feature_vector.len(),
            "values": match &embedding.feature_vector {
                FeatureVector::Float(values) => json!(values),
                FeatureVector::Quantized(values) => json!(values),
            },
        })
    });
    Ok(json!({"embeddings": embeddings.collect::<Vec<_>>()}))
}

impl From<Vector> for FeatureVector {
    fn from(vector: Vector) -> Self {
        match vector {
            Vector::Float(values) => Self::Float(values),
            Vector::Quantized(values) => Self::Quantized(values),
        }
    }
}
