//! Files that mean harm, made here, and what is asked of the crates that read files. For tests and fuzzing only.
//!
//! [`pictures`] are the files that photo folders are known to hold and that programs are known to break on.
//! [`targets`] are the functions that fuzzing and the tests' share of it both call, with the seeds to begin from.
//! Nothing of this is part of a program.

#![allow(clippy::disallowed_methods, reason = "makes files; it knows no originals")]
#![allow(clippy::missing_panics_doc, reason = "a target fails by a panic, see there")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here fails a test")]

mod brotli;
mod bytes;
mod exif;
mod frames;
mod mutation;
mod panics;
#[path = "../../../src/photo_address.rs"]
mod photo_address;
pub mod pictures;
mod png;
mod seeds;
mod snapshot;
pub mod targets;
mod tiff;

pub use mutation::Mutator;
pub use panics::note_panics;
