//! What fuzzing begins from: files of the repository, and the files that mean harm.

use std::fs;
use std::path::Path;

use imaging::Format;

use crate::{exif, pictures};

/// Larger files teach nothing that smaller ones do not.
const MOST_BYTES: usize = 20_000;

/// All files of imaging's tests and all bad ones that are of this format.
pub(crate) fn pictures(format: Format) -> Vec<Vec<u8>> {
    let fixtures = files(&repository("src-tauri/crates/imaging/tests/fixtures"));
    let bad = pictures::all().into_iter().chain(pictures::halves()).map(|picture| picture.bytes);
    let is_wanted = |bytes: &Vec<u8>| bytes.len() <= MOST_BYTES && Format::of(bytes) == Some(format);
    fixtures.into_iter().chain(bad).filter(is_wanted).collect()
}

/// EXIF blocks: one as cameras write it, and those that mean harm.
pub(crate) fn exif() -> Vec<Vec<u8>> {
    let jpeg = fs::read(repository("src-tauri/crates/imaging/tests/fixtures/orientation-6.jpg")).unwrap();
    // Behind the marker of the first segment: its length, then the block.
    let start = crate::bytes::position(&jpeg, b"Exif\0\0");
    let length = usize::from(u16::from_be_bytes([jpeg[start - 2], jpeg[start - 1]])) - 2;
    let good = jpeg[start + 6..start + length].to_vec();
    let bad = exif::blocks().into_iter().map(|(_, block)| block);
    std::iter::once(good).chain(bad).filter(|block| block.len() <= MOST_BYTES).collect()
}

/// The tiny models of the embedder's tests.
pub(crate) fn models() -> Vec<Vec<u8>> {
    let mut models = files(&repository("src-tauri/crates/image-embedder/tests/golden"));
    models.retain(|bytes| bytes.get(4..8) == Some(b"TFL3"));
    models
}

/// Addresses as the window asks for them, and as others might.
pub(crate) fn addresses() -> Vec<Vec<u8>> {
    [
        "/thumb/7/3",
        "/preview%2F4294967295%2F1",
        "/foreign/12/preview",
        "/full/7/3",
        "/foreign/12/full",
        "/foreign/1/thumb",
        "/thumb/../../etc/passwd",
        "/thumb/%2e%2e%2f1/%00",
        "//localhost/thumb/1/1",
    ]
    .map(|address| address.as_bytes().to_vec())
    .to_vec()
}

/// The contents of all files of a folder, by name.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(path)
}
