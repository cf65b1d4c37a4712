//! The two runtimes give the same embeddings. Needs `--features tflite-runtime`.

use std::num::NonZeroU32;

use image_embedder::{
    EmbeddingResult, ImageEmbedder, ImageEmbedderOptions, RgbView, Runtime, cosine_similarity,
};

use crate::models::{options, pattern};

fn embed(model: &str, runtime: Runtime, num_threads: Option<NonZeroU32>) -> EmbeddingResult {
    let options = ImageEmbedderOptions { runtime, num_threads, ..options(model) };
    let mut embedder = ImageEmbedder::create_from_options(options).unwrap();
    let pixels = pattern(500, 375);
    embedder.embed(RgbView::new(500, 375, &pixels).unwrap(), None).unwrap()
}

#[test]
fn both_runtimes_agree() {
    // LiteRT rounds in other places than the kernels of TensorFlow Lite: it adds up in deep int8 models.
    for (model, least) in [
        ("uint8-scaled", 0.999_999),
        ("float-three-means", 0.999_999),
        ("two-outputs", 0.999_999),
        ("efficientnet-lite0-int8.tflite", 0.999),
        ("efficientnet-lite2-int8.tflite", 0.998),
    ] {
        let expected = embed(model, Runtime::LiteRt, None);
        for threads in [None, NonZeroU32::new(2)] {
            let found = embed(model, Runtime::TfLite, threads);
            assert_eq!(found.embeddings.len(), expected.embeddings.len());
            for (found, expected) in found.embeddings.iter().zip(&expected.embeddings) {
                let similarity = cosine_similarity(&found.feature_vector, &expected.feature_vector).unwrap();
                assert!(similarity >= least, "{model}, output {}: {similarity}", found.output_index);
            }
        }
    }
}
