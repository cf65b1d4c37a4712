//! What is found wrong with a library, and whether it was mended.

use serde::Serialize;

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable name.
    pub code: &'static str,
    /// What it is, in words.
    pub detail: String,
    /// Whether it has been mended.
    pub repaired: bool,
}
