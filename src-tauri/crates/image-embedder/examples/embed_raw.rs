//! Embeds raw RGB images for the parity tool in `tests/parity`, so that it compares resizing and inference
//! apart from image decoding. It reads one request a line from standard input, JSON, and answers each with
//! one line: the embeddings, or the error and its code.

#![expect(clippy::print_stdout, reason = "standard output is its interface")]

use std::io::{self, BufRead};
use std::num::NonZeroU32;
use std::path::PathBuf;

use image_embedder::{
    Error, FeatureVector, ImageEmbedder, ImageEmbedderOptions, ModelSource, Region, Resampling, RgbView,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// One request. Loading the model again for each keeps them independent of each other.
#[derive(Deserialize)]
struct Request {
    model: PathBuf,
    /// A file of `width * height` RGB pixels.
    pixels: PathBuf,
    width: u32,
    height: u32,
    /// x, y, width, height.
    region: Option<[u32; 4]>,
    threads: Option<NonZeroU32>,
    #[serde(default)]
    l2_normalize: bool,
    #[serde(default)]
    quantize: bool,
    #[serde(default)]
    antialias: bool,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let pixels = std::fs::read(&request.pixels)?;
        let answer = embed(request, &pixels)
            .unwrap_or_else(|error| json!({"error": error.code(), "message": error.to_string()}));
        println!("{answer}");
    }
    Ok(())
}

fn embed(request: Request, pixels: &[u8]) -> Result<Value, Error> {
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
    let embeddings = result.embeddings.iter().map(|embedding| {
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
