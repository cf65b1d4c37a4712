//! The indexes as a caller sees them.

mod embeddings;
mod exact;
mod graph;
mod snapshot;
