//! Queries on `failure`: files that could not be read as pictures, and why.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row};

use crate::Result;
use crate::path_bytes::{PathBytes, below};
use crate::photo::{self, Mark, Stamp};

/// A failure's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The folder's id.
    pub folder_id: i64,
    /// Relative to the folder.
    pub relative: PathBuf,
    /// Absolute path.
    pub path: PathBuf,
    /// Stable name of the reason.
    pub code: String,
    /// The reason in words a person understands.
    pub reason: String,
}

/// Records a failure, in place of an earlier one of the same file.
pub fn upsert(
    connection: &Connection,
    folder_id: i64,
    path: &Path,
    stamp: Stamp,
    (code, reason): (&str, &str),
    now: i64,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO failure (folder_id, path, size, modified_ns, code, reason, failed_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((folder_id, PathBytes(path), stamp.size as i64, stamp.modified_ns, code, reason, now))?;
    Ok(())
}

/// Notes what the file system has of a file that failed.
pub fn set_mark(connection: &Connection, folder_id: i64, path: &Path, mark: Mark) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO failure_mark (folder_id, path, number, changed_ns) \
             SELECT folder_id, path, ?3, ?4 FROM failure WHERE folder_id = ?1 AND path = ?2",
        )?
        .execute((folder_id, PathBytes(path), mark.number, mark.changed_ns))?;
    Ok(())
}

/// Drops the failure of a file, if there is one.
pub fn delete(connection: &Connection, folder_id: i64, path: &Path) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM failure WHERE folder_id = ?1 AND path = ?2")?
        .execute((folder_id, PathBytes(path)))?;
    Ok(())
}

/// All failures, by path.
pub fn all(connection: &Connection) -> Result<Vec<Failure>> {
    let mut statement = connection.prepare_cached(
        "SELECT folder.path, failure.path, code, reason, folder_id FROM failure \
         JOIN folder ON folder.id = folder_id ORDER BY folder.path, failure.path",
    )?;
    let failures = statement.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(failures)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Failure> {
    let folder = row.get::<_, PathBytes<PathBuf>>(0)?.0;
    let relative = row.get::<_, PathBytes<PathBuf>>(1)?.0;
    let path = folder.join(&relative);
    Ok(Failure { folder_id: row.get(4)?, relative, path, code: row.get(2)?, reason: row.get(3)? })
}

/// How many failures there are.
pub fn count(connection: &Connection) -> Result<u64> {
    let mut statement = connection.prepare_cached("SELECT count(*) FROM failure")?;
    let count: i64 = statement.query_row([], |row| row.get(0))?;
    Ok(count as u64)
}

/// Gives all failures this stamp.
pub fn set_stamps(connection: &Connection, stamp: Stamp) -> Result<()> {
    connection
        .prepare_cached("UPDATE failure SET size = ?1, modified_ns = ?2")?
        .execute((stamp.size as i64, stamp.modified_ns))?;
    Ok(())
}

/// Calls `each` with relative path, stamp and mark of the failures of a folder at or below `prefix`; there is no mark where a
/// program noted the failure that noted none.
pub fn for_each_stamp(
    connection: &Connection,
    folder_id: i64,
    prefix: &Path,
    mut each: impl FnMut(PathBuf, Stamp, Option<Mark>),
) -> Result<()> {
    let (lower, upper) = below(prefix);
    let mut statement = connection.prepare_cached(
        "SELECT failure.path, size, modified_ns, failure_mark.path IS NOT NULL, number, changed_ns \
         FROM failure LEFT JOIN failure_mark USING (folder_id, path) \
         WHERE folder_id = ?1 AND (failure.path = ?2 OR (failure.path >= ?3 AND failure.path < ?4))",
    )?;
    let mut rows = statement.query((folder_id, PathBytes(prefix), lower, upper))?;
    while let Some(row) = rows.next()? {
        let stamp = Stamp { size: row.get::<_, i64>(1)? as u64, modified_ns: row.get(2)? };
        let mark = if row.get(3)? { Some(photo::mark(row, 4)?) } else { None };
        each(row.get::<_, PathBytes<PathBuf>>(0)?.0, stamp, mark);
    }
    Ok(())
}
