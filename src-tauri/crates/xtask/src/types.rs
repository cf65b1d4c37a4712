//! The TypeScript types of what crosses between shell and window.

use crate::error::Result;
use crate::shell::{aloud, cargo};

/// Writes them anew. Tests fail while the file in the repository is another.
pub(crate) fn write() -> Result<()> {
    crate::setup()?;
    let test = ["test", "--quiet", "--locked", "--package", "lookalike-app", "--lib", "types::"];
    aloud(cargo(&test).env("WRITE_TYPES", "1"))
}
