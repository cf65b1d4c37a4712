//! End to end: the built `lookalike` command on real files in a real data directory.
//!
//! Each test says what a user would notice. They share nothing but the sample photos, which are copied first.

#![allow(clippy::disallowed_methods, reason = "tests change what they like")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bad_files;
mod camera;
#[cfg(unix)]
mod changing;
mod clock;
mod commands;
mod crash;
mod damage;
#[cfg(target_os = "linux")]
mod data_folder;
#[path = "../shared/documents.rs"]
mod documents;
mod duplicates;
mod exclusions;
mod folders;
mod index_and_search;
mod kept_time;
mod models;
#[cfg(target_os = "linux")]
mod mounts;
#[cfg(target_os = "linux")]
mod network;
#[cfg(target_os = "linux")]
mod odd_data;
#[cfg(target_os = "linux")]
#[path = "../shared/offline.rs"]
mod offline;
mod originals;
#[cfg(target_os = "linux")]
mod other_drive;
mod place;
#[cfg(target_os = "linux")]
mod private_data;
#[cfg(target_os = "linux")]
mod readers;
mod renamed;
mod same_picture;
mod watch;
#[cfg(target_os = "linux")]
mod watch_moves;
mod what_to_keep;
