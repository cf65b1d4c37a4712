//! Everything CI checks, in the order in which it fails fastest.

use crate::error::Result;
use crate::shell::{aloud, cargo};

/// Runs all checks and tests.
pub(crate) fn run() -> Result<()> {
    crate::setup()?;
    aloud(&mut cargo(&["fmt", "--all", "--check"]))?;
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
