//! The catalog on real database files.

#![allow(clippy::disallowed_methods, reason = "tests change what they like")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod rows;
mod salvage;
