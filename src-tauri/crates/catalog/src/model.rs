//! Queries on `model`: what vectors were made with.

use rusqlite::{Connection, OptionalExtension};

use crate::Result;

/// Adds the model, or finds it by its identity, and returns its id.
pub fn insert(connection: &Connection, identity: &str, name: &str, dimension: usize) -> Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO model (identity, name, dimension) VALUES (?1, ?2, ?3) \
             ON CONFLICT (identity) DO UPDATE SET name = excluded.name",
        )?
        .execute((identity, name, dimension as i64))?;
    let mut statement = connection.prepare_cached("SELECT id FROM model WHERE identity = ?1")?;
    Ok(statement.query_row([identity], |row| row.get(0))?)
}

/// The id of the model with this identity and name.
pub fn id(connection: &Connection, identity: &str, name: &str) -> Result<Option<i64>> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM model WHERE identity = ?1 AND name = ?2")?;
    Ok(statement.query_row((identity, name), |row| row.get(0)).optional()?)
}
