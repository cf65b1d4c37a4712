//! What the pipeline costs over its parts: a folder of 12 MP photos from an empty catalog to searchable, beside
//! the bare calls (scaled decode, thumbnail, embedding) on as many threads over the same files; and what it costs to
//! read them in processes of their own, as the app and the command line do, rather than in this one.
//!
//! `cargo bench --package library --bench indexing -- FOLDER`, with a folder of JPEGs as the example `large_photos`
//! makes. All sides run in turn, several times; the ratio of medians is what counts, as machines are noisy. Prints one
//! JSON document.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use image_embedder::{ImageEmbedder, ImageEmbedderOptions, ModelSource, Resampling, RgbView};
use imaging::{Limits, Target};
use library::{BuiltInModel, Control, Library, Options};

const ROUNDS: usize = 5;

type Anything = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<ExitCode, Anything> {
    if let Some(code) = library::serve_if_asked() {
        return Ok(code);
    }
    let folder = std::env::args_os().skip(1).find(|argument| !argument.as_encoded_bytes().starts_with(b"--"));
    let folder = PathBuf::from(folder.ok_or("usage: indexing FOLDER")?);
    let threads = std::thread::available_parallelism()?.get();
    let photos: Vec<PathBuf> =
        std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    let (mut bare, mut piped, mut isolated) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(bare_calls(&photos, threads)?);
        piped.push(pipeline(&folder, false)?);
        isolated.push(pipeline(&folder, true)?);
    }
    let (bare, piped, isolated) = (median(&mut bare), median(&mut piped), median(&mut isolated));
    let rate = |seconds: f64| photos.len() as f64 / seconds;
    let document = serde_json::json!({
        "bare_photos_per_second": rate(bare),
        "pipeline_photos_per_second": rate(piped),
        "isolated_photos_per_second": rate(isolated),
        "overhead": isolated / bare - 1.0,
        "isolation": isolated / piped - 1.0,
    });
    writeln!(std::io::stdout(), "{document}")?;
    Ok(ExitCode::SUCCESS)
}

/// From an empty catalog to searchable.
fn pipeline(folder: &Path, isolated: bool) -> Result<f64, Anything> {
    let data = tempfile::tempdir()?;
    let library = Library::open_with(data.path(), &Options { isolated, ..Options::default() })?;
    // The bare calls embed wholes only.
    library.look_inside(false)?;
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

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
