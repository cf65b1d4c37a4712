//! The desktop shell: a window around `library`. Commands, events, the photo protocol, dialogs, tray.
//!
//! It decides nothing about photos. It is the only crate that knows Tauri, and [`wire`] is all that the window
//! knows of it.

mod activity;
mod app;
mod arguments;
mod clipboard;
mod commands;
mod dialogs;
mod duplicates;
mod foreign;
mod graphics;
mod incoming;
mod photo_address;
mod photo_protocol;
mod problem;
mod session;
mod strings;
mod tray;
#[cfg(test)]
mod types;
mod window;
pub mod wire;

pub use app::run;
