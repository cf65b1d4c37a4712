//! Queries on `absent`: photos that were not found where they were, and that stay.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use crate::Result;

/// How many photos of a folder are absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// All of them.
    pub all: u64,
    /// Those of which the person is asked whether they were deleted.
    pub in_question: u64,
}

/// The absent photos of a folder, and of each whether the person is asked about it.
pub fn of_folder(connection: &Connection, folder_id: i64) -> Result<HashMap<i64, bool>> {
    let mut statement = connection.prepare_cached(
        "SELECT photo_id, in_question FROM absent JOIN photo ON photo.id = photo_id WHERE folder_id = ?1",
    )?;
    let photos = statement.query_map([folder_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(photos.collect::<rusqlite::Result<_>>()?)
}

/// All absent photos.
pub fn all(connection: &Connection) -> Result<HashSet<i64>> {
    let mut statement = connection.prepare_cached("SELECT photo_id FROM absent")?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// How many there are of each folder that has any, by the folder's id.
pub fn count_by_folder(connection: &Connection) -> Result<HashMap<i64, Count>> {
    let mut statement = connection.prepare_cached(
        "SELECT folder_id, count(*), sum(in_question) FROM absent JOIN photo ON photo.id = photo_id \
         GROUP BY folder_id",
    )?;
    let counts = statement.query_map([], |row| {
        let count = |column| row.get::<_, i64>(column).map(|count| count as u64);
        Ok((row.get(0)?, Count { all: count(1)?, in_question: count(2)? }))
    })?;
    Ok(counts.collect::<rusqlite::Result<_>>()?)
}

/// Notes that a photo is absent. Nothing happens for one that the catalog has no more.
pub fn insert(connection: &Connection, photo_id: i64, in_question: bool) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO absent (photo_id, in_question) SELECT id, ?2 FROM photo WHERE id = ?1",
        )?
        .execute((photo_id, in_question))?;
    Ok(())
}

/// Notes that a photo is there.
pub fn delete(connection: &Connection, photo_id: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM absent WHERE photo_id = ?1")?.execute([photo_id])?;
    Ok(())
}
