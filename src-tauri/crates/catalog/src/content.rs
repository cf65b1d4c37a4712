//! Queries on `content`: pictures by the hash of their bytes.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::{ContentHash, Placeholder, Result};

/// What is known of a picture without its pixels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Shown while the thumbnail is loaded; none in pictures indexed before there were any.
    pub placeholder: Option<Placeholder>,
}

/// The id of the picture with this hash.
pub fn id_by_hash(connection: &Connection, hash: &ContentHash) -> Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM content WHERE hash = ?1")?;
    Ok(statement.query_row([hash.as_slice()], |row| row.get(0)).optional()?)
}

/// Adds the picture, or gives the one with its hash what was read now, and returns its id.
pub fn upsert(connection: &Connection, content: &Content) -> Result<i64> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO content (hash, format, width, height, captured_at, placeholder) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (hash) DO UPDATE \
         SET format = ?2, width = ?3, height = ?4, captured_at = ?5, placeholder = ?6 \
         RETURNING id",
    )?;
    let Content { hash, format, width, height, captured_at, placeholder } = content;
    let row = (hash.as_slice(), format, width, height, captured_at, placeholder.as_ref().map(|p| &p[..]));
    Ok(statement.query_row(row, |row| row.get(0))?)
}

/// Up to `count` pictures that no photo holds any more, of those with an id above `after`, by id.
pub fn orphans(connection: &Connection, after: i64, count: usize) -> Result<Vec<(i64, ContentHash)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, hash FROM content \
         WHERE id > ?1 AND NOT EXISTS (SELECT 1 FROM photo WHERE photo.content_id = content.id) \
         ORDER BY id LIMIT ?2",
    )?;
    let orphans = statement
        .query_map((after, count as i64), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(orphans)
}

/// Drops a picture and its vectors.
pub fn delete(connection: &Connection, id: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM content WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// What is known of a picture.
pub fn by_id(connection: &Connection, id: i64) -> Result<Option<Content>> {
    let mut statement = connection.prepare_cached(
        "SELECT hash, format, width, height, captured_at, placeholder FROM content WHERE id = ?1",
    )?;
    let content = statement.query_row([id], |row| {
        Ok(Content {
            hash: row.get(0)?,
            format: row.get(1)?,
            width: row.get(2)?,
            height: row.get(3)?,
            captured_at: row.get(4)?,
            placeholder: row.get(5)?,
        })
    });
    Ok(content.optional()?)
}

/// Ids of all pictures, in order.
pub fn all_ids(connection: &Connection) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM content ORDER BY id")?;
    let ids = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
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

/// Up to `count` pictures of which a photo is in a folder that is there and that have no whole-picture vector of this
/// model, of those with an id above `after`, by id.
pub fn to_embed(connection: &Connection, model_id: i64, after: i64, count: usize) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id FROM content WHERE id > ?2 AND {HAS_ONLINE_PHOTO} AND {LACKS_EMBEDDING} ORDER BY id LIMIT ?3"
    ))?;
    let ids = statement
        .query_map((model_id, after, count as i64), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// How many pictures there are of which a photo is in a folder that is there, and how many of these have no
/// whole-picture vector of this model.
pub fn count_to_embed(connection: &Connection, model_id: i64) -> Result<(u64, u64)> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT count(*), count(*) FILTER (WHERE {LACKS_EMBEDDING}) FROM content WHERE {HAS_ONLINE_PHOTO}"
    ))?;
    let counts = statement
        .query_row([model_id], |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64)));
    Ok(counts?)
}

/// Up to `count` pictures, with their hashes, whose photos are all in folders that are not there and that have no
/// whole-picture vector of this model, of those with an id above `after`, by id.
pub fn away_to_embed(
    connection: &Connection,
    model_id: i64,
    after: i64,
    count: usize,
) -> Result<Vec<(i64, ContentHash)>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, hash FROM content WHERE id > ?2 AND {LACKS_EMBEDDING} AND {IS_AWAY} ORDER BY id LIMIT ?3"
    ))?;
    let pictures = statement
        .query_map((model_id, after, count as i64), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(pictures)
}

/// How many of them there are.
pub fn count_away_to_embed(connection: &Connection, model_id: i64) -> Result<u64> {
    let mut statement = connection
        .prepare_cached(&format!("SELECT count(*) FROM content WHERE {LACKS_EMBEDDING} AND {IS_AWAY}"))?;
    Ok(statement.query_row([model_id], |row| row.get::<_, i64>(0))? as u64)
}

const HAS_ONLINE_PHOTO: &str = "EXISTS (SELECT 1 FROM photo JOIN folder ON folder.id = folder_id \
     WHERE photo.content_id = content.id AND state = 'online' \
     AND NOT EXISTS (SELECT 1 FROM absent WHERE photo_id = photo.id))";

const IS_AWAY: &str = "EXISTS (SELECT 1 FROM photo WHERE photo.content_id = content.id) \
     AND NOT EXISTS (SELECT 1 FROM photo JOIN folder ON folder.id = folder_id \
                     WHERE photo.content_id = content.id AND state = 'online' \
     AND NOT EXISTS (SELECT 1 FROM absent WHERE photo_id = photo.id))";

const LACKS_EMBEDDING: &str = "NOT EXISTS (SELECT 1 FROM embedding \
     WHERE embedding.content_id = content.id AND embedding.model_id = ?1 AND embedding.x IS NULL)";

/// Hashes of up to `count` pictures in runs of `length` whose photos were found one after the other, the runs spread
/// evenly over all.
pub fn runs(connection: &Connection, count: usize, length: usize) -> Result<Vec<ContentHash>> {
    let (total, highest): (i64, i64) =
        connection.query_row("SELECT count(*), coalesce(max(id), 0) FROM content", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let wanted = (count as i64).min(total);
    let length = if total <= count as i64 { total } else { length as i64 };
    let (mut hashes, mut last) = (Vec::new(), 0);
    let mut statement =
        connection.prepare_cached("SELECT id, hash FROM content WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let starts = (0..wanted).step_by(length.max(1) as usize).map(|nth| nth * highest / wanted.max(1));
    for start in starts {
        let mut rows = statement.query((start.max(last), length))?;
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            hashes.push(row.get(1)?);
        }
    }
    Ok(hashes)
}

/// Up to `count` pictures without a placeholder, of those with an id above `after`, by id.
pub fn without_placeholder(
    connection: &Connection,
    after: i64,
    count: usize,
) -> Result<Vec<(i64, ContentHash)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, hash FROM content WHERE placeholder IS NULL AND id > ?1 ORDER BY id LIMIT ?2",
    )?;
    let pictures = statement
        .query_map((after, count as i64), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(pictures)
}

/// Gives a picture its placeholder.
pub fn set_placeholder(connection: &Connection, id: i64, placeholder: &Placeholder) -> Result<()> {
    connection
        .prepare_cached("UPDATE content SET placeholder = ?2 WHERE id = ?1")?
        .execute((id, placeholder.as_slice()))?;
    Ok(())
}

/// Has everything that is made from pictures made anew, for all of them.
pub fn outdate_all(connection: &Connection) -> Result<()> {
    connection.execute("UPDATE content SET outdated = 1", [])?;
    Ok(())
}

/// Has everything that is made from pictures of a format made anew.
pub fn outdate_format(connection: &Connection, format: &str) -> Result<()> {
    connection.prepare_cached("UPDATE content SET outdated = 1 WHERE format = ?1")?.execute([format])?;
    Ok(())
}

/// Whether what was made from a picture is to be made anew.
pub fn is_outdated(connection: &Connection, id: i64) -> Result<bool> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM content WHERE id = ?1 AND outdated = 1")?;
    Ok(statement.exists([id])?)
}

/// Notes that everything made from a picture is new.
pub fn set_current(connection: &Connection, id: i64) -> Result<()> {
    connection
        .prepare_cached("UPDATE content SET outdated = 0 WHERE id = ?1 AND outdated = 1")?
        .execute([id])?;
    Ok(())
}

/// Ids of pictures that are to be read again.
pub fn outdated(connection: &Connection) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM content WHERE outdated = 1")?;
    let ids = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// Drops all pictures with their vectors; there must be no photos any more.
pub fn delete_all(connection: &Connection) -> Result<()> {
    // SQLite empties a table at once only where no key has to be followed.
    for table in ["embedding", "copy", "compared", "print", "content"] {
        connection.execute(&format!("DELETE FROM {table}"), [])?;
    }
    Ok(())
}
