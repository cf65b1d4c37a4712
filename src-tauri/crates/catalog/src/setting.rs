//! Queries on `setting`: texts by key. What they mean is for those who write them to know.

use rusqlite::{Connection, OptionalExtension};

use crate::Result;

/// The text stored under a key.
pub fn get(connection: &Connection, key: &str) -> Result<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

/// Stores a text under a key, in place of the one that is there.
pub fn set(connection: &Connection, key: &str, value: &str) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO setting (key, value) VALUES (?1, ?2)")?
        .execute((key, value))?;
    Ok(())
}

/// Drops what is stored under a key.
pub fn delete(connection: &Connection, key: &str) -> Result<()> {
    connection.prepare_cached("DELETE FROM setting WHERE key = ?1")?.execute([key])?;
    Ok(())
}
