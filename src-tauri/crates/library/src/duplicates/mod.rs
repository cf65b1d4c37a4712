//! Which photos show the same picture: an embedding proposes, pixels decide; groups, what to keep and why, what the person
//! decided, and the list for other programs.
//!
//! Nothing is ever deleted. It uses the rooms up to `ingest`.

pub(crate) mod close_up;
pub(crate) mod copies;
pub(crate) mod find;
pub(crate) mod group;
pub(crate) mod keeper;
pub(crate) mod linkage;
pub(crate) mod list;
pub(crate) mod pairs;
pub(crate) mod pictures;
pub(crate) mod review;
pub(crate) mod series;
pub(crate) mod thumbnails;
