//! Queries on `stand_in`: vectors that were made of a picture's thumbnail, until its file can be read.

use rusqlite::Connection;

use crate::Result;

/// Notes that the whole-picture vector of a picture was made of its thumbnail.
pub fn insert(connection: &Connection, content_id: i64, model_id: i64) -> Result<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO stand_in (model_id, content_id) VALUES (?1, ?2)")?
        .execute((model_id, content_id))?;
    Ok(())
}

/// Takes that back. Returns whether it was so.
pub fn delete(connection: &Connection, content_id: i64, model_id: i64) -> Result<bool> {
    let mut statement =
        connection.prepare_cached("DELETE FROM stand_in WHERE model_id = ?1 AND content_id = ?2")?;
    Ok(statement.execute((model_id, content_id))? > 0)
}

/// Whether it is so.
pub fn is_one(connection: &Connection, content_id: i64, model_id: i64) -> Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM stand_in WHERE model_id = ?1 AND content_id = ?2")?;
    Ok(statement.exists((model_id, content_id))?)
}

/// The pictures of which it is so.
pub fn all(connection: &Connection, model_id: i64) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT content_id FROM stand_in WHERE model_id = ?1")?;
    let ids = statement.query_map([model_id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}
