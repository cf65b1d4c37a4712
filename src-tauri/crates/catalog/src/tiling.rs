//! Queries on `tiling`, and on the vectors of regions that belong to it.

use rusqlite::Connection;

use crate::embedding::{to_bytes, vector};
use crate::{Region, Result};

/// The vectors of a picture's regions, as they are stored.
#[derive(Debug, Clone, Copy)]
pub struct Tiling<'a> {
    /// How the picture was cut, and how the codes were made.
    pub version: u32,
    /// Region and int8 vector of each part; none where the picture has nothing to cut.
    pub regions: &'a [(Region, Vec<i8>)],
    /// What the parts are searched by, in the same order.
    pub codes: &'a [u8],
}

/// Gives a picture its regions, in place of any it has of this model.
pub fn replace(connection: &Connection, content_id: i64, model_id: i64, tiling: Tiling<'_>) -> Result<()> {
    delete(connection, content_id, model_id)?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO embedding (content_id, model_id, x, y, width, height, vector) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (Region { x, y, width, height }, vector) in tiling.regions {
        insert.execute((content_id, model_id, x, y, width, height, to_bytes(vector)))?;
    }
    connection
        .prepare_cached("INSERT INTO tiling (content_id, model_id, version, codes) VALUES (?1, ?2, ?3, ?4)")?
        .execute((content_id, model_id, tiling.version, tiling.codes))?;
    Ok(())
}

/// Drops a picture's regions of this model.
pub fn delete(connection: &Connection, content_id: i64, model_id: i64) -> Result<()> {
    let row = (content_id, model_id);
    connection
        .prepare_cached("DELETE FROM embedding WHERE content_id = ?1 AND model_id = ?2 AND x IS NOT NULL")?
        .execute(row)?;
    connection.prepare_cached("DELETE FROM tiling WHERE content_id = ?1 AND model_id = ?2")?.execute(row)?;
    Ok(())
}

/// Whether a picture was cut in the way of `version`.
pub fn is_current(connection: &Connection, content_id: i64, model_id: i64, version: u32) -> Result<bool> {
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM tiling WHERE content_id = ?1 AND model_id = ?2 AND version = ?3")?;
    Ok(statement.exists((content_id, model_id, version))?)
}

/// Which pictures are to be cut.
#[derive(Debug, Clone, Copy)]
pub struct Selection {
    /// Those with a whole-picture vector of this model.
    pub model_id: i64,
    /// How they are to be cut.
    pub version: u32,
    /// Whether those of folders are of which nothing else was said.
    pub by_default: bool,
}

/// Up to `count` pictures after one that are to be cut and were not, in folders that are there.
pub fn outstanding(
    connection: &Connection,
    selection: Selection,
    after: i64,
    count: usize,
) -> Result<Vec<i64>> {
    let Selection { model_id, version, by_default } = selection;
    let mut statement = connection.prepare_cached(&format!(
        "SELECT content_id FROM embedding WHERE {OUTSTANDING} AND content_id > ?4 \
         ORDER BY content_id LIMIT ?5"
    ))?;
    let ids = statement
        .query_map((model_id, version, by_default, after, count as i64), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// How many of them there are.
pub fn count_outstanding(connection: &Connection, selection: Selection) -> Result<u64> {
    let Selection { model_id, version, by_default } = selection;
    let mut statement =
        connection.prepare_cached(&format!("SELECT count(*) FROM embedding WHERE {OUTSTANDING}"))?;
    Ok(statement.query_row((model_id, version, by_default), |row| row.get::<_, i64>(0))? as u64)
}

const OUTSTANDING: &str = "model_id = ?1 AND x IS NULL \
     AND NOT EXISTS (SELECT 1 FROM tiling WHERE tiling.content_id = embedding.content_id \
                     AND tiling.model_id = ?1 AND version = ?2) \
     AND EXISTS (SELECT 1 FROM photo JOIN folder ON folder.id = photo.folder_id \
                 LEFT JOIN folder_regions ON folder_regions.folder_id = folder.id \
                 WHERE photo.content_id = embedding.content_id AND state = 'online' \
                 AND NOT EXISTS (SELECT 1 FROM absent WHERE photo_id = photo.id) \
                 AND coalesce(looked_into, ?3))";

/// Calls `each` with picture and codes of all tilings of `version`.
pub fn for_each<E: From<crate::CatalogError>>(
    connection: &Connection,
    model_id: i64,
    version: u32,
    mut each: impl FnMut(i64, &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = connection
        .prepare_cached("SELECT content_id, codes FROM tiling WHERE model_id = ?1 AND version = ?2")
        .map_err(crate::CatalogError::from)?;
    let mut rows = statement.query((model_id, version)).map_err(crate::CatalogError::from)?;
    while let Some(row) = rows.next().map_err(crate::CatalogError::from)? {
        let codes = row.get_ref(1).map_err(crate::CatalogError::from)?;
        let codes = codes.as_blob().map_err(rusqlite::Error::from).map_err(crate::CatalogError::from)?;
        each(row.get(0).map_err(crate::CatalogError::from)?, codes)?;
    }
    Ok(())
}

/// Region and vector of each part of a picture.
pub fn regions(connection: &Connection, content_id: i64, model_id: i64) -> Result<Vec<(Region, Vec<i8>)>> {
    let mut statement = connection.prepare_cached(
        "SELECT x, y, width, height, vector FROM embedding \
         WHERE content_id = ?1 AND model_id = ?2 AND x IS NOT NULL ORDER BY id",
    )?;
    let regions = statement
        .query_map((content_id, model_id), |row| {
            let region = Region { x: row.get(0)?, y: row.get(1)?, width: row.get(2)?, height: row.get(3)? };
            Ok((region, vector(row, 4)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(regions)
}

/// Pictures whose regions and codes, of `code_bytes` each, are not as many: written by a broken program or disk.
pub fn malformed(connection: &Connection, model_id: i64, code_bytes: usize) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT content_id FROM tiling WHERE model_id = ?1 AND length(codes) <> ?2 * \
         (SELECT count(*) FROM embedding WHERE embedding.content_id = tiling.content_id \
          AND embedding.model_id = ?1 AND x IS NOT NULL)",
    )?;
    let ids = statement
        .query_map((model_id, code_bytes as i64), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}
