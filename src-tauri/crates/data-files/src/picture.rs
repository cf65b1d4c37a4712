//! Tells what looks like a photo. None of our files does: one under a name of ours is somebody's, and is put aside.
//!
//! Only how a file begins is looked at; whether it can be read as a picture is not known here.

use std::io::{self, Read};
use std::path::Path;

use crate::open;

/// Bytes that are looked at.
const HEAD: u64 = 16;

/// How pictures begin. TIFF and most camera RAW begin with the order of their bytes, twice.
const BEGINNINGS: &[&[u8]] = &[
    b"\xFF\xD8\xFF",
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    b"RIFF",
    b"BM",
    b"II",
    b"MM",
    b"\xFF\x0A",
    b"\0\0\0\x0CJXL ",
    b"FUJIFILM",
    b"FOVb",
    b"\0MRM",
    b"8BPS",
];

/// Where files in the ISO container (HEIC, AVIF, CR3, videos) say so.
const CONTAINER: (std::ops::Range<usize>, &[u8]) = (4..8, b"ftyp");

/// Whether there is a file at the path that looks like a photo.
pub fn holds_picture(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(is_picture(&head))
}

fn is_picture(head: &[u8]) -> bool {
    let (place, name) = CONTAINER;
    head.get(place) == Some(name) || BEGINNINGS.iter().any(|beginning| head.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_told_from_files_of_ours() {
        let photos: [&[u8]; 6] = [
            b"\xFF\xD8\xFF\xE1rest",
            b"II*\0",
            b"MM\0*",
            b"IIRO\x08\0",
            b"\0\0\0\x18ftypheic",
            b"RIFF....WEBP",
        ];
        assert!(photos.iter().all(|head| is_picture(head)));
        let ours: [&[u8]; 7] = [
            b"",
            b"SQLite format 3\0",
            b"\x37\x7F\x06\x82",
            b"\x18\xE2\x2D\0",
            b"\xD9\xD5\x05\xF9\x20\xA1\x63\xD7",
            b"{\"format\": 1",
            b"\x18\0\0\0TFL3",
        ];
        assert!(!ours.iter().any(|head| is_picture(head)));
    }
}
