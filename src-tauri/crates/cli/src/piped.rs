//! Images that come through a pipe: `-` for standard input, and what a shell makes of `<(program)`.
//!
//! A pipe can be read once, so all examples that name standard input share what it gave.

use std::fs::File;
use std::io;
use std::path::Path;

use library::{Example, LibraryError, Source};

/// The examples, where those that name a pipe have what it gave.
pub(crate) fn read(mut examples: Vec<Example>) -> Result<Vec<Example>, LibraryError> {
    let mut standard_input: Option<Source> = None;
    for example in &mut examples {
        let Source::Path(path) = &example.source else { continue };
        if path.as_os_str() == "-" {
            let source = match &standard_input {
                Some(source) => source.clone(),
                None => Source::from_pipe(&mut io::stdin().lock())?,
            };
            example.source = standard_input.insert(source).clone();
        } else if is_pipe(path)
            && let Ok(mut pipe) = File::open(path)
        {
            example.source = Source::from_pipe(&mut pipe)?;
        }
    }
    Ok(examples)
}

/// Whether a path is a pipe that a shell handed over. One that lies in a folder is no photo, and is never opened: nobody may
/// ever write to it.
#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let is_handed_over = path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd");
    is_handed_over && path.metadata().is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}
