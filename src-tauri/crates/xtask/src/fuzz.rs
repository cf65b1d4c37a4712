//! Fuzzes what reads bytes from outside, each target of `src-tauri/fuzz` for a while, from seeds that it writes itself.
//!
//! What is found stays in `src-tauri/fuzz/artifacts`, and the inputs that reach new code in `corpus`. It stops at the
//! first target that finds something.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::shell::{aloud, cargo, quietly, say};

const VERSION: &str = "0.13.2";

/// How long each target runs when nobody says.
pub(crate) const SECONDS: usize = 300;

/// Larger inputs are slow and reach nothing that these do not.
const MOST_BYTES: &str = "-max_len=20000";
/// A target that takes longer for one input hangs.
const PATIENCE: &str = "-timeout=20";
/// What photos in flight may take, and the sanitizer's own share.
const MOST_MEMORY: &str = "-rss_limit_mb=2048";

/// `re_rav1d` leaves 96 bytes behind with each AVIF picture, which would be all that is ever found.
const NO_LEAKS: &str = "detect_leaks=0";

/// Runs every target for so many seconds.
pub(crate) fn run(seconds: usize) -> Result<()> {
    crate::set_up_engine()?;
    let tools = crate::root().join("target/tools");
    install(&tools)?;
    let corpus = crate::root().join("src-tauri/fuzz/corpus");
    write_seeds(&corpus)?;
    for target in targets()? {
        say(&format!("\n{target}, {seconds} s"));
        aloud(&mut fuzz(&tools, &target, seconds))?;
    }
    Ok(())
}

fn write_seeds(corpus: &Path) -> Result<()> {
    let example = ["run", "--quiet", "--locked", "--package", "hostile", "--example", "write_seeds", "--"];
    quietly(cargo(&example).arg(corpus))
}

/// The names of the targets, in order.
fn targets() -> Result<Vec<String>> {
    let folder = crate::root().join("src-tauri/fuzz/targets");
    let file_error = |source| Error::File { path: folder.clone(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(file_error)? {
        let file = entry.map_err(file_error)?.path();
        names.extend(file.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// Installs cargo-fuzz beside the builds, where no other project sees it.
fn install(tools: &Path) -> Result<()> {
    let program = tools.join("bin/cargo-fuzz");
    let asked = Command::new(&program).arg("--version").output();
    let is_ours = |output: std::process::Output| String::from_utf8_lossy(&output.stdout).contains(VERSION);
    if asked.is_ok_and(is_ours) {
        return Ok(());
    }
    say("installing cargo-fuzz");
    aloud(cargo(&["install", "--quiet", "--locked", "cargo-fuzz", "--version", VERSION, "--root"]).arg(tools))
}

fn fuzz(tools: &Path, target: &str, seconds: usize) -> Command {
    let root = crate::root();
    let mut command = Command::new(tools.join("bin/cargo-fuzz"));
    command
        .args(["fuzz", "run", "--release", "--fuzz-dir"])
        .arg(root.join("src-tauri/fuzz"))
        .arg("--target-dir")
        .arg(root.join("target/fuzz"))
        .args([target, "--", MOST_BYTES, PATIENCE, MOST_MEMORY])
        .arg(format!("-max_total_time={seconds}"))
        .current_dir(root.join("src-tauri/fuzz"))
        .env("ASAN_OPTIONS", NO_LEAKS)
        // The sanitizer's flags are for nightly compilers only; this has the stable one take them.
        .env("RUSTC_BOOTSTRAP", "1")
        // cargo-fuzz sets flags of its own in place of those that tell programs where LiteRT is.
        .env("LD_LIBRARY_PATH", root.join("src-tauri/runtime"));
    command
}
