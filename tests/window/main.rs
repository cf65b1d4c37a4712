//! End to end: the real window on a screen of its own, driven through WebKit's WebDriver as a person would.
//!
//! Linux only: no other system's web view lets itself be driven inside an app. Each test gets its own desktop
//! (screen, window manager, message bus, home folder) and leaves a screenshot in `target/window`; a test that fails
//! leaves the page's source and what the app said beside it.

#![allow(clippy::disallowed_methods, reason = "tests change what they like")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, clippy::print_stdout, reason = "a test speaks to whoever runs it")]

#[cfg(target_os = "linux")]
mod absent;
#[cfg(target_os = "linux")]
mod app;
#[cfg(target_os = "linux")]
mod asking;
#[cfg(target_os = "linux")]
mod beside;
#[cfg(target_os = "linux")]
mod closely;
#[cfg(target_os = "linux")]
mod confinement;
#[cfg(target_os = "linux")]
mod crop;
#[cfg(target_os = "linux")]
mod desktop;
#[cfg(target_os = "linux")]
mod drag_source;
#[cfg(target_os = "linux")]
mod duplicates;
#[cfg(target_os = "linux")]
mod examples;
#[cfg(target_os = "linux")]
mod failures;
#[cfg(target_os = "linux")]
mod figures;
#[cfg(target_os = "linux")]
mod first_run;
#[cfg(target_os = "linux")]
mod folders;
#[cfg(target_os = "linux")]
mod hostile_page;
#[cfg(target_os = "linux")]
mod inside;
#[cfg(target_os = "linux")]
mod isolation;
#[cfg(target_os = "linux")]
mod looks;
#[cfg(target_os = "linux")]
mod models;
#[cfg(target_os = "linux")]
#[path = "../shared/offline.rs"]
mod offline;
#[cfg(target_os = "linux")]
mod outside_changes;
#[cfg(target_os = "linux")]
mod page;
#[cfg(target_os = "linux")]
mod photos;
#[cfg(target_os = "linux")]
mod pointing;
#[cfg(target_os = "linux")]
mod selecting;
#[cfg(target_os = "linux")]
mod staying;
#[cfg(target_os = "linux")]
mod suite;
#[cfg(target_os = "linux")]
mod walking;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    suite::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!(
        "the window's end-to-end tests run on Linux only: WebDriver reaches no other system's web view"
    );
}
