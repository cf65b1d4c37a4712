//! Brings a database file to the newest format, one numbered step at a time, each in a transaction.
//!
//! Steps are never edited once released: a file in the field has run them as they were.

use std::path::Path;

use rusqlite::Connection;

use crate::schema::{self, Recognised};
use crate::{CatalogError, Result};

/// How the tables of a kind of database came to be.
#[derive(Debug)]
pub(crate) struct Format {
    /// The number of the format is how many of them a file has run.
    pub(crate) steps: &'static [&'static str],
    /// Tables that came later and that older programs need not know of: they open a database that has them, and leave
    /// them alone. So these are not among the steps, which older programs refuse. Each can be run any number of times.
    pub(crate) additions: &'static [&'static str],
}

/// The catalog's.
pub(crate) const CATALOG: Format = Format {
    steps: &[
        include_str!("migrations/001_initial.sql"),
        include_str!("migrations/002_window.sql"),
        include_str!("migrations/003_regions.sql"),
        include_str!("migrations/004_copies.sql"),
    ],
    additions: &[
        include_str!("additions/001_models.sql"),
        include_str!("additions/002_folders.sql"),
        include_str!("additions/003_stand_ins.sql"),
        include_str!("additions/004_absent.sql"),
        include_str!("additions/005_marks.sql"),
        include_str!("additions/006_damage.sql"),
        include_str!("additions/007_several.sql"),
        include_str!("additions/008_unverified.sql"),
        include_str!("additions/009_film.sql"),
    ],
};

/// The thumbnail store's.
pub(crate) const THUMBNAILS: Format =
    Format { steps: &[include_str!("migrations/thumbnails_001_initial.sql")], additions: &[] };

/// So many formats ahead a newer program may be. A higher number is a damaged one.
const MOST_AHEAD: u32 = 1000;

/// Brings a database to the newest format, and adds what is missing there. One that `is_known` is no new one: without
/// tables it is damaged.
pub(crate) fn migrate(
    connection: &mut Connection,
    path: &Path,
    format: &Format,
    is_known: bool,
) -> Result<()> {
    let found = version(connection, path, format, is_known)?;
    for (version, step) in (1..).zip(format.steps).skip(found as usize) {
        tracing::info!(version, "a database is being migrated");
        apply(connection, version, step).map_err(|source| CatalogError::Migration {
            path: path.into(),
            version,
            source,
        })?;
        tracing::info!(version, "the database was migrated");
    }
    format
        .additions
        .iter()
        .try_for_each(|addition| connection.execute_batch(addition))
        .map_err(|source| CatalogError::open(path, source))
}

/// The format that a database has, by its number and by its tables, which must agree.
///
/// A number that is too low is put right here: no program takes tables back, so the tables tell. One that is too high might
/// be a newer program's that changed something else than tables; see [`set_right`].
fn version(connection: &Connection, path: &Path, format: &Format, is_known: bool) -> Result<u32> {
    let at = |source| CatalogError::open(path, source);
    let named: i32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(at)?;
    let tables = schema::recognise(connection, format).map_err(at)?;
    let supported = format.steps.len() as u32;
    let ahead = u32::try_from(named).unwrap_or(0).saturating_sub(supported);
    let is_newer = (1..=MOST_AHEAD).contains(&ahead);
    let malformed = |reason| Err(CatalogError::Malformed { path: path.into(), reason });
    match tables {
        Recognised { is_empty: true, .. } if named == 0 && !is_known => Ok(0),
        Recognised { is_empty: true, .. } => malformed("it has no tables"),
        Recognised { version: Some(actual @ 1..), has_strangers, .. } if !(is_newer && has_strangers) => {
            let lacking = i64::from(actual) - i64::from(named);
            if lacking < 0 {
                return Err(CatalogError::WrongVersion { path: path.into(), found: named, actual });
            }
            if lacking > 0 {
                tracing::warn!(named, actual, path = %path.display(), "the number of a format is put right");
                connection.pragma_update(None, "user_version", actual).map_err(at)?;
            }
            Ok(actual)
        }
        _ if is_newer => {
            Err(CatalogError::NewerVersion { path: path.into(), found: named.unsigned_abs(), supported })
        }
        _ => malformed("its tables are not those that it should have"),
    }
}

/// Gives a database the number of the format that its tables have.
pub(crate) fn set_right(connection: &Connection, actual: u32) -> rusqlite::Result<()> {
    connection.pragma_update(None, "user_version", actual)
}

fn apply(connection: &mut Connection, version: u32, step: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(step)?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests change what they like")]
mod tests {
    use std::fs;

    use rusqlite::fallible_iterator::FallibleIterator;

    use super::*;

    /// Begins the step from an older format, and leaves the files behind as a kill after so many of its statements does, in
    /// a folder of their own. Returns whether there are so many.
    fn cut_off(place: &Path, older: usize, statements: usize) -> bool {
        let path = place.join("old.db");
        let format = Format { steps: &CATALOG.steps[..older], additions: &[] };
        let mut connection = Connection::open(&path).unwrap();
        // What is written goes to the log at once, for want of memory to hold it.
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA cache_size = 1").unwrap();
        migrate(&mut connection, &path, &format, false).unwrap();
        let rows = "INSERT INTO folder (path, added_at) VALUES (x'2f70', 7);
                    INSERT INTO content (hash, format, width, height)
                    WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                    SELECT randomblob(32), 'jpeg', i, 3 FROM n;
                    INSERT INTO photo (folder_id, path, size, modified_ns, content_id, added_at)
                    SELECT 1, CAST(id AS BLOB), 1, 1, id, 7 FROM content;";
        connection.execute_batch(rows).unwrap();
        connection.execute_batch("BEGIN").unwrap();
        let mut batch = rusqlite::Batch::new(&connection, CATALOG.steps[older]);
        for _ in 0..statements {
            let Some(mut statement) = batch.next().unwrap() else { return false };
            statement.raw_execute().unwrap();
        }
        fs::create_dir(place.join("cut")).unwrap();
        for ending in ["", "-wal"] {
            let from = place.join(format!("old.db{ending}"));
            fs::copy(from, place.join(format!("cut/catalog.db{ending}"))).unwrap();
        }
        true
    }

    #[test]
    fn a_migration_that_is_killed_at_any_statement_is_done_anew_and_loses_nothing() {
        let mut cuts = 0;
        for older in 1..CATALOG.steps.len() {
            for statements in 0.. {
                let place = tempfile::tempdir().unwrap();
                if !cut_off(place.path(), older, statements) {
                    break;
                }
                cuts += 1;
                let catalog = crate::Catalog::open(&place.path().join("cut/catalog.db")).unwrap();
                assert_eq!(catalog.check().unwrap().len(), 0, "from {older}, after {statements} statements");
                let counts = catalog.read(|connection| {
                    let count = |what: &str| {
                        connection.query_row(&format!("SELECT {what}"), [], |row| row.get::<_, i64>(0))
                    };
                    Ok([count("count(*) FROM photo JOIN content ON content.id = content_id WHERE width = content.id")?,
                        count("user_version FROM pragma_user_version")?])
                });
                let expected = [500, CATALOG.steps.len() as i64];
                assert_eq!(counts.unwrap(), expected, "from {older}, after {statements} statements");
            }
        }
        assert!(cuts > CATALOG.steps.len());
    }

    #[test]
    fn a_catalog_of_the_first_format_keeps_its_pictures() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new("catalog.db");
        let first = Format { steps: &CATALOG.steps[..1], additions: &[] };
        migrate(&mut connection, path, &first, false).unwrap();
        let insert = "INSERT INTO content (hash, format, width, height) VALUES (zeroblob(32), 'jpeg', 4, 3)";
        connection.execute(insert, []).unwrap();
        migrate(&mut connection, path, &CATALOG, true).unwrap();
        let picture = crate::content::by_id(&connection, 1).unwrap().unwrap();
        assert_eq!((picture.width, picture.placeholder), (4, None));
        assert!(!crate::content::is_outdated(&connection, 1).unwrap());
    }

    #[test]
    fn additions_leave_a_catalog_in_a_format_that_older_programs_open() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new("catalog.db");
        migrate(&mut connection, path, &CATALOG, false).unwrap();
        assert_eq!(crate::brought_model::all(&connection).unwrap(), []);
        migrate(&mut connection, path, &CATALOG, true).unwrap();
    }
}
