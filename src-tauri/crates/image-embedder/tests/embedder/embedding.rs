//! What a caller can rely on beyond parity: regions, resampling, options, reuse and comparing.

use std::num::NonZeroU32;
use std::sync::Arc;

use image_embedder::{
    About, EmbeddingResult, Error, FeatureVector, ImageEmbedder, ImageEmbedderOptions, ModelSource,
    Normalization, Region, Resampling, RgbView, about_model, cosine_similarity,
};

use crate::models::{content, embed_one, model_bytes, model_path, options, pattern, values};

fn with_resampling(resampling: Resampling) -> ImageEmbedder {
    ImageEmbedder::create_from_options(ImageEmbedderOptions { resampling, ..options("uint8") }).unwrap()
}

#[test]
fn a_region_embeds_like_the_picture_cut_out() {
    let (width, height) = (97, 61);
    let pixels = pattern(width, height);
    for region in [
        Region { x: 13, y: 7, width: 50, height: 41 },
        Region { x: 85, y: 51, width: 12, height: 10 },
        Region { x: 0, y: 20, width: 97, height: 10 },
        Region { x: 90, y: 55, width: 5, height: 3 },
    ] {
        let rows = pixels.chunks_exact(width as usize * 3).skip(region.y as usize);
        let cut = rows
            .take(region.height as usize)
            .flat_map(|row| &row[region.x as usize * 3..(region.x + region.width) as usize * 3]);
        let cut: Vec<u8> = cut.copied().collect();
        for resampling in [Resampling::TaskLibrary, Resampling::Antialiased] {
            let mut embedder = with_resampling(resampling);
            let image = RgbView::new(width, height, &pixels).unwrap();
            let of_region = embedder.embed(image, Some(region)).unwrap();
            let of_cut = embed_one(&mut embedder, region.width, region.height, &cut);
            assert_eq!(of_region.embeddings, [of_cut], "{region} {resampling:?}");
        }
    }
}

#[test]
fn only_the_antialiased_resampling_sees_every_pixel() {
    // White, but for one dark column in ten: the input of 12 columns has one of them in each.
    let column = |x: usize| if x % 10 == 3 { 0 } else { 255 };
    let pixels: Vec<u8> = (0..100).flat_map(|_| (0..120).flat_map(|x| [column(x); 3])).collect();
    let mut antialiased = with_resampling(Resampling::Antialiased);
    let seen = values(&embed_one(&mut antialiased, 120, 100, &pixels).feature_vector);
    assert!(seen.iter().all(|&value| (220.0..=240.0).contains(&value)), "{seen:?}");
    let mut task_library = with_resampling(Resampling::TaskLibrary);
    let seen = values(&embed_one(&mut task_library, 120, 100, &pixels).feature_vector);
    assert_eq!(seen, [255.0; 360]);
}

#[test]
fn an_image_of_the_input_size_goes_in_unchanged() {
    let pixels = pattern(12, 10);
    let expected: Vec<f64> = pixels.iter().map(|&v| f64::from(v)).collect();
    for resampling in [Resampling::TaskLibrary, Resampling::Antialiased] {
        let embedding = embed_one(&mut with_resampling(resampling), 12, 10, &pixels);
        assert_eq!(values(&embedding.feature_vector), expected);
    }
}

#[test]
fn given_normalization_overrides_the_models() {
    let pixels = pattern(12, 10);
    let normalization = Some(Normalization::new(&[10.0, 20.0, 30.0], &[2.0, 4.0, 8.0]).unwrap());
    for model in ["float-no-metadata", "float-one-mean"] {
        let options = ImageEmbedderOptions { normalization, ..options(model) };
        let mut embedder = ImageEmbedder::create_from_options(options).unwrap();
        let found = values(&embed_one(&mut embedder, 12, 10, &pixels).feature_vector);
        let expected = pixels.iter().enumerate().map(|(index, &value)| {
            let channel = index % 3;
            (f64::from(value) - [10.0, 20.0, 30.0][channel]) / [2.0, 4.0, 8.0][channel]
        });
        assert_eq!(found, expected.collect::<Vec<_>>(), "{model}");
    }
}

#[test]
fn normalization_wants_one_or_three_finite_values_and_no_zero_std() {
    for (mean, std) in [
        (&[1.0, 2.0][..], &[1.0, 2.0][..]),
        (&[1.0], &[1.0, 1.0, 1.0]),
        (&[], &[]),
        (&[1.0], &[0.0]),
        (&[f32::NAN], &[1.0]),
        (&[1.0], &[f32::INFINITY]),
    ] {
        let error = Normalization::new(mean, std).unwrap_err();
        assert_eq!(error.code(), "invalid_normalization", "{mean:?} {std:?}");
    }
}

#[test]
fn a_reused_result_holds_the_last_image_only() {
    let pixels = pattern(64, 48);
    let image = RgbView::new(64, 48, &pixels).unwrap();
    for quantize in [false, true] {
        let options = ImageEmbedderOptions { quantize, l2_normalize: true, ..options("uint8-scaled") };
        let mut embedder = ImageEmbedder::create_from_options(options).unwrap();
        let mut two = ImageEmbedder::create_from_options(crate::models::options("two-outputs")).unwrap();
        let mut result = EmbeddingResult::default();
        // A result that another embedder filled with another number and kind of vectors.
        two.embed_into(image, None, &mut result).unwrap();
        embedder.embed_into(image, None, &mut result).unwrap();
        let region = Some(Region { x: 9, y: 9, width: 30, height: 30 });
        embedder.embed_into(image, region, &mut result).unwrap();
        assert_eq!(result, embedder.embed(image, region).unwrap());
    }
}

#[test]
fn a_black_image_keeps_its_zero_vector() {
    let options = ImageEmbedderOptions { l2_normalize: true, ..options("uint8") };
    let mut embedder = ImageEmbedder::create_from_options(options).unwrap();
    let embedding = embed_one(&mut embedder, 30, 30, &[0; 2700]);
    assert_eq!(values(&embedding.feature_vector), [0.0; 360]);
}

#[test]
fn embedders_on_several_threads_share_a_models_bytes_and_agree() {
    let source = ModelSource::Content(Arc::from(model_bytes("efficientnet-lite0-int8.tflite")));
    let pixels = pattern(224, 224);
    let embed = |num_threads: Option<NonZeroU32>| {
        let options = ImageEmbedderOptions { num_threads, ..ImageEmbedderOptions::new(source.clone()) };
        let mut embedder = ImageEmbedder::create_from_options(options).unwrap();
        embed_one(&mut embedder, 224, 224, &pixels)
    };
    let alone = embed(None);
    std::thread::scope(|scope| {
        let others: Vec<_> = [None, NonZeroU32::new(1), NonZeroU32::new(2)]
            .map(|threads| scope.spawn(move || embed(threads)))
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect();
        assert!(others.iter().all(|other| *other == alone));
    });
}

#[test]
fn options_are_those_given() {
    let given = ImageEmbedderOptions { quantize: true, ..content(&model_bytes("uint8")) };
    let embedder = ImageEmbedder::create_from_options(given).unwrap();
    assert!(embedder.options().quantize && !embedder.options().l2_normalize);
    let from_file = ImageEmbedder::create_from_file(model_path("uint8")).unwrap();
    assert!(matches!(&from_file.options().model, ModelSource::File(path) if *path == model_path("uint8")));
}

#[test]
fn cosine_similarity_compares_vectors_of_one_kind_and_size() {
    let float = |values: &[f32]| FeatureVector::Float(values.to_vec());
    let quantized = |values: &[i8]| FeatureVector::Quantized(values.to_vec());
    for (u, v, expected) in [
        (float(&[3.0, 4.0]), float(&[6.0, 8.0]), 1.0),
        (float(&[3.0, 4.0]), float(&[-4.0, 3.0]), 0.0),
        (float(&[1.0, 0.0]), float(&[1.0, 1.0]), 0.5f64.sqrt()),
        (quantized(&[-128, 0]), quantized(&[127, 0]), -1.0),
    ] {
        let found = cosine_similarity(&u, &v).unwrap();
        assert!((found - expected).abs() < 1e-12, "{u:?} {v:?}: {found}");
    }

    let error = |u, v| cosine_similarity(&u, &v).unwrap_err();
    assert!(matches!(error(float(&[1.0]), float(&[1.0, 2.0])), Error::DifferentSizes { left: 1, right: 2 }));
    assert!(matches!(error(float(&[1.0]), quantized(&[1])), Error::MixedTypes));
    assert!(matches!(error(float(&[0.0]), float(&[1.0])), Error::ZeroNorm));
    assert!(matches!(error(quantized(&[]), quantized(&[])), Error::ZeroNorm));
}

#[test]
fn a_model_says_what_it_is_where_its_makers_wrote_it_down() {
    let about = about_model(&model_bytes("efficientnet-lite0-int8.tflite")).unwrap();
    assert!(about.name.contains("efficientnet-lite0"), "{about:?}");
    assert!(about.licence.contains("Apache"), "{about:?}");
    assert_eq!(about_model(&model_bytes("float-one-mean")).unwrap().name, "pass-through");
    assert_eq!(about_model(&model_bytes("uint8")).unwrap(), About::default());
    assert_eq!(about_model(b"no model").unwrap_err().code(), "not_a_model");
}
