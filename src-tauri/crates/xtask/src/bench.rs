//! Measurements, on the release build. They print tables; nothing passes or fails by time.

use crate::error::Result;
use crate::shell::{aloud, cargo};

/// Runs the benchmarks.
pub(crate) fn run() -> Result<()> {
    crate::setup()?;
    aloud(&mut cargo(&["bench", "--quiet", "--locked", "--package", "library"]))
}

/// Leave-one-out accuracy over a folder whose subfolders are classes.
pub(crate) fn evaluate(folder: &str) -> Result<()> {
    crate::setup()?;
    let example =
        ["run", "--quiet", "--release", "--locked", "--package", "library", "--example", "leave_one_out"];
    aloud(cargo(&example).arg("--").arg(std::path::absolute(folder).unwrap_or_else(|_| folder.into())))
}
