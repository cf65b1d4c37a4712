//! Thumbnails in `thumbnails.db`, one JPEG per picture, by content hash.
//!
//! Why a database of their own, and not files or the catalog: a hundred thousand files of 10 KB waste
//! blocks, make every backup and every deletion crawl, and each needs its own fsync and rename to survive a
//! crash, while one SQLite transaction covers a whole batch (SQLite also reads blobs of this size faster
//! than the file system opens files: <https://sqlite.org/fasterthanfs.html>). In the catalog they would
//! bury 2 KB of truth per photo under 10 KB of what can be made again, in every backup and every check.
//!
//! A batch's thumbnails are written before its catalog rows, so a crash in between leaves a thumbnail
//! without a row, which the next run overwrites or drops, and never a photo without its thumbnail.

#![expect(clippy::disallowed_methods, reason = "discards its own files, in the data directory")]

use std::path::{Path, PathBuf};

use parking_lot::{Mutex, RwLock};
use rusqlite::{Connection, OptionalExtension};

use crate::database::{Problem, check_integrity, disk_bytes, open_connection, write_ahead_log};
use crate::readers::Readers;
use crate::{CatalogError, ContentHash, Result, migrate};

/// The open thumbnail store.
#[derive(Debug)]
pub struct Thumbnails {
    writer: Mutex<Connection>,
    /// Locked while the file is there to be read.
    readers: RwLock<Readers>,
    path: PathBuf,
}

impl Thumbnails {
    /// Opens the store, making it where there is none, and anew where it is damaged beyond opening.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = match open_connection(path, migrate::THUMBNAILS) {
            Err(error) if error.is_damage() => {
                discard(path)?;
                open_connection(path, migrate::THUMBNAILS)?
            }
            other => other?,
        };
        let readers = RwLock::new(Readers::new(path));
        Ok(Self { writer: Mutex::new(connection), readers, path: path.into() })
    }

    /// Makes the store anew, empty; also one that is damaged.
    pub fn recreate(&self) -> Result<()> {
        let mut connection = self.writer.lock();
        let mut readers = self.readers.write();
        // The old file must be closed before it can be deleted on every system.
        *readers = Readers::new(&self.path);
        *connection = Connection::open_in_memory()?;
        discard(&self.path)?;
        *connection = open_connection(&self.path, migrate::THUMBNAILS)?;
        Ok(())
    }

    /// Stores a batch in one transaction: all of it survives a crash, or none.
    pub fn insert<'a>(&self, batch: impl IntoIterator<Item = (&'a ContentHash, &'a [u8])>) -> Result<()> {
        let mut connection = self.writer.lock();
        let transaction = connection.transaction()?;
        for (hash, jpeg) in batch {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO thumbnail (hash, jpeg) VALUES (?1, ?2)")?
                .execute((hash.as_slice(), jpeg))?;
        }
        Ok(transaction.commit()?)
    }

    /// The JPEG of the picture with this hash.
    pub fn get(&self, hash: &ContentHash) -> Result<Option<Vec<u8>>> {
        self.readers.read().read(|connection| {
            let mut statement = connection.prepare_cached("SELECT jpeg FROM thumbnail WHERE hash = ?1")?;
            Ok(statement.query_row([hash.as_slice()], |row| row.get(0)).optional()?)
        })
    }

    /// Whether the picture with this hash has a thumbnail.
    pub fn contains(&self, hash: &ContentHash) -> Result<bool> {
        self.readers.read().read(|connection| {
            let mut statement = connection.prepare_cached("SELECT 1 FROM thumbnail WHERE hash = ?1")?;
            Ok(statement.exists([hash.as_slice()])?)
        })
    }

    /// Drops the thumbnails of these pictures in one transaction.
    pub fn delete(&self, hashes: &[ContentHash]) -> Result<()> {
        let mut connection = self.writer.lock();
        let transaction = connection.transaction()?;
        for hash in hashes {
            transaction
                .prepare_cached("DELETE FROM thumbnail WHERE hash = ?1")?
                .execute([hash.as_slice()])?;
        }
        Ok(transaction.commit()?)
    }

    /// Hashes of all pictures that have a thumbnail.
    pub fn hashes(&self) -> Result<Vec<ContentHash>> {
        self.readers.read().read(|connection| {
            let mut statement = connection.prepare_cached("SELECT hash FROM thumbnail")?;
            let hashes = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            Ok(hashes)
        })
    }

    /// What SQLite's integrity check finds; nothing when all is well.
    pub fn check(&self) -> Result<Vec<Problem>> {
        self.readers.read().read(check_integrity)
    }

    /// Bytes on disk, the write-ahead log included.
    pub fn disk_bytes(&self) -> u64 {
        disk_bytes(&self.path)
    }
}

/// Deletes the file and its write-ahead log.
fn discard(path: &Path) -> Result<()> {
    for file in [path.to_path_buf(), write_ahead_log(path)] {
        match std::fs::remove_file(&file) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(CatalogError::Discard { path: file, source });
            }
            _ => {}
        }
    }
    Ok(())
}
