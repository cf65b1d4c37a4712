//! What rows must be beside what the tables demand: numbers that fit where they are read into, and text that is text.
//!
//! One flipped bit makes a picture four billion pixels wide; SQLite finds nothing wrong with that.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::{Problem, Result};

struct Rule {
    table: &'static str,
    /// Holds for the rows that are not as they must be.
    broken: &'static str,
    /// What is done to such rows in a catalog that was saved.
    remedy: &'static str,
}

/// The largest number of 32 bits, which most numbers are read into.
macro_rules! not_from_to_u32 {
    ($first:literal, $column:literal) => {
        concat!($column, " NOT BETWEEN ", $first, " AND 4294967295")
    };
}

const RULES: &[Rule] = &[
    // Pictures go on serving until they are read again, with a size that is none.
    Rule { table: "content", broken: not_from_to_u32!("1", "width"), remedy: "UPDATE content SET width = 1" },
    Rule {
        table: "content",
        broken: not_from_to_u32!("1", "height"),
        remedy: "UPDATE content SET height = 1",
    },
    Rule { table: "model", broken: "dimension NOT BETWEEN 1 AND 1048576", remedy: "DELETE FROM model" },
    Rule { table: "embedding", broken: not_from_to_u32!("0", "x"), remedy: "DELETE FROM embedding" },
    Rule { table: "embedding", broken: not_from_to_u32!("0", "y"), remedy: "DELETE FROM embedding" },
    Rule { table: "embedding", broken: not_from_to_u32!("1", "width"), remedy: "DELETE FROM embedding" },
    Rule { table: "embedding", broken: not_from_to_u32!("1", "height"), remedy: "DELETE FROM embedding" },
    Rule { table: "tiling", broken: not_from_to_u32!("0", "version"), remedy: "DELETE FROM tiling" },
    Rule { table: "print", broken: not_from_to_u32!("0", "version"), remedy: "DELETE FROM print" },
    Rule { table: "compared", broken: not_from_to_u32!("0", "version"), remedy: "DELETE FROM compared" },
    Rule { table: "damage", broken: "missing NOT BETWEEN 1 AND 1000", remedy: "DELETE FROM damage" },
    Rule {
        table: "calibration",
        broken: "pictures NOT BETWEEN 0 AND 4294967295 OR NOT (near_identical BETWEEN -1 AND 2 AND \
                 very_similar BETWEEN -1 AND 2 AND similar BETWEEN -1 AND 2 AND related BETWEEN -1 AND 2)",
        remedy: "DELETE FROM calibration",
    },
];

/// Columns that are read as text.
const TEXTS: &[&str] = &[
    "SELECT id FROM catalog",
    "SELECT state FROM folder",
    "SELECT identity, name FROM model",
    "SELECT format, captured_at FROM content",
    "SELECT code, reason FROM failure",
    "SELECT key, value FROM setting",
    "SELECT name, mean, std, description, licence FROM brought_model",
];

/// Rows that are not as they must be, table by table.
pub(crate) fn check(connection: &Connection) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for Rule { table, broken, .. } in RULES {
        let sql = format!("SELECT count(*) FROM {table} WHERE {broken}");
        let count: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        if count > 0 {
            problems.push(Problem(format!("{count} rows of {table} hold numbers that cannot be")));
        }
    }
    for texts in TEXTS {
        let mut statement = connection.prepare(texts)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                if let ValueRef::Text(bytes) = row.get_ref(column)?
                    && std::str::from_utf8(bytes).is_err()
                {
                    problems.push(Problem(format!("text that is none ({texts})")));
                }
            }
        }
    }
    Ok(problems)
}

/// Makes do with such rows, or drops them, in a catalog whose pictures are all to be read again.
pub(crate) fn mend(connection: &Connection) -> rusqlite::Result<()> {
    RULES.iter().try_for_each(|Rule { broken, remedy, .. }| {
        connection.execute(&format!("{remedy} WHERE {broken}"), []).map(drop)
    })
}
