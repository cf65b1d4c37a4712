//! The catalog: everything the library knows, in SQLite.
//!
//! Two files: `catalog.db` ([`Catalog`]) holds folders, photos, vectors and failures; `thumbnails.db`
//! ([`Thumbnails`]) holds small pictures that can be made again. One module per table holds that table's
//! queries as plain functions on a connection, so that callers compose them in one transaction.
//!
//! No decisions are made here: what to index, keep or drop is the library's business.

pub mod absent;
mod beside;
pub mod brought_model;
pub mod calibration;
pub mod content;
pub mod copies;
pub mod damage;
mod database;
pub mod embedding;
mod error;
pub mod failure;
pub mod film;
pub mod folder;
mod header;
mod log;
mod migrate;
pub mod model;
mod path_bytes;
pub mod photo;
pub mod print;
mod readers;
mod salvage;
mod sane;
mod schema;
pub mod setting;
pub mod several;
pub mod stand_in;
mod thumbnails;
pub mod tiling;
pub mod unverified;

use serde::{Deserialize, Serialize};

pub use database::{Catalog, Problem, empty};
pub use error::{CatalogError, Result};
pub use rusqlite::Connection;
pub use salvage::{Salvaged, salvage, salvage_with};
pub use thumbnails::Thumbnails;

/// A region of a picture in pixels of the upright, full-size picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width, at least 1.
    pub width: u32,
    /// Height, at least 1.
    pub height: u32,
}

/// BLAKE3 of a file's bytes: what makes two files the same picture.
pub type ContentHash = [u8; 32];

/// A picture to show while its thumbnail is loaded: its `ThumbHash`, zeros after its end.
pub type Placeholder = [u8; 25];
