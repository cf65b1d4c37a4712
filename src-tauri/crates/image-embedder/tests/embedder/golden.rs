//! The embeddings equal tflite-support's, as recorded by `tests/parity/make_golden.py`.

use std::path::Path;

use image_embedder::{
    FeatureVector, ImageEmbedder, ImageEmbedderOptions, ModelSource, Region, RgbView, cosine_similarity,
};
use serde::Deserialize;

use crate::models::{model_path, options, pattern, values};

#[derive(Deserialize)]
struct Case {
    model: String,
    size: [u32; 2],
    region: Option<[u32; 4]>,
    l2_normalize: bool,
    quantize: bool,
    outputs: Vec<Vec<f64>>,
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn embed(case: &Case) -> Vec<FeatureVector> {
    let mut embedder = ImageEmbedder::create_from_options(ImageEmbedderOptions {
        l2_normalize: case.l2_normalize,
        quantize: case.quantize,
        ..ImageEmbedderOptions::new(ModelSource::File(model_path(&case.model)))
    })
    .unwrap();
    let [width, height] = case.size;
    let pixels = pattern(width, height);
    let region = case.region.map(|[x, y, width, height]| Region { x, y, width, height });
    let result = embedder.embed(RgbView::new(width, height, &pixels).unwrap(), region).unwrap();
    result.embeddings.into_iter().map(|embedding| embedding.feature_vector).collect()
}

#[test]
fn resizing_normalizing_and_quantizing_give_the_task_librarys_values() {
    for case in cases("tiny.json") {
        let found = embed(&case);
        assert_eq!(found.len(), case.outputs.len());
        for (found, expected) in found.iter().zip(&case.outputs) {
            let found = values(found);
            assert_eq!(found.len(), expected.len());
            for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                // The recorded values have seven digits.
                assert!(
                    (found - expected).abs() <= 1e-6 * expected.abs(),
                    "{} {:?} {:?}: value {index} is {found}, not {expected}",
                    case.model,
                    case.size,
                    case.region
                );
            }
        }
    }
}

#[test]
fn the_default_models_agree_with_the_task_library() {
    for case in cases("default-models.json") {
        for (found, expected) in embed(&case).iter().zip(&case.outputs) {
            let expected = FeatureVector::Float(expected.iter().map(|&v| v as f32).collect());
            let similarity = cosine_similarity(found, &expected).unwrap();
            assert!(similarity >= 0.9999, "{} {:?}: {similarity}", case.model, case.region);
        }
    }
}

#[test]
fn outputs_are_described_as_the_model_has_them() {
    let two = ImageEmbedder::create_from_options(options("two-outputs")).unwrap();
    assert_eq!(two.number_of_output_layers(), 2);
    assert_eq!([0, 1, 2].map(|index| two.get_embedding_dimension(index)), [Some(360), Some(360), None]);
    assert_eq!([0, 1, 2].map(|index| two.output_name(index)), [Some("first"), Some("second"), None]);
    assert_eq!(two.input_size(), (12, 10));

    // The metadata's name goes before the tensor's.
    let named = ImageEmbedder::create_from_options(options("float-one-mean")).unwrap();
    assert_eq!(named.output_name(0), Some("embedding"));
}
