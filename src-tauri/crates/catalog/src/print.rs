//! Queries on `print`: by what edited copies of a picture are recognised.

use rusqlite::{Connection, OptionalExtension};

use crate::{ContentHash, Result};

/// A picture's print, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Print {
    /// How it was made.
    pub version: u32,
    /// What it is looked up by; none where it shows too little to be told from others.
    pub hash: Option<u64>,
    /// How sharp the thumbnail is.
    pub sharpness: f64,
    /// What it is compared by.
    pub levels: Vec<u8>,
}

/// Gives a picture its print, in place of any it has.
pub fn set(connection: &Connection, content_id: i64, print: &Print) -> Result<()> {
    let hash = print.hash.map(u64::cast_signed);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO print (content_id, version, hash, sharpness, levels) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((content_id, print.version, hash, print.sharpness, &print.levels))?;
    Ok(())
}

/// A picture's print.
pub fn get(connection: &Connection, content_id: i64) -> Result<Option<Print>> {
    let mut statement = connection
        .prepare_cached("SELECT version, hash, sharpness, levels FROM print WHERE content_id = ?1")?;
    let print = statement.query_row([content_id], |row| {
        Ok(Print {
            version: row.get(0)?,
            hash: row.get::<_, Option<i64>>(1)?.map(i64::cast_unsigned),
            sharpness: row.get(2)?,
            levels: row.get(3)?,
        })
    });
    Ok(print.optional()?)
}

/// Drops a picture's print.
pub fn delete(connection: &Connection, content_id: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM print WHERE content_id = ?1")?.execute([content_id])?;
    Ok(())
}

/// Pictures without a print of `version`, up to `count` with an id above `after`.
pub fn outstanding(
    connection: &Connection,
    version: u32,
    after: i64,
    count: usize,
) -> Result<Vec<(i64, ContentHash)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, hash FROM content WHERE id > ?2 AND NOT EXISTS \
         (SELECT 1 FROM print WHERE print.content_id = content.id AND version = ?1) ORDER BY id LIMIT ?3",
    )?;
    let pictures = statement
        .query_map((version, after, count as i64), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(pictures)
}

/// Picture and hash of all prints of `version` that have one.
pub fn hashes(connection: &Connection, version: u32) -> Result<Vec<(i64, u64)>> {
    // The index holds all three; the rows, levels included, would be fifty times as much to read.
    let mut statement = connection.prepare_cached(
        "SELECT content_id, hash FROM print INDEXED BY print_hash WHERE version = ?1 AND hash IS NOT NULL",
    )?;
    let hashes = statement
        .query_map([version], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(hashes)
}

/// Picture and levels of all prints of `version` that have no hash: of pictures that show next to nothing.
pub fn blank(connection: &Connection, version: u32) -> Result<Vec<(i64, Vec<u8>)>> {
    let mut statement = connection.prepare_cached(
        "SELECT content_id, levels FROM print INDEXED BY print_hash WHERE version = ?1 AND hash IS NULL",
    )?;
    let blank = statement
        .query_map([version], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(blank)
}
