//! Saves what can be read of a damaged catalog into a new one, which takes its place.
//!
//! Only copies of the damaged file and its log are opened: SQLite changes what it opens, and deletes the log of a file
//! that is empty. Several ways of reading are tried, and the one that finds most is taken. The damaged file stays,
//! under another name.
//!
//! SQLite cannot see all damage; so everything made from pictures is marked to be made anew, and what was saved serves
//! until then. What was lost comes back when the photos are read.

#![expect(clippy::disallowed_methods, reason = "moves and makes catalogs, in the data directory")]

mod graft;
mod rows;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use data_files::Kind;

use crate::database::{SIDECARS, has_log, open_connection, with_suffix};
use crate::error::tells_of_content;
use crate::{CatalogError, Result, content, migrate, sane};
use graft::{Donor, Graft};

/// What became of a damaged catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// The damaged file, where it is kept.
    pub aside: PathBuf,
    /// Folders that were saved.
    pub folders: u64,
    /// Photos that were saved.
    pub photos: u64,
}

/// Puts a new catalog in the place of the damaged one at `path`, which nobody may have open. Where that is missing and only
/// its log is left, what the log holds is saved.
///
/// A crash at any moment leaves the damaged catalog, or the new one for the next start to put in its place. An error
/// that tells nothing of the file's content (no memory, no room, no permission) leaves the damaged catalog.
pub fn salvage(path: &Path) -> Result<Salvaged> {
    salvage_with(path, |_| Ok(()))
}

/// The same, where `prepare` sees the new catalog before it takes the place of the damaged one.
pub fn salvage_with(path: &Path, prepare: impl FnOnce(&Connection) -> Result<()>) -> Result<Salvaged> {
    // The file that a link leads to is read, and stays where it is, as it is.
    let source = &if path.is_file() { data_files::target(path) } else { path.to_path_buf() };
    if matches!(Kind::of(source), Ok(Kind::Missing)) && !has_log(source) {
        return Err(at(path)(io::ErrorKind::NotFound.into()));
    }
    let (draft, copy) = (Scrap::new(path, ".draft")?, Scrap::new(path, ".copy")?);
    discard(&repaired(path))?;
    let mut new = open_connection(&draft.0, &migrate::CATALOG, false)?;
    // Without a log of its own, the new file is all there is to move.
    new.pragma_update(None, "journal_mode", "DELETE")?;
    let saved = fill(&mut new, &draft.0, source, &copy.0)?;
    prepare(&new)?;
    new.close().map_err(|(_, source)| source)?;
    let aside = put_in_place(path, &draft.0)?;
    Ok(Salvaged { aside, folders: saved.folders, photos: saved.photos })
}

/// Goes on where a salvage was cut off after the damaged file was put aside and before the new one was in its place.
pub(crate) fn finish(path: &Path) -> Result<()> {
    let (repaired, is_free) = (repaired(path), fs::symlink_metadata(path).is_err());
    if !is_free || !repaired.is_file() {
        return Ok(());
    }
    let aside = numbered(path, last_number(path)?);
    for suffix in SIDECARS {
        // The damaged file's log and journal: SQLite must never take them for the new one's.
        let left = with_suffix(path, suffix);
        if fs::symlink_metadata(&left).is_ok() {
            fs::rename(&left, with_suffix(&aside, suffix)).map_err(at(&left))?;
        }
    }
    discard(&with_suffix(&aside, "-shm"))?;
    fs::rename(&repaired, path).map_err(at(path))
}

/// What was found, folders first: without its folder no photo is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Saved {
    folders: u64,
    photos: u64,
    settings: u64,
}

impl Saved {
    fn count(connection: &Connection) -> Result<Self> {
        let count = |table: &str| -> Result<u64> {
            let sql = format!("SELECT count(*) FROM {table}");
            Ok(connection.query_row(&sql, [], |row| row.get::<_, i64>(0))? as u64)
        };
        Ok(Self { folders: count("folder")?, photos: count("photo")?, settings: count("setting")? })
    }
}

/// Fills the new catalog in the way that finds most, and tells how much that is.
fn fill(new: &mut Connection, draft: &Path, path: &Path, copy: &Path) -> Result<Saved> {
    let donor = Donor::new(new, draft)?;
    let mut best: Option<((Saved, bool), Graft)> = None;
    for graft in Graft::ALL {
        let transaction = new.transaction()?;
        let Some(is_whole) = take(&donor, graft, (path, copy), &transaction)? else { continue };
        let found = (Saved::count(&transaction)?, is_whole);
        if best.is_none_or(|(most, _)| found > most) {
            best = Some((found, graft));
        }
        transaction.rollback()?;
        if is_whole {
            break;
        }
    }
    let transaction = new.transaction()?;
    if let Some((_, graft)) = best {
        take(&donor, graft, (path, copy), &transaction)?;
    }
    sane::mend(&transaction)?;
    content::outdate_all(&transaction)?;
    let saved = Saved::count(&transaction)?;
    transaction.commit()?;
    Ok(saved)
}

/// Takes over what can be read of a copy. Returns whether no damage was met; nothing where the copy cannot be read.
fn take(donor: &Donor, graft: Graft, (path, copy): (&Path, &Path), new: &Connection) -> Result<Option<bool>> {
    discard(copy)?;
    donor.copy(graft, path, copy).map_err(|error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            CatalogError::NoRoom { path: path.into(), megabytes: data_files::room(path).div_ceil(1_000_000) }
        }
        _ => at(copy)(error),
    })?;
    match donor.open(graft, copy) {
        Ok(old) => rows::take_all(&old, new).map(Some),
        Err(error) => damage(error).map(|()| None),
    }
}

/// Takes an error for damage of what was read, unless it tells nothing of that.
fn damage(error: rusqlite::Error) -> Result<()> {
    if tells_of_content(&error) { Ok(()) } else { Err(error.into()) }
}

/// Puts the damaged file aside and the new one in its place. Returns where the damaged one is.
fn put_in_place(path: &Path, draft: &Path) -> Result<PathBuf> {
    let (repaired, aside) = (repaired(path), numbered(path, last_number(path)? + 1));
    if fs::symlink_metadata(path).is_err() {
        // Its log goes by its name.
        data_files::create(path).map_err(at(path))?;
    }
    fs::rename(draft, &repaired).map_err(at(&repaired))?;
    if let Err(error) = fs::rename(path, &aside) {
        discard(&repaired)?;
        return Err(at(path)(error));
    }
    finish(path)?;
    Ok(aside)
}

fn repaired(path: &Path) -> PathBuf {
    with_suffix(path, ".repaired")
}

const ASIDE: &str = "catalog-damaged-";

/// The name beside `path` of a catalog that was put aside.
fn numbered(path: &Path, number: u64) -> PathBuf {
    path.with_file_name(format!("{ASIDE}{number}.db"))
}

/// The highest number of a catalog that was put aside, or of a log that is left of one.
fn last_number(path: &Path) -> Result<u64> {
    let directory = path.parent().unwrap_or(Path::new(""));
    let mut last = 0;
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        let name = entry.map_err(at(directory))?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(ASIDE)?.split_once('.')?.0.parse().ok());
        last = last.max(number.unwrap_or_default());
    }
    Ok(last)
}

/// A database file of ours beside the catalog, which is gone when the work is done or has failed.
struct Scrap(PathBuf);

impl Scrap {
    /// Where none is left of an earlier time.
    fn new(path: &Path, suffix: &str) -> Result<Self> {
        let scrap = Self(with_suffix(path, suffix));
        discard(&scrap.0)?;
        Ok(scrap)
    }
}

impl Drop for Scrap {
    fn drop(&mut self) {
        // What cannot be removed now costs nothing but space, and the next salvage tries again.
        let _ = discard(&self.0);
    }
}

/// Removes a database file with all that SQLite keeps beside it. What is no file in their places, or looks like a photo, is
/// put aside.
pub(crate) fn discard(path: &Path) -> Result<()> {
    for file in [""].iter().chain(&SIDECARS).map(|suffix| with_suffix(path, suffix)) {
        data_files::discard(&file).map_err(at(&file))?;
    }
    Ok(())
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CatalogError {
    let path = path.to_path_buf();
    move |source| CatalogError::Salvage { path, source }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Error, ffi};

    use super::*;

    #[test]
    fn what_passes_is_not_taken_for_damage() {
        let is_damage = |code| damage(Error::SqliteFailure(ffi::Error::new(code), None)).is_ok();
        assert!(is_damage(ffi::SQLITE_CORRUPT) && is_damage(ffi::SQLITE_NOTADB));
        let passing =
            [ffi::SQLITE_NOMEM, ffi::SQLITE_BUSY, ffi::SQLITE_LOCKED, ffi::SQLITE_CANTOPEN, ffi::SQLITE_FULL];
        assert!(!passing.into_iter().any(is_damage));
    }
}
