//! Tells which format a database has by its tables, whatever number it carries.
//!
//! They are compared as SQLite keeps them, as SQL, with those that the steps of migration make.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::migrate::Format;

/// Tables and indexes by name: what they are, and their SQL without comments and spaces.
type Objects = BTreeMap<String, (String, String)>;

/// What the tables of a database are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recognised {
    /// The newest format whose tables are all there, as they should be, with none of another format.
    pub(crate) version: Option<u32>,
    /// Whether there is anything that no format has.
    pub(crate) has_strangers: bool,
    /// Whether there is nothing at all.
    pub(crate) is_empty: bool,
}

/// Looks at the tables of a database.
pub(crate) fn recognise(connection: &Connection, format: &Format) -> rusqlite::Result<Recognised> {
    let found = objects(connection)?;
    let model = Connection::open_in_memory()?;
    let mut versions = vec![Objects::new()];
    for step in format.steps {
        model.execute_batch(step)?;
        versions.push(objects(&model)?);
    }
    let newest = versions.last().cloned().unwrap_or_default();
    for addition in format.additions {
        model.execute_batch(addition)?;
    }
    let mut additions = objects(&model)?;
    additions.retain(|name, _| !newest.contains_key(name));
    let is_of_a_version = |name: &String| versions.iter().any(|version| version.contains_key(name));
    let has_strangers = found.keys().any(|name| !is_of_a_version(name) && !additions.contains_key(name));
    let is_version = |version: &Objects| {
        version.iter().all(|(name, object)| found.get(name) == Some(object))
            && found.keys().all(|name| version.contains_key(name) || !is_of_a_version(name))
    };
    let are_additions_sound =
        found.iter().all(|(name, object)| additions.get(name).is_none_or(|addition| addition == object));
    let version = if are_additions_sound { versions.iter().rposition(is_version) } else { None };
    Ok(Recognised {
        version: version.map(|version| version as u32),
        has_strangers,
        is_empty: found.is_empty(),
    })
}

fn objects(connection: &Connection) -> rusqlite::Result<Objects> {
    // What SQLite makes by itself has no SQL, or a name of its own.
    let sql = "SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let mut statement = connection.prepare(sql)?;
    let objects = statement.query_map([], |row| {
        let sql: String = row.get(2)?;
        Ok((row.get(0)?, (row.get(1)?, without_spaces(&sql))))
    })?;
    objects.collect()
}

fn without_spaces(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    lines.flat_map(str::chars).filter(|letter| !letter.is_whitespace() && *letter != '"').collect()
}
