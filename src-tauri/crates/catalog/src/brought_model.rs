//! Queries on `brought_model`: models that the person brought.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::{ContentHash, Result};

/// A model that the person brought.
#[derive(Debug, Clone, PartialEq)]
pub struct BroughtModel {
    /// Row id; 0 in one that is yet to be inserted.
    pub id: i64,
    /// What the person calls it; no two have the same name.
    pub name: String,
    /// BLAKE3 of its file.
    pub file: ContentHash,
    /// Mean and standard deviation of each channel, where the person gave them.
    pub normalization: Option<([f32; 3], [f32; 3])>,
    /// What its file says it is.
    pub description: String,
    /// The licence its file names.
    pub licence: String,
}

const SELECT: &str = "SELECT id, name, file, mean, std, description, licence FROM brought_model";

/// All of them, in the order in which they came.
pub fn all(connection: &Connection) -> Result<Vec<BroughtModel>> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY id"))?;
    let models = statement.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(models)
}

/// The one with this id.
pub fn by_id(connection: &Connection, id: i64) -> Result<Option<BroughtModel>> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// Adds a model and returns its id.
pub fn insert(connection: &Connection, model: &BroughtModel, now: i64) -> Result<i64> {
    let BroughtModel { name, file, normalization, description, licence, .. } = model;
    let json = |values: &[f32; 3]| format!("{values:?}");
    let (mean, std) = normalization.as_ref().map(|(mean, std)| (json(mean), json(std))).unzip();
    connection
        .prepare_cached(
            "INSERT INTO brought_model (name, file, mean, std, description, licence, added_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((name, file.as_slice(), mean, std, description, licence, now))?;
    Ok(connection.last_insert_rowid())
}

/// Forgets a model; its vectors are another matter.
pub fn delete(connection: &Connection, id: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM brought_model WHERE id = ?1")?.execute([id])?;
    Ok(())
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<BroughtModel> {
    let channels = |column| -> rusqlite::Result<Option<[f32; 3]>> {
        let text: Option<String> = row.get(column)?;
        let values = text.map(|text| {
            let values = text.trim_matches(['[', ']']).split(',').map(|value| value.trim().parse().ok());
            values.collect::<Option<Vec<f32>>>().and_then(|values| values.try_into().ok())
        });
        values
            .map(|values| {
                values.ok_or(rusqlite::Error::InvalidColumnType(
                    column,
                    "channels".into(),
                    rusqlite::types::Type::Text,
                ))
            })
            .transpose()
    };
    Ok(BroughtModel {
        id: row.get(0)?,
        name: row.get(1)?,
        file: row.get(2)?,
        normalization: channels(3)?.zip(channels(4)?),
        description: row.get(5)?,
        licence: row.get(6)?,
    })
}
