//! Looks at the numbers at the beginning of a database file that are the same in every file of ours.
//!
//! SQLite believes some of them whatever they say: with one bit of another value it would only read, see letters of another
//! encoding, or write over pages that it takes for its own. Numbers that may change are for SQLite to check.

use std::io::Read;
use std::ops::Range;
use std::path::Path;

use crate::{CatalogError, Result};

/// See <https://sqlite.org/fileformat2.html#the_database_header>.
const LENGTH: usize = 100;

/// Where a number is, what it may be, and what is wrong otherwise.
type Fixed = (Range<usize>, &'static [&'static [u8]], &'static str);

const FIXED: &[Fixed] = &[
    (0..16, &[b"SQLite format 3\0"], "it does not begin as a database does"),
    (16..18, &[&[0x10, 0]], "its pages have another size"),
    // A rollback journal, or a write-ahead log.
    (18..20, &[&[1, 1], &[2, 2]], "it is of an unknown kind"),
    (20..21, &[&[0]], "its pages keep room for something else"),
    (21..24, &[&[64, 32, 32]], "its pages are divided in another way"),
    // Zeros before the first table is made.
    (44..48, &[&[0, 0, 0, 4], &[0; 4]], "its tables are of an unknown kind"),
    (52..56, &[&[0; 4]], "it keeps lists of pages that we do not keep"),
    (56..60, &[&[0, 0, 0, 1], &[0; 4]], "its texts have another encoding"),
    (64..68, &[&[0; 4]], "it keeps lists of pages that we do not keep"),
];

/// Refuses a file in which one of these numbers is another, or that ends before them. One that is empty, or not there, is
/// for others to judge.
pub(crate) fn check(path: &Path) -> Result<()> {
    let mut header = Vec::with_capacity(LENGTH);
    let read = data_files::open(path).and_then(|file| file.take(LENGTH as u64).read_to_end(&mut header));
    if read.is_err() || header.is_empty() {
        // SQLite tells why.
        return Ok(());
    }
    let reason = if header.len() < LENGTH {
        // SQLite would take it for a new one, and write over it.
        Some("it is shorter than a database can be")
    } else {
        let wrong = FIXED.iter().find(|(range, values, _)| !values.contains(&&header[range.clone()]));
        wrong.map(|(_, _, reason)| *reason)
    };
    match reason {
        Some(reason) => Err(CatalogError::Malformed { path: path.into(), reason }),
        None => Ok(()),
    }
}
