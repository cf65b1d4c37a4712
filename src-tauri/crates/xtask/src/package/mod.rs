//! Makes the packages that this system can make, tries the Debian one and the `AppImage` on bare systems, and says where they
//! are.
//!
//! Packages are made by Tauri's bundler, which comes with the window's packages and downloads nothing for these kinds. For an
//! `AppImage` it would download tools, so that is made by ourselves.

#[cfg(target_os = "linux")]
mod app_image;
#[cfg(target_os = "linux")]
mod app_image_trial;
mod bare_root;
mod extras;
mod screen;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bare_root::BareRoot;

use crate::error::{Error, Result};
use crate::shell::{aloud, cargo, quietly, say};
use crate::{system, ui};

/// A kind of package, in the bundler's words.
struct Kind {
    name: &'static str,
    ending: &'static str,
}

const DEB: Kind = Kind { name: "deb", ending: "deb" };

/// What each system can make.
const KINDS: &[Kind] = if cfg!(target_os = "macos") {
    &[Kind { name: "dmg", ending: "dmg" }]
} else if cfg!(windows) {
    &[Kind { name: "nsis", ending: "exe" }]
} else {
    &[DEB, Kind { name: "rpm", ending: "rpm" }]
};

/// A package of Debian is to be no larger.
const MOST_BYTES: u64 = 30 << 20;

/// Makes the packages, tries what can be tried, and says where they are.
pub(crate) fn run() -> Result<()> {
    crate::setup()?;
    system::ensure_package_tools()?;
    let build =
        ["build", "--release", "--quiet", "--locked", "--package", "cli", "--package", "lookalike-app"];
    aloud(&mut cargo(&build))?;
    extras::write()?;
    let output = crate::root().join("target/packages");
    empty(&output)?;
    let mut made = Vec::new();
    for kind in KINDS {
        made.push(make(kind, &output)?);
    }
    let deb = made.iter().find(|package| package.extension().is_some_and(|ending| ending == DEB.ending));
    if let Some(deb) = deb.cloned() {
        compress(&deb)?;
        check_size(&deb)?;
        let mirror = mirror();
        if let Some(mirror) = &mirror {
            trial::run(&BareRoot::new(mirror)?, &deb)?;
        }
        #[cfg(target_os = "linux")]
        made.push(make_app_image(&output, mirror.as_ref())?);
    }
    say("\nThe packages:");
    for package in &made {
        say(&format!("  {} ({:.1} MB)", package.display(), size(package)? as f64 / 1e6));
    }
    Ok(())
}

/// What bare systems are made from, on which packages are tried; none, with a word, where that is not possible.
fn mirror() -> Option<system::Mirror> {
    let Some(mirror) = system::mirror() else {
        say("The packages are not tried: this system has no Debian mirror to make a bare system from.");
        return None;
    };
    if !BareRoot::is_possible() {
        say("The packages are not tried: this system allows no mounts, which a bare system takes.");
        return None;
    }
    Some(mirror)
}

/// Makes an `AppImage` of what the Debian package has, and tries it.
#[cfg(target_os = "linux")]
fn make_app_image(output: &Path, mirror: Option<&system::Mirror>) -> Result<PathBuf> {
    let app_image = app_image::make(output)?;
    if let Some(mirror) = mirror {
        app_image_trial::run(&BareRoot::new(mirror)?, &app_image)?;
    }
    Ok(app_image)
}

/// Has the bundler make a package and puts it among the others.
fn make(kind: &Kind, output: &Path) -> Result<PathBuf> {
    let bundles = crate::root().join("target/release/bundle").join(kind.name);
    empty(&bundles)?;
    aloud(ui::tauri().args(["bundle", "--bundles", kind.name]))?;
    let is_made = |path: &PathBuf| path.extension().is_some_and(|ending| ending == kind.ending);
    let mut files = fs::read_dir(&bundles)
        .map_err(|source| Error::File { path: bundles.clone(), source })?
        .filter_map(|entry| Some(entry.ok()?.path()));
    let file = files.find(is_made).ok_or(Error::NoPackage { kind: kind.name })?;
    let place = output.join(file.file_name().unwrap_or_default());
    fs::copy(&file, &place).map_err(|source| Error::File { path: file, source })?;
    Ok(place)
}

/// Packs a package of Debian anew: the bundler's compression looks back too little to see that both programs have the same
/// models and much of the same code.
fn compress(deb: &Path) -> Result<()> {
    let content = crate::root().join("target/release/bundle/deb/content");
    empty(&content)?;
    quietly(Command::new("dpkg-deb").arg("--raw-extract").arg(deb).arg(&content))?;
    let best = ["--root-owner-group", "-Zxz", "-z9", "--build"];
    quietly(Command::new("dpkg-deb").args(best).arg(&content).arg(deb))
}

fn check_size(package: &Path) -> Result<()> {
    let bytes = size(package)?;
    if bytes <= MOST_BYTES {
        Ok(())
    } else {
        Err(Error::TooLarge { path: package.into(), bytes, most: MOST_BYTES })
    }
}

fn size(path: &Path) -> Result<u64> {
    fs::metadata(path)
        .map(|metadata| metadata.len())
        .map_err(|source| Error::File { path: path.into(), source })
}

/// Makes a directory that holds nothing.
fn empty(directory: &Path) -> Result<()> {
    let file_error = |source| Error::File { path: directory.into(), source };
    if directory.exists() {
        fs::remove_dir_all(directory).map_err(file_error)?;
    }
    fs::create_dir_all(directory).map_err(file_error)
}
