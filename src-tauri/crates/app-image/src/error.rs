//! Why an `AppImage` could not be started.

use std::io;
use std::path::PathBuf;

/// Shorthand for results of this crate.
pub(crate) type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} is no complete AppImage", path.display())]
    NoImage { path: PathBuf },
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: backhand::BackhandError },
    #[error("{} belongs to another user, or others may write there", path.display())]
    NotPrivate { path: PathBuf },
    #[error("neither XDG_CACHE_HOME nor HOME says where the program could be unpacked")]
    NoHome,
    #[error("{} holds the path {}, which leads out of it", image.display(), path.display())]
    LeadsOut { image: PathBuf, path: PathBuf },
}

impl Error {
    /// An error of a file, for `map_err`.
    pub(crate) fn of(path: &std::path::Path) -> impl Fn(io::Error) -> Self + '_ {
        |source| Self::File { path: path.into(), source }
    }
}
