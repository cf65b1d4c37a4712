//! Where things are kept that we write: the data directory with its lock, settings, what is saved of a damaged catalog, and
//! files at places that the person chose.
//!
//! What is in the catalog's tables is the business of the rooms above. It uses `base` and `system`.

pub(crate) mod chosen;
pub(crate) mod data_dir;
pub(crate) mod finding;
pub(crate) mod path_list;
pub(crate) mod salvage;
pub(crate) mod settings;
