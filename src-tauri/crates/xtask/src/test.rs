//! Everything CI checks, in the order in which it fails fastest.

use std::process::Command;
use std::thread;

use crate::error::Result;
use crate::shell::{aloud, cargo, cargo_at_once, quietly};
use crate::{rooms, suite, system, ui};

/// What there is to test beside the examples in the documentation. Programs that only measure are checked with the lints.
const ALL: &[&str] = &["--workspace", "--tests"];

/// Checks and tests everything.
pub(crate) fn run() -> Result<()> {
    crate::setup()?;
    ensure_linters()?;
    system::ensure_test_tools()?;
    check_format()?;
    // What the window's code takes keeps one core busy, and what packages take not always the other.
    let (window, packages) = thread::scope(|threads| {
        let window = threads.spawn(|| ui::lint().and_then(|()| ui::test()));
        let packages = lint_packages().and_then(|()| test_packages());
        (window.join(), packages)
    });
    window.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    packages
}

/// Format, types, lints and documentation of both languages.
pub(crate) fn lint() -> Result<()> {
    crate::setup()?;
    ensure_linters()?;
    check_format()?;
    ui::lint()?;
    lint_packages()
}

fn lint_packages() -> Result<()> {
    rooms::check()?;
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    aloud(&mut cargo_at_once(&clippy))?;
    let doc = ["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items", "--locked"];
    aloud(cargo_at_once(&doc).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Every test.
pub(crate) fn run_tests() -> Result<()> {
    crate::setup()?;
    system::ensure_test_tools()?;
    ui::test()?;
    test_packages()
}

fn test_packages() -> Result<()> {
    suite::run(ALL, |_| true)?;
    aloud(&mut cargo_at_once(&["test", "--quiet", "--locked", "--workspace", "--doc"]))
}

/// Installs what a minimal Rust lacks.
pub(crate) fn ensure_linters() -> Result<()> {
    if answers_cargo("fmt") && answers_cargo("clippy") {
        return Ok(());
    }
    quietly(Command::new("rustup").args(["component", "add", "rustfmt", "clippy"]))
}

pub(crate) fn check_format() -> Result<()> {
    aloud(&mut cargo(&["fmt", "--all", "--check"]))?;
    // A workspace of its own.
    aloud(&mut cargo(&["fmt", "--check", "--manifest-path", "src-tauri/fuzz/Cargo.toml"]))
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
