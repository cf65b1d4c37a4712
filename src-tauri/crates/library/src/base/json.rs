//! Paths and counts in JSON documents.

use std::path::Path;

use serde::Serializer;

/// Serializes a path as text. JSON is UTF-8: of a name that is not, the bytes that cannot be shown become
/// U+FFFD, where serde's own way would fail the whole document.
pub fn lossy_path<S: Serializer>(path: impl AsRef<Path>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.as_ref().to_string_lossy())
}

/// Whether a count is of nothing, and need not be told.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
pub(crate) fn is_none(count: &u64) -> bool {
    *count == 0
}
