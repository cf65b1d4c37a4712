//! Does what the arguments ask for: starts what is in the image, or tells of the image itself.
//!
//! What is started is `AppRun`, as in every `AppImage`; it knows the window from the command and what each needs.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::error::{Error, Result};
use crate::image::Image;
use crate::unpacked::{self, Unpacked};

/// What the first argument asks for.
#[derive(Debug, PartialEq)]
enum Wish {
    Start,
    /// Print where the image begins.
    Offset,
    /// Write all of it into a folder `squashfs-root`.
    Extract,
    /// Remove what was unpacked.
    Clean,
}

fn wish(first: Option<&OsStr>) -> Wish {
    match first.and_then(OsStr::to_str) {
        Some("--appimage-offset") => Wish::Offset,
        Some("--appimage-extract") => Wish::Extract,
        Some("--appimage-clean") => Wish::Clean,
        _ => Wish::Start,
    }
}

/// Does what the arguments say. Comes back only with a failure, or when nothing was to be started.
pub(crate) fn run() -> ExitCode {
    let mut arguments = env::args_os();
    let called = arguments.next().unwrap_or_default();
    let arguments: Vec<OsString> = arguments.collect();
    let wish = wish(arguments.first().map(OsString::as_os_str));
    let program = env::current_exe().map_err(Error::of(Path::new(&called)));
    match program.and_then(|program| grant(&wish, &program, &called, &arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if stderr is closed.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn grant(wish: &Wish, program: &Path, called: &OsStr, arguments: &[OsString]) -> Result<()> {
    let image = Image::behind(program)?;
    let cache = || unpacked::cache(|name| env::var_os(name).map(PathBuf::from));
    match wish {
        Wish::Offset => {
            let _ = writeln!(io::stdout(), "{}", image.offset());
            Ok(())
        }
        Wish::Extract => image.unpack(Path::new("squashfs-root")),
        Wish::Clean => {
            unpacked::remove_unused(&cache()?);
            Ok(())
        }
        Wish::Start => {
            let unpacked = Unpacked::of(&image, &cache()?)?;
            start(&unpacked, program, called, arguments)
        }
    }
}

/// Takes this program's place. The variables are those of every `AppImage`
/// (<https://docs.appimage.org/packaging-guide/environment-variables.html>).
fn start(unpacked: &Unpacked, program: &Path, called: &OsStr, arguments: &[OsString]) -> Result<()> {
    let started = unpacked.folder().join("AppRun");
    let mut command = Command::new(&started);
    command.args(arguments).env("APPIMAGE", program).env("APPDIR", unpacked.folder()).env("ARGV0", called);
    if let Ok(here) = env::current_dir() {
        command.env("OWD", here);
    }
    unpacked.keep_locked()?;
    Err(Error::of(&started)(command.exec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_argument_says_what_is_done() {
        assert_eq!(wish(Some(OsStr::new("--appimage-clean"))), Wish::Clean);
        assert_eq!(wish(Some(OsStr::new("photo.jpg"))), Wish::Start);
        assert_eq!(wish(None), Wish::Start);
    }
}
