//! The library through its public interface, on real files: what the window relies on.

#![allow(clippy::disallowed_methods, reason = "tests change what they like")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod browsing;
mod crops;
mod duplicates;
mod export;
mod failures;
mod models;
mod opening;
mod place;
mod query;
mod regions;
mod storage;
mod things;
mod watch;
