//! Snapshots: what comes back, and that no damage to them is anything but an error.

use std::fs;
use std::path::{Path, PathBuf};

use crate::embeddings::{DIMENSION, build, built_index, ids, vectors};
use vector_index::{Error, TieredIndex, VectorId, VectorIndex};

const FINGERPRINT: &str = "lite0 v1";

fn load(directory: &Path) -> vector_index::Result<TieredIndex> {
    TieredIndex::load(directory, DIMENSION, FINGERPRINT)
}

/// A saved index with a graph, a tail and removed vectors.
fn saved(directory: &Path) -> TieredIndex {
    let vectors = vectors(400, 1);
    let index = built_index(&vectors[..350]);
    for (id, vector) in vectors.iter().enumerate().skip(350) {
        index.insert(id as VectorId, vector).unwrap();
    }
    for id in (0..400).step_by(7) {
        index.remove(id);
    }
    index.save(directory, FINGERPRINT).unwrap();
    index
}

fn data_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "bin")).collect()
}

#[test]
fn a_loaded_index_answers_like_the_saved_one_and_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let index = saved(directory.path());
    let loaded = load(directory.path()).unwrap().with_exact_limit(100);
    assert_eq!((loaded.len(), loaded.graph_len()), (index.len(), 350));
    for query in vectors(400, 1).iter().step_by(9) {
        let accept: Option<vector_index::Accept<'_>> = Some(&|id| id % 2 == 0);
        assert_eq!(loaded.search(query, 12, None).unwrap(), index.search(query, 12, None).unwrap());
        assert_eq!(loaded.search(query, 12, accept).unwrap(), index.search(query, 12, accept).unwrap());
    }
    loaded.remove(1);
    loaded.insert(1000, &[3; DIMENSION]).unwrap();
    loaded.adopt(build(loaded.snapshot_for_build())).unwrap();
    assert_eq!(loaded.graph_len(), index.len());
    assert_eq!(ids(&loaded, &[3; DIMENSION], 1), [1000]);
}

#[test]
fn an_empty_index_and_one_without_a_graph_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let index = TieredIndex::new(DIMENSION).unwrap();
    index.save(directory.path(), FINGERPRINT).unwrap();
    assert!(load(directory.path()).unwrap().is_empty());
    index.insert(-5, &[1; DIMENSION]).unwrap();
    index.save(directory.path(), FINGERPRINT).unwrap();
    assert_eq!(load(directory.path()).unwrap().ids(), [-5]);
    assert_eq!(data_files(directory.path()).len(), 1, "old generations stay on disk");
}

#[test]
fn an_index_for_other_vectors_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path());
    let other_model = TieredIndex::load(directory.path(), DIMENSION, "lite2 v1").unwrap_err();
    assert_eq!(other_model.code(), "snapshot_mismatch");
    assert_eq!(other_model.to_string(), "the index snapshot was made for fingerprint lite0 v1, not lite2 v1");
    let other_dimension = TieredIndex::load(directory.path(), DIMENSION + 1, FINGERPRINT);
    assert!(matches!(other_dimension, Err(Error::SnapshotMismatch { what: "dimension", .. })));
}

#[test]
fn a_missing_snapshot_is_told_from_a_damaged_one() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(load(directory.path()), Err(Error::SnapshotMissing { .. })));
    assert!(matches!(load(&directory.path().join("never made")), Err(Error::SnapshotMissing { .. })));
    saved(directory.path());
    fs::remove_file(&data_files(directory.path())[0]).unwrap();
    assert!(matches!(load(directory.path()), Err(Error::SnapshotIo { .. })));
}

#[test]
fn a_later_format_is_named() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path());
    let manifest = directory.path().join("manifest.json");
    let later = fs::read_to_string(&manifest).unwrap().replace("\"format\": 1", "\"format\": 2");
    fs::write(&manifest, later).unwrap();
    assert!(matches!(load(directory.path()), Err(Error::SnapshotFormat { found: 2, supported: 1, .. })));
}

#[test]
fn no_changed_byte_of_the_data_goes_unnoticed() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path());
    let path = data_files(directory.path()).remove(0);
    let good = fs::read(&path).unwrap();
    for position in (0..good.len()).step_by(101).chain([good.len() - 1]) {
        for flip in [0x01, 0x80, 0xFF] {
            let mut bad = good.clone();
            bad[position] ^= flip;
            fs::write(&path, bad).unwrap();
            let error = load(directory.path()).unwrap_err();
            assert!(matches!(error, Error::SnapshotDamaged { .. }), "byte {position}: {error}");
        }
    }
    for length in [0, 1, good.len() / 2, good.len() - 1] {
        fs::write(&path, &good[..length]).unwrap();
        assert!(matches!(load(directory.path()), Err(Error::SnapshotDamaged { .. })));
    }
    fs::write(&path, [good.as_slice(), &[0]].concat()).unwrap();
    assert!(matches!(load(directory.path()), Err(Error::SnapshotDamaged { .. })));
    fs::write(&path, good).unwrap();
    load(directory.path()).unwrap();
}

/// A manifest that was changed is refused, or says the same in other characters.
#[test]
fn no_changed_byte_of_the_manifest_changes_the_index() {
    let directory = tempfile::tempdir().unwrap();
    let index = saved(directory.path());
    let path = directory.path().join("manifest.json");
    let good = fs::read(&path).unwrap();
    let mut expected = index.ids();
    expected.sort_unstable();
    for position in 0..good.len() {
        for flip in [0x01, 0x02, 0x08, 0x20, 0x80] {
            let mut bad = good.clone();
            bad[position] ^= flip;
            fs::write(&path, bad).unwrap();
            if let Ok(loaded) = load(directory.path()) {
                let mut present = loaded.ids();
                present.sort_unstable();
                assert_eq!(present, expected, "byte {position}");
                assert_eq!(loaded.graph_len(), index.graph_len(), "byte {position}");
            }
        }
    }
    for length in 0..good.len() {
        fs::write(&path, &good[..length]).unwrap();
        load(directory.path()).unwrap_err();
    }
}

#[test]
fn a_crash_while_saving_leaves_the_former_snapshot() {
    let directory = tempfile::tempdir().unwrap();
    let index = saved(directory.path());
    // As a process leaves it that died in the middle of the next save: half the data and no manifest of its own.
    let data = fs::read(&data_files(directory.path())[0]).unwrap();
    fs::write(directory.path().join("index-2.bin"), &data[..data.len() / 2]).unwrap();
    fs::write(directory.path().join("manifest.json.new"), "{\"format\"").unwrap();
    assert_eq!(load(directory.path()).unwrap().len(), index.len());

    index.insert(9000, &[1; DIMENSION]).unwrap();
    index.save(directory.path(), FINGERPRINT).unwrap();
    assert!(load(directory.path()).unwrap().contains(9000));
    assert_eq!(data_files(directory.path()), [directory.path().join("index-3.bin")]);
}

#[test]
fn saving_where_it_cannot_be_done_says_where() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a file");
    fs::write(&file, "").unwrap();
    let index = TieredIndex::new(DIMENSION).unwrap();
    let error = index.save(&file.join("snapshot"), FINGERPRINT).unwrap_err();
    assert_eq!(error.code(), "snapshot_io");
    assert!(error.to_string().contains("a file"));
}

#[test]
fn a_file_in_the_way_is_moved_aside_and_kept() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("index");
    for (aside, text) in [("index.aside", "one"), ("index.aside.aside", "another")] {
        fs::write(&directory, text).unwrap();
        let index = saved(&directory);
        assert_eq!(load(&directory).unwrap().len(), index.len());
        assert_eq!(fs::read_to_string(root.path().join(aside)).unwrap(), text);
        fs::remove_dir_all(&directory).unwrap();
    }
}
