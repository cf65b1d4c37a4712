//! Measurements, on the release build. They write tables; nothing passes or fails by time.
//!
//! Everything that is measured makes its own data, below `target/bench`, once; what it is measured beside is installed
//! by the way. Both sides of a comparison run in turn on the same files.

mod peers;
mod photos;
mod program;
mod quality;
mod scale;
mod table;

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::shell::{aloud, cargo, say};
use crate::system;
use peers::Peers;
use program::{example, lookalike};
use table::Table;

/// How much to measure with.
#[derive(Debug, Clone)]
pub(crate) struct Extent {
    /// Small photos in the largest library.
    pub(crate) photos: usize,
    /// Vectors in the largest index.
    pub(crate) vectors: usize,
    /// A folder whose subfolders are classes; the sample photos when none is named.
    pub(crate) labelled: Option<PathBuf>,
}

impl Default for Extent {
    fn default() -> Self {
        Self { photos: 100_000, vectors: 1_000_000, labelled: None }
    }
}

/// What the measurements share.
struct Bench {
    extent: Extent,
    /// Where made files are kept.
    place: PathBuf,
    samples: PathBuf,
    lookalike: PathBuf,
    peers: Peers,
}

/// Measures everything and writes the tables into `tests/bench`.
pub(crate) fn run(extent: Extent) -> Result<()> {
    crate::set_up_engine()?;
    let root = crate::root();
    let bench = Bench {
        extent,
        place: root.join("target/bench"),
        samples: root.join("tests/fixtures/photos"),
        lookalike: lookalike()?,
        peers: Peers::install()?,
    };
    let mut table = Table::new(bench.peers.describe()?);
    photos::measure(&bench, &mut table)?;
    quality::measure(&bench, &mut table)?;
    scale::measure(&bench, &mut table)?;
    table.write(&root.join("tests/bench"))?;
    small_benches()
}

/// The benches of single crates; they print their times and are not part of the tables.
fn small_benches() -> Result<()> {
    let packages = ["imaging", "image-embedder", "vector-index", "catalog"];
    let benches = ["decode", "embed", "search", "insert"];
    let mut command = cargo(&["bench", "--quiet", "--locked"]);
    for package in packages {
        command.args(["--package", package]);
    }
    for bench in benches {
        command.args(["--bench", bench]);
    }
    aloud(&mut command)
}

/// A folder of many small photos, made once.
fn small_photos(place: &Path, samples: &Path, count: usize) -> Result<PathBuf> {
    let photos = place.join(count.to_string()).join("photos");
    let complete = photos.with_file_name("photos.complete");
    if !complete.exists() {
        say(&format!("making {count} small photos"));
        aloud(example("library", "small_photos")?.arg(samples).arg(&photos).arg(count.to_string()))?;
        program::write(&complete, "")?;
    }
    Ok(photos)
}

/// Measures the real window over a library of many small photos, which is made once and kept under `target`.
pub(crate) fn window(count: usize) -> Result<()> {
    crate::setup()?;
    system::ensure_test_tools()?;
    let root = crate::root();
    let place = root.join("target/bench");
    let photos = small_photos(&place, &root.join("tests/fixtures/photos"), count)?;
    let library = photos.with_file_name("library");
    // Goes on where it was stopped; nothing to do when it was not.
    aloud(
        std::process::Command::new(lookalike()?).arg("--data-dir").arg(&library).arg("index").arg(&photos),
    )?;
    let bench =
        ["test", "--quiet", "--release", "--locked", "--package", "lookalike-app", "--test", "window"];
    aloud(cargo(&bench).env("LOOKALIKE_BENCH_LIBRARY", library))
}

/// Measures how copies are told from what only looks like them, over a folder whose subfolders are classes, or the sample
/// photos. It prints what a whole run would write.
pub(crate) fn duplicates(folder: Option<PathBuf>) -> Result<()> {
    crate::set_up_engine()?;
    let folder = folder.unwrap_or_else(|| crate::root().join("tests/fixtures/photos"));
    quality::duplicates(&folder, &mut Table::new(serde_json::Value::Null))
}

/// How good searches are over a folder whose subfolders are classes.
pub(crate) fn evaluate(folder: &str) -> Result<()> {
    crate::set_up_engine()?;
    aloud(example("library", "search_quality")?.arg(folder))
}
