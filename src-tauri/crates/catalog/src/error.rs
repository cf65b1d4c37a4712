//! What can go wrong with the database files, with the file it happened to.

use std::path::{Path, PathBuf};

/// The code of errors at which the file's content is at fault.
const DAMAGED: &str = "catalog_damaged";

/// The code of errors at which there is no file where there must be one.
const MISSING: &str = "catalog_missing";

/// The code of errors at which there is no room.
const FULL: &str = "disk_full";

/// Shorthand for results of this crate.
pub type Result<T, E = CatalogError> = std::result::Result<T, E>;

/// An error of the catalog or the thumbnail store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// SQLite refused to open the file.
    #[error("the catalog {} cannot be opened: {}", path.display(), in_words(source))]
    Open {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file's content is not what it should be.
    #[error("the catalog {} is damaged ({source}); {REMEDY}", path.display())]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file is empty, although there was a library.
    #[error("the catalog {} is damaged (it is empty); {REMEDY}", path.display())]
    Emptied {
        /// The database file.
        path: PathBuf,
    },
    /// There is no file, although other files of a library are there.
    #[error("the catalog {} is missing, although other files of its library are there; put it back, or else {REMEDY}", path.display())]
    Missing {
        /// Where the database file was.
        path: PathBuf,
    },
    /// A link leads to where there is nothing. What it led to is not touched.
    #[error("{} is a link to {}, which is not there; bring its drive back", path.display(), target.display())]
    Away {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// The system does not let the file be looked at or made.
    #[error("{} cannot be used: {source}", path.display())]
    Unreachable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something else is in the place of a file.
    #[error("{} is {found}, not a file; {REMEDY}", path.display())]
    NotAFile {
        /// The database file, or one of those that SQLite keeps beside it.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// The file is no catalog as any version of Lookalike has written it.
    #[error("the catalog {} is damaged ({reason}); {REMEDY}", path.display())]
    Malformed {
        /// The database file.
        path: PathBuf,
        /// What is not as it should be.
        reason: &'static str,
    },
    /// The number of the format is one of a newer Lookalike, and the tables are those of an older one.
    #[error("the catalog {} is damaged (it calls itself written by a newer version, with format {found}, and its tables are those of format {actual}); {REMEDY}", path.display())]
    WrongVersion {
        /// The database file.
        path: PathBuf,
        /// The format that the file names.
        found: i32,
        /// The format that its tables have.
        actual: u32,
    },
    /// The file was written by a newer Lookalike. It is left as it is.
    #[error("the catalog {} was written by a newer version of Lookalike (format {found}, this one reads up to {supported})", path.display())]
    NewerVersion {
        /// The database file.
        path: PathBuf,
        /// The format found in the file.
        found: u32,
        /// The newest format this build reads.
        supported: u32,
    },
    /// A migration did not apply; the file is as it was before.
    #[error("the catalog {} could not be brought to format {version}: {}{}", path.display(), in_words(source), remedy(source))]
    Migration {
        /// The database file.
        path: PathBuf,
        /// The format that could not be reached.
        version: u32,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A damaged thumbnail store could not be taken away.
    #[error("the damaged file {} cannot be deleted: {source}", path.display())]
    Discard {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A damaged catalog could not be replaced.
    #[error("the damaged catalog could not be replaced: {}: {source}", path.display())]
    Salvage {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A repair works on a copy, for which there is no room.
    #[error("there is no room to repair the catalog {}: a copy of it takes {megabytes} MB beside it, and what is saved of it as much again; free some space and try again", path.display())]
    NoRoom {
        /// The damaged file.
        path: PathBuf,
        /// How much a copy takes.
        megabytes: u64,
    },
    /// A query failed: damaged file, full disk, or a lock held by another program.
    #[error("{}", query_failed(.0))]
    Query(#[from] rusqlite::Error),
}

/// What helps when the catalog is damaged.
const REMEDY: &str =
    "`lookalike verify --repair` saves what can be read of it and reads the rest from the photos";

fn query_failed(error: &rusqlite::Error) -> String {
    match sqlite_code(error) {
        Some(DAMAGED) => format!("the catalog is damaged ({error}); {REMEDY}"),
        _ => format!("the catalog could not be read or written: {}", in_words(error)),
    }
}

/// What helps where it is the content's fault.
fn remedy(error: &rusqlite::Error) -> String {
    if tells_of_content(error) { format!("; {REMEDY}") } else { String::new() }
}

/// Where there is no room, SQLite's words depend on the file that it needed room for.
fn in_words(error: &rusqlite::Error) -> String {
    match sqlite_code(error) {
        Some(FULL) => format!("the disk is full ({error})"),
        _ => error.to_string(),
    }
}

impl CatalogError {
    /// A file that SQLite refuses to open.
    pub(crate) fn open(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.into();
        if sqlite_code(&source) == Some(DAMAGED) {
            Self::Damaged { path, source }
        } else {
            Self::Open { path, source }
        }
    }

    /// Whether the file's content is at fault.
    pub fn is_damage(&self) -> bool {
        matches!(self.code(), DAMAGED | MISSING)
    }

    /// What is wrong with a damaged file, in a few words.
    pub fn damage(&self) -> String {
        match self {
            Self::Emptied { .. } => "it is empty".to_owned(),
            Self::Missing { .. } => "it is missing".to_owned(),
            Self::NotAFile { found, .. } => format!("it is {found}"),
            Self::Malformed { reason, .. } => (*reason).to_owned(),
            Self::WrongVersion { found, actual, .. } => {
                format!("it calls itself format {found}, and is format {actual}")
            }
            other => std::error::Error::source(other).map_or_else(|| other.to_string(), ToString::to_string),
        }
    }

    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NewerVersion { .. } => "catalog_newer",
            Self::Discard { .. } => "catalog_discard",
            Self::Missing { .. } => MISSING,
            Self::Away { .. } => "catalog_away",
            Self::NoRoom { .. } => FULL,
            Self::Unreachable { source, .. } | Self::Salvage { source, .. } if is_full(source) => FULL,
            Self::Salvage { .. } => "catalog_salvage",
            Self::Unreachable { .. } => "catalog_read_only",
            Self::Damaged { .. }
            | Self::Emptied { .. }
            | Self::NotAFile { .. }
            | Self::Malformed { .. }
            | Self::WrongVersion { .. } => DAMAGED,
            Self::Migration { source, .. } if tells_of_content(source) => DAMAGED,
            Self::Open { source, .. } => sqlite_code(source).unwrap_or("catalog_open"),
            Self::Migration { source, .. } => sqlite_code(source).unwrap_or("catalog_migration"),
            Self::Query(source) => sqlite_code(source).unwrap_or("catalog_query"),
        }
    }
}

/// Whether an error tells something of what a file holds, and not of the machine or of who else uses the file.
pub(crate) fn tells_of_content(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as E;
    !matches!(
        error.sqlite_error_code(),
        Some(
            E::OutOfMemory
                | E::DatabaseBusy
                | E::DatabaseLocked
                | E::CannotOpen
                | E::DiskFull
                | E::SystemIoFailure
                | E::PermissionDenied
                | E::ReadOnly
                | E::OperationInterrupted
        )
    )
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

/// The causes that a person can do something about.
fn sqlite_code(error: &rusqlite::Error) -> Option<&'static str> {
    use rusqlite::ErrorCode;
    use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
    // It cannot make the file beside the log as long as it must be.
    if error.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_IOERR_SHMSIZE) {
        return Some(FULL);
    }
    if let rusqlite::Error::FromSqlConversionFailure(..)
    | rusqlite::Error::IntegralValueOutOfRange(..)
    | rusqlite::Error::InvalidColumnType(..)
    | rusqlite::Error::Utf8Error(..) = error
    {
        // Nothing of ours writes what cannot be read again.
        return Some(DAMAGED);
    }
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some(FULL),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Some(DAMAGED),
        ErrorCode::ReadOnly | ErrorCode::CannotOpen => Some("catalog_read_only"),
        _ => None,
    }
}
