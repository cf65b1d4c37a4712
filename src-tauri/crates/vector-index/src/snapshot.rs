//! An index on disk: one file of numbers, and a manifest that says what they are and what they must hash to.
//!
//! A save writes the numbers under a new name and then replaces the manifest in one step, so a crash at any moment
//! leaves the former snapshot or the new one. Nothing in the file is used before its length and hash are right, and
//! even then numbers that do not describe an index are an error.
//!
//! The file holds, in little-endian order and by slot: ids (i64), whether alive (u8), vectors (i8 each), then by
//! linked slot the number of links (u32), then all links (u32).

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use blake3::Hasher;
use data_files::Kind;
use serde::{Deserialize, Serialize};

use crate::graph::Graph;
use crate::quantize::check_dimension;
use crate::store::VectorStore;
use crate::tiered::State;
use crate::{Error, Result};

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const MANIFEST_DRAFT: &str = "manifest.json.new";
/// Bytes of a manifest: some ten numbers and two names, with room to spare.
const MOST_OF_MANIFEST: u64 = 64 << 10;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    generation: u64,
    fingerprint: String,
    dimension: usize,
    /// Vectors, dead ones included.
    slots: usize,
    linked_slots: usize,
    links: usize,
    /// How many candidates a search keeps.
    breadth: usize,
    bytes: u64,
    blake3: String,
}

/// Only the field that tells which other fields to expect.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

pub(crate) fn write(directory: &Path, fingerprint: &str, state: &State) -> Result<()> {
    let is_link = fs::symlink_metadata(directory).is_ok_and(|metadata| metadata.is_symlink());
    if is_link || Kind::of(directory).map_err(at(directory))?.instead_of_directory().is_some() {
        // Nothing of ours; it would keep every snapshot from being written, or have it written elsewhere.
        data_files::put_aside(directory).map_err(at(directory))?;
    }
    data_files::create_directory(directory).map_err(at(directory))?;
    let generation = free_generation(&generations(directory)?);
    let path = data_path(directory, generation);
    let (bytes, hash) = write_data(&path, state).map_err(|error| {
        // The likeliest reason is a full disk, which half a file would not help.
        let _ = data_files::discard(&path);
        at(&path)(error)
    })?;
    let manifest = Manifest {
        format: FORMAT,
        generation,
        fingerprint: fingerprint.to_owned(),
        dimension: state.store.dimension(),
        slots: state.store.slots() as usize,
        linked_slots: state.graph_len(),
        links: state.graph.as_ref().map_or(0, |graph| graph.all_links().len()),
        breadth: state.breadth,
        bytes,
        blake3: hash.to_hex().to_string(),
    };
    publish(directory, &manifest)?;
    // What cannot be removed now costs nothing but space, and the next save tries again.
    for old in generations(directory)?.into_iter().filter(|&other| other != generation) {
        let _ = data_files::discard(&data_path(directory, old));
    }
    Ok(())
}

/// Replaces the manifest in one step that survives a crash.
fn publish(directory: &Path, manifest: &Manifest) -> Result<()> {
    let (draft, path) = (directory.join(MANIFEST_DRAFT), directory.join(MANIFEST));
    let write = || {
        let mut file = data_files::create(&draft)?;
        serde_json::to_writer_pretty(&mut file, manifest)?;
        file.sync_all()
    };
    write().map_err(at(&draft))?;
    data_files::replace(&draft, &path).map_err(at(&path))?;
    sync_directory(directory).map_err(at(directory))
}

/// A rename is on disk when its directory is. Windows has no such call and needs none.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

fn write_data(path: &Path, state: &State) -> io::Result<(u64, blake3::Hash)> {
    let mut out = Hashed::new(BufWriter::new(data_files::create(path)?));
    for id in state.store.slot_ids() {
        out.put(&id.to_le_bytes())?;
    }
    for &is_live in state.store.slot_lives() {
        out.put(&[u8::from(is_live)])?;
    }
    let mut bytes = Vec::new();
    for block in state.store.slot_vectors() {
        bytes.clear();
        bytes.extend(block.iter().map(|&component| component as u8));
        out.put(&bytes)?;
    }
    if let Some(graph) = &state.graph {
        for degree in graph.degrees() {
            out.put(&degree.to_le_bytes())?;
        }
        for link in graph.all_links() {
            out.put(&link.to_le_bytes())?;
        }
    }
    let file = out.inner.into_inner()?;
    file.sync_all()?;
    Ok((file.metadata()?.len(), out.hasher.finalize()))
}

pub(crate) fn read(directory: &Path, dimension: usize, fingerprint: &str) -> Result<State> {
    let manifest = read_manifest(directory)?;
    if manifest.fingerprint != fingerprint {
        return Err(mismatch("fingerprint", &fingerprint, &manifest.fingerprint));
    }
    if manifest.dimension != dimension {
        return Err(mismatch("dimension", &dimension, &manifest.dimension));
    }
    check_dimension(dimension)?;
    let path = data_path(directory, manifest.generation);
    let file = data_files::open(&path).map_err(at(&path))?;
    let length = file.metadata().map_err(at(&path))?.len();
    if length != manifest.bytes || manifest.expected_bytes() != Some(length) {
        return Err(damaged(&path, "its length is not the one in the manifest"));
    }
    read_data(&path, file, &manifest)
}

fn read_manifest(directory: &Path) -> Result<Manifest> {
    let path = directory.join(MANIFEST);
    let text = data_files::read(&path, MOST_OF_MANIFEST).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::SnapshotMissing { directory: directory.to_path_buf() },
        _ => at(&path)(error),
    })?;
    let unreadable = |error: serde_json::Error| damaged(&path, &error);
    let Format { format } = serde_json::from_slice(&text).map_err(unreadable)?;
    if format != FORMAT {
        return Err(Error::SnapshotFormat { path, found: format, supported: FORMAT });
    }
    serde_json::from_slice(&text).map_err(unreadable)
}

fn read_data(path: &Path, file: File, manifest: &Manifest) -> Result<State> {
    let mut input = Hashed::new(BufReader::new(file));
    let mut take = |bytes: usize| input.take(bytes).map_err(at(path));
    let ids = take(manifest.slots * 8)?;
    let lives = take(manifest.slots)?;
    let mut store = VectorStore::new(manifest.dimension)?;
    for (id, life) in ids.as_chunks().0.iter().zip(lives) {
        let vector: Vec<i8> = take(manifest.dimension)?.into_iter().map(|byte| byte as i8).collect();
        store.append(i64::from_le_bytes(*id), life != 0, &vector).map_err(|error| damaged(path, &error))?;
    }
    let mut take_numbers = |count: usize| -> Result<Vec<u32>> {
        let bytes = take(count * 4)?;
        Ok(bytes.as_chunks().0.iter().map(|number| u32::from_le_bytes(*number)).collect())
    };
    let (degrees, links) = (take_numbers(manifest.linked_slots)?, take_numbers(manifest.links)?);
    if input.hasher.finalize().to_hex().as_str() != manifest.blake3 {
        return Err(damaged(path, "its hash is not the one in the manifest"));
    }
    let graph = Graph::from_parts(&degrees, links).map_err(|reason| damaged(path, reason))?;
    let graph = (graph.len() > 0).then_some(graph);
    Ok(State::new(store, graph, manifest.breadth))
}

impl Manifest {
    /// The length of the file that this manifest describes, if there can be one.
    fn expected_bytes(&self) -> Option<u64> {
        if self.linked_slots > self.slots {
            return None;
        }
        let per_slot = self.dimension.checked_add(9)?;
        let slots = self.slots.checked_mul(per_slot)?;
        let graph = self.linked_slots.checked_add(self.links)?.checked_mul(4)?;
        u64::try_from(slots.checked_add(graph)?).ok()
    }
}

/// A file that is hashed as it is read or written.
struct Hashed<F> {
    inner: F,
    hasher: Hasher,
}

impl<F> Hashed<F> {
    fn new(inner: F) -> Self {
        Self { inner, hasher: Hasher::new() }
    }
}

impl<F: Write> Hashed<F> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.inner.write_all(bytes)
    }
}

impl<F: Read> Hashed<F> {
    fn take(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.inner.read_exact(&mut bytes)?;
        self.hasher.update(&bytes);
        Ok(bytes)
    }
}

fn data_path(directory: &Path, generation: u64) -> PathBuf {
    directory.join(format!("index-{generation}.bin"))
}

/// The generation after the newest; any that is free where a damaged name leaves none after it.
fn free_generation(known: &[u64]) -> u64 {
    let next = known.iter().max().map_or(Some(1), |newest| newest.checked_add(1));
    next.or_else(|| (1..=u64::MAX).find(|number| !known.contains(number))).unwrap_or(1)
}

/// The generations of which there are files, whole or not.
fn generations(directory: &Path) -> Result<Vec<u64>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        let name = entry.map_err(at(directory))?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("index-")?.strip_suffix(".bin"));
        found.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    Ok(found)
}

fn at(path: &Path) -> impl Fn(io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| Error::SnapshotIo { path: path.clone(), source }
}

fn damaged(path: &Path, reason: &(impl ToString + ?Sized)) -> Error {
    Error::SnapshotDamaged { path: path.to_path_buf(), reason: reason.to_string() }
}

fn mismatch(what: &'static str, expected: &impl ToString, found: &impl ToString) -> Error {
    Error::SnapshotMismatch { what, expected: expected.to_string(), found: found.to_string() }
}
