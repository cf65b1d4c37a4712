//! A model with what belongs to it: its name and its bands, from pixels to a digest, the index of its vectors, and the vectors of
//! parts of photos.
//!
//! It opens no original: pixels are brought to it. It uses `base`, `system` and `store`.

pub(crate) mod index;
pub(crate) mod look;
pub(crate) mod model;
pub(crate) mod model_key;
pub(crate) mod photo;
pub(crate) mod prints;
pub(crate) mod regions;
pub(crate) mod reread;
pub(crate) mod tiles;
