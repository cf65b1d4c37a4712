//! What can go wrong with the database files, with the file it happened to.

use std::path::{Path, PathBuf};

/// The code of errors at which the file's content is at fault.
const DAMAGED: &str = "catalog_damaged";

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
    #[error("the catalog {} could not be brought to format {version}: {}", path.display(), in_words(source))]
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
        self.code() == DAMAGED
    }

    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NewerVersion { .. } => "catalog_newer",
            Self::Discard { .. } => "catalog_discard",
            Self::Salvage { .. } => "catalog_salvage",
            Self::Damaged { .. } | Self::Emptied { .. } => DAMAGED,
            Self::Open { source, .. } => sqlite_code(source).unwrap_or("catalog_open"),
            Self::Migration { source, .. } => sqlite_code(source).unwrap_or("catalog_migration"),
            Self::Query(source) => sqlite_code(source).unwrap_or("catalog_query"),
        }
    }
}

/// The causes that a person can do something about.
fn sqlite_code(error: &rusqlite::Error) -> Option<&'static str> {
    use rusqlite::ErrorCode;
    use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
    // It cannot make the file beside the log as long as it must be.
    if error.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_IOERR_SHMSIZE) {
        return Some(FULL);
    }
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some(FULL),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Some(DAMAGED),
        ErrorCode::ReadOnly | ErrorCode::CannotOpen => Some("catalog_read_only"),
        _ => None,
    }
}
