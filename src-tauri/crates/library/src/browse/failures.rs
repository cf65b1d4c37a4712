//! Files that could not be read as photos: what they are, where they are, and reading them again.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use catalog::failure;

use crate::ingest::commit::RETRY_STAMP;
use crate::{Library, LibraryError, Result};

/// A file that could not be read as a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Names it.
    pub key: FailureKey,
    /// Absolute path.
    pub path: PathBuf,
    /// Stable name of the reason.
    pub code: String,
    /// The reason in words.
    pub reason: String,
}

/// Names a failure: a digest of its folder and its path there, from which neither can be told. So whoever hands one
/// in can ask about files that failed, and about no others. As text it is 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FailureKey(blake3::Hash);

impl FailureKey {
    fn new(folder_id: i64, relative: &Path) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&folder_id.to_le_bytes());
        hasher.update(relative.as_os_str().as_encoded_bytes());
        Self(hasher.finalize())
    }
}

impl fmt::Display for FailureKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for FailureKey {
    type Err = LibraryError;

    fn from_str(text: &str) -> Result<Self> {
        blake3::Hash::from_hex(text).map(Self).map_err(|_| LibraryError::FailureUnknown)
    }
}

impl Library {
    /// All files that could not be read as photos, by path.
    pub fn failures(&self) -> Result<Vec<Failure>> {
        let failures = self.catalog.read(failure::all)?.into_iter();
        Ok(failures
            .map(|failure| Failure {
                key: FailureKey::new(failure.folder_id, &failure.relative),
                path: failure.path,
                code: failure.code,
                reason: failure.reason,
            })
            .collect())
    }

    /// Where the file of a failure that still stands is.
    pub fn failure_path(&self, key: &FailureKey) -> Result<PathBuf> {
        let found = self.failures()?.into_iter().find(|failure| failure.key == *key);
        Ok(found.ok_or(LibraryError::FailureUnknown)?.path)
    }

    /// Has all files that failed read again, by a running watch at once, else by the next update.
    pub fn retry_failures(&self) -> Result<()> {
        self.catalog.write(|connection| failure::set_stamps(connection, RETRY_STAMP))?;
        self.look_again();
        Ok(())
    }
}
