//! A snapshot of a vector index made of arbitrary bytes, with a manifest that vouches for them.
//!
//! The hash is right, so that what comes after the check of it is reached too.

use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;
use vector_index::{TieredIndex, VectorIndex};

const FINGERPRINT: &str = "any";
const MOST_DIMENSIONS: usize = 16;

/// Loads a snapshot whose numbers and data are these bytes, and uses it if it loads.
///
/// The first eight bytes are the dimension, the vectors, those with links, the links, what a search keeps, and whether
/// the rest is data or a manifest.
pub(crate) fn load(bytes: &[u8]) {
    let Some((&[dimension, slots, linked, links, links_high, breadth, breadth_shift, kind], rest)) =
        bytes.split_first_chunk()
    else {
        return;
    };
    let directory = in_memory();
    let dimension = usize::from(dimension) % MOST_DIMENSIONS + 1;
    let (slots, linked) = (usize::from(slots), usize::from(linked));
    let links = usize::from(links) + (usize::from(links_high % 4) << 8);
    let breadth = u64::from(breadth) << (breadth_shift % 57);
    let mut data = rest.to_vec();
    data.resize(slots * (dimension + 9) + (linked + links) * 4, 1);
    let manifest = if kind % 8 == 7 {
        rest.to_vec()
    } else {
        let manifest = json!({
            "format": 1,
            "generation": 1,
            "fingerprint": FINGERPRINT,
            "dimension": dimension,
            "slots": slots,
            "linked_slots": linked,
            "links": links,
            "breadth": breadth,
            "bytes": data.len(),
            "blake3": blake3::hash(&data).to_hex().as_str(),
        });
        manifest.to_string().into_bytes()
    };
    fs::write(directory.path().join("index-1.bin"), &data).unwrap();
    fs::write(directory.path().join("manifest.json"), manifest).unwrap();
    if let Ok(index) = TieredIndex::load(directory.path(), dimension, FINGERPRINT) {
        exercise(&index, directory.path());
    }
}

/// A folder that waits for no disk, where the system has such a place.
fn in_memory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Whatever was loaded works like any index.
fn exercise(index: &TieredIndex, directory: &Path) {
    let vector = vec![1; index.dimension()];
    let found = index.search(&vector, 5, None).unwrap();
    assert!(found.len() <= index.len(), "more is found than there is");
    assert!(found.iter().all(|neighbor| index.contains(neighbor.id) && neighbor.similarity.is_finite()));
    index.insert(7, &vector).unwrap();
    assert!(index.contains(7));
    assert!(index.remove(7) && !index.contains(7));
    index.save(directory, FINGERPRINT).unwrap();
    let again = TieredIndex::load(directory, index.dimension(), FINGERPRINT).unwrap();
    assert_eq!(again.len(), index.len());
}

/// Small snapshots to begin from: with a graph, without one, empty, and a manifest alone.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    // Three vectors of two dimensions; ids, lives, vectors; each of two linked to the other.
    let ids = [1_i64, 2, -3].map(i64::to_le_bytes).concat();
    let vectors = [&ids[..], &[1, 1, 0], &[5, 6, 250, 7, 8, 9]].concat();
    let graph = [1_u32, 1, 1, 0].map(u32::to_le_bytes).concat();
    let manifest = br#"{"format":1,"generation":1,"fingerprint":"any","dimension":2,"slots":0,"linked_slots":0,"links":0,"breadth":64,"bytes":0,"blake3":"af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"}"#;
    vec![
        [&[1, 3, 2, 2, 0, 64, 0, 0], &vectors[..], &graph].concat(),
        [&[1, 3, 0, 0, 0, 64, 0, 0], &vectors[..]].concat(),
        vec![15, 0, 0, 0, 0, 255, 56, 0],
        [&[1, 0, 0, 0, 0, 64, 0, 7], &manifest[..]].concat(),
    ]
}
