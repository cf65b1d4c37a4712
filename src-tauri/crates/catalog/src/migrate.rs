//! Brings a database file to the newest format, one numbered step at a time, each in a transaction.
//!
//! Steps are never edited once released: a file in the field has run them as they were.

use std::path::Path;

use rusqlite::Connection;

use crate::{CatalogError, Result};

/// The catalog's steps; the format of a file is how many of them it has run.
pub(crate) const CATALOG: &[&str] = &[
    include_str!("migrations/001_initial.sql"),
    include_str!("migrations/002_window.sql"),
    include_str!("migrations/003_regions.sql"),
    include_str!("migrations/004_copies.sql"),
];

/// Tables that came later and that older programs need not know of: they open a catalog that has them, and leave them
/// alone. So these are not among the steps, which older programs refuse. Each can be run any number of times.
const ADDITIONS: &[&str] = &[
    include_str!("additions/001_models.sql"),
    include_str!("additions/002_folders.sql"),
    include_str!("additions/003_stand_ins.sql"),
    include_str!("additions/004_absent.sql"),
];

/// Adds what is missing to a catalog in the newest format.
pub(crate) fn add(connection: &Connection, path: &Path) -> Result<()> {
    ADDITIONS
        .iter()
        .try_for_each(|addition| connection.execute_batch(addition))
        .map_err(|source| CatalogError::open(path, source))
}

/// The thumbnail store's steps.
pub(crate) const THUMBNAILS: &[&str] = &[include_str!("migrations/thumbnails_001_initial.sql")];

/// Runs the steps that `connection` has not run yet.
pub(crate) fn migrate(connection: &mut Connection, path: &Path, steps: &[&str]) -> Result<()> {
    let supported = steps.len() as u32;
    let found: u32 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|source| CatalogError::open(path, source))?;
    if found > supported {
        return Err(CatalogError::NewerVersion { path: path.into(), found, supported });
    }
    for (version, step) in (1..).zip(steps).skip(found as usize) {
        tracing::info!(version, "a database is being migrated");
        apply(connection, version, step).map_err(|source| CatalogError::Migration {
            path: path.into(),
            version,
            source,
        })?;
        tracing::info!(version, "the database was migrated");
    }
    Ok(())
}

fn apply(connection: &mut Connection, version: u32, step: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(step)?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalog_of_the_first_format_keeps_its_pictures() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new("catalog.db");
        migrate(&mut connection, path, &CATALOG[..1]).unwrap();
        let insert = "INSERT INTO content (hash, format, width, height) VALUES (zeroblob(32), 'jpeg', 4, 3)";
        connection.execute(insert, []).unwrap();
        migrate(&mut connection, path, CATALOG).unwrap();
        let picture = crate::content::by_id(&connection, 1).unwrap().unwrap();
        assert_eq!((picture.width, picture.placeholder), (4, None));
        assert!(!crate::content::is_outdated(&connection, 1).unwrap());
    }

    #[test]
    fn additions_leave_a_catalog_in_a_format_that_older_programs_open() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new("catalog.db");
        migrate(&mut connection, path, CATALOG).unwrap();
        add(&connection, path).unwrap();
        add(&connection, path).unwrap();
        assert_eq!(crate::brought_model::all(&connection).unwrap(), []);
        migrate(&mut connection, path, CATALOG).unwrap();
    }
}
