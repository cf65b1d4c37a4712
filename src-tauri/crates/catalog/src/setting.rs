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

/// Keys that begin with this text, and what is stored under them, by key.
pub fn with_prefix(connection: &Connection, prefix: &str) -> Result<Vec<(String, String)>> {
    let mut statement = connection
        .prepare_cached("SELECT key, value FROM setting WHERE key >= ?1 AND key < ?2 ORDER BY key")?;
    let settings = statement
        .query_map((prefix, end_of(prefix)), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(settings)
}

/// Drops all keys that begin with this text.
pub fn delete_with_prefix(connection: &Connection, prefix: &str) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM setting WHERE key >= ?1 AND key < ?2")?
        .execute((prefix, end_of(prefix)))?;
    Ok(())
}

/// Comes after all texts that begin with this one.
fn end_of(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

/// Drops what is stored under a key.
pub fn delete(connection: &Connection, key: &str) -> Result<()> {
    connection.prepare_cached("DELETE FROM setting WHERE key = ?1")?.execute([key])?;
    Ok(())
}
