//! Queries on `content`: pictures by the hash of their bytes.

use rusqlite::{Connection, OptionalExtension};

use crate::{ContentHash, Result};

/// What is known of a picture without its pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// BLAKE3 of the file's bytes.
    pub hash: ContentHash,
    /// Lower-case name of the file format.
    pub format: String,
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// When it was taken, `YYYY-MM-DDTHH:MM:SS` in local time, if the file says.
    pub captured_at: Option<String>,
}

/// The id of the picture with this hash.
pub fn id_by_hash(connection: &Connection, hash: &ContentHash) -> Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM content WHERE hash = ?1")?;
    Ok(statement.query_row([hash.as_slice()], |row| row.get(0)).optional()?)
}

/// Adds the picture, or finds it when its hash is known, and returns its id.
pub fn insert(connection: &Connection, content: &Content) -> Result<i64> {
    if let Some(id) = id_by_hash(connection, &content.hash)? {
        return Ok(id);
    }
    connection
        .prepare_cached(
            "INSERT INTO content (hash, format, width, height, captured_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((
            content.hash.as_slice(),
            &content.format,
            content.width,
            content.height,
            &content.captured_at,
        ))?;
    Ok(connection.last_insert_rowid())
}

/// Pictures that no photo holds any more.
pub fn orphans(connection: &Connection) -> Result<Vec<(i64, ContentHash)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, hash FROM content WHERE NOT EXISTS (SELECT 1 FROM photo WHERE photo.content_id = content.id)",
    )?;
    let orphans =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    Ok(orphans)
}

/// Drops a picture and its vectors.
pub fn delete(connection: &Connection, id: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM content WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// What is known of a picture.
pub fn by_id(connection: &Connection, id: i64) -> Result<Option<Content>> {
    let mut statement = connection
        .prepare_cached("SELECT hash, format, width, height, captured_at FROM content WHERE id = ?1")?;
    let content = statement.query_row([id], |row| {
        Ok(Content {
            hash: row.get(0)?,
            format: row.get(1)?,
            width: row.get(2)?,
            height: row.get(3)?,
            captured_at: row.get(4)?,
        })
    });
    Ok(content.optional()?)
}

/// Ids and hashes of all pictures.
pub fn all_hashes(connection: &Connection) -> Result<Vec<(i64, ContentHash)>> {
    let mut statement = connection.prepare_cached("SELECT id, hash FROM content")?;
    let hashes =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    Ok(hashes)
}

/// Ids of pictures that have no whole-picture vector of this model.
pub fn without_embedding(connection: &Connection, model_id: i64) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM content WHERE NOT EXISTS (SELECT 1 FROM embedding \
         WHERE embedding.content_id = content.id AND embedding.model_id = ?1 AND embedding.x IS NULL)",
    )?;
    let ids = statement.query_map([model_id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}
