//! Measures one embedder on one thread: `timing MODEL SIDE`, one JSON document with milliseconds for each way of
//! resampling.

#![expect(clippy::print_stdout, reason = "standard output is its interface")]

use std::num::NonZeroU32;
use std::time::Instant;

use image_embedder::{
    EmbeddingResult, ImageEmbedder, ImageEmbedderOptions, ModelSource, Resampling, RgbView,
};

const RUNS: u32 = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, side] = arguments.as_slice() else { return Err("usage: timing MODEL SIDE".into()) };
    let side = side.parse()?;
    let measure = |resampling| -> Result<f64, image_embedder::Error> {
        let mut embedder = ImageEmbedder::create_from_options(ImageEmbedderOptions {
            num_threads: NonZeroU32::new(1),
            l2_normalize: true,
            resampling,
            ..ImageEmbedderOptions::new(ModelSource::File(model.into()))
        })?;
        milliseconds(&mut embedder, side, side)
    };
    let (task_library, antialiased) = (measure(Resampling::TaskLibrary)?, measure(Resampling::Antialiased)?);
    println!("{{\"task_library_ms\": {task_library}, \"antialiased_ms\": {antialiased}}}");
    Ok(())
}

/// The fastest run: other work on the machine only ever adds time.
fn milliseconds(embedder: &mut ImageEmbedder, width: u32, height: u32) -> Result<f64, image_embedder::Error> {
    let pixels: Vec<u8> = (0..width as usize * height as usize * 3).map(|i| (i * 31 % 251) as u8).collect();
    let image = RgbView::new(width, height, &pixels)?;
    let mut result = EmbeddingResult::default();
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        embedder.embed_into(image, None, &mut result)?;
        runs.push(start.elapsed().as_secs_f64() * 1000.0);
    }

    Ok(runs.into_iter().fold(f64::INFINITY, f64::min))
}
