//! Runs Lookalike for somebody who has just cloned it: indexes a folder and shows what looks alike.

use std::path::PathBuf;
use std::process::Command;

use crate::error::Result;
use crate::shell::{aloud, cargo, say};

/// Indexes `folder`, or the sample photos, and writes a contact sheet.
pub(crate) fn run(folder: Option<PathBuf>) -> Result<()> {
    crate::setup()?;
    aloud(&mut cargo(&["build", "--quiet", "--release", "--locked", "--package", "cli"]))?;
    let root = crate::root();
    // The samples have a library of their own: trying Lookalike out leaves nothing behind in one's home.
    let (folder, data) = match folder {
        Some(folder) => (folder, root.join("target/run/library")),
        None => (root.join("tests/fixtures/photos"), root.join("target/run/sample-library")),
    };
    let page = root.join("target/run/contact-sheet.html");
    let lookalike = || {
        let mut command = Command::new(root.join("target/release/lookalike"));
        command.arg("--data-dir").arg(&data);
        command
    };
    aloud(lookalike().arg("index").arg(folder))?;
    aloud(lookalike().args(["contact-sheet", "--out"]).arg(&page))?;
    say(&format!("\nOpen {} to see the results.", page.display()));
    Ok(())
}
