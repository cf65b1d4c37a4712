//! Measurements, on the release build. They print tables; nothing passes or fails by time.

use crate::error::Result;
use crate::shell::{aloud, cargo};
use crate::system;

/// Runs the benchmarks.
pub(crate) fn run() -> Result<()> {
    crate::setup()?;
    aloud(&mut cargo(&["bench", "--quiet", "--locked", "--package", "library"]))
}

/// Measures the real window over a library of many small photos, which is made once and kept under `target`.
pub(crate) fn window(count: &str) -> Result<()> {
    crate::setup()?;
    system::ensure_test_tools()?;
    let root = crate::root();
    let place = root.join("target/bench").join(count);
    let (photos, library) = (place.join("photos"), place.join("library"));
    if !library.exists() {
        let example =
            ["run", "--quiet", "--release", "--locked", "--package", "library", "--example", "small_photos"];
        let samples = root.join("tests/fixtures/photos");
        aloud(cargo(&example).arg("--").arg(samples).arg(&photos).arg(count))?;
    }
    // Goes on where it was stopped; nothing to do when it was not.
    let index = ["run", "--quiet", "--release", "--locked", "--package", "cli", "--", "--data-dir"];
    aloud(cargo(&index).arg(&library).arg("index").arg(&photos))?;
    let bench =
        ["test", "--quiet", "--release", "--locked", "--package", "lookalike-app", "--test", "window"];
    aloud(cargo(&bench).env("LOOKALIKE_BENCH_LIBRARY", library))
}

/// Leave-one-out accuracy over a folder whose subfolders are classes.
pub(crate) fn evaluate(folder: &str) -> Result<()> {
    crate::setup()?;
    let example =
        ["run", "--quiet", "--release", "--locked", "--package", "library", "--example", "leave_one_out"];
    aloud(cargo(&example).arg("--").arg(std::path::absolute(folder).unwrap_or_else(|_| folder.into())))
}
