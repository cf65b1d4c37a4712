//! Folders of photos held against the catalog: what is new, changed, gone, out of reach, on another drive, or renamed.
//!
//! It decides; reading files and writing what became of them is `ingest`. It uses the rooms up to `reading`.

pub(crate) mod absence;
pub(crate) mod added;
pub(crate) mod doubtful;
pub(crate) mod findings;
pub(crate) mod known;
pub(crate) mod other_drive;
pub(crate) mod reconcile;
pub(crate) mod renamed;
pub(crate) mod respelled;
