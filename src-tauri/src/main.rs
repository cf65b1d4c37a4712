//! The `lookalike-app` program. Everything is in the crate's library, where tests reach it.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    // Before anything else: it is the same program that reads the images, without a window.
    library::serve_if_asked().unwrap_or_else(lookalike_app::run)
}
