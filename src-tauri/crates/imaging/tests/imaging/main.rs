//! Pictures of every format, whole and damaged, as they come out of the decoders.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod damage;
mod fixtures;
mod formats;
#[allow(unreachable_pub, reason = "it is another crate's")]
#[path = "../../../hostile/src/panics.rs"]
mod panics;
mod reduction;
