//! The catalog on real database files.

#![allow(clippy::disallowed_methods, reason = "tests change what they like")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod header;
mod rows;
mod salvage;
