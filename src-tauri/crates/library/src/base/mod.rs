//! What every room may need and no room owns: errors, the control and the events of long work, budgets, and threads.
//!
//! It knows nothing of photos on disk, of models or of the catalog's tables. It uses no other room.

pub(crate) mod budget;
pub(crate) mod clock;
pub(crate) mod control;
pub(crate) mod endings;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod json;
pub(crate) mod kept;
pub(crate) mod once;
pub(crate) mod parallel;
pub(crate) mod polling;
pub(crate) mod profile;
