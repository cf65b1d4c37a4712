//! The program that an `AppImage` begins with: what one file starts with, so that it runs on a machine that has nothing else.
//!
//! Behind it, in the same file, lies an image of all other files. They are unpacked once, into the person's cache, and the
//! window or the command is started from there: no FUSE is needed, and later starts cost nothing. It knows neither photos
//! nor libraries. What is in the image, `cargo xtask package` decides.

#![cfg_attr(
    target_os = "linux",
    expect(clippy::disallowed_methods, reason = "writes its own folder in the cache; it knows no photos")
)]

#[cfg(target_os = "linux")]
mod error;
#[cfg(target_os = "linux")]
mod image;
#[cfg(target_os = "linux")]
mod start;
#[cfg(target_os = "linux")]
mod unpacked;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    start::run()
}

/// Other systems have packages of their own.
#[cfg(not(target_os = "linux"))]
fn main() {}
