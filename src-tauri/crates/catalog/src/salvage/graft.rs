//! Makes a copy of a damaged catalog that SQLite can open, where need be with parts of a new one in it.
//!
//! What can be read of it then is not looked at here.

#![expect(clippy::disallowed_methods, reason = "copies catalogs, in the data directory")]

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::ops::Range;
use std::path::Path;

use rusqlite::Connection;

use crate::database::{PAGE, write_ahead_log};

/// The header at the beginning of the first page: <https://sqlite.org/fileformat2.html#the_database_header>.
const HEADER: usize = 100;
/// Where the header has the number of pages.
const PAGE_COUNT: Range<usize> = 28..32;
/// Where the header has the first free page, and how many there are.
const FREE_PAGES: Range<usize> = 32..40;
/// What follows the header in a first page that knows of no table: <https://sqlite.org/fileformat2.html#b_tree_pages>.
const NO_TABLES: [u8; 8] = [0x0D, 0, 0, 0, 0, (PAGE >> 8) as u8, PAGE as u8, 0];

/// What a copy gets from a new catalog, so that the rest can be read. Those that change least come first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Graft {
    /// Nothing.
    Nothing,
    /// The file's header, where only that was hit or tells of pages that are not there any more.
    Header,
    /// The first page, and the places of the tables as they are in a catalog that was made in this format. In one that
    /// was made in an older format, tables that came later are not found.
    Tables,
    /// The same with their places as they are after a catalog was shrunk.
    TablesOfShrunk,
}

impl Graft {
    pub(super) const ALL: [Self; 4] = [Self::Nothing, Self::Header, Self::Tables, Self::TablesOfShrunk];
}

/// What a new catalog has to give.
pub(super) struct Donor {
    header: Vec<u8>,
    made: Vec<Entry>,
    shrunk: Vec<Entry>,
}

/// A row of `sqlite_schema`: type, name, table, first page and SQL.
type Entry = (String, String, String, u32, Option<String>);

impl Donor {
    /// The new catalog at `path`, which has no log, and is shrunk by this.
    pub(super) fn new(connection: &Connection, path: &Path) -> crate::Result<Self> {
        let made = entries(connection)?;
        connection.execute_batch("VACUUM")?;
        let mut header = vec![0; HEADER];
        File::open(path).and_then(|mut file| file.read_exact(&mut header)).map_err(super::at(path))?;
        Ok(Self { header, made, shrunk: entries(connection)? })
    }

    /// Copies the damaged file and its log, and gives the copy what it needs to be opened.
    pub(super) fn copy(&self, graft: Graft, path: &Path, copy: &Path) -> io::Result<()> {
        copy_file(path, copy)?;
        let log = write_ahead_log(path);
        if fs::metadata(&log).is_ok_and(|log| log.is_file()) {
            copy_file(&log, &write_ahead_log(copy))?;
        }
        let Some(first_page) = self.first_page(graft) else { return Ok(()) };
        let mut file = File::options().write(true).open(copy)?;
        // Of a file that is cut off, the first pages of tables may be missing, too.
        let least = self.entries(graft).iter().map(|entry| u64::from(entry.3)).max().unwrap_or(1);
        let pages = (file.metadata()?.len() / PAGE).max(least);
        file.set_len(pages * PAGE)?;
        file.write_all(&first_page)?;
        file.seek(io::SeekFrom::Start(PAGE_COUNT.start as u64))?;
        file.write_all(&(pages as u32).to_be_bytes())
    }

    /// Opens the copy. Fails where nothing can be read of it.
    pub(super) fn open(&self, graft: Graft, copy: &Path) -> rusqlite::Result<Connection> {
        let entries = self.entries(graft);
        if !entries.is_empty() {
            let connection = Connection::open(copy)?;
            connection.pragma_update(None, "writable_schema", true)?;
            let mut insert = connection.prepare("INSERT INTO sqlite_schema VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (kind, name, table, first_page, sql) in entries {
                insert.execute((kind, name, table, first_page, sql))?;
            }
        }
        let connection = Connection::open(copy)?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    }

    /// What the copy's first page is to begin with.
    fn first_page(&self, graft: Graft) -> Option<Vec<u8>> {
        let mut header = self.header.clone();
        match graft {
            Graft::Nothing => None,
            Graft::Header => Some(header),
            Graft::Tables | Graft::TablesOfShrunk => {
                header[FREE_PAGES].fill(0);
                header.extend(NO_TABLES);
                Some(header)
            }
        }
    }

    fn entries(&self, graft: Graft) -> &[Entry] {
        match graft {
            Graft::Nothing | Graft::Header => &[],
            Graft::Tables => &self.made,
            Graft::TablesOfShrunk => &self.shrunk,
        }
    }
}

/// Copies a file; what is none, or not there, is copied as an empty one.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let is_file = fs::metadata(from).is_ok_and(|file| file.is_file());
    if is_file { data_files::copy(from, to) } else { data_files::create(to).map(drop) }
}

fn entries(connection: &Connection) -> rusqlite::Result<Vec<Entry>> {
    let sql = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema";
    let mut statement = connection.prepare(sql)?;
    let entry =
        |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
    statement.query_map([], entry)?.collect()
}
