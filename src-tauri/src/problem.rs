//! Errors on their way to the window: a stable code, the values its text needs, a message in English.

use std::path::Path;

use library::{LibraryError, shown_name, shown_path};
use serde_json::{Map, Value};

use crate::wire::Problem;

/// Shorthand for what commands return.
pub(crate) type Result<T> = std::result::Result<T, Problem>;

/// What goes wrong in the shell itself.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShellError {
    #[error("there is no image on the clipboard")]
    ClipboardEmpty,
    #[error("the clipboard cannot be read: {0}")]
    ClipboardUnavailable(String),
    #[error("the image is no longer kept; drop or paste it again")]
    ImageUnknown,
    #[error("a query takes {most} images at most")]
    TooManyExamples { most: usize },
    #[error("{} cannot be opened: {reason}", path.display())]
    OpenFailed { path: std::path::PathBuf, reason: String },
    #[error("this desktop has no tray: {0}")]
    NoTray(String),
    #[error("the list of duplicates is no longer the newest")]
    DuplicatesOutdated,
    #[error("{model} cannot answer: {reason}")]
    SwitchFailed { model: String, reason: String },
    #[error("Lookalike is closing")]
    Closing,
    #[error("something unexpected happened: {0}")]
    Internal(String),
}

impl ShellError {
    fn code(&self) -> &'static str {
        match self {
            Self::ClipboardEmpty => "clipboard_empty",
            Self::ClipboardUnavailable(_) => "clipboard_unavailable",
            Self::ImageUnknown => "image_unknown",
            Self::TooManyExamples { .. } => "too_many_examples",
            Self::OpenFailed { .. } => "open_failed",
            Self::NoTray(_) => "no_tray",
            Self::DuplicatesOutdated => "duplicates_outdated",
            Self::SwitchFailed { .. } => "switch_failed",
            Self::Closing => "not_ready",
            Self::Internal(_) => "internal",
        }
    }
}

impl From<ShellError> for Problem {
    fn from(error: ShellError) -> Self {
        let mut details = Map::new();
        match &error {
            ShellError::OpenFailed { path, reason } => {
                put_path(&mut details, path);
                put(&mut details, "reason", reason.clone());
            }
            ShellError::SwitchFailed { model, reason } => {
                put(&mut details, "name", model.clone());
                put(&mut details, "reason", reason.clone());
            }
            _ => {}
        }
        Self { code: error.code().to_owned(), details, message: error.to_string() }
    }
}

impl From<tauri::Error> for Problem {
    fn from(error: tauri::Error) -> Self {
        ShellError::Internal(error.to_string()).into()
    }
}

impl From<LibraryError> for Problem {
    fn from(error: LibraryError) -> Self {
        let mut details = Map::new();
        match &error {
            LibraryError::DataDir { path, .. }
            | LibraryError::DataDirAway { path, .. }
            | LibraryError::FolderMissing { path }
            | LibraryError::FolderUnknown { path }
            | LibraryError::OtherDrive { path, .. }
            | LibraryError::PhotoOffline { path }
            | LibraryError::ExportIntoLibrary { path }
            | LibraryError::ExportFormat { path }
            | LibraryError::ExportTaken { path, .. }
            | LibraryError::ExportFailed { path, .. } => put_path(&mut details, path),
            LibraryError::FolderOffline { path, outer } => {
                put_path(&mut details, path);
                put(&mut details, "outer", shown_path(outer));
            }
            LibraryError::DataInsideFolder { folder, data_dir } => {
                put_path(&mut details, folder);
                put(&mut details, "dataDir", shown_path(data_dir));
            }
            LibraryError::ModelUnknown { name }
            | LibraryError::ModelNameTaken { name }
            | LibraryError::ModelFileDamaged { name }
            | LibraryError::ModelInUse { name } => put(&mut details, "name", name.clone()),
            LibraryError::ModelUnfit { reason } => put(&mut details, "reason", reason.clone()),
            LibraryError::QueryUnreadable { path, reason, .. } => {
                put_path(&mut details, path);
                put(&mut details, "reason", reason.clone());
            }
            _ => {}
        }
        Self { code: error.code().to_owned(), details, message: error.to_string() }
    }
}

fn put(details: &mut Map<String, Value>, key: &str, value: impl Into<String>) {
    details.insert(key.to_owned(), Value::String(value.into()));
}

/// The path, and its last part for short texts.
fn put_path(details: &mut Map<String, Value>, path: &Path) {
    put(details, "path", shown_path(path));
    put(details, "name", shown_name(path));
}
