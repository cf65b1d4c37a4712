//! Paths in JSON documents.

use std::path::Path;

use serde::Serializer;

/// Serializes a path as text. JSON is UTF-8: of a name that is not, the bytes that cannot be shown become
/// U+FFFD, where serde's own way would fail the whole document.
pub fn lossy_path<S: Serializer>(path: impl AsRef<Path>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.as_ref().to_string_lossy())
}
