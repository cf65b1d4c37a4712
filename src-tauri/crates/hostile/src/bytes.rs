//! Small changes to files: a part replaced, a segment put in. The files they start from are imaging's fixtures.

use std::path::Path;

/// One of the small pictures that imaging's tests read.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../imaging/tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Where `part` begins.
pub(crate) fn position(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).position(|window| window == part).expect("the part is there")
}

/// Overwrites what follows the first `mark`, after `distance` bytes more.
pub(crate) fn overwrite_after(mut bytes: Vec<u8>, mark: &[u8], distance: usize, with: &[u8]) -> Vec<u8> {
    let at = position(&bytes, mark) + mark.len() + distance;
    bytes[at..at + with.len()].copy_from_slice(with);
    bytes
}

/// A JPEG with one more segment, the first of all.
pub(crate) fn jpeg_with_segment(jpeg: &[u8], marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, payload, &jpeg[2..]].concat()
}
