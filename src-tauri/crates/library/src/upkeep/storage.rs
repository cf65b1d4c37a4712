//! Where the library's data lives, how big it is, making it anew and forgetting it.

use std::path::PathBuf;

use catalog::{content, folder, setting};
use vector_index::VectorIndex;

use crate::duplicates::review;
use crate::upkeep::status::DiskBytes;
use crate::{Library, Result};

/// The library's own data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// The data directory.
    pub path: PathBuf,
    /// Bytes on disk.
    pub bytes: DiskBytes,
    /// Whether a graph answers searches, or an exact scan.
    pub graph: bool,
    /// Vectors that a search finds.
    pub vectors: u64,
}

impl Library {
    /// Where the library's data lives and how big it is.
    pub fn storage(&self) -> Result<Storage> {
        let vectors = self.index.vectors()?;
        Ok(Storage {
            path: self.data.path().into(),
            bytes: self.disk_bytes(),
            graph: vectors.graph_len() > 0,
            vectors: vectors.len() as u64,
        })
    }

    /// Has everything made anew that is made from photos: thumbnails, placeholders, vectors and their index.
    ///
    /// A running watch begins at once, otherwise the next update does it. What there is serves until it is replaced,
    /// and stays for photos that are out of reach; those are read when they are back. Ending in between loses nothing:
    /// the next update goes on.
    pub fn rebuild(&self) -> Result<()> {
        self.catalog.write(content::outdate_all)?;
        self.look_again();
        Ok(())
    }

    /// Forgets all folders and everything known of their photos, on disk too. The photos themselves are not touched;
    /// settings stay, but for what was decided about duplicates.
    pub fn forget_everything(&self) -> Result<()> {
        {
            let _changing = self.changing.lock();
            // Thumbnails first: without them the catalog is still right, if a crash comes in between.
            self.thumbnails.recreate()?;
            self.catalog.write(|connection| {
                folder::delete_all(connection)?;
                setting::delete_with_prefix(connection, review::PREFIX)?;
                content::delete_all(connection)
            })?;
            self.index.clear()?;
            self.catalog.shrink()?;
        }
        self.last_filter.forget();
        self.prepared.forget();
        self.look_again();
        Ok(())
    }
}
