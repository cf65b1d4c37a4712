//! Looks into SQLite's write-ahead log for what SQLite does not tell: which pages it has.
//!
//! Read as the format says (<https://sqlite.org/fileformat2.html#the_write_ahead_log>), without the checksums; whether a
//! log is whole is for SQLite to find out.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::database::PAGE;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// Where both headers have the two numbers that frames of this log, and not of an earlier one, share with it.
const SALT_OF_LOG: std::ops::Range<usize> = 16..24;
const SALT_OF_FRAME: std::ops::Range<usize> = 8..16;

/// Whether the log has the page with this number, from 1.
pub(crate) fn has_page(log: &Path, number: u64) -> bool {
    // One that cannot be read has nothing.
    File::open(log).is_ok_and(|file| find(BufReader::new(file), number).unwrap_or_default())
}

fn find(mut log: impl Read, number: u64) -> io::Result<bool> {
    let (mut header, mut frame) = ([0; HEADER], [0; FRAME_HEADER + PAGE as usize]);
    log.read_exact(&mut header)?;
    loop {
        log.read_exact(&mut frame)?;
        if frame[SALT_OF_FRAME] != header[SALT_OF_LOG] {
            return Ok(false);
        }
        if frame.starts_with(&(number as u32).to_be_bytes()) {
            return Ok(true);
        }
    }
}
