//! What can go wrong with the database files, with the file it happened to.

use std::path::PathBuf;

/// Shorthand for results of this crate.
pub type Result<T, E = CatalogError> = std::result::Result<T, E>;

/// An error of the catalog or the thumbnail store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// SQLite refused to open the file.
    #[error("the catalog {} cannot be opened: {source}", path.display())]
    Open {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
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
    #[error("the catalog {} could not be brought to format {version}: {source}", path.display())]
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
    /// A query failed: damaged file, full disk, or a lock held by another program.
    #[error("the catalog could not be read or written: {0}")]
    Query(#[from] rusqlite::Error),
}

impl CatalogError {
    /// Whether the file's content is at fault.
    pub fn is_damage(&self) -> bool {
        self.code() == "catalog_damaged"
    }

    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NewerVersion { .. } => "catalog_newer",
            Self::Discard { .. } => "catalog_discard",
            Self::Open { source, .. } => sqlite_code(source).unwrap_or("catalog_open"),
            Self::Migration { source, .. } => sqlite_code(source).unwrap_or("catalog_migration"),
            Self::Query(source) => sqlite_code(source).unwrap_or("catalog_query"),
        }
    }
}

/// The causes that a person can do something about.
fn sqlite_code(error: &rusqlite::Error) -> Option<&'static str> {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some("disk_full"),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Some("catalog_damaged"),
        ErrorCode::ReadOnly | ErrorCode::CannotOpen => Some("catalog_read_only"),
        _ => None,
    }
}
