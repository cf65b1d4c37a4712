//! The index of a photo library: a graph over what was there at the last build, a scan over what came since.
//!
//! Below [`EXACT_LIMIT`] vectors there is no graph at all. Building is the caller's to start, on a thread of its own
//! choice; searches and inserts go on meanwhile.

use std::path::Path;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use crate::graph::{Graph, Progress};
use crate::store::{Slot, VectorStore};
use crate::top_k::TopK;
use crate::{Accept, Error, Neighbor, Result, VectorId, VectorIndex, snapshot};

/// From this many vectors on a graph is worth building.
///
/// An exact search of 20,000 vectors of 1280 components takes about 3 ms, of which nobody notices anything next to
/// decoding and embedding a query; linking them takes some ten seconds of processor time.
pub const EXACT_LIMIT: usize = 20_000;

/// How many candidates a search of the graph keeps, unless tuned: see [`TieredIndex::tune`].
const DEFAULT_BREADTH: usize = 64;

/// Dead slots up to this number are not worth a build of a graph.
const DEAD_LIMIT: usize = 1000;

/// Without a graph, a build only moves vectors together: whoever changes a few photos all day long must not have a dead
/// vector of a kilobyte for each change.
const DEAD_LIMIT_WITHOUT_GRAPH: usize = 128;

/// A searchable, growing set of vectors. It is shared between threads as it is.
#[derive(Debug)]
pub struct TieredIndex {
    state: RwLock<State>,
    exact_limit: usize,
    /// Held while a snapshot is written, so that two savers do not remove each other's files.
    saving: Mutex<()>,
}

/// Cheap to clone: the vectors and the graph are shared.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) store: VectorStore,
    /// Links the first slots of the store; the slots after them are the tail.
    pub(crate) graph: Option<Arc<Graph>>,
    pub(crate) breadth: usize,
    /// Counts adopted builds, which give every vector a new slot.
    base: u64,
}

/// What an index held at one moment, to build a graph from while the index goes on serving.
#[derive(Debug)]
pub struct BuildPlan {
    store: VectorStore,
    graph: Option<Arc<Graph>>,
    exact_limit: usize,
    base: u64,
}

/// A finished build, for [`TieredIndex::adopt`].
#[derive(Debug)]
pub struct BuiltIndex {
    store: VectorStore,
    graph: Option<Graph>,
    /// Slots at or above this number were filled after the plan was made.
    planned_slots: Slot,
    base: u64,
}

impl TieredIndex {
    /// An empty index for vectors of `dimension` components. Fails with [`Error::UnsupportedDimension`].
    pub fn new(dimension: usize) -> Result<Self> {
        let store = VectorStore::new(dimension)?;
        Ok(Self::from_state(State::new(store, None, DEFAULT_BREADTH)))
    }

    fn from_state(state: State) -> Self {
        Self { state: RwLock::new(state), exact_limit: EXACT_LIMIT, saving: Mutex::new(()) }
    }

    /// Builds a graph from `limit` vectors on, in place of [`EXACT_LIMIT`].
    #[must_use]
    pub fn with_exact_limit(self, limit: usize) -> Self {
        Self { exact_limit: limit, ..self }
    }

    /// Reads the snapshot in `directory`, which must hold vectors of this dimension and fingerprint.
    ///
    /// Fails with one of the `Snapshot` errors; the caller then fills a new index.
    pub fn load(directory: &Path, dimension: usize, fingerprint: &str) -> Result<Self> {
        snapshot::read(directory, dimension, fingerprint).map(Self::from_state)
    }

    /// Writes a snapshot to `directory`, making it if need be. The former snapshot stays until this one is whole.
    ///
    /// `fingerprint` names what the vectors mean, such as the identity of the model that made them. Searches and
    /// inserts go on meanwhile; the snapshot holds what the index held when the call began.
    ///
    /// Fails with [`Error::SnapshotIo`].
    pub fn save(&self, directory: &Path, fingerprint: &str) -> Result<()> {
        let _saving = self.saving.lock();
        let state = self.state();
        snapshot::write(directory, fingerprint, &state)
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

    /// How many vectors the graph covers; all others are scanned.
    pub fn graph_len(&self) -> usize {
        self.state.read().graph_len()
    }

    /// Whether a build would make searches clearly faster or the index clearly smaller.
    pub fn needs_build(&self) -> bool {
        let state = self.state.read();
        let (slots, live) = (state.store.slots() as usize, state.store.len());
        let dead = slots - live;
        let tail = slots - state.graph_len();
        // Every build links everything anew, so the tail may grow with the graph.
        let tail_limit = if state.graph.is_some() { (self.exact_limit / 2).max(slots / 5) } else { 0 };
        let dead_limit = if state.graph.is_some() { DEAD_LIMIT } else { DEAD_LIMIT_WITHOUT_GRAPH };
        dead > dead_limit.max(slots / 5) || live >= self.exact_limit && tail > tail_limit
    }

    /// Takes what a build needs. It is quick and shares the vectors with the index.
    pub fn snapshot_for_build(&self) -> BuildPlan {
        let state = self.state.read();
        BuildPlan {
            store: state.store.clone(),
            graph: state.graph.clone(),
            exact_limit: self.exact_limit,
            base: state.base,
        }
    }

    /// Puts a finished build to use. Vectors inserted or removed since its plan was made stay so.
    ///
    /// Fails with [`Error::BuildOutdated`] when another build was adopted since then.
    pub fn adopt(&self, built: BuiltIndex) -> Result<()> {
        let mut state = self.state.write();
        if state.base != built.base {
            return Err(Error::BuildOutdated);
        }
        let (current, mut store) = (&state.store, built.store);
        let is_planned = |id| current.slot_of(id).is_some_and(|slot| slot < built.planned_slots);
        let outdated: Vec<VectorId> = store.ids().filter(|&id| !is_planned(id)).collect();
        for id in outdated {
            store.remove(id);
        }
        for (id, vector) in current.live_vectors(built.planned_slots..current.slots()) {
            store.insert(id, vector)?;
        }
        let adopted =
            State { store, graph: built.graph.map(Arc::new), breadth: state.breadth, base: state.base + 1 };
        let replaced = std::mem::replace(&mut *state, adopted);
        drop(state);
        drop(replaced);
        Ok(())
    }

    /// Drops all vectors. A build that is under way cannot be adopted any more.
    pub fn clear(&self) -> Result<()> {
        let mut state = self.state.write();
        let store = VectorStore::new(state.store.dimension())?;
        let empty = State { base: state.base + 1, ..State::new(store, None, state.breadth) };
        let replaced = std::mem::replace(&mut *state, empty);
        drop(state);
        drop(replaced);
        Ok(())
    }

    pub(crate) fn state(&self) -> State {
        self.state.read().clone()
    }

    pub(crate) fn set_breadth(&self, breadth: usize) {
        self.state.write().breadth = breadth;
    }
}

impl BuildPlan {
    /// Builds on `threads` threads of its own, at about half a millisecond of processor time for each vector of 1280
    /// components. Where none was removed it goes on from the present graph; removed vectors are left behind. The new
    /// index has no graph when it is small enough to do without.
    ///
    /// `progress` is told every second or so how many vectors of how many are done, and can stop the build.
    ///
    /// Fails with [`Error::BuildCancelled`] or [`Error::BuildThreads`].
    pub fn build(mut self, threads: usize, progress: Progress<'_>) -> Result<BuiltIndex> {
        let planned_slots = self.store.slots();
        self.store.compact();
        // Compacting gives slots other vectors, which the old links know nothing of.
        let known = self.graph.as_deref().filter(|_| self.store.slots() == planned_slots);
        let is_large = self.store.len() >= self.exact_limit.max(1);
        let graph = is_large.then(|| Graph::build(&self.store, known, threads, progress)).transpose()?;
        Ok(BuiltIndex { store: self.store, graph, planned_slots, base: self.base })
    }
}

impl State {
    pub(crate) fn new(store: VectorStore, graph: Option<Graph>, breadth: usize) -> Self {
        Self { store, graph: graph.map(Arc::new), breadth, base: 0 }
    }

    pub(crate) fn graph_len(&self) -> usize {
        self.graph.as_ref().map_or(0, |graph| graph.len())
    }

    pub(crate) fn search(
        &self,
        vector: &[i8],
        k: usize,
        accept: Option<Accept<'_>>,
    ) -> Result<Vec<Neighbor>> {
        if let Some(graph) = &self.graph {
            let query = self.store.query(vector)?;
            // The more candidates it keeps, the fewer of the best it misses.
            let mut best = TopK::new(self.breadth.max(k.saturating_mul(2)));
            if graph.search(&self.store, query, accept, &mut best) {
                self.store.scan(query, graph.len() as Slot..self.store.slots(), accept, &mut best);
                return Ok(best.into_best_first(k));
            }
        }
        self.scan(vector, k, accept)
    }

    /// The exact answer.
    pub(crate) fn scan(&self, vector: &[i8], k: usize, accept: Option<Accept<'_>>) -> Result<Vec<Neighbor>> {
        let mut best = TopK::new(k);
        self.store.scan(self.store.query(vector)?, 0..self.store.slots(), accept, &mut best);
        Ok(best.into_best_first(k))
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
        self.state.read().search(query, k, accept)
    }
}
