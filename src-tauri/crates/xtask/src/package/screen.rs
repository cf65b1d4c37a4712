//! A screen that is none, on which a window is looked for.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::shell::start_error;

/// A window that has not come by now will not come.
const PATIENCE: Duration = Duration::from_mins(1);

/// Photos have thousands of colours; a window without has a few dozen.
const COLOURS_OF_PHOTOS: usize = 2_000;

pub(super) struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    pub(super) fn new() -> Result<Self> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().map_err(|source| start_error(&command, source))?;
        let mut number = String::new();
        if let Some(output) = server.stdout.take() {
            // Without a number no window is found, which is told then.
            let _ = BufReader::new(output).read_line(&mut number);
        }
        Ok(Self { server, display: format!(":{}", number.trim()) })
    }

    /// The variable that leads programs here.
    pub(super) fn variable(&self) -> String {
        format!("DISPLAY={}", self.display)
    }

    /// Waits until a window with this title shows photos.
    pub(super) fn shows_photos(&self, title: &'static str) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if self.has_window(title) && self.colours() > COLOURS_OF_PHOTOS {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(250));
        }
        Err(Error::NoWindow { title })
    }

    fn has_window(&self, title: &str) -> bool {
        let mut search = Command::new("xdotool");
        search.args(["search", "--onlyvisible", "--name", title]).env("DISPLAY", &self.display);
        search.output().is_ok_and(|output| !output.stdout.is_empty())
    }

    /// How many colours are on the screen.
    fn colours(&self) -> usize {
        let picture = Command::new("xwd").args(["-root", "-silent", "-display", &self.display]).output();
        picture.map_or(0, |output| colours(&output.stdout))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// How many colours are in a picture of X's: a header that says how long it is, a table of colours, and pixels of four
/// bytes. The table's few do not matter.
fn colours(picture: &[u8]) -> usize {
    let header = picture.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes) as usize);
    let pixels = picture.get(header..).unwrap_or_default();
    pixels.chunks_exact(4).collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_counted_behind_the_header() {
        let header = [0, 0, 0, 8, 9, 9, 9, 9];
        let pixels = [[1, 2, 3, 0], [1, 2, 3, 0], [4, 5, 6, 0]].concat();
        assert_eq!(colours(&[&header[..], &pixels].concat()), 2);
        assert_eq!(colours(b""), 0);
        assert_eq!(colours(&[0, 0, 1, 0]), 0);
    }
}
