//! Queries on `film`: pictures whose files also hold a film of the moment.

use std::collections::HashSet;

use rusqlite::Connection;

use crate::Result;

/// Notes whether a picture's file also holds a film of the moment.
pub fn set(connection: &Connection, content_id: i64, has_film: bool) -> Result<()> {
    let sql = if has_film {
        "INSERT OR IGNORE INTO film (content_id) VALUES (?1)"
    } else {
        "DELETE FROM film WHERE content_id = ?1"
    };
    connection.prepare_cached(sql)?.execute([content_id])?;
    Ok(())
}

/// Those of some pictures that have one.
pub fn among(connection: &Connection, contents: &[i64]) -> Result<HashSet<i64>> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM film WHERE content_id = ?1")?;
    let mut films = HashSet::new();
    for id in contents {
        if statement.exists([id])? {
            films.insert(*id);
        }
    }
    Ok(films)
}
