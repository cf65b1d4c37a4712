//! How quick the real window is over a large library: from start to photos, from a drop to results, from a moved box
//! to new look-alikes, and frames a second while scrolling.
//!
//! `cargo xtask bench window` makes the library and names it in `LOOKALIKE_BENCH_LIBRARY`. Times are taken inside the
//! page, but for the start, which is taken from the process's own. The screen is Xvfb's: all drawing is done by the
//! CPU, on the cores that also do the work.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark has nobody to report to")]

#[cfg(target_os = "linux")]
#[path = "app.rs"]
mod app;
#[cfg(target_os = "linux")]
#[path = "desktop.rs"]
mod desktop;
#[cfg(target_os = "linux")]
mod figures;
#[cfg(target_os = "linux")]
#[path = "page.rs"]
mod page;

#[cfg(target_os = "linux")]
fn main() {
    figures::run();
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("the window is measured on Linux only: WebDriver reaches no other system's web view");
}
