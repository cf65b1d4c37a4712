//! Cosine nearest neighbours over int8 vectors that carry an id.
//!
//! [`TieredIndex`] is what a library uses: a proximity graph over what was there at the last build, and an exact
//! scan over what came since. [`ExactIndex`] is the plain scan, the yardstick for both. [`CodeIndex`] holds many more
//! vectors at one bit a component, and says which are worth comparing.
//!
//! The crate knows nothing of photos, databases or models. It is a cache: whoever owns the vectors can fill a new
//! index at any time, so every doubt about a snapshot is a typed error and never a guess.

mod build;
mod codes;
mod dot;
mod error;
mod exact;
mod graph;
mod hashes;
mod quantize;
mod recall;
mod rotate;
mod snapshot;
mod store;
mod tiered;
mod top_k;

pub use codes::{CodeIndex, code_bytes, encode};
pub use error::{Error, Result};
pub use exact::ExactIndex;
pub use graph::Progress;
pub use hashes::each_within;
pub use quantize::{MAX_DIMENSION, cosine, quantize};
pub use recall::{RECALL_GOAL, RecallReport};
pub use tiered::{BuildPlan, BuiltIndex, EXACT_LIMIT, TieredIndex};
pub use top_k::Neighbor;

/// The caller's name for a vector, such as an `SQLite` row id. Any value is allowed.
pub type VectorId = i64;

/// Decides by id which vectors may be among the results, for instance by folder or date.
///
/// It runs while the index is locked for reading, so it must not call the index it filters.
pub type Accept<'a> = &'a (dyn Fn(VectorId) -> bool + Sync);

/// A set of int8 vectors of one dimension that can be searched by cosine similarity.
///
/// All methods take `&self`: an index is shared between threads that search and one that inserts.
pub trait VectorIndex: Send + Sync {
    /// The number of components of every vector and query.
    fn dimension(&self) -> usize;

    /// The number of vectors that a search can return.
    fn len(&self) -> usize;

    /// Whether there is nothing to find.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a vector with this id is in the index.
    fn contains(&self, id: VectorId) -> bool;

    /// Adds a vector, or replaces the one with the same id.
    ///
    /// Fails with [`Error::DimensionMismatch`], [`Error::ZeroVector`] or [`Error::Full`] and changes nothing then.
    fn insert(&self, id: VectorId, vector: &[i8]) -> Result<()>;

    /// Takes a vector out. Returns whether it was there.
    fn remove(&self, id: VectorId) -> bool;

    /// The `k` most similar vectors, best first, equal ones by ascending id; fewer if fewer are accepted.
    ///
    /// Fails with [`Error::DimensionMismatch`] or [`Error::ZeroVector`] for a query that has no direction here.
    fn search(&self, query: &[i8], k: usize, accept: Option<Accept<'_>>) -> Result<Vec<Neighbor>>;
}
