//! The models that a library may use: ours and those the person brought, which one answers, and how another takes over.
//!
//! Running a model is `engine`. It uses the rooms up to `search`.

pub(crate) mod brought;
pub(crate) mod calibrate;
pub(crate) mod edits;
pub(crate) mod known;
pub(crate) mod stand_in;
pub(crate) mod switch;
