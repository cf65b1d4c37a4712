//! Fuzzes snapshots of the vector index.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hostile::note_panics(), |bytes: &[u8]| hostile::targets::snapshot(bytes));
