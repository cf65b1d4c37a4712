//! How a query goes out: examples become a vector, the index proposes, better order and pixels have the last word, filters say
//! among which photos.
//!
//! It uses the rooms up to `duplicates`, whose comparing of pixels says what is the very same picture.

pub(crate) mod date;
pub(crate) mod direct;
pub(crate) mod example;
pub(crate) mod filter;
pub(crate) mod identity;
pub(crate) mod origin;
pub(crate) mod query;
pub(crate) mod rerank;
pub(crate) mod subfolder;
