//! Queries on `unverified`: pairs that may be copies, and wait until both pictures can be looked at.

use rusqlite::Connection;

use crate::Result;

/// Notes that two pictures, the one with the smaller id first, are yet to be looked at.
pub fn insert(connection: &Connection, model_id: i64, (one, other): (i64, i64)) -> Result<()> {
    connection
        .prepare_cached(
            // Of pictures that are both still there.
            "INSERT OR IGNORE INTO unverified (model_id, one, other) SELECT ?1, ?2, ?3 \
             WHERE EXISTS (SELECT 1 FROM content WHERE id = ?2) AND EXISTS (SELECT 1 FROM content WHERE id = ?3)",
        )?
        .execute((model_id, one, other))?;
    Ok(())
}

/// The pairs of this model, the smaller id of each first, of which each has a photo in a folder that is there.
pub fn in_reach(connection: &Connection, model_id: i64) -> Result<Vec<(i64, i64)>> {
    let is_there = |id: &str| {
        format!(
            "EXISTS (SELECT 1 FROM photo JOIN folder ON folder.id = photo.folder_id \
             WHERE photo.content_id = {id} AND folder.state = 'online')"
        )
    };
    let (one, other) = (is_there("one"), is_there("other"));
    let mut statement = connection.prepare_cached(&format!(
        "SELECT one, other FROM unverified WHERE model_id = ?1 AND {one} AND {other}"
    ))?;
    let pairs = statement.query_map([model_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(pairs.collect::<rusqlite::Result<_>>()?)
}

/// Forgets a pair.
pub fn delete(connection: &Connection, model_id: i64, (one, other): (i64, i64)) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM unverified WHERE model_id = ?1 AND one = ?2 AND other = ?3")?
        .execute((model_id, one, other))?;
    Ok(())
}
