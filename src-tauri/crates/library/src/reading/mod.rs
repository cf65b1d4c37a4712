//! All that touches originals: walking folders, opening files for reading, and the processes in which bytes that nobody vouches
//! for become pixels and digests.
//!
//! It writes no row. It uses the rooms up to `engine`.

pub(crate) mod exclusions;
pub(crate) mod original;
pub(crate) mod picture;
pub(crate) mod prepared;
pub(crate) mod reader;
pub(crate) mod same_file;
pub(crate) mod shot;
pub(crate) mod source;
pub(crate) mod walk;
