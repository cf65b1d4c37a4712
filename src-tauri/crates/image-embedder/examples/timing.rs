//! Measures one embedder on one thread: `timing MODEL SIDE`, one JSON document with milliseconds for each way of
//! resampling, for a feature map of a picture of 4 : 3 of that area, for pooling it, and for changing between two shapes
//! more than the runtime is kept ready for.

#![expect(clippy::print_stdout, reason = "standard output is its interface")]

use std::num::NonZeroU32;
use std::time::Instant;

use image_embedder::{
    EmbeddingResult, FeatureMapper, ImageEmbedder, ImageEmbedderOptions, ModelSource, Pooling, Resampling,
    RgbView, Window,
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
    let mut mapper = FeatureMapper::create_from_options(ImageEmbedderOptions {
        num_threads: NonZeroU32::new(1),
        resampling: Resampling::Antialiased,
        ..ImageEmbedderOptions::new(ModelSource::File(model.into()))
    })?;
    let pixels = pixels(640, 480);
    let lying = RgbView::new(640, 480, &pixels)?;
    let map = least(|| mapper.map(lying, None, side).map(drop))?;
    let feature_map = mapper.map(lying, None, side)?;
    let pool = least(|| {
        let _: () = drop(feature_map.pool(Pooling::AboutMiddle));
        Ok(())
    })?;
    let window = Window { left: 0.2, top: 0.1, right: 0.6, bottom: 0.6 };
    let pool_window = least(|| {
        let _: () = drop(feature_map.pool_window(window));
        Ok(())
    })?;
    let shapes = [
        RgbView::new(480, 640, &pixels)?,
        RgbView::new(640, 480, &pixels)?,
        RgbView::new(554, 554, &pixels[..554 * 554 * 3])?,
    ];
    let changing =
        least(|| shapes.iter().try_for_each(|shape| mapper.map(*shape, None, side).map(drop)))? / 3.0;
    println!(
        "{{\"task_library_ms\": {task_library}, \"antialiased_ms\": {antialiased}, \"map_ms\": {map}, \
         \"pool_ms\": {pool}, \"pool_window_ms\": {pool_window}, \"map_of_changing_shape_ms\": {changing}}}"
    );
    Ok(())
}

fn milliseconds(embedder: &mut ImageEmbedder, width: u32, height: u32) -> Result<f64, image_embedder::Error> {
    let pixels = pixels(width, height);
    let image = RgbView::new(width, height, &pixels)?;
    let mut result = EmbeddingResult::default();
    least(|| embedder.embed_into(image, None, &mut result))
}

fn pixels(width: u32, height: u32) -> Vec<u8> {
    (0..width as usize * height as usize * 3).map(|i| (i * 31 % 251) as u8).collect()
}

/// Milliseconds of the fastest run: other work on the machine only ever adds time.
fn least(mut run: impl FnMut() -> Result<(), image_embedder::Error>) -> Result<f64, image_embedder::Error> {
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        let start = Instant::now();
        run()?;
        least = least.min(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(least)
}
