//! The `lookalike-app` program. Everything is in the crate's library, where tests reach it.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    lookalike_app::run()
}
