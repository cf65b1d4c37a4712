//! Everything CI checks, in the order in which it fails fastest.

use std::process::Command;

use crate::error::Result;
use crate::shell::{aloud, cargo, quietly};
use crate::{system, ui};

/// Runs all checks and tests.
pub(crate) fn run() -> Result<()> {
    crate::setup()?;
    system::ensure_test_tools()?;
    if !answers_cargo("fmt") || !answers_cargo("clippy") {
        quietly(Command::new("rustup").args(["component", "add", "rustfmt", "clippy"]))?;
    }
    aloud(&mut cargo(&["fmt", "--all", "--check"]))?;
    // A workspace of its own.
    aloud(&mut cargo(&["fmt", "--check", "--manifest-path", "src-tauri/fuzz/Cargo.toml"]))?;
    ui::check()?;
    aloud(&mut cargo(&[
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))?;
    aloud(&mut cargo(&["test", "--quiet", "--workspace", "--locked"]))?;
    let mut doc =
        cargo(&["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items", "--locked"]);
    aloud(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Kills the command at random moments; `cargo test` does so a few times only.
pub(crate) fn torture(trials: usize) -> Result<()> {
    crate::set_up_engine()?;
    let mut test = cargo(&["test", "--quiet", "--locked", "--package", "cli", "--test", "torture"]);
    aloud(test.env("LOOKALIKE_TORTURE_TRIALS", trials.to_string()))
}

/// Whether cargo has this subcommand; a minimal Rust lacks some.
fn answers_cargo(subcommand: &str) -> bool {
    cargo(&[subcommand, "--version"]).output().is_ok_and(|output| output.status.success())
}
