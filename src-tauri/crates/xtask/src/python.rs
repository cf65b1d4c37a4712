//! Tasks that need Python packages, each in a virtual environment of its own under `target`.

use std::path::PathBuf;
use std::process::Command;

use crate::error::{Error, Result};
use crate::shell::{aloud, answers, cargo, quietly, say};
use crate::system;

/// The name Python 3 goes by here.
pub(crate) fn interpreter() -> &'static str {
    if answers("python3", "--version") { "python3" } else { "python" }
}

/// Makes the default models and their cards again.
pub(crate) fn models() -> Result<()> {
    let models = crate::root().join("src-tauri/models");
    let python = environment("models", &models.join("build/requirements.txt"))?;
    aloud(Command::new(python).arg(models.join("build/build.py")).arg("--out").arg(&models))
}

/// Compares our embeddings with the Task Library's over a folder of photos, with the default models and those given,
/// and writes the table of results.
pub(crate) fn parity(photos: &str, models: &[&str]) -> Result<()> {
    crate::setup()?;
    system::ensure_debian_packages(&["libusb-1.0-0"])?;
    let tool = crate::root().join("tests/parity");
    let python = environment("parity", &tool.join("requirements.txt"))?;
    let example = ["build", "--quiet", "--release", "--package", "image-embedder", "--example", "embed_raw"];
    aloud(&mut cargo(&example))?;
    let embed_raw = crate::root().join("target/release/examples/embed_raw");
    let ours = ["efficientnet-lite0-int8.tflite", "efficientnet-lite2-int8.tflite"];
    aloud(
        Command::new(python)
            .arg(tool.join("parity.py"))
            .arg("--embed-raw")
            .arg(embed_raw)
            .arg("--photos")
            .arg(photos)
            .arg("--models")
            .args(models)
            .args(ours.map(|model| crate::root().join("src-tauri/models").join(model)))
            .arg("--write")
            .arg(tool.join("RESULTS.md")),
    )
}

/// A virtual environment with the pinned packages; made once, and again when the pins change.
pub(crate) fn environment(name: &str, requirements: &PathBuf) -> Result<PathBuf> {
    let directory = crate::root().join("target/python").join(name);
    let python = directory.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let stamp = directory.join("requirements.txt");
    let file_error = |source| Error::File { path: requirements.clone(), source };
    let wanted = std::fs::read(requirements).map_err(file_error)?;
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    say(&format!("installing Python packages for {name}"));
    system::ensure_debian_packages(&["python3-venv"])?;
    quietly(Command::new(interpreter()).args(["-m", "venv", "--clear"]).arg(&directory))?;
    quietly(
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements),
    )?;
    std::fs::write(&stamp, wanted).map_err(file_error)?;
    Ok(python)
}
