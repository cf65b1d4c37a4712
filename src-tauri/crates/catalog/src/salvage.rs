//! Saves what can be read of a damaged catalog into a new one, which takes its place.
//!
//! Rows are taken one by one: a damaged page costs the rows on it and no others. Where not even the beginning of the
//! file can be read, a copy is tried with that of a new catalog. The damaged file stays, under another name.
//!
//! SQLite cannot see all damage; so everything made from pictures is marked to be made anew, and what was saved serves
//! until then. What was lost comes back when the photos are read.

#![expect(clippy::disallowed_methods, reason = "moves and makes catalogs, in the data directory")]

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags, params_from_iter};

use crate::database::{self, open_connection, with_suffix, write_ahead_log};
use crate::{CatalogError, Result, content, migrate};

/// Tables in the order in which they refer to each other, with the columns that every format has. What the others
/// hold can be made again.
const TABLES: &[Table] = &[
    Table { name: "folder", columns: "id, path, state, added_at, last_seen_at", has_id: true },
    Table { name: "model", columns: "id, identity, name, dimension", has_id: true },
    Table { name: "content", columns: "id, hash, format, width, height, captured_at", has_id: true },
    Table {
        name: "photo",
        columns: "id, folder_id, path, size, modified_ns, device, content_id, added_at",
        has_id: true,
    },
    Table {
        name: "embedding",
        columns: "id, content_id, model_id, x, y, width, height, vector",
        has_id: true,
    },
    Table {
        name: "failure",
        columns: "folder_id, path, size, modified_ns, code, reason, failed_at",
        has_id: false,
    },
    Table { name: "setting", columns: "key, value", has_id: false },
];

/// No table counts this far: beyond it there is nothing to look for, and what damage put there must not be taken over.
/// The new catalog would count on from it.
const HIGHEST_ID: i64 = 1 << 40;
const PAGE: usize = database::PAGE as usize;
/// The file's header at the beginning of the first page: <https://sqlite.org/fileformat2.html#the_database_header>.
const HEADER: usize = 100;
/// Where the header has the number of pages.
const PAGE_COUNT: std::ops::Range<usize> = 28..32;

struct Table {
    name: &'static str,
    columns: &'static str,
    /// Whether its rows are sorted by a number, so that reading can begin behind a damaged page.
    has_id: bool,
}

/// What became of a damaged catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// The damaged file, where it is kept.
    pub aside: PathBuf,
    /// Folders that were saved.
    pub folders: u64,
    /// Photos that were saved.
    pub photos: u64,
}

/// Puts a new catalog in the place of the damaged one at `path`, which nobody may have open.
///
/// A crash at any moment leaves the damaged catalog, or the new one for the next start to put in its place.
pub fn salvage(path: &Path) -> Result<Salvaged> {
    let (draft, copy) = (with_suffix(path, ".draft"), with_suffix(path, ".copy"));
    for file in [&draft, &copy, &repaired(path)] {
        discard(file)?;
    }
    let mut new = open_connection(&draft, migrate::CATALOG)?;
    // Without a log of its own, the new file is all there is to move.
    new.pragma_update(None, "journal_mode", "DELETE")?;
    let fresh = Fresh::read(&new, &draft)?;
    let (folders, photos) = fill(&mut new, path, &copy, &fresh)?;
    new.close().map_err(|(_, source)| source)?;
    discard(&copy)?;
    let aside = put_in_place(path, &draft)?;
    Ok(Salvaged { aside, folders, photos })
}

/// Goes on where a salvage was cut off after the damaged file was put aside and before the new one was in its place.
pub(crate) fn finish(path: &Path) -> Result<()> {
    let repaired = repaired(path);
    if !path.exists() && repaired.exists() {
        fs::rename(&repaired, path).map_err(at(path))?;
    }
    Ok(())
}

/// Fills the new catalog and returns how many folders and photos it has.
fn fill(new: &mut Connection, path: &Path, copy: &Path, fresh: &Fresh) -> Result<(u64, u64)> {
    for graft in [None, Some(Graft::Header), Some(Graft::Schema)] {
        if let Some(graft) = graft {
            copy_with(graft, path, copy, fresh).map_err(at(copy))?;
        }
        let Ok(old) = open_to_read(if graft.is_some() { copy } else { path }) else { continue };
        let transaction = new.transaction()?;
        for table in TABLES {
            take_rows(&old, &transaction, table)?;
        }
        let count = |table: &str| -> Result<u64> {
            let sql = format!("SELECT count(*) FROM {table}");
            Ok(transaction.query_row(&sql, [], |row| row.get::<_, i64>(0))? as u64)
        };
        let (folders, photos) = (count("folder")?, count("photo")?);
        if folders > 0 {
            content::outdate_all(&transaction)?;
            transaction.commit()?;
            return Ok((folders, photos));
        }
    }
    Ok((0, 0))
}

/// What a copy of the damaged file gets from a new catalog, so that the rest can be read.
#[derive(Debug, Clone, Copy)]
enum Graft {
    /// The file's header, where only that was hit or tells of pages that are not there any more.
    Header,
    /// The pages that say where tables are. Those of a new catalog fit: it makes the same tables in the same order.
    Schema,
}

/// A catalog as it is when it is new.
struct Fresh {
    bytes: Vec<u8>,
    /// Numbers of the pages that say where tables are, from 0.
    schema: Vec<usize>,
}

impl Fresh {
    fn read(connection: &Connection, path: &Path) -> Result<Self> {
        let mut statement =
            connection.prepare("SELECT pageno - 1 FROM dbstat WHERE name = 'sqlite_schema'")?;
        let numbers = statement.query_map([], |row| row.get::<_, u32>(0))?;
        let schema = numbers.map(|page| Ok(page? as usize)).collect::<rusqlite::Result<_>>()?;
        Ok(Self { bytes: fs::read(path).map_err(at(path))?, schema })
    }

    fn page(&self, number: usize) -> &[u8] {
        self.bytes.get(number * PAGE..(number + 1) * PAGE).unwrap_or_default()
    }

    fn pages(&self) -> usize {
        self.bytes.len() / PAGE
    }
}

fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// Copies the damaged file with parts of a new one in it.
fn copy_with(graft: Graft, path: &Path, copy: &Path, fresh: &Fresh) -> io::Result<()> {
    fs::copy(path, copy)?;
    let mut file = File::options().write(true).open(copy)?;
    let mut put = |page: usize, bytes: &[u8]| {
        file.seek(SeekFrom::Start((page * PAGE) as u64))?;
        file.write_all(bytes)
    };
    let mut pages = usize::try_from(fs::metadata(copy)?.len()).unwrap_or_default() / PAGE;
    if let Graft::Schema = graft {
        // Of a file that is cut off, the first pages may be missing, too.
        for page in (pages..fresh.pages()).chain(fresh.schema.iter().copied()) {
            put(page, fresh.page(page))?;
        }
        pages = pages.max(fresh.pages());
    }
    let mut header = fresh.page(0).get(..HEADER).unwrap_or_default().to_vec();
    if let Some(count) = header.get_mut(PAGE_COUNT) {
        count.copy_from_slice(&(pages as u32).to_be_bytes());
    }
    put(0, &header)?;
    file.set_len((pages * PAGE) as u64)
}

/// Takes over all rows of a table that can be read and fit.
fn take_rows(old: &Connection, new: &Connection, table: &Table) -> Result<()> {
    let (mut next, mut step) = (1, 1);
    loop {
        let reached = match take_rows_from(old, new, table, next) {
            Ok(()) => return Ok(()),
            Err(Stopped::Unwritable(error)) => return Err(error),
            Err(Stopped::Unreadable { reached }) => reached,
        };
        match reached {
            _ if !table.has_id => return Ok(()),
            Some(last) => (next, step) = (last + 1, 1),
            // Ever longer steps: they miss at most as many rows as the damage took.
            None => (next, step) = (next + step, step * 2),
        }
        if next > HIGHEST_ID {
            return Ok(());
        }
    }
}

/// Why rows are not taken any further.
enum Stopped {
    /// The old catalog is damaged behind the row with this id, or right at the beginning.
    Unreadable { reached: Option<i64> },
    /// The new catalog cannot be written.
    Unwritable(CatalogError),
}

fn take_rows_from(old: &Connection, new: &Connection, table: &Table, first: i64) -> Result<(), Stopped> {
    let Table { name, columns, has_id } = table;
    let mut reached = None;
    let unreadable = |reached| move |_: rusqlite::Error| Stopped::Unreadable { reached };
    let unwritable = |error: rusqlite::Error| Stopped::Unwritable(error.into());
    let order = if *has_id { "WHERE id BETWEEN ?1 AND ?2 ORDER BY id" } else { "WHERE ?1 <= ?2" };
    let mut select =
        old.prepare(&format!("SELECT {columns} FROM {name} {order}")).map_err(unreadable(None))?;
    let count = select.column_count();
    let places = vec!["?"; count].join(", ");
    let insert = format!("INSERT OR IGNORE INTO {name} ({columns}) VALUES ({places})");
    let mut insert = new.prepare_cached(&insert).map_err(unwritable)?;
    let mut rows = select.query([first, HIGHEST_ID]).map_err(unreadable(None))?;
    while let Some(row) = rows.next().map_err(unreadable(reached))? {
        let id: Option<i64> = if *has_id { row.get(0).ok() } else { None };
        // SQLite trusts the order that a table is in; a damaged one need not be in any.
        let is_further =
            id.is_some_and(|id| (reached.map_or(first, |last: i64| last + 1)..=HIGHEST_ID).contains(&id));
        if *has_id && !is_further {
            return Err(Stopped::Unreadable { reached });
        }
        let values: rusqlite::Result<Vec<Value>> = (0..count).map(|column| row.get(column)).collect();
        // Text that is none, or a row that breaks the tables' rules: damage that SQLite read over.
        if let Ok(values) = values {
            match insert.execute(params_from_iter(values)) {
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {}
                other => drop(other.map_err(unwritable)?),
            }
        }
        reached = id;
    }
    Ok(())
}

/// Puts the damaged file aside and the new one in its place. Returns where the damaged one is.
fn put_in_place(path: &Path, draft: &Path) -> Result<PathBuf> {
    let repaired = repaired(path);
    fs::rename(draft, &repaired).map_err(at(&repaired))?;
    let aside = free_name(path);
    // The log first: SQLite must never take it for the new catalog's.
    for (from, to) in [(write_ahead_log(path), write_ahead_log(&aside)), (path.into(), aside.clone())] {
        match fs::rename(&from, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&from)(error)),
            _ => {}
        }
    }
    discard(&with_suffix(path, "-shm"))?;
    finish(path)?;
    Ok(aside)
}

fn repaired(path: &Path) -> PathBuf {
    with_suffix(path, ".repaired")
}

/// A name beside `path` that nothing has.
fn free_name(path: &Path) -> PathBuf {
    let name = |number: u32| path.with_file_name(format!("catalog-damaged-{number}.db"));
    (1..1000).map(name).find(|name| !name.exists()).unwrap_or_else(|| name(0))
}

fn discard(path: &Path) -> Result<()> {
    for file in [path.to_path_buf(), write_ahead_log(path), with_suffix(path, "-shm")] {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&file)(error)),
            _ => {}
        }
    }
    Ok(())
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CatalogError {
    let path = path.to_path_buf();
    move |source| CatalogError::Salvage { path, source }
}
