//! The index that compares a query with everything. It keeps no structure beyond the vectors.

use parking_lot::RwLock;

use crate::store::VectorStore;
use crate::top_k::TopK;
use crate::{Accept, Neighbor, Result, VectorId, VectorIndex};

/// Exact search: always right, and the time of a search grows with the number of vectors.
#[derive(Debug)]
pub struct ExactIndex {
    store: RwLock<VectorStore>,
}

impl ExactIndex {
    /// An empty index for vectors of `dimension` components. Fails with [`crate::Error::UnsupportedDimension`].
    pub fn new(dimension: usize) -> Result<Self> {
        Ok(Self { store: RwLock::new(VectorStore::new(dimension)?) })
    }
}

impl VectorIndex for ExactIndex {
    fn dimension(&self) -> usize {
        self.store.read().dimension()
    }

    fn len(&self) -> usize {
        self.store.read().len()
    }

    fn contains(&self, id: VectorId) -> bool {
        self.store.read().slot_of(id).is_some()
    }

    fn insert(&self, id: VectorId, vector: &[i8]) -> Result<()> {
        self.store.write().insert(id, vector)
    }

    fn remove(&self, id: VectorId) -> bool {
        self.store.write().remove(id)
    }

    fn search(&self, query: &[i8], k: usize, accept: Option<Accept<'_>>) -> Result<Vec<Neighbor>> {
        let store = self.store.read();
        let mut best = TopK::new(k);
        store.scan(store.query(query)?, 0..store.slots(), accept, &mut best);
        Ok(best.into_best_first(k))
    }
}
