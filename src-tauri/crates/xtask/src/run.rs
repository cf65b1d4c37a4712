//! Runs Lookalike for somebody who has just cloned it: opens the window on a folder.
//!
//! Without a display it does the same job through the command line and writes a page of what looks alike.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Result;
use crate::shell::{aloud, cargo_at_once, say};

/// Opens the app on `folder`, or on the sample photos.
pub(crate) fn run(folder: Option<PathBuf>) -> Result<()> {
    let root = crate::root();
    // The samples have a library of their own: trying Lookalike out leaves nothing behind in one's home.
    let (folder, data) = match folder {
        Some(folder) => (folder, root.join("target/run/library")),
        None => (root.join("tests/fixtures/photos"), root.join("target/run/sample-library")),
    };
    if has_display() {
        crate::setup()?;
        open_window(&folder, &data)
    } else {
        // The command needs nothing of the window's.
        crate::set_up_engine()?;
        write_page(&folder, &data)
    }
}

fn has_display() -> bool {
    let named = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

fn open_window(folder: &Path, data: &Path) -> Result<()> {
    let app = program("lookalike-app")?;
    aloud(Command::new(app).arg("--data-dir").arg(data).arg(folder))
}

fn write_page(folder: &Path, data: &Path) -> Result<()> {
    say("There is no display to open a window on; the command line does the job instead.");
    let page = crate::root().join("target/run/contact-sheet.html");
    let program = program("lookalike")?;
    let lookalike = || {
        let mut command = Command::new(&program);
        command.arg("--data-dir").arg(data);
        command
    };
    aloud(lookalike().arg("index").arg(folder))?;
    aloud(lookalike().args(["contact-sheet", "--out"]).arg(&page))?;
    say(&format!("\nOpen {} to see the results.", page.display()));
    Ok(())
}

/// Builds a program as tests have it, which takes half as long as a release one, and returns its path. Codecs, network and
/// index are optimised in both.
fn program(name: &str) -> Result<PathBuf> {
    aloud(&mut cargo_at_once(&["build", "--quiet", "--locked", "--workspace", "--bin", name]))?;
    Ok(crate::root().join("target/debug").join(name).with_extension(std::env::consts::EXE_EXTENSION))
}
