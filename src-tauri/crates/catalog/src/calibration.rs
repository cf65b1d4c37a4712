//! Queries on `calibration`: where models' bands of similarity begin, as measured on this library.

use rusqlite::{Connection, OptionalExtension};

use crate::Result;

/// A model's limits, and what they were measured on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// The least similarity of near-identical, very similar, similar and related pictures.
    pub limits: [f32; 4],
    /// How many pictures they were measured on.
    pub pictures: u32,
    /// When, Unix milliseconds.
    pub measured_at: i64,
}

/// The calibration of a model, if it has one.
pub fn get(connection: &Connection, model_id: i64) -> Result<Option<Calibration>> {
    let mut statement = connection.prepare_cached(
        "SELECT near_identical, very_similar, similar, related, pictures, measured_at FROM calibration \
         WHERE model_id = ?1",
    )?;
    let calibration = statement.query_row([model_id], |row| {
        Ok(Calibration {
            limits: [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?],
            pictures: row.get(4)?,
            measured_at: row.get(5)?,
        })
    });
    Ok(calibration.optional()?)
}

/// Stores a model's calibration, in place of the one that is there.
pub fn set(connection: &Connection, model_id: i64, calibration: &Calibration) -> Result<()> {
    let Calibration { limits: [near_identical, very_similar, similar, related], pictures, measured_at } =
        calibration;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO calibration \
             (model_id, near_identical, very_similar, similar, related, pictures, measured_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((model_id, near_identical, very_similar, similar, related, pictures, measured_at))?;
    Ok(())
}
