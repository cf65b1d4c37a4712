//! Fuzzes GIF pictures.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hostile::note_panics(), |bytes: &[u8]| hostile::targets::gif(bytes));
