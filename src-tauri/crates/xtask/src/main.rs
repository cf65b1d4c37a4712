//! Development tasks: `cargo xtask run`, `cargo xtask test` and the rest. Each does its own set-up.
//!
//! It drives cargo and Python as a person would and knows nothing of photos.

#![expect(clippy::disallowed_methods, reason = "sets the repository up; it knows no photos")]

mod bench;
mod check;
mod error;
mod fuzz;
mod litert;
mod package;
mod python;
mod rooms;
mod run;
mod shell;
mod suite;
mod system;
mod test;
mod types;
mod ui;

use std::path::PathBuf;
use std::process::ExitCode;

use error::{Error, Result};

const USAGE: &str = "\
cargo xtask run [FOLDER]     set up and open the window on FOLDER (or the sample photos)
cargo xtask check            format, types and lints, and the tests of what changed since the main branch
cargo xtask test             set up, then every check and test that CI runs
cargo xtask lint             its first part alone: format, types, lints, documentation
cargo xtask tests            its second part alone: all tests
cargo xtask package          make the packages this system can make, try the Debian one, and say where they are
cargo xtask setup            the set-up alone; after it plain `cargo build` works
cargo xtask bench [PHOTOS [VECTORS [FOLDER]]]
                             measure, on files it makes itself, and write tests/bench/RESULTS.md: libraries of up to
                             PHOTOS (100000), indexes of up to VECTORS (1000000); `bench 1000 10000` is quick.
                             Accuracy over FOLDER, whose subfolders are classes
cargo xtask bench window [COUNT]
                             measure the window over COUNT small photos (100000 when not given)
cargo xtask bench duplicates [FOLDER]
                             measure how copies are told from what looks like them, over FOLDER or the sample photos
cargo xtask torture [TRIALS] kill the command at random moments (240 times when not given) and write what was lost
                             to tests/torture/RESULTS.md
cargo xtask evaluate FOLDER  how often the most similar photo is of the same class (subfolders are classes)
cargo xtask fuzz [SECONDS]   fuzz what reads files and addresses, each target for SECONDS (300)
cargo xtask types            write the window's TypeScript types anew from the shell's
cargo xtask models           make the default models again from their packages
cargo xtask parity PHOTOS [MODEL...]
                             compare embeddings with the TFLite Task Library's, for ours and other models";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["run"] => run::run(None),
        ["run", folder] => run::run(Some(PathBuf::from(folder))),
        ["check"] => check::run(),
        ["test"] => test::run(),
        ["lint"] => test::lint(),
        ["tests"] => test::run_tests(),
        ["package"] => package::run(),
        ["setup"] => setup(),
        ["types"] => types::write(),
        ["bench", "window"] => bench::window(bench::Extent::default().photos),
        ["bench", "window", count] => number(count).and_then(bench::window),
        ["bench", "duplicates"] => bench::duplicates(None),
        ["bench", "duplicates", folder] => bench::duplicates(Some(PathBuf::from(folder))),
        ["bench", extent @ ..] => extent_of(extent).and_then(bench::run),
        ["fuzz"] => fuzz::run(fuzz::SECONDS),
        // The fuzzer takes 0 for ever.
        ["fuzz", seconds] if number(seconds).is_ok_and(|seconds| seconds > 0) => {
            number(seconds).and_then(fuzz::run)
        }
        ["torture"] => test::torture(240),
        ["torture", trials] => number(trials).and_then(test::torture),
        ["evaluate", folder] => bench::evaluate(folder),
        ["models"] => python::models(),
        ["parity", photos, models @ ..] => python::parity(photos, models),
        _ => {
            shell::say(USAGE);
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            shell::say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// How much to measure with, as typed.
fn extent_of(words: &[&str]) -> Result<bench::Extent> {
    let mut extent = bench::Extent::default();
    if let Some(photos) = words.first() {
        extent.photos = number(photos)?;
    }
    if let Some(vectors) = words.get(1) {
        extent.vectors = number(vectors)?;
    }
    extent.labelled = words.get(2).map(PathBuf::from);
    Ok(extent)
}

fn number(word: &str) -> Result<usize> {
    word.parse().map_err(|_| Error::NoNumber(word.to_owned()))
}

/// What every build needs. Quick when there is nothing to do.
fn setup() -> Result<()> {
    set_up_engine()?;
    system::ensure_libraries()?;
    ui::ensure()
}

/// What everything but the window needs.
fn set_up_engine() -> Result<()> {
    system::ensure_build_tools()?;
    litert::ensure()
}

/// The repository's root.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).map_or_else(|| here.clone(), std::path::Path::to_path_buf)
}
