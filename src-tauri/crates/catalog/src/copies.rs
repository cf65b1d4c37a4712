//! Queries on `copy` and `compared`: which pictures are copies of which, and of which that is known.

use rusqlite::Connection;

use crate::Result;

/// Two pictures that are copies of each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Copy {
    /// The smaller id.
    pub one: i64,
    /// The larger id.
    pub other: i64,
    /// How alike they are.
    pub similarity: f32,
}

/// Keeps what came of comparing a picture with the others.
pub fn insert(
    connection: &Connection,
    content_id: i64,
    (model_id, version): (i64, u32),
    copies: &[Copy],
) -> Result<()> {
    add(connection, model_id, copies)?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO compared (model_id, content_id, version) SELECT ?1, ?2, ?3 \
             WHERE EXISTS (SELECT 1 FROM content WHERE id = ?2)",
        )?
        .execute((model_id, content_id, version))?;
    Ok(())
}

/// Keeps pairs that are copies.
pub fn add(connection: &Connection, model_id: i64, copies: &[Copy]) -> Result<()> {
    let mut insert = connection.prepare_cached(
        // Of pictures that are both still there.
        "INSERT OR IGNORE INTO copy (model_id, one, other, similarity) SELECT ?1, ?2, ?3, ?4 \
         WHERE EXISTS (SELECT 1 FROM content WHERE id = ?2) AND EXISTS (SELECT 1 FROM content WHERE id = ?3)",
    )?;
    for copy in copies {
        insert.execute((model_id, copy.one, copy.other, f64::from(copy.similarity)))?;
    }
    Ok(())
}

/// Pictures with a whole-picture vector of this model that were not compared in the way of `version`.
pub fn outstanding(connection: &Connection, (model_id, version): (i64, u32)) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT content_id FROM embedding INDEXED BY embedding_whole \
         WHERE model_id = ?1 AND x IS NULL AND NOT EXISTS \
         (SELECT 1 FROM compared WHERE compared.model_id = ?1 \
          AND compared.content_id = embedding.content_id AND version = ?2)",
    )?;
    let ids = statement.query_map((model_id, version), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// Whether a picture was compared with the others in the way of `version`.
pub fn is_compared(
    connection: &Connection,
    content_id: i64,
    (model_id, version): (i64, u32),
) -> Result<bool> {
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM compared WHERE model_id = ?1 AND content_id = ?2 AND version = ?3")?;
    Ok(statement.exists((model_id, content_id, version))?)
}

/// The pictures that are copies of one, as far as they were compared in the way of `version`.
pub fn of(connection: &Connection, content_id: i64, (model_id, version): (i64, u32)) -> Result<Vec<i64>> {
    // What was compared in another way is forgotten before anything is compared in this one.
    let mut statement = connection.prepare_cached(
        "SELECT copy FROM (SELECT other AS copy FROM copy WHERE model_id = ?1 AND one = ?2 \
         UNION SELECT one FROM copy WHERE model_id = ?1 AND other = ?2) \
         WHERE EXISTS (SELECT 1 FROM compared WHERE model_id = ?1 AND version = ?3 \
         AND compared.content_id IN (copy, ?2))",
    )?;
    let ids = statement
        .query_map((model_id, content_id, version), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// All pairs of this model.
pub fn all(connection: &Connection, model_id: i64) -> Result<Vec<Copy>> {
    let mut statement =
        connection.prepare_cached("SELECT one, other, similarity FROM copy WHERE model_id = ?1")?;
    let copies = statement
        .query_map([model_id], |row| {
            Ok(Copy { one: row.get(0)?, other: row.get(1)?, similarity: row.get::<_, f64>(2)? as f32 })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(copies)
}

/// Forgets what is known of a picture, of every model: it is compared again.
pub fn forget(connection: &Connection, content_id: i64) -> Result<()> {
    for statement in [
        "DELETE FROM compared WHERE content_id = ?1",
        "DELETE FROM copy WHERE one = ?1",
        "DELETE FROM copy WHERE other = ?1",
        "DELETE FROM unverified WHERE one = ?1",
        "DELETE FROM unverified WHERE other = ?1",
    ] {
        connection.prepare_cached(statement)?.execute([content_id])?;
    }
    Ok(())
}

/// Whether any pictures were compared in another way.
pub fn has_outdated(connection: &Connection, (model_id, version): (i64, u32)) -> Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM compared WHERE model_id = ?1 AND version <> ?2 LIMIT 1")?;
    Ok(statement.exists((model_id, version))?)
}

/// Forgets all that is known by this model.
pub fn forget_all(connection: &Connection, model_id: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM copy WHERE model_id = ?1")?.execute([model_id])?;
    connection.prepare_cached("DELETE FROM compared WHERE model_id = ?1")?.execute([model_id])?;
    connection.prepare_cached("DELETE FROM unverified WHERE model_id = ?1")?.execute([model_id])?;
    Ok(())
}
