//! Queries on `folder`: the trees the person added.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row};

use crate::Result;
use crate::path_bytes::{PathBytes, to_bytes};

/// A folder's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Row id.
    pub id: i64,
    /// Absolute path.
    pub path: PathBuf,
    /// Whether the folder was there when last looked at.
    pub online: bool,
    /// When it was last seen, Unix milliseconds.
    pub last_seen_at: Option<i64>,
    /// Whether its photos are to be embedded in parts, too, where that was said of it.
    pub looked_into: Option<bool>,
}

const COLUMNS: &str = "id, path, state, last_seen_at, \
     (SELECT looked_into FROM folder_regions WHERE folder_id = folder.id)";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Folder> {
    Ok(Folder {
        id: row.get(0)?,
        path: row.get::<_, PathBytes<PathBuf>>(1)?.0,
        online: row.get::<_, String>(2)? == "online",
        last_seen_at: row.get(3)?,
        looked_into: row.get(4)?,
    })
}

/// Adds a folder and returns its id.
pub fn insert(connection: &Connection, path: &Path, now: i64) -> Result<i64> {
    connection
        .prepare_cached("INSERT INTO folder (path, added_at) VALUES (?1, ?2)")?
        .execute((PathBytes(path), now))?;
    Ok(connection.last_insert_rowid())
}

/// All folders, by path.
pub fn all(connection: &Connection) -> Result<Vec<Folder>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM folder ORDER BY path"))?;
    let folders = statement.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(folders)
}

/// The folder with this id.
pub fn by_id(connection: &Connection, id: i64) -> Result<Option<Folder>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM folder WHERE id = ?1"))?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// Forgets all folders with their photos and failures.
pub fn delete_all(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM folder", [])?;
    Ok(())
}

/// Notes that the folder is there. Returns whether it was offline before.
pub fn set_online(connection: &Connection, id: i64, now: i64) -> Result<bool> {
    let was_offline = is_in_state(connection, id, "offline")?;
    connection
        .prepare_cached("UPDATE folder SET state = 'online', last_seen_at = ?2 WHERE id = ?1")?
        .execute((id, now))?;
    Ok(was_offline)
}

/// Gives a folder another path; its photos are those of the same names there.
pub fn set_path(connection: &Connection, id: i64, path: &Path) -> Result<()> {
    connection.prepare_cached("UPDATE folder SET path = ?2 WHERE id = ?1")?.execute((id, PathBytes(path)))?;
    Ok(())
}

/// Whether the folder is still one of the library's.
pub fn exists(connection: &Connection, id: i64) -> Result<bool> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM folder WHERE id = ?1")?;
    Ok(statement.exists([id])?)
}

/// Notes that the folder is not there. Nothing else changes. Returns whether it was online before.
pub fn set_offline(connection: &Connection, id: i64) -> Result<bool> {
    let was_online = is_in_state(connection, id, "online")?;
    connection.prepare_cached("UPDATE folder SET state = 'offline' WHERE id = ?1")?.execute([id])?;
    Ok(was_online)
}

/// Says whether the folder's photos are to be embedded in parts, too, whatever is said of the library.
pub fn set_looked_into(connection: &Connection, id: i64, on: bool) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO folder_regions (folder_id, looked_into) VALUES (?1, ?2)")?
        .execute((id, on))?;
    Ok(())
}

/// Takes back what was said so of all folders.
pub fn forget_looked_into(connection: &Connection) -> Result<()> {
    connection.prepare_cached("DELETE FROM folder_regions")?.execute([])?;
    Ok(())
}

fn is_in_state(connection: &Connection, id: i64, state: &str) -> Result<bool> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM folder WHERE id = ?1 AND state = ?2")?;
    Ok(statement.exists((id, state))?)
}

/// Forgets a folder with its photos and failures. Pictures left without a photo stay until collected.
pub fn delete(connection: &Connection, id: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM folder WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Hands everything of folder `inner` to folder `outer`, whose subfolder `prefix` it is, and drops `inner`.
pub fn absorb(connection: &Connection, outer: i64, inner: i64, prefix: &Path) -> Result<()> {
    let mut start = to_bytes(prefix);
    start.push(std::path::MAIN_SEPARATOR as u8);
    for table in ["photo", "failure"] {
        // Concatenation makes text; the column is a blob.
        let sql = format!(
            "UPDATE {table} SET folder_id = ?1, path = CAST(?3 || path AS BLOB) WHERE folder_id = ?2"
        );
        connection.prepare_cached(&sql)?.execute((outer, inner, &start))?;
    }
    delete(connection, inner)
}
