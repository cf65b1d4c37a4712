//! What the pipeline costs over its parts: a folder of 12 MP photos from an empty catalog to searchable, beside
//! the bare calls (scaled decode, thumbnail, embedding) on as many threads over the same files.
//!
//! Both sides run in turn, several times; the ratio of medians is what counts, as machines are noisy. Set
//! `LOOKALIKE_BENCH_PHOTOS` for another number of photos.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use image_embedder::{ImageEmbedder, ImageEmbedderOptions, ModelSource, Resampling, RgbView};
use imaging::{Limits, RgbImage, Target};
use library::{BuiltInModel, Control, Library};

const ROUNDS: usize = 5;
const WIDTH: u32 = 4000;
const HEIGHT: u32 = 3000;

type Anything = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Anything> {
    let count = std::env::var("LOOKALIKE_BENCH_PHOTOS").ok().and_then(|n| n.parse().ok()).unwrap_or(120);
    let threads = std::thread::available_parallelism()?.get();
    let folder = tempfile::tempdir()?;
    let photos = make_photos(folder.path(), count)?;
    let bytes: u64 = photos.iter().map(|path| std::fs::metadata(path).map_or(0, |m| m.len())).sum();
    let (mut bare, mut piped) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(bare_calls(&photos, threads)?);
        piped.push(pipeline(folder.path())?);
    }
    let (bare, piped) = (median(&mut bare), median(&mut piped));
    let rate = |seconds: f64| count as f64 / seconds;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{count} JPEGs of {WIDTH} x {HEIGHT}, {:.1} MB each, {threads} threads, medians of {ROUNDS} rounds\n\n\
         | | photos/s |\n|---|---|\n\
         | bare decode, thumbnail and embedding | {:.1} |\n\
         | empty catalog to searchable | {:.1} |\n\n\
         overhead of the pipeline: {:.1}%",
        bytes as f64 / count as f64 / 1e6,
        rate(bare),
        rate(piped),
        100.0 * (piped / bare - 1.0),
    )?;
    Ok(())
}

/// From an empty catalog to searchable.
fn pipeline(folder: &Path) -> Result<f64, Anything> {
    let data = tempfile::tempdir()?;
    let library = Library::open(data.path())?;
    library.add_folder(folder)?;
    let started = Instant::now();
    let summary = library.update(&Control::default(), &mut |_| {})?;
    let seconds = started.elapsed().as_secs_f64();
    if summary.failed > 0 || summary.indexed == 0 {
        return Err(format!("the pipeline did not do its work: {summary:?}").into());
    }
    Ok(seconds)
}

/// The same work without catalog, hashes, budgets and events.
fn bare_calls(photos: &[PathBuf], threads: usize) -> Result<f64, Anything> {
    let next = AtomicUsize::new(0);
    let model: Arc<[u8]> = BuiltInModel::Fast.bytes().into();
    let mut embedders = Vec::new();
    for _ in 0..threads {
        let mut options = ImageEmbedderOptions::new(ModelSource::Content(Arc::clone(&model)));
        options.l2_normalize = true;
        options.resampling = Resampling::Antialiased;
        embedders.push(ImageEmbedder::create_from_options(options)?);
    }
    let started = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = embedders
            .iter_mut()
            .map(|embedder| {
                let next = &next;
                scope.spawn(move || -> Result<(), Anything> {
                    while let Some(path) = photos.get(next.fetch_add(1, Ordering::Relaxed)) {
                        bare_call(path, embedder)?;
                    }
                    Ok(())
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a thread died")?)
    })?;
    Ok(started.elapsed().as_secs_f64())
}

fn bare_call(path: &Path, embedder: &mut ImageEmbedder) -> Result<(), Anything> {
    let bytes = std::fs::read(path)?;
    let target = Target { short_side: 224, long_side: 320 };
    let image = imaging::decode(&bytes, Some(target), &Limits::default())?.image;
    std::hint::black_box(imaging::thumbnail(&image, 320, 78)?);
    let view = RgbView::new(image.width(), image.height(), image.pixels())?;
    std::hint::black_box(embedder.embed(view, None)?);
    Ok(())
}

/// Photographs' worth of detail at full size: mosaics of the sample photos, each in another order.
fn make_photos(folder: &Path, count: usize) -> Result<Vec<PathBuf>, Anything> {
    let tiles = sample_photos()?;
    let mut photos = Vec::new();
    for number in 0..count {
        let mosaic = mosaic(&tiles, number);
        let path = folder.join(format!("{number:04}.jpg"));
        std::fs::write(&path, imaging::encode_jpeg(&mosaic, 90)?)?;
        photos.push(path);
    }
    Ok(photos)
}

fn sample_photos() -> Result<Vec<RgbImage>, Anything> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/photos");
    let mut paths = Vec::new();
    for class in std::fs::read_dir(samples)? {
        for photo in std::fs::read_dir(class?.path())? {
            paths.push(photo?.path());
        }
    }
    paths.sort();
    let decode = |path: &PathBuf| -> Result<RgbImage, Anything> {
        Ok(imaging::decode(&std::fs::read(path)?, None, &Limits::default())?.image)
    };
    paths.iter().map(decode).collect()
}

fn mosaic(tiles: &[RgbImage], seed: usize) -> RgbImage {
    const TILE: u32 = 250;
    let mut pixels = vec![0; (WIDTH * HEIGHT * 3) as usize];
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let place = (y / TILE * (WIDTH / TILE) + x / TILE) as usize;
            let tile = &tiles[(place * 7 + seed * 13) % tiles.len()];
            // The shift makes each mosaic a picture of its own: copies to the byte are not decoded twice.
            let (u, v) = ((x % TILE + seed as u32) % tile.width(), y % TILE % tile.height());
            let (from, to) = (((v * tile.width() + u) * 3) as usize, ((y * WIDTH + x) * 3) as usize);
            pixels[to..to + 3].copy_from_slice(&tile.pixels()[from..from + 3]);
        }
    }
    // The buffer has just this size.
    RgbImage::new(WIDTH, HEIGHT, pixels).unwrap_or_else(|error| unreachable!("{error}"))
}

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
