//! Texts by key that the programs over the library keep in its catalog.

use std::path::Path;

use catalog::setting;

use crate::store::data_dir::DataDir;
use crate::store::salvage;
use crate::{Library, Result};

/// The text stored under a key in a library that is not open, such as what to open it with.
///
/// Fails with [`crate::LibraryError::InUse`] when a process has the library open.
pub fn read_setting(data_dir: &Path, key: &str) -> Result<Option<String>> {
    let data = DataDir::open(data_dir)?;
    let catalog = salvage::open(&data)?;
    Ok(catalog.read(|connection| setting::get(connection, key))?)
}

impl Library {
    /// The text stored under a key.
    pub fn setting(&self, key: &str) -> Result<Option<String>> {
        Ok(self.catalog.read(|connection| setting::get(connection, key))?)
    }

    /// Stores a text under a key, in place of the one that is there.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<()> {
        Ok(self.catalog.write(|connection| setting::set(connection, key, value))?)
    }
}
