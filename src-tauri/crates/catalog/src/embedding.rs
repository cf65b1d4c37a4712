//! Queries on `embedding`: int8 vectors of whole pictures. Those of regions are the part of [`crate::tiling`].

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row};

use crate::Result;

/// Adds a vector of the whole picture; returns its id, or none when the picture has one of this model.
pub fn insert_whole(
    connection: &Connection,
    content_id: i64,
    model_id: i64,
    vector: &[i8],
) -> Result<Option<i64>> {
    let inserted = connection
        .prepare_cached(
            "INSERT INTO embedding (content_id, model_id, vector) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute((content_id, model_id, to_bytes(vector)))?;
    Ok((inserted == 1).then(|| connection.last_insert_rowid()))
}

/// Drops the whole-picture vector of a picture, and returns its id if there was one.
pub fn delete_whole(connection: &Connection, content_id: i64, model_id: i64) -> Result<Option<i64>> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM embedding WHERE content_id = ?1 AND model_id = ?2 AND x IS NULL RETURNING id",
    )?;
    Ok(statement.query_row((content_id, model_id), |row| row.get(0)).optional()?)
}

/// The whole-picture vector of a picture.
pub fn whole(connection: &Connection, content_id: i64, model_id: i64) -> Result<Option<Vec<i8>>> {
    let mut statement = connection.prepare_cached(
        "SELECT vector FROM embedding WHERE content_id = ?1 AND model_id = ?2 AND x IS NULL",
    )?;
    Ok(statement.query_row((content_id, model_id), |row| vector(row, 0)).optional()?)
}

/// Whether a picture has a whole-picture vector of this model.
pub fn has_whole(connection: &Connection, content_id: i64, model_id: i64) -> Result<bool> {
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM embedding WHERE content_id = ?1 AND model_id = ?2 AND x IS NULL")?;
    Ok(statement.exists((content_id, model_id))?)
}

/// Ids of the whole-picture vectors of a model.
pub fn ids(connection: &Connection, model_id: i64) -> Result<Vec<i64>> {
    let mut ids = Vec::new();
    for_each_owner(connection, model_id, |id, _| ids.push(id))?;
    Ok(ids)
}

/// How many whole-picture vectors a model has.
pub fn count(connection: &Connection, model_id: i64) -> Result<u64> {
    let mut statement =
        connection.prepare_cached("SELECT count(*) FROM embedding WHERE model_id = ?1 AND x IS NULL")?;
    Ok(statement.query_row([model_id], |row| row.get::<_, i64>(0))? as u64)
}

/// Calls `each` with id and vector of all whole pictures of a model, in the order of ids.
pub fn for_each<E: From<crate::CatalogError>>(
    connection: &Connection,
    model_id: i64,
    mut each: impl FnMut(i64, Vec<i8>) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = connection
        .prepare_cached("SELECT id, vector FROM embedding WHERE model_id = ?1 AND x IS NULL ORDER BY id")
        .map_err(crate::CatalogError::from)?;
    let mut rows = statement.query([model_id]).map_err(crate::CatalogError::from)?;
    while let Some(row) = rows.next().map_err(crate::CatalogError::from)? {
        let id = row.get(0).map_err(crate::CatalogError::from)?;
        each(id, vector(row, 1).map_err(crate::CatalogError::from)?)?;
    }
    Ok(())
}

/// The picture of each whole-picture vector of a model, by the vector's id.
pub fn whole_owners(connection: &Connection, model_id: i64) -> Result<HashMap<i64, i64>> {
    let mut statement = connection
        .prepare_cached("SELECT id, content_id FROM embedding WHERE model_id = ?1 AND x IS NULL")?;
    let owners = statement.query_map([model_id], ids_of)?.collect::<rusqlite::Result<_>>()?;
    Ok(owners)
}

/// Calls `each` with the ids of every whole-picture vector of a model and of its picture.
pub fn for_each_owner(connection: &Connection, model_id: i64, mut each: impl FnMut(i64, i64)) -> Result<()> {
    // The index holds both; the rows, vectors included, would be a hundred times as much to read.
    let mut statement = connection.prepare_cached(
        "SELECT id, content_id FROM embedding INDEXED BY embedding_whole WHERE model_id = ?1 AND x IS NULL",
    )?;
    let mut rows = statement.query([model_id])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, row.get(1)?);
    }
    Ok(())
}

/// The picture that the vector with this id belongs to.
pub fn owner(connection: &Connection, id: i64) -> Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT content_id FROM embedding WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| row.get(0)).optional()?)
}

/// Ids of all vectors of a picture, of every model.
pub fn ids_of_content(connection: &Connection, content_id: i64) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT id FROM embedding WHERE content_id = ?1")?;
    let ids = statement.query_map([content_id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// Ids of vectors whose length is not the model's dimension: written by a broken program or disk.
pub fn malformed(connection: &Connection, model_id: i64) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT embedding.id FROM embedding JOIN model ON model.id = embedding.model_id \
         WHERE model.id = ?1 AND length(vector) <> dimension",
    )?;
    let ids = statement.query_map([model_id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// Drops one vector.
pub fn delete(connection: &Connection, id: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM embedding WHERE id = ?1")?.execute([id])?;
    Ok(())
}

fn ids_of(row: &Row<'_>) -> rusqlite::Result<(i64, i64)> {
    Ok((row.get(0)?, row.get(1)?))
}

pub(crate) fn vector(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<i8>> {
    let bytes = row.get_ref(column)?.as_blob()?;
    Ok(bytes.iter().map(|&byte| byte as i8).collect())
}

pub(crate) fn to_bytes(vector: &[i8]) -> Vec<u8> {
    vector.iter().map(|&value| value as u8).collect()
}
