//! The embedder with real models: the golden ones, which are tiny, and the two that come with the program.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod embedding;
mod golden;
mod maps;
mod models;
mod refusals;
// Both are there only with `--features tflite-runtime`.
#[cfg(all(feature = "litert-runtime", feature = "tflite-runtime"))]
mod runtimes;
