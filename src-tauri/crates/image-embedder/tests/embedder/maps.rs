//! Feature maps: what a model gives that is cut before its pooling, at sizes that its file does not name.

use image_embedder::{
    Error, FeatureMapper, ImageEmbedder, ImageEmbedderOptions, MOST_SIZES, Pooling, Region, Resampling,
    RgbView, Window,
};

use crate::models::{embed_one, options, pattern, values};

const DEFAULT_MODELS: [(&str, u32); 2] =
    [("efficientnet-lite0-int8.tflite", 224), ("efficientnet-lite2-int8.tflite", 256)];

fn antialiased(model: &str) -> ImageEmbedderOptions {
    ImageEmbedderOptions { resampling: Resampling::Antialiased, l2_normalize: true, ..options(model) }
}

fn mapper(model: &str) -> FeatureMapper {
    FeatureMapper::create_from_options(antialiased(model)).unwrap()
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[test]
fn the_mean_of_a_map_is_what_the_uncut_model_gives() {
    let (model, side) = DEFAULT_MODELS[0];
    let pixels = pattern(300, 300);
    let uncut =
        embed_one(&mut ImageEmbedder::create_from_options(antialiased(model)).unwrap(), 300, 300, &pixels);
    let uncut: Vec<f32> = values(&uncut.feature_vector).iter().map(|&value| value as f32).collect();
    let mut mapper = mapper(model);
    assert_eq!(mapper.dimension(), uncut.len());
    let image = RgbView::new(300, 300, &pixels).unwrap();
    let map = mapper.map(image, None, side).unwrap();
    assert_eq!(map.size(), (7, 7));
    // The network's own mean is rounded to eight bits.
    let cosine = cosine(&map.pool(Pooling::Mean), &uncut);
    assert!(cosine > 0.9995, "{cosine}");
}

#[test]
fn maps_have_the_aspect_of_the_image_and_are_the_same_whatever_was_looked_at_before() {
    for (model, side) in DEFAULT_MODELS {
        let mut one = mapper(model);
        let sizes = [(400, 300), (300, 400), (640, 480), (900, 200), (333, 333), (400, 300)];
        for (width, height) in sizes {
            let pixels = pattern(width, height);
            let image = RgbView::new(width, height, &pixels).unwrap();
            let found = one.map(image, None, side).unwrap();
            let ((columns, rows), found) = (found.size(), found.pool(Pooling::AboutMiddle));
            assert_eq!(width > height, columns > rows, "{width} x {height}: {columns} x {rows}");
            let mut another = mapper(model);
            let expected = another.map(image, None, side).unwrap().pool(Pooling::AboutMiddle);
            assert_eq!(found, expected, "{model}, {width} x {height}");
            let norm = cosine(&found, &found);
            assert!((norm - 1.0).abs() < 1e-4, "{norm}");
        }
    }
}

#[test]
fn the_runtime_is_ready_for_a_few_sizes_only() {
    let mut mapper = mapper(DEFAULT_MODELS[0].0);
    let pixels = pattern(400, 400);
    let image = RgbView::new(400, 400, &pixels).unwrap();
    for (width, height) in [(400, 300), (300, 400), (400, 200), (400, 250), (400, 400)] {
        mapper.map(image, Some(Region { x: 0, y: 0, width, height }), 224).unwrap();
        assert!(mapper.sizes_ready() <= MOST_SIZES, "{}", mapper.sizes_ready());
    }
    assert_eq!(mapper.sizes_ready(), MOST_SIZES);
}

#[test]
fn windows_tell_the_parts_of_an_image_apart() {
    // Two patterns side by side.
    let (left, right) = (pattern(320, 320), vec![90; 320 * 320 * 3]);
    let rows = left.chunks_exact(960).zip(right.chunks_exact(960));
    let both: Vec<u8> = rows.flat_map(|(left, right)| [left, right].concat()).collect();
    let mut mapper = mapper(DEFAULT_MODELS[0].0);
    let alone = mapper.map(RgbView::new(320, 320, &left).unwrap(), None, 224).unwrap().pool(Pooling::Mean);
    let map = mapper.map(RgbView::new(640, 320, &both).unwrap(), None, 320).unwrap();
    let window = |left, right| map.pool_window(Window { left, top: 0.0, right, bottom: 1.0 });
    let (same, other) = (cosine(&window(0.0, 0.5), &alone), cosine(&window(0.5, 1.0), &alone));
    assert!(same > other + 0.1, "{same} {other}");
}

#[test]
fn a_model_that_does_not_end_in_the_mean_of_a_map_cannot_be_cut() {
    let refused = FeatureMapper::create_from_options(options("uint8")).err().unwrap();
    assert!(matches!(refused, Error::UnsupportedOutput { index: 0, .. }), "{refused}");
    let refused = FeatureMapper::create_from_options(options("two-outputs")).err().unwrap();
    assert_eq!(refused.code(), "unsupported_output");
}
