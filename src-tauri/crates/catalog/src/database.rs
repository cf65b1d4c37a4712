//! Opens `catalog.db` and hands out connections: one that writes, others that read meanwhile.
//!
//! WAL lets readers go on during a write. `synchronous = FULL`, because in WAL mode `NORMAL` may lose
//! committed batches in a power cut, and we promise to lose no more than the batch in flight.

#![expect(clippy::disallowed_methods, reason = "has SQLite open its files, in the data directory")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use data_files::Kind;
use parking_lot::Mutex;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension};

use crate::migrate::{self, Format, migrate};
use crate::readers::Readers;
use crate::{CatalogError, Result, beside, header, log, salvage, sane};

/// How long a query waits for another program (a backup, a viewer) that holds a lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// `SQLite`'s page size, which we leave as it is.
pub(crate) const PAGE: u64 = 4096;

/// The open catalog. Shared between threads; one writer at a time.
#[derive(Debug)]
pub struct Catalog {
    writer: Mutex<Connection>,
    readers: Readers,
    generation: AtomicU64,
    path: PathBuf,
}

/// Something the database's own checks found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(pub String);

impl Catalog {
    /// Opens the catalog, making it or bringing it to the newest format where needed. A link to one is followed.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_or_refuse(path, false)
    }

    /// Opens a catalog of which other files tell that there is one: what is missing or empty is damaged, not new.
    pub fn open_known(path: &Path) -> Result<Self> {
        Self::open_or_refuse(path, true)
    }

    fn open_or_refuse(path: &Path, is_known: bool) -> Result<Self> {
        let path = &place(path)?;
        // SQLite would delete a log without its file, which may hold everything.
        let has_been = is_known || has_log(path);
        match kind(path)? {
            Kind::Missing if has_been => return Err(CatalogError::Missing { path: path.into() }),
            Kind::File if has_been && is_empty(path) => {
                return Err(CatalogError::Emptied { path: path.into() });
            }
            _ => {}
        }
        let writer = open_connection(path, &migrate::CATALOG, is_known)?;
        Ok(Self {
            writer: Mutex::new(writer),
            readers: Readers::new(path),
            generation: AtomicU64::new(0),
            path: path.into(),
        })
    }

    /// Gives a catalog that fails with [`CatalogError::WrongVersion`] the number of the format that its tables have.
    pub fn set_version_right(path: &Path, actual: u32) -> Result<()> {
        let path = &place(path)?;
        migrate::set_right(&connect(path)?, actual).map_err(|source| CatalogError::open(path, source))
    }

    /// Runs queries that only read. They see the last committed state.
    pub fn read<T>(&self, queries: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.readers.read(queries)
    }

    /// Runs queries in one transaction: all of them take effect, or none.
    pub fn write<T>(&self, queries: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let mut writer = self.writer.lock();
        let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let value = queries(&transaction)?;
        transaction.commit()?;
        self.generation.fetch_add(1, Ordering::Release);
        Ok(value)
    }

    /// Grows with every write: what was read at one number is up to date as long as the number stays.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// A name that no other catalog has. One that has lost it, or has one that is none of ours, gets a new one: what was made
    /// by the old one is made again.
    pub fn id(&self) -> Result<String> {
        let name = |connection: &Connection| {
            let known = "SELECT id FROM catalog WHERE length(id) BETWEEN 1 AND 64";
            connection.query_row(known, [], |row| row.get(0)).optional()
        };
        if let Some(known) = self.read(|connection| Ok(name(connection)?))? {
            return Ok(known);
        }
        self.write(|connection| {
            connection.execute("DELETE FROM catalog", [])?;
            let new = "INSERT INTO catalog (id) VALUES (lower(hex(randomblob(16)))) RETURNING id";
            Ok(connection.query_row(new, [], |row| row.get(0))?)
        })
    }

    /// What SQLite's own integrity and foreign-key checks find; nothing when all is well.
    pub fn check(&self) -> Result<Vec<Problem>> {
        let is_cut_off = self.is_cut_off();
        self.read(|connection| {
            let mut problems = check_integrity(connection)?;
            problems.extend(is_cut_off.then(|| Problem("the file is cut off".to_owned())));
            let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
            let orphans = statement.query_map([], |row| {
                Ok(Problem(format!("a row of {} points at nothing", row.get::<_, String>(0)?)))
            })?;
            for orphan in orphans {
                problems.push(orphan?);
            }
            problems.extend(sane::check(connection)?);
            Ok(problems)
        })
    }

    /// Whether the last page is there in part only: SQLite takes what is missing of it for zeros. A page that the log
    /// has will be written again.
    fn is_cut_off(&self) -> bool {
        let length = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        !length.is_multiple_of(PAGE) && !log::has_page(&write_ahead_log(&self.path), length / PAGE + 1)
    }

    /// Gives the room of deleted rows back to the system, and leaves nothing of them in the file or its log.
    pub fn shrink(&self) -> Result<()> {
        let writer = self.writer.lock();
        writer.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(())
    }

    /// Bytes on disk, the write-ahead log included.
    pub fn disk_bytes(&self) -> u64 {
        disk_bytes(&self.path)
    }
}

/// A catalog of nothing, that is nowhere.
pub fn empty() -> Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    migrate(&mut connection, Path::new(""), &migrate::CATALOG, false)?;
    Ok(connection)
}

/// What SQLite keeps beside a database file: the log, what is shared of it, and the journal of a file without a log.
pub(crate) const SIDECARS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The header of a journal, which is all that there is while a file is made.
const JOURNAL_HEADER: u64 = 512;

/// Where a catalog is: at the end of links, of which what they lead to must be there.
fn place(path: &Path) -> Result<PathBuf> {
    salvage::finish(path)?;
    // What is there instead of a file is told of by the name that we know.
    kind(path)?;
    Ok(data_files::target(path))
}

/// What is at a path where a file is expected.
fn kind(path: &Path) -> Result<Kind> {
    let kind = Kind::of(path).map_err(|source| CatalogError::Unreachable { path: path.into(), source })?;
    match (kind.instead_of_file(), kind) {
        (_, Kind::Away(target)) => Err(CatalogError::Away { path: path.into(), target }),
        (Some(found), _) => Err(CatalogError::NotAFile { path: path.into(), found }),
        (None, kind) => Ok(kind),
    }
}

fn is_empty(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.len() == 0)
}

/// Whether something is left beside a file that only a database leaves that was in use.
pub(crate) fn has_log(path: &Path) -> bool {
    let longer_than = |suffix, length| {
        std::fs::symlink_metadata(with_suffix(path, suffix))
            .is_ok_and(|file| file.is_file() && file.len() > length)
    };
    longer_than("-wal", 0) || longer_than("-journal", JOURNAL_HEADER)
}

/// Opens a database file with our settings and brings it to the newest format. See [`mod@migrate`].
pub(crate) fn open_connection(path: &Path, format: &Format, is_known: bool) -> Result<Connection> {
    header::check(path)?;
    let mut connection = connect(path)?;
    migrate(&mut connection, path, format, is_known)?;
    Ok(connection)
}

/// Opens a database that nobody has open yet.
pub(crate) fn connect(path: &Path) -> Result<Connection> {
    make_file(path)?;
    beside::make_way(&data_files::target(path))?;
    configured(path).map_err(|source| CatalogError::open(path, source))
}

/// Opens a database once more that is open already.
pub(crate) fn connect_again(path: &Path) -> Result<Connection> {
    make_file(path)?;
    beside::refuse_odd(&data_files::target(path))?;
    configured(path).map_err(|source| CatalogError::open(path, source))
}

fn make_file(path: &Path) -> Result<()> {
    if matches!(kind(path)?, Kind::Missing) {
        // SQLite would let others read it; what it makes beside has the same rights as this.
        data_files::create(path).map_err(|source| CatalogError::Unreachable { path: path.into(), source })?;
    }
    Ok(())
}

fn configured(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Plans that do not depend on the values that are bound: SQLite would make one anew each time that a kept statement is
    // run, which takes longer than most of ours do (https://sqlite.org/queryplanner-ng.html#qpstab).
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Room for every statement of a scan: preparing them again per photo would show in the profile.
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

pub(crate) fn check_integrity(connection: &Connection) -> Result<Vec<Problem>> {
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut problems = Vec::new();
    for line in lines {
        let line = line?;
        if line != "ok" {
            problems.push(Problem(line));
        }
    }
    Ok(problems)
}

/// Bytes of a database file and its write-ahead log; zero for what is not there.
pub(crate) fn disk_bytes(path: &Path) -> u64 {
    [path.to_path_buf(), write_ahead_log(path)]
        .iter()
        .filter_map(|file| std::fs::metadata(file).ok())
        .map(|metadata| metadata.len())
        .sum()
}

pub(crate) fn write_ahead_log(path: &Path) -> PathBuf {
    with_suffix(path, "-wal")
}

/// The path of a file beside `path` whose name is longer by `suffix`.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut longer = path.as_os_str().to_owned();
    longer.push(suffix);
    longer.into()
}
