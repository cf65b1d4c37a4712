//! What there is to see besides results: all photos in order, details, failures, folders at a glance, and copies for the person.
//!
//! It uses the rooms up to `models`.

pub(crate) mod details;
pub(crate) mod export;
pub(crate) mod failures;
pub(crate) mod overview;
pub(crate) mod shown;
pub(crate) mod subfolders;
pub(crate) mod things;
pub(crate) mod timeline;
