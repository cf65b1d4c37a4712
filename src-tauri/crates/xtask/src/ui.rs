//! The window's files: installs what `ui/` needs and builds it into `ui/dist`, which the shell takes in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::error::{Error, Result};
use crate::shell::{aloud, answers, in_one_piece, quietly, say};

/// Makes sure that `ui/dist` is that of the present sources.
pub(crate) fn ensure() -> Result<()> {
    if !answers(npm_program(), "--version") {
        return Err(Error::MissingTools("Node 20.19 or newer, with npm".to_owned()));
    }
    install()?;
    let built = modified(&root().join("dist/index.html"));
    if built < newest(&root())? {
        say("building the window");
        quietly(npm().args(["run", "build"]))?;
    }
    Ok(())
}

/// Lints and type checks the window's code.
pub(crate) fn lint() -> Result<()> {
    ["lint", "check"].into_iter().try_for_each(run)
}

/// Tests the window's code by itself.
pub(crate) fn test() -> Result<()> {
    run("test")
}

/// Runs those of its tests that what has changed since a commit concerns.
pub(crate) fn test_changed(since: &str) -> Result<()> {
    aloud(npm().args(["run", "--silent", "test", "--", "--changed", since, "--passWithNoTests"]))
}

/// What it prints is shown when it ends: others print meanwhile.
fn run(script: &str) -> Result<()> {
    in_one_piece(npm().args(["run", "--silent", script]))
}

/// Runs `npm ci` when the lock file is another than at its last run.
fn install() -> Result<()> {
    let lock = root().join("package-lock.json");
    let stamp = root().join("node_modules/.installed");
    let wanted = fs::read(&lock).map_err(|source| Error::File { path: lock, source })?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say("installing the window's packages");
    quietly(npm().arg("ci"))?;
    fs::write(&stamp, wanted).map_err(|source| Error::File { path: stamp, source })
}

/// When the newest of the sources was changed.
fn newest(directory: &Path) -> Result<SystemTime> {
    let file_error = |source| Error::File { path: directory.into(), source };
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(directory).map_err(file_error)? {
        let path = entry.map_err(file_error)?.path();
        let ours = !path.ends_with("node_modules") && !path.ends_with("dist");
        newest = newest.max(if !ours {
            SystemTime::UNIX_EPOCH
        } else if path.is_dir() {
            self::newest(&path)?
        } else {
            modified(&path)
        });
    }
    Ok(newest)
}

/// When a file was changed; long ago if it is not there.
fn modified(path: &Path) -> SystemTime {
    fs::metadata(path).and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Tauri's own command line, run where its settings are found.
pub(crate) fn tauri() -> Command {
    let program = root().join("node_modules/.bin").join(if cfg!(windows) { "tauri.cmd" } else { "tauri" });
    let mut command = Command::new(program);
    command.current_dir(crate::root().join("src-tauri"));
    command
}

fn npm() -> Command {
    let mut command = Command::new(npm_program());
    command.current_dir(root());
    command
}

/// On Windows npm is a script, which has to be named in full.
fn npm_program() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

fn root() -> PathBuf {
    crate::root().join("ui")
}
