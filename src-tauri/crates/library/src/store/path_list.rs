//! Paths for another program to read: one a line, or each ended by a NUL. On Unix they are the very bytes of the names.
//!
//! What cannot be written so that it reads back as the same path is refused, never changed: a name with a line break would
//! be two lines, and one of them may be the path of another file. A line break is whatever any program takes for one.

use std::path::{Path, PathBuf};

/// What ends each path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// A line break; names that hold one of any kind are refused.
    Line,
    /// A NUL, which no name holds.
    Nul,
}

/// Paths, written one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathList {
    /// Each with what ends it.
    pub bytes: Vec<u8>,
    /// How many are written.
    pub count: u64,
    /// Those that are not, as they would read back as something else.
    pub refused: Vec<PathBuf>,
}

impl PathList {
    /// Writes paths.
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a Path>, separator: Separator) -> Self {
        let mut list = Self::default();
        for path in paths {
            match written(path, separator) {
                Some(bytes) => {
                    list.bytes.extend(bytes);
                    list.bytes.push(if separator == Separator::Nul { 0 } else { b'\n' });
                    list.count += 1;
                }
                None => list.refused.push(path.into()),
            }
        }
        list
    }

    /// The same as text, one path a line, where only text goes, as on a clipboard: names that are none are refused as well,
    /// and those with control characters, which do things in a terminal that they are pasted into.
    pub fn text<'a>(paths: impl IntoIterator<Item = &'a Path>) -> (String, Vec<PathBuf>) {
        let (mut lines, mut refused) = (Vec::new(), Vec::new());
        for path in paths {
            match path.to_str().filter(|text| !text.contains(breaks_text)) {
                Some(text) => lines.push(text),
                None => refused.push(path.into()),
            }
        }
        (lines.join("\n"), refused)
    }
}

/// What some program takes for the end of a line: Unicode has seven (UAX 14), and Python ends lines at separators of
/// records, too.
pub(crate) fn ends_line(letter: char) -> bool {
    matches!(letter, '\n'..='\r' | '\u{1C}'..='\u{1E}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What some program takes for the end of a line of text, or for a command.
fn breaks_text(letter: char) -> bool {
    letter.is_control() || ends_line(letter)
}

#[cfg(unix)]
fn written(path: &Path, separator: Separator) -> Option<&[u8]> {
    let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str());
    // In a name that is no Unicode, whoever reads it in an encoding of one byte a letter takes this byte for a line's end.
    let breaks = separator == Separator::Line
        && bytes
            .utf8_chunks()
            .any(|chunk| chunk.valid().contains(ends_line) || chunk.invalid().contains(&NEXT_LINE));
    (!breaks).then_some(bytes)
}

/// "Next line" where letters are bytes (ISO 8859).
#[cfg(unix)]
const NEXT_LINE: u8 = 0x85;

/// Names that are no Unicode cannot be written as UTF-8, which programs expect.
#[cfg(not(unix))]
fn written(path: &Path, separator: Separator) -> Option<&[u8]> {
    let text = path.to_str()?;
    let breaks = separator == Separator::Line && text.contains(ends_line);
    (!breaks).then_some(text.as_bytes())
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn names_read_back_as_they_are_or_are_refused() {
        let paths: Vec<&Path> = [&b"/a b.jpg"[..], b"/caf\xe9.jpg", b"/one\ntwo.jpg", b"/three\rfour.jpg"]
            .iter()
            .map(|bytes| Path::new(OsStr::from_bytes(bytes)))
            .collect();
        let lines = PathList::new(paths.iter().copied(), Separator::Line);
        assert_eq!(lines.bytes, b"/a b.jpg\n/caf\xe9.jpg\n");
        assert_eq!((lines.count, lines.refused), (2, vec![paths[2].into(), paths[3].into()]));
        let nul = PathList::new(paths.iter().copied(), Separator::Nul);
        assert_eq!(nul.bytes, b"/a b.jpg\0/caf\xe9.jpg\0/one\ntwo.jpg\0/three\rfour.jpg\0");
        assert!(nul.refused.is_empty());
        let (text, refused) = PathList::text(paths.iter().copied());
        assert_eq!((text.as_str(), refused.len()), ("/a b.jpg", 3));
    }

    #[test]
    fn whatever_a_program_takes_for_the_end_of_a_line_is_refused_in_lines() {
        let ends: [&[u8]; 12] = [
            b"\n",
            b"\r",
            b"\x0B",
            b"\x0C",
            b"\x1C",
            b"\x1D",
            b"\x1E",
            b"\xC2\x85",
            b"\xE2\x80\xA8",
            b"\xE2\x80\xA9",
            b"\x85",
            b"\xFF\x85",
        ];
        for end in ends {
            let name = [b"/a", end, b"/etc/passwd.jpg"].concat();
            let path = Path::new(OsStr::from_bytes(&name));
            let lines = PathList::new([path], Separator::Line);
            assert_eq!((lines.bytes.len(), lines.refused.len()), (0, 1), "{end:?}");
            assert_eq!(PathList::new([path], Separator::Nul).count, 1, "{end:?}");
        }
        // Letters of which one byte is the same.
        let kept = "/photos/\u{C5}\u{2026}\u{5185}.jpg";
        assert_eq!(PathList::new([Path::new(kept)], Separator::Line).count, 1);
    }

    #[test]
    fn only_names_that_are_one_line_of_text_are_copied_as_text() {
        let kept = Path::new("/photos/Größe 1.jpg");
        for bad in ["/a\n/etc/passwd", "/a\r.jpg", "/a\u{2028}b.jpg", "/a\u{85}b", "/a\u{1B}[2J", "/a\0b"] {
            let (text, refused) = PathList::text([Path::new(bad), kept]);
            assert_eq!((text.as_str(), refused), ("/photos/Größe 1.jpg", vec![bad.into()]), "{bad:?}");
        }
    }
}
