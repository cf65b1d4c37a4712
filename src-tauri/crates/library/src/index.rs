//! Keeps the vector index in step with the catalog: loads its snapshot, mends what differs, builds its graph.
//!
//! SQLite is the truth. A snapshot that is missing, damaged or of another model costs a reload from the
//! catalog, and searches are exact until a graph is built again.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use catalog::{Catalog, embedding};
use vector_index::{RECALL_GOAL, TieredIndex, VectorIndex};

use crate::control::Control;
use crate::event::Event;
use crate::model::Model;
use crate::{LibraryError, Result};

/// Queries in a recall check.
pub(crate) const RECALL_SAMPLE: usize = 100;
/// Neighbours that a recall check compares.
pub(crate) const RECALL_AT: usize = 10;

/// The library's vector index.
#[derive(Debug)]
pub(crate) struct SearchIndex {
    vectors: TieredIndex,
    directory: PathBuf,
    fingerprint: String,
}

impl SearchIndex {
    /// Loads the snapshot in `directory` and brings it in line with the catalog.
    pub(crate) fn open(directory: PathBuf, model: &Model, model_id: i64, catalog: &Catalog) -> Result<Self> {
        // The ids in a snapshot mean something in this catalog only.
        let fingerprint = format!("{} {}", catalog.id()?, model.identity);
        let vectors = match TieredIndex::load(&directory, model.dimension, &fingerprint) {
            Ok(vectors) => vectors,
            Err(reason) => {
                tracing::info!(%reason, "the index is read from the catalog");
                TieredIndex::new(model.dimension)?
            }
        };
        align(&vectors, catalog, model_id)?;
        Ok(Self { vectors, directory, fingerprint })
    }

    /// The vectors, by embedding id.
    pub(crate) fn vectors(&self) -> &TieredIndex {
        &self.vectors
    }

    /// Builds the graph where it is worth it, then searches use it. Searches and inserts go on meanwhile.
    pub(crate) fn build(
        &self,
        threads: usize,
        control: &Control,
        emit: &(dyn Fn(Event) + Sync),
    ) -> Result<()> {
        if !self.vectors.needs_build() {
            return Ok(());
        }
        let progress = |done: usize, total: usize| {
            emit(Event::BuildingIndex { done: done as u64, total: total as u64 });
            if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        match self.vectors.snapshot_for_build().build(threads, &progress) {
            Ok(built) => {
                self.vectors.adopt(built)?;
                self.vectors.tune(RECALL_GOAL, RECALL_SAMPLE, RECALL_AT)?;
                Ok(())
            }
            Err(vector_index::Error::BuildCancelled) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a snapshot, so that the next start need not read every vector from the catalog.
    pub(crate) fn save(&self) -> Result<()> {
        Ok(self.vectors.save(&self.directory, &self.fingerprint)?)
    }

    /// Whether the snapshot on disk, if there is one, is whole.
    pub(crate) fn check_snapshot(&self) -> Result<()> {
        match TieredIndex::load(&self.directory, self.vectors.dimension(), &self.fingerprint) {
            Err(vector_index::Error::SnapshotMissing { .. }) => Ok(()),
            other => Ok(other.map(drop)?),
        }
    }

    /// Bytes of the snapshot on disk.
    pub(crate) fn disk_bytes(&self) -> u64 {
        let Ok(entries) = std::fs::read_dir(&self.directory) else { return 0 };
        entries.filter_map(|entry| entry.ok()?.metadata().ok()).map(|metadata| metadata.len()).sum()
    }
}

/// Adds what only the catalog has, removes what only the index has. Returns how many of each.
pub(crate) fn align(vectors: &TieredIndex, catalog: &Catalog, model_id: i64) -> Result<(usize, usize)> {
    let indexed: HashSet<i64> = vectors.ids().into_iter().collect();
    let stored: HashSet<i64> =
        catalog.read(|connection| embedding::ids(connection, model_id))?.into_iter().collect();
    for id in indexed.difference(&stored) {
        vectors.remove(*id);
    }
    let missing = stored.difference(&indexed).count();
    if missing > 0 {
        catalog.read(|connection| {
            Ok(embedding::for_each(connection, model_id, |id, vector| -> Result<()> {
                if !indexed.contains(&id) {
                    insert(vectors, id, &vector)?;
                }
                Ok(())
            }))
        })??;
    }
    Ok((missing, indexed.difference(&stored).count()))
}

/// A damaged vector is left out rather than keeping the library from opening; `verify` reports it.
fn insert(vectors: &TieredIndex, id: i64, vector: &[i8]) -> Result<()> {
    match vectors.insert(id, vector) {
        Err(error @ (vector_index::Error::DimensionMismatch { .. } | vector_index::Error::ZeroVector)) => {
            tracing::warn!(id, %error, "an embedding in the catalog is damaged");
            Ok(())
        }
        other => other.map_err(LibraryError::from),
    }
}
