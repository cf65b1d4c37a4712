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

/// The one of two names under which there are the most whole-picture vectors, the first of two with as many; none where
/// there are no vectors.
pub fn most_used(connection: &Connection, names: [&str; 2]) -> Result<Option<String>> {
    let mut statement = connection.prepare_cached(
        "SELECT name, (SELECT count(*) FROM embedding WHERE model_id = model.id AND x IS NULL) AS vectors \
         FROM model WHERE name IN (?1, ?2) AND vectors > 0 ORDER BY vectors DESC, name = ?1 DESC LIMIT 1",
    )?;
    Ok(statement.query_row(names, |row| row.get(0)).optional()?)
}

/// The id of the model with this identity, whatever its name.
pub fn by_identity(connection: &Connection, identity: &str) -> Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM model WHERE identity = ?1")?;
    Ok(statement.query_row([identity], |row| row.get(0)).optional()?)
}

/// Drops the vectors of a model of the pictures with ids from `first` up to `last`.
pub fn forget_vectors(connection: &Connection, model_id: i64, first: i64, last: i64) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM embedding WHERE content_id BETWEEN ?2 AND ?3 AND model_id = ?1")?
        .execute((model_id, first, last))?;
    connection
        .prepare_cached("DELETE FROM tiling WHERE model_id = ?1 AND content_id BETWEEN ?2 AND ?3")?
        .execute((model_id, first, last))?;
    Ok(())
}

/// Drops a model that has no vectors any more, with its calibration.
pub fn delete(connection: &Connection, id: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM model WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// The id of the model with this identity and name.
pub fn id(connection: &Connection, identity: &str, name: &str) -> Result<Option<i64>> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM model WHERE identity = ?1 AND name = ?2")?;
    Ok(statement.query_row((identity, name), |row| row.get(0)).optional()?)
}
