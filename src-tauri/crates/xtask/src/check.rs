//! The inner loop: format, types and lints of both languages, and the tests of what changed.
//!
//! What changed is everything since the branch left the main one, committed or not. Tested are the changed packages, and
//! the code of those that build on them. The tests of the window and of the command are left to `cargo xtask test`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::shell::{aloud, answer, cargo, cargo_at_once, say};
use crate::{rooms, suite, test, ui};

/// Where the window's code is.
const UI: &str = "ui";
/// What changes here changes every package.
const COMMON: [&str; 3] = ["Cargo.toml", "Cargo.lock", ".cargo"];
/// What these packages have beside the tests in their code is end to end.
const END_TO_END: [&str; 2] = ["cli", "lookalike-app"];

/// A package of the workspace.
#[derive(Debug)]
struct Package {
    name: String,
    /// Within the repository.
    directory: PathBuf,
    /// Names of the packages it is built on, also those only its tests are.
    needs: BTreeSet<String>,
    /// Its programs that have tests in their code.
    binaries: Vec<String>,
    /// Its programs of tests.
    tests: Vec<String>,
}

/// Checks everything and tests what changed.
pub(crate) fn run() -> Result<()> {
    crate::setup()?;
    test::ensure_linters()?;
    test::check_format()?;
    let base = base()?;
    let changed = changed_files(&base)?;
    // Neither of them keeps two cores busy.
    let (window, packages) = thread::scope(|threads| {
        let window = threads.spawn(|| check_window(&base, &changed));
        let packages = check_packages(&changed);
        (window.join(), packages)
    });
    window.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    packages
}

/// The window's code, where it has changed.
fn check_window(base: &str, changed: &BTreeSet<PathBuf>) -> Result<()> {
    if changed.iter().any(|file| file.starts_with(UI)) {
        ui::lint()?;
        ui::test_changed(base)?;
    }
    Ok(())
}

fn check_packages(changed: &BTreeSet<PathBuf>) -> Result<()> {
    rooms::check()?;
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    aloud(&mut cargo_at_once(&clippy))?;
    let packages = packages()?;
    let changed = changed_packages(&packages, changed);
    if changed.is_empty() {
        say("no package has changed: there is nothing to test");
        return Ok(());
    }
    let concerned = with_dependants(&packages, changed.clone());
    let tests = packages
        .iter()
        .filter(|package| changed.contains(&package.name) && !END_TO_END.contains(&package.name.as_str()))
        .flat_map(|package| &package.tests);
    // All packages are named, as their dependencies would be built with other features otherwise.
    let mut selection = vec!["--workspace", "--lib"];
    let binaries = packages.iter().flat_map(|package| &package.binaries);
    selection.extend(binaries.flat_map(|binary| ["--bin", binary]));
    selection.extend(tests.flat_map(|test| ["--test", test]));
    suite::run(&selection, |package| concerned.contains(package))
}

/// Where the branch left the main one.
fn base() -> Result<String> {
    let base =
        ["origin/main", "main", "HEAD"].iter().find_map(|main| git(&["merge-base", "HEAD", main]).ok());
    base.map(|base| base.trim().to_owned()).ok_or(Error::NoHistory)
}

/// The files that are not as they were at a commit, within the repository.
fn changed_files(base: &str) -> Result<BTreeSet<PathBuf>> {
    let mut files = git(&["diff", "--name-only", "-z", base, "--"])?;
    files.push_str(&git(&["ls-files", "--others", "--exclude-standard", "-z"])?);
    Ok(files.split_terminator('\0').map(PathBuf::from).collect())
}

fn git(arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("git");
    answer(command.args(arguments).current_dir(crate::root()))
}

/// The packages of the workspace, as cargo tells.
fn packages() -> Result<Vec<Package>> {
    let text = answer(&mut cargo(&["metadata", "--no-deps", "--locked", "--format-version", "1"]))?;
    let told: Value = serde_json::from_str(&text).map_err(|source| Error::Json { text, source })?;
    Ok(array(&told["packages"]).iter().map(package).collect())
}

fn package(told: &Value) -> Package {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let directory = PathBuf::from(text(&told["manifest_path"])).parent().map(Path::to_owned);
    let directory = directory.unwrap_or_default();
    let targets = |kind: &str| {
        let tested = |target: &&Value| target["kind"][0] == kind && target["test"] == true;
        array(&told["targets"]).iter().filter(tested).map(|target| text(&target["name"])).collect()
    };
    Package {
        name: text(&told["name"]),
        directory: directory.strip_prefix(crate::root()).map(Path::to_owned).unwrap_or(directory),
        needs: array(&told["dependencies"]).iter().map(|need| text(&need["name"])).collect(),
        binaries: targets("bin"),
        tests: targets("test"),
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The packages that have one of these files. A file is of the package in whose directory it is, the innermost one.
fn changed_packages(packages: &[Package], files: &BTreeSet<PathBuf>) -> BTreeSet<String> {
    if files.iter().any(|file| COMMON.iter().any(|common| file.starts_with(common))) {
        return packages.iter().map(|package| package.name.clone()).collect();
    }
    let owner = |file: &PathBuf| {
        let holders = packages.iter().filter(|package| file.starts_with(&package.directory));
        holders.max_by_key(|package| package.directory.components().count())
    };
    files.iter().filter_map(owner).map(|package| package.name.clone()).collect()
}

/// These packages and all that are built on them.
fn with_dependants(packages: &[Package], mut names: BTreeSet<String>) -> BTreeSet<String> {
    loop {
        let more: Vec<&Package> = packages
            .iter()
            .filter(|package| !names.contains(&package.name) && !package.needs.is_disjoint(&names))
            .collect();
        if more.is_empty() {
            return names;
        }
        names.extend(more.into_iter().map(|package| package.name.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Vec<Package> {
        let package = |name: &str, directory: &str, needs: &[&str]| Package {
            name: name.to_owned(),
            directory: directory.into(),
            needs: needs.iter().map(|&need| need.to_owned()).collect(),
            binaries: Vec::new(),
            tests: Vec::new(),
        };
        vec![
            package("app", "src-tauri", &["library", "tauri"]),
            package("imaging", "src-tauri/crates/imaging", &["image"]),
            package("catalog", "src-tauri/crates/catalog", &[]),
            package("library", "src-tauri/crates/library", &["imaging", "catalog"]),
        ]
    }

    fn changed(files: &[&str]) -> Vec<String> {
        let files = files.iter().map(PathBuf::from).collect();
        changed_packages(&workspace(), &files).into_iter().collect()
    }

    #[test]
    fn a_file_is_of_the_innermost_package_around_it() {
        assert_eq!(changed(&["src-tauri/crates/imaging/src/heif.rs"]), ["imaging"]);
        assert_eq!(changed(&["src-tauri/src/app.rs", "src-tauri/crates/catalog/a.sql"]), ["app", "catalog"]);
        assert_eq!(changed(&["README.md", "ui/src/App.svelte"]), Vec::<String>::new());
    }

    #[test]
    fn what_is_common_to_all_packages_changes_all() {
        for common in ["Cargo.lock", ".cargo/config.toml"] {
            assert_eq!(changed(&[common]).len(), 4, "{common}");
        }
    }

    #[test]
    fn what_is_built_on_a_package_is_tested_with_it() {
        let concerned = |name: &str| -> Vec<String> {
            with_dependants(&workspace(), BTreeSet::from([name.to_owned()])).into_iter().collect()
        };
        assert_eq!(concerned("imaging"), ["app", "imaging", "library"]);
        assert_eq!(concerned("app"), ["app"]);
    }
}
