//! Queries on `damage`: pictures of which a part is missing.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension};

use crate::Result;
use crate::path_bytes::PathBytes;

/// A photo of such a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// The photo's id.
    pub photo: i64,
    /// Absolute path.
    pub path: PathBuf,
    /// How much is missing, in thousandths.
    pub missing: u16,
}

/// Notes how much of a picture is missing, in thousandths.
pub fn set(connection: &Connection, content_id: i64, missing: u16) -> Result<()> {
    let sql = match missing {
        0 => "DELETE FROM damage WHERE content_id = ?1 AND ?2 = 0",
        _ => "INSERT OR REPLACE INTO damage (content_id, missing) VALUES (?1, ?2)",
    };
    connection.prepare_cached(sql)?.execute((content_id, missing))?;
    Ok(())
}

/// How much of a picture is missing, in thousandths.
pub fn of(connection: &Connection, content_id: i64) -> Result<u16> {
    let mut statement = connection.prepare_cached("SELECT missing FROM damage WHERE content_id = ?1")?;
    Ok(statement.query_row([content_id], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// All photos of such pictures, by path.
pub fn all(connection: &Connection) -> Result<Vec<Damaged>> {
    let mut statement = connection.prepare_cached(
        "SELECT photo.id, folder.path, photo.path, missing FROM damage \
         JOIN photo USING (content_id) JOIN folder ON folder.id = folder_id \
         ORDER BY folder.path, photo.path",
    )?;
    let damaged = statement.query_map([], |row| {
        let folder = row.get::<_, PathBytes<PathBuf>>(1)?.0;
        let path = folder.join(row.get::<_, PathBytes<PathBuf>>(2)?.0);
        Ok(Damaged { photo: row.get(0)?, path, missing: row.get(3)? })
    })?;
    Ok(damaged.collect::<rusqlite::Result<_>>()?)
}

/// How many photos there are of such pictures.
pub fn count(connection: &Connection) -> Result<u64> {
    let mut statement =
        connection.prepare_cached("SELECT count(*) FROM damage JOIN photo USING (content_id)")?;
    let count: i64 = statement.query_row([], |row| row.get(0))?;
    Ok(count as u64)
}
