//! Takes the rows of a damaged catalog over into a new one, one by one.
//!
//! A damaged page costs the rows on it and, where it leads to other pages, theirs; a long stretch of damage may cost as
//! many again behind it. Of tables that are not sorted by a number (failures and settings), it costs all that follow.
//! What SQLite reads without complaint is believed, as far as the new tables take it.

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, Statement, params_from_iter};

use super::damage;
use crate::Result;

/// Tables in the order in which they refer to each other, with the columns that every format has; what was added later
/// may be missing. What the others hold can be made again.
const TABLES: &[Table] = &[
    Table { name: "folder", columns: "id, path, state, added_at, last_seen_at", rows: Rows::ById },
    // Once more from the index over paths, which has those whose row is lost.
    Table {
        name: "folder",
        columns: "id, path, added_at",
        rows: Rows::Of("SELECT id, path, 0 FROM folder INDEXED BY sqlite_autoindex_folder_1"),
    },
    Table {
        name: "folder_regions",
        columns: "folder_id, looked_into",
        rows: Rows::Of("SELECT folder_id, looked_into FROM folder_regions"),
    },
    Table { name: "model", columns: "id, identity, name, dimension", rows: Rows::ById },
    Table { name: "content", columns: "id, hash, format, width, height, captured_at", rows: Rows::ById },
    Table {
        name: "photo",
        columns: "id, folder_id, path, size, modified_ns, device, content_id, added_at",
        rows: Rows::ById,
    },
    Table {
        name: "embedding",
        columns: "id, content_id, model_id, x, y, width, height, vector",
        rows: Rows::ById,
    },
    Table {
        name: "failure",
        columns: "folder_id, path, size, modified_ns, code, reason, failed_at",
        rows: Rows::Of("SELECT folder_id, path, size, modified_ns, code, reason, failed_at FROM failure"),
    },
    Table {
        name: "brought_model",
        columns: "id, name, file, mean, std, description, licence, added_at",
        rows: Rows::ById,
    },
    Table {
        name: "setting",
        columns: "key, value",
        // The only table that would take over numbers out of another's place: as texts.
        rows: Rows::Of(
            "SELECT key, value FROM setting WHERE typeof(key) = 'text' AND typeof(value) = 'text'",
        ),
    },
];

/// Tables that a sound catalog need not have: it is older than they are.
const LATER: &[&str] = &["brought_model", "folder_regions"];

/// No table counts this far: beyond it there is nothing to look for, and what damage put there must not be taken over.
/// The new catalog would count on from it.
const HIGHEST_ID: i64 = 1 << 40;

/// So many ids are tried one by one where damage begins: more than some pages have rows.
const NEAR: u32 = 1 << 10;

struct Table {
    name: &'static str,
    columns: &'static str,
    rows: Rows,
}

/// How the rows of a table are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// Sorted by a number, so that reading can begin behind a damaged page.
    ById,
    /// As this query has them.
    Of(&'static str),
}

/// Takes over all rows that can be read and fit. Returns whether no damage was met.
pub(super) fn take_all(old: &Connection, new: &Connection) -> Result<bool> {
    let mut is_whole = true;
    for table in TABLES {
        is_whole &= take_rows(old, new, table)?;
    }
    Ok(is_whole)
}

fn take_rows(old: &Connection, new: &Connection, table: &Table) -> Result<bool> {
    let Table { name, columns, rows } = table;
    let select = match rows {
        Rows::ById => {
            format!("SELECT {columns} FROM {name} WHERE id BETWEEN ?1 AND {HIGHEST_ID} ORDER BY id")
        }
        Rows::Of(query) => (*query).to_owned(),
    };
    let mut select = match old.prepare(&select) {
        Ok(select) => select,
        Err(error) if LATER.contains(name) && is_missing(&error) => return Ok(true),
        Err(error) => return damage(error).map(|()| false),
    };
    let places = vec!["?"; select.column_count()].join(", ");
    let mut insert = new.prepare(&format!("INSERT OR IGNORE INTO {name} ({columns}) VALUES ({places})"))?;
    let (mut next, mut tried, mut is_whole) = (1, 0_u32, true);
    while next <= HIGHEST_ID {
        let reached = match take_from(&mut select, &mut insert, (*rows == Rows::ById).then_some(next))? {
            Reached::End => return Ok(is_whole),
            Reached::Damage { behind } => behind,
        };
        is_whole = false;
        (next, tried) = match reached {
            _ if *rows != Rows::ById => return Ok(false),
            Some(last) => (last + 1, 0),
            // Ever longer steps at last: they miss at most as many rows as the damage took.
            None => (next + (1 << tried.saturating_sub(NEAR).min(40)), tried + 1),
        };
    }
    Ok(false)
}

fn is_missing(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqlInputError { msg, .. } if msg.starts_with("no such table"))
}

/// How far rows were taken.
enum Reached {
    End,
    /// The old catalog is damaged behind the row with this id, or right at the beginning.
    Damage {
        behind: Option<i64>,
    },
}

/// Takes rows, those from the id `first` on where they are sorted by it.
fn take_from(select: &mut Statement<'_>, insert: &mut Statement<'_>, first: Option<i64>) -> Result<Reached> {
    let count = select.column_count();
    let mut behind = None;
    let mut rows = match select.query(params_from_iter(first)) {
        Ok(rows) => rows,
        Err(error) => return damage(error).map(|()| Reached::Damage { behind }),
    };
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(Reached::End),
            Err(error) => return damage(error).map(|()| Reached::Damage { behind }),
        };
        if let Some(first) = first {
            // SQLite trusts the order that a table is in; a damaged one need not be in any.
            let least = behind.map_or(first, |last: i64| last + 1);
            match row.get(0) {
                Ok(id) if (least..=HIGHEST_ID).contains(&id) => behind = Some(id),
                _ => return Ok(Reached::Damage { behind }),
            }
        }
        let values: rusqlite::Result<Vec<Value>> = (0..count).map(|column| row.get(column)).collect();
        // Text that is none, or a row that breaks the tables' rules: damage that SQLite read over.
        if let Ok(values) = values {
            match insert.execute(params_from_iter(values)) {
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {}
                other => drop(other?),
            }
        }
    }
}
