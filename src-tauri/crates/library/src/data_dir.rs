//! The one directory we write to, and the lock that keeps a second process out of it.

#![expect(clippy::disallowed_methods, reason = "makes the data directory and its lock")]

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::{LibraryError, Result};

/// An open data directory. The lock lasts as long as this value, also when the process is killed.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    lock: File,
}

impl Drop for DataDir {
    fn drop(&mut self) {
        // Closing alone is not enough: a process that is being started at this moment, by the web view for instance,
        // holds copies of all our open files until it runs its own program.
        if let Err(error) = self.lock.unlock() {
            tracing::debug!(%error, "the lock goes with its file");
        }
    }
}

impl DataDir {
    /// Makes the directory where needed and locks it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| LibraryError::DataDir { path, source }
        };
        std::fs::create_dir_all(path).map_err(failed(path))?;
        let path = dunce::canonicalize(path).map_err(failed(path))?;
        let lock_path = path.join("lock");
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(failed(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, lock }),
            Err(TryLockError::WouldBlock) => Err(LibraryError::InUse { path }),
            Err(TryLockError::Error(source)) => Err(LibraryError::DataDir { path: lock_path, source }),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn catalog(&self) -> PathBuf {
        self.path.join("catalog.db")
    }

    pub(crate) fn thumbnails(&self) -> PathBuf {
        self.path.join("thumbnails.db")
    }

    pub(crate) fn models(&self) -> PathBuf {
        self.path.join("models")
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.path.join("index")
    }
}

/// Where the system keeps application data: `~/.local/share/lookalike` on Linux,
/// `~/Library/Application Support/Lookalike` on macOS, `AppData\Local\Lookalike\data` on Windows.
pub fn default_data_dir() -> Result<PathBuf> {
    directories::ProjectDirs::from("", "", "Lookalike")
        .map(|directories| directories.data_local_dir().to_path_buf())
        .ok_or(LibraryError::NoDataDir)
}
