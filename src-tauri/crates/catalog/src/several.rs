//! Queries on `several`: pictures that are the first of several in their files.

use std::collections::HashSet;

use rusqlite::Connection;

use crate::Result;

/// Notes whether a picture is the first of several.
pub fn set(connection: &Connection, content_id: i64, is_first_of_several: bool) -> Result<()> {
    let sql = if is_first_of_several {
        "INSERT OR IGNORE INTO several (content_id) VALUES (?1)"
    } else {
        "DELETE FROM several WHERE content_id = ?1"
    };
    connection.prepare_cached(sql)?.execute([content_id])?;
    Ok(())
}

/// All such pictures, by content id.
pub fn all(connection: &Connection) -> Result<HashSet<i64>> {
    let mut statement = connection.prepare_cached("SELECT content_id FROM several")?;
    let ids = statement.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}
