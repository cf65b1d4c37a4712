//! One embedding on one thread, by the size of the image and the way it is resampled.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::num::NonZeroU32;
use std::path::Path;

use divan::Bencher;
use image_embedder::{
    EmbeddingResult, ImageEmbedder, ImageEmbedderOptions, ModelSource, Resampling, RgbView,
};

fn main() {
    divan::main();
}

fn embed(bencher: Bencher<'_, '_>, side: u32, resampling: Resampling) {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/efficientnet-lite0-int8.tflite");
    let mut embedder = ImageEmbedder::create_from_options(ImageEmbedderOptions {
        num_threads: NonZeroU32::new(1),
        resampling,
        ..ImageEmbedderOptions::new(ModelSource::File(model))
    })
    .unwrap();
    let pixels: Vec<u8> = (0..side * side * 3).map(|i| (i * 31 % 251) as u8).collect();
    let mut result = EmbeddingResult::default();
    bencher.bench_local(|| {
        let view = RgbView::new(side, side, &pixels).unwrap();
        embedder.embed_into(view, None, &mut result).unwrap();
    });
}

#[divan::bench(args = [224, 500])]
fn antialiased(bencher: Bencher<'_, '_>, side: u32) {
    embed(bencher, side, Resampling::Antialiased);
}

#[divan::bench(args = [224, 500])]
fn as_the_task_library(bencher: Bencher<'_, '_>, side: u32) {
    embed(bencher, side, Resampling::TaskLibrary);
}
