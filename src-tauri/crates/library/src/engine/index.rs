//! Keeps the vector index in step with the catalog: loads its snapshot, mends what differs, builds its graph.
//!
//! SQLite is the truth. A snapshot that is missing, damaged or of another model costs a reload from the
//! catalog, and searches are exact until a graph is built again.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use catalog::{Catalog, embedding, tiling};
use parking_lot::Mutex;
use vector_index::{CodeIndex, RECALL_GOAL, TieredIndex, VectorIndex};

use crate::base::control::Run;
use crate::base::event::Event;
use crate::base::once::Once;
use crate::engine::model::Model;
use crate::engine::tiles::TILING;
use crate::{LibraryError, Result};

/// Queries in a recall check.
pub(crate) const RECALL_SAMPLE: usize = 100;
/// Neighbours that a recall check compares.
pub(crate) const RECALL_AT: usize = 10;

/// The library's vector index. It is read when it is needed for the first time, or in the background before.
#[derive(Debug)]
pub(crate) struct SearchIndex {
    origin: Arc<Origin>,
    loader: Mutex<Option<JoinHandle<()>>>,
}

/// Where the vectors come from, and the vectors once they are read.
#[derive(Debug)]
struct Origin {
    vectors: Once<TieredIndex>,
    regions: Once<CodeIndex>,
    catalog: Arc<Catalog>,
    model_id: i64,
    dimension: usize,
    directory: PathBuf,
    fingerprint: String,
}

impl SearchIndex {
    /// The index with its snapshot in `directory`, which is brought in line with the catalog when it is loaded.
    pub(crate) fn open(
        directory: PathBuf,
        model: &Model,
        model_id: i64,
        catalog: &Arc<Catalog>,
    ) -> Result<Self> {
        // The ids in a snapshot mean something in this catalog only.
        let fingerprint = format!("{} {}", catalog.id()?, model.identity);
        let origin = Arc::new(Origin {
            vectors: Once::default(),
            regions: Once::default(),
            catalog: Arc::clone(catalog),
            model_id,
            dimension: model.dimension,
            directory,
            fingerprint,
        });
        Ok(Self { origin, loader: Mutex::default() })
    }

    /// Loads the vectors in the background, if nothing has begun to.
    pub(crate) fn begin_to_load(&self) {
        self.loader.lock().get_or_insert_with(|| {
            let loading = Arc::clone(&self.origin);
            thread::spawn(move || {
                if let Err(error) = loading.vectors().and_then(|_| loading.regions()) {
                    // Whoever needs the vectors tries again and hears of it.
                    tracing::warn!(%error, "the index could not be loaded");
                }
            })
        });
    }

    /// The vectors, by embedding id.
    pub(crate) fn vectors(&self) -> Result<Arc<TieredIndex>> {
        self.origin.vectors()
    }

    /// The codes of regions, by picture.
    pub(crate) fn regions(&self) -> Result<Arc<CodeIndex>> {
        self.origin.regions()
    }

    /// Builds the graph where it is worth it, then searches use it. Searches and inserts go on meanwhile.
    pub(crate) fn build(&self, threads: usize, run: &Run<'_>, emit: &(dyn Fn(Event) + Sync)) -> Result<()> {
        let vectors = self.vectors()?;
        if !vectors.needs_build() {
            return Ok(());
        }
        let progress = |done: usize, total: usize| {
            emit(Event::BuildingIndex { done: done as u64, total: total as u64 });
            if run.proceed() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        tracing::info!("the graph is being built");
        let adopted = vectors.snapshot_for_build().build(threads, &progress).and_then(|built| {
            vectors.adopt(built)?;
            vectors.tune(RECALL_GOAL, RECALL_SAMPLE, RECALL_AT)
        });
        tracing::info!("the graph was built");
        match adopted {
            // Everything was forgotten meanwhile: there is nothing to put the build to use for.
            Err(vector_index::Error::BuildCancelled | vector_index::Error::BuildOutdated) => Ok(()),
            other => Ok(other.map(drop)?),
        }
    }

    /// Drops all vectors, on disk too.
    pub(crate) fn clear(&self) -> Result<()> {
        self.vectors()?.clear()?;
        self.regions()?.clear();
        self.save()
    }

    /// Writes a snapshot, so that the next start need not read every vector from the catalog.
    pub(crate) fn save(&self) -> Result<()> {
        let vectors = self.vectors()?;
        tracing::info!("a snapshot is being written");
        vectors.save(&self.origin.directory, &self.origin.fingerprint)?;
        tracing::info!("the snapshot was written");
        Ok(())
    }

    /// Whether the snapshot on disk, if there is one, is whole.
    pub(crate) fn check_snapshot(&self) -> Result<()> {
        match self.origin.load() {
            Err(vector_index::Error::SnapshotMissing { .. }) => Ok(()),
            other => Ok(other.map(drop)?),
        }
    }

    /// Bytes of the snapshot on disk.
    pub(crate) fn disk_bytes(&self) -> u64 {
        let Ok(entries) = std::fs::read_dir(&self.origin.directory) else { return 0 };
        entries.filter_map(|entry| entry.ok()?.metadata().ok()).map(|metadata| metadata.len()).sum()
    }
}

impl Drop for SearchIndex {
    fn drop(&mut self) {
        if let Some(loader) = self.loader.get_mut().take() {
            // It reports its own failures; one that panicked has been reported by the runtime.
            let _ = loader.join();
        }
    }
}

impl Origin {
    fn vectors(&self) -> Result<Arc<TieredIndex>> {
        self.vectors.get_or_make(|| {
            let vectors = match self.load() {
                Ok(vectors) => vectors,
                Err(reason) => {
                    tracing::info!(%reason, "the index is read from the catalog");
                    TieredIndex::new(self.dimension)?
                }
            };
            align(&vectors, &self.catalog, self.model_id)?;
            Ok(vectors)
        })
    }

    /// Codes are read from the catalog: a tenth of the vectors' bytes, as they lie.
    fn regions(&self) -> Result<Arc<CodeIndex>> {
        self.regions.get_or_make(|| {
            let regions = CodeIndex::new(self.dimension)?;
            self.catalog.read(|connection| {
                Ok(tiling::for_each(connection, self.model_id, TILING, |content_id, codes| -> Result<()> {
                    match regions.insert(content_id, codes) {
                        Err(error @ vector_index::Error::CodeLength { .. }) => {
                            tracing::warn!(content_id, %error, "the codes of a picture's regions are damaged");
                            Ok(())
                        }
                        other => Ok(other?),
                    }
                }))
            })??;
            Ok(regions)
        })
    }

    fn load(&self) -> vector_index::Result<TieredIndex> {
        TieredIndex::load(&self.directory, self.dimension, &self.fingerprint)
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
