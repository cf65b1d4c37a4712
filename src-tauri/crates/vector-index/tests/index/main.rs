//! The indexes as a caller sees them.
#![allow(clippy::disallowed_methods, reason = "tests change what they like")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]
#![expect(clippy::float_cmp, reason = "the same vectors have exactly the same similarity")]

mod embeddings;
mod exact;
mod graph;
mod snapshot;
