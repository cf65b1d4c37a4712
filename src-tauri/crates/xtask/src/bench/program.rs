//! The programs that measure and are measured: how they are built, run and timed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::shell::{aloud, cargo};

/// The `lookalike` command, built.
pub(crate) fn lookalike() -> Result<PathBuf> {
    aloud(&mut cargo(&["build", "--quiet", "--release", "--locked", "--package", "cli"]))?;
    Ok(built("lookalike"))
}

/// An example of a package, built. Together with the command: alone, some dependencies would be built once more, with
/// fewer features.
pub(crate) fn example(package: &str, name: &str) -> Result<Command> {
    let build =
        ["build", "--quiet", "--release", "--locked", "--package", "cli", "--package", package, "--example"];
    aloud(cargo(&build).arg(name))?;
    Ok(Command::new(built(&format!("examples/{name}"))))
}

fn built(name: &str) -> PathBuf {
    crate::root().join("target/release").join(name).with_extension(std::env::consts::EXE_EXTENSION)
}

/// The JSON document that a program prints.
pub(crate) fn json(command: &mut Command) -> Result<Value> {
    let text = text(command)?;
    serde_json::from_str(text.trim()).map_err(|source| Error::Json { text, source })
}

/// What a program prints.
pub(crate) fn text(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Error::Start { program: shown.clone(), source })?;
    if !output.status.success() {
        return Err(Error::Failed { command: shown });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Seconds that a program takes. How it ends is its own affair: some tell by it what they found.
pub(crate) fn seconds(command: &mut Command) -> Result<f64> {
    let shown = format!("{command:?}");
    let started = Instant::now();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|source| Error::Start { program: shown, source })?;
    Ok(started.elapsed().as_secs_f64())
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A number of a document; not a number where there is none.
pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|source| Error::File { path: path.into(), source })
}

/// Deletes a folder, if it is there.
pub(crate) fn clear(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::File { path: folder.into(), source })
        }
        _ => Ok(()),
    }
}
