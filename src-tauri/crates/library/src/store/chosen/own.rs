//! Tells files that Lookalike wrote at a place of the person's choosing by what is in them. Nothing else is replaced.
//!
//! A page begins as only our pages do, a table with its headings, and a list holds nothing but whole paths, each with what
//! ends it. No picture begins like any of these. An empty file is a list of nothing. Names and numbers of files are not
//! asked: a photo has many, behind links, on drives that are mounted elsewhere by now and in layers of file systems.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;

use imaging::Format;

/// What a page begins with. By this it is known as ours, and may be replaced by another.
pub const PAGE_BEGINNING: &str =
    "<!doctype html><html lang=en><meta charset=utf-8><title>Lookalike contact sheet</title>";

/// What a table begins with. By this it is known as ours, and may be replaced by another.
pub(crate) const HEADINGS: &str = "group,suggestion,reason,decision,kind,width,height,bytes,path\n";

/// Bytes by which pages, tables and pictures are told.
const BEGINNING: u64 = 4 << 10;
/// Bytes of a path, of which no system takes as many.
const LONGEST_PATH: u64 = 128 << 10;

/// What a file is that is none of ours, in words; nothing for one that is.
pub(super) fn instead_of_ours(file: &mut File) -> io::Result<Option<&'static str>> {
    let mut beginning = Vec::new();
    file.take(BEGINNING).read_to_end(&mut beginning)?;
    if Format::of(&beginning).is_some() {
        return Ok(Some("a picture"));
    }
    let is_marked = [PAGE_BEGINNING, HEADINGS].iter().any(|mark| beginning.starts_with(mark.as_bytes()));
    if is_marked || beginning.is_empty() {
        return Ok(None);
    }
    for end in [b'\n', 0] {
        file.rewind()?;
        if holds_paths(&mut BufReader::new(&*file), end)? {
            return Ok(None);
        }
    }
    Ok(Some("a file that Lookalike did not write"))
}

/// Whether all of a file are whole paths, each with this behind it.
fn holds_paths(file: &mut impl BufRead, end: u8) -> io::Result<bool> {
    let mut part = Vec::new();
    loop {
        part.clear();
        if file.take(LONGEST_PATH).read_until(end, &mut part)? == 0 {
            return Ok(true);
        }
        if part.pop() != Some(end) || part.contains(&0) || !is_whole_path(&part) {
            return Ok(false);
        }
    }
}

#[cfg(unix)]
fn is_whole_path(bytes: &[u8]) -> bool {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(bytes)).is_absolute()
}

#[cfg(not(unix))]
fn is_whole_path(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|path| Path::new(path).is_absolute())
}

#[cfg(unix)]
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests change what they like")]
mod tests {
    use std::fs;

    use super::*;

    fn is_ours(bytes: &[u8]) -> bool {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("file");
        fs::write(&path, bytes).unwrap();
        instead_of_ours(&mut File::open(path).unwrap()).unwrap().is_none()
    }

    #[test]
    fn what_we_write_is_ours_and_nothing_else() {
        let page = format!("{PAGE_BEGINNING}<style></style>");
        let table = format!("{HEADINGS}1,keep,older,,copy,4,3,9,/a.jpg\n");
        for ours in
            [page.as_bytes(), table.as_bytes(), b"", b"/a.jpg\n", b"/a.jpg\n/b c.jpg\n", b"/a\nb\0/c\0"]
        {
            assert!(is_ours(ours), "{}", String::from_utf8_lossy(ours));
        }
        let jpeg = [b"\xFF\xD8\xFF\xE0", page.as_bytes()].concat();
        let others: [&[u8]; 9] = [
            &jpeg,
            b"\x89PNG\r\n\x1a\n",
            b"<!doctype html><html lang=en><title>Lookalike contact sheet</title>",
            b"<html><body>mine</body></html>",
            b"group,member\n1,2\n",
            b"/a.jpg\nnotes\n",
            b"/a.jpg\n\n/b.jpg\n",
            b"/a.jpg\n/b.jpg",
            &[0; 9_000],
        ];
        for other in others {
            assert!(!is_ours(other), "{}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn a_line_without_end_is_not_read_to_its_end() {
        let mut endless = BufReader::new(io::repeat(b'/'));
        assert!(!holds_paths(&mut endless, b'\n').unwrap());
    }
}
