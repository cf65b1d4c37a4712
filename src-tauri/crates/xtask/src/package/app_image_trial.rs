//! Tries an `AppImage` on a bare system: from a folder with a space in its name, as a command and as a window, and removed.
//!
//! The system gets what every desktop has, and nothing of what the window is made of.

use std::path::Path;

use super::app_image;
use super::bare_root::BareRoot;
use super::trial::{self, Programs, expect};
use crate::error::Result;
use crate::shell::{answer, quietly, say};

/// Goes through all of it.
pub(super) fn run(bare: &BareRoot, package: &Path) -> Result<()> {
    say("> trying the AppImage on a bare system");
    prepare(bare)?;
    let home = BareRoot::home();
    let folder = format!("{home}/My Programs");
    let place = format!("{folder}/{}", package.file_name().unwrap_or_default().to_string_lossy());
    quietly(&mut bare.command("mkdir", &[&folder]))?;
    bare.give(package, &place)?;
    let programs = Programs { command: &[&place, "--command"], window: &[&place] };
    trial::use_command(bare, &programs)?;
    trial::use_window(bare, &programs)?;
    say("> removing it");
    remove(bare, &place)
}

/// What the image leaves to the system, and a font.
fn prepare(bare: &BareRoot) -> Result<()> {
    let packages = app_image::systems_packages()?;
    let mut install = vec!["install", "--yes", "--no-install-recommends", "fonts-dejavu-core"];
    install.extend(packages.iter().map(String::as_str));
    quietly(&mut bare.command("apt-get", &["update"]))?;
    quietly(&mut bare.command("apt-get", &install))?;
    let webkit = answer(&mut bare.command("find", &["/usr/lib", "-name", "libwebkit2gtk*"]))?;
    expect(webkit.is_empty(), || format!("the bare system has {webkit}"))
}

/// Nothing is left but the person's library.
fn remove(bare: &BareRoot, place: &str) -> Result<()> {
    let home = BareRoot::home();
    quietly(&mut bare.persons(&[], place, &["--appimage-clean"]))?;
    quietly(&mut bare.command("rm", &[place]))?;
    let traces = bare.traces()?;
    expect(traces.is_empty(), || format!("it leaves {traces:?}"))?;
    let unpacked = format!("{home}/.cache/lookalike");
    let left = answer(&mut bare.command("find", &[&home, "-path", &format!("{unpacked}*")]))?;
    expect(left.is_empty(), || format!("it leaves {left}"))
}
