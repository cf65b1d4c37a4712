//! How photos come in: workers that turn files into outcomes, the commit that writes these a batch at a time, and the parts of
//! photos and missing vectors that follow in the background.
//!
//! It does not know when it is time for any of this; that is `upkeep`. It uses the rooms up to `folders`.

pub(crate) mod backfill;
pub(crate) mod commit;
pub(crate) mod damaged;
pub(crate) mod follow;
pub(crate) mod inside;
pub(crate) mod placeholders;
pub(crate) mod summary;
pub(crate) mod update;
pub(crate) mod vanished;
pub(crate) mod worker;
