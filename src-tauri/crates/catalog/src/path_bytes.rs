//! Paths as database bytes, so that names that are not UTF-8 keep their row.
//!
//! Unix keeps the name's own bytes. Elsewhere names are UTF-16; they are stored as UTF-8, and an unpaired
//! surrogate (which no camera writes) becomes U+FFFD.

use std::path::{Path, PathBuf};

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// A path to store, or one that was read.
#[derive(Debug, Clone)]
pub(crate) struct PathBytes<T>(pub(crate) T);

impl<T: AsRef<Path>> ToSql for PathBytes<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(to_bytes(self.0.as_ref())))
    }
}

impl FromSql for PathBytes<PathBuf> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(from_bytes(value.as_blob()?)))
    }
}

/// The bytes under which `path` is stored.
#[cfg(unix)]
pub(crate) fn to_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(unix)]
fn from_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// The bytes under which `path` is stored.
#[cfg(not(unix))]
pub(crate) fn to_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
fn from_bytes(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// Bounds of the stored paths strictly below the directory `prefix`: `lower <= path < upper`.
///
/// Bytes sort so that everything below `a/b` lies between `a/b/` and `a/b0` (`0` follows `/`). An empty
/// prefix means every path; its upper bound lies above any name a file system gives out.
pub(crate) fn below(prefix: &Path) -> (Vec<u8>, Vec<u8>) {
    let separator = std::path::MAIN_SEPARATOR as u8;
    let mut lower = to_bytes(prefix);
    if lower.is_empty() {
        return (Vec::new(), vec![u8::MAX; 8]);
    }
    let mut upper = lower.clone();
    lower.push(separator);
    upper.push(separator + 1);
    (lower, upper)
}
