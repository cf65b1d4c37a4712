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

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use parking_lot::{Mutex, RwLock};
use rusqlite::{Connection, OptionalExtension};

use crate::database::{
    Problem, SIDECARS, check_integrity, connect, disk_bytes, open_connection, with_suffix,
};
use crate::readers::Readers;
use crate::{CatalogError, ContentHash, Result, content, migrate, salvage};

/// Thumbnails that are copied in one transaction.
const TAKEN_AT_ONCE: usize = 256;

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
        finish(path)?;
        let connection = match open_connection(path, &migrate::THUMBNAILS, false) {
            Err(CatalogError::NotAFile { path: odd, .. }) if odd != *path => {
                // Beside the thumbnails, which are as they were.
                let failed = |source| CatalogError::Discard { path: odd.clone(), source };
                data_files::put_aside(&odd).map_err(failed)?;
                return Self::open(path);
            }
            Err(CatalogError::WrongVersion { actual, .. }) => {
                let connection = connect(path)?;
                migrate::set_right(&connection, actual)?;
                connection
            }
            Err(CatalogError::NewerVersion { .. }) => {
                // Whoever wrote them may want them back.
                put_aside(path)?;
                open_connection(path, &migrate::THUMBNAILS, false)?
            }
            Err(error) if error.is_damage() => {
                discard(path)?;
                open_connection(path, &migrate::THUMBNAILS, false)?
            }
            other => other?,
        };
        let readers = RwLock::new(Readers::new(path));
        Ok(Self { writer: Mutex::new(connection), readers, path: path.into() })
    }

    /// Keeps the store at `path` under another name where `catalog`, which was saved of a damaged one, has lost the pictures
    /// of most thumbnails: it may yet be found. The others are taken over. Returns where it is kept.
    pub fn keep_aside(path: &Path, catalog: &Connection) -> Result<Option<PathBuf>> {
        if !path.is_file() {
            return Ok(None);
        }
        let (known, stored) =
            match Self::open(path).and_then(|store| Ok((content::all_hashes(catalog)?, store.hashes()?))) {
                // There is nothing to keep.
                Err(error) if error.is_damage() => return Ok(None),
                other => other?,
            };
        let known: HashSet<_> = known.into_iter().map(|(_, hash)| hash).collect();
        let taken: Vec<_> = stored.iter().filter(|hash| known.contains(*hash)).collect();
        if taken.len() * 2 >= stored.len() {
            return Ok(None);
        }
        let draft = draft(path);
        discard(&draft)?;
        {
            let (old, new) = (Self::open(path)?, Self::open(&draft)?);
            for hashes in taken.chunks(TAKEN_AT_ONCE) {
                let jpegs = hashes.iter().map(|hash| old.get(hash)).collect::<Result<Vec<_>>>()?;
                let batch = hashes.iter().zip(&jpegs);
                new.insert(batch.filter_map(|(hash, jpeg)| Some((*hash, jpeg.as_deref()?))))?;
            }
            // Without a log of its own, the new file is all there is to move.
            new.writer.lock().pragma_update(None, "journal_mode", "DELETE")?;
        }
        let aside = put_aside(path)?;
        finish(path)?;
        Ok(Some(aside))
    }

    /// Makes the store anew, empty; also one that is damaged.
    pub fn recreate(&self) -> Result<()> {
        let mut connection = self.writer.lock();
        let mut readers = self.readers.write();
        // The old file must be closed before it can be deleted on every system.
        *readers = Readers::new(&self.path);
        *connection = Connection::open_in_memory()?;
        discard(&self.path)?;
        *connection = open_connection(&self.path, &migrate::THUMBNAILS, false)?;
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

/// Deletes the file and what SQLite keeps beside it. What looks like a photo, or is no file, is put aside.
fn discard(path: &Path) -> Result<()> {
    salvage::discard(path).map_err(|error| match error {
        CatalogError::Salvage { path, source } => CatalogError::Discard { path, source },
        other => other,
    })
}

/// What is to take the place of a store that is put aside.
fn draft(path: &Path) -> PathBuf {
    with_suffix(path, ".kept")
}

/// Goes on where putting a store aside was cut off before the new one was in its place.
fn finish(path: &Path) -> Result<()> {
    let draft = draft(path);
    if std::fs::symlink_metadata(path).is_ok() || !draft.is_file() {
        return Ok(());
    }
    std::fs::rename(&draft, path).map_err(|source| CatalogError::Discard { path: path.into(), source })
}

/// Gives the file and what SQLite keeps beside it another name.
fn put_aside(path: &Path) -> Result<PathBuf> {
    let failed = |source| CatalogError::Discard { path: path.into(), source };
    let aside = data_files::put_aside(path).map_err(failed)?;
    for suffix in SIDECARS {
        let (left, beside) = (with_suffix(path, suffix), with_suffix(&aside, suffix));
        if std::fs::symlink_metadata(&left).is_ok() {
            std::fs::rename(&left, beside).map_err(failed)?;
        }
    }
    Ok(aside)
}
