//! What a package has beside programs: completions for shells and manual pages, which the command itself writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::shell::{answer, quietly};

/// Shells and where each looks for completions of `lookalike`, under `/usr/share`.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "bash-completion/completions/lookalike"),
    ("zsh", "zsh/vendor-completions/_lookalike"),
    ("fish", "fish/vendor_completions.d/lookalike.fish"),
];

/// Writes them into `target/release/share`, where the bundler's settings have them from.
pub(crate) fn write() -> Result<()> {
    let share = crate::root().join("target/release/share");
    super::empty(&share)?;
    let lookalike =
        crate::root().join("target/release/lookalike").with_extension(std::env::consts::EXE_EXTENSION);
    for (shell, place) in COMPLETIONS {
        let script = answer(Command::new(&lookalike).args(["completions", shell]))?;
        write_file(&share.join(place), &script)?;
    }
    let pages = share.join("man/man1");
    for page in answer(Command::new(&lookalike).arg("manual"))?.lines() {
        let text = answer(Command::new(&lookalike).args(["manual", page]))?;
        write_file(&pages.join(page), &text)?;
    }
    if cfg!(unix) { compress(&pages) } else { Ok(()) }
}

/// Compresses manual pages as Debian wants them.
fn compress(pages: &Path) -> Result<()> {
    let file_error = |source| Error::File { path: pages.into(), source };
    let entries = fs::read_dir(pages).map_err(file_error)?;
    let files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    quietly(Command::new("gzip").args(["--best", "--no-name"]).args(files))
}

fn write_file(path: &Path, text: &str) -> Result<()> {
    let file_error = |source| Error::File { path: path.into(), source };
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(file_error)?;
    fs::write(path, text).map_err(file_error)
}
