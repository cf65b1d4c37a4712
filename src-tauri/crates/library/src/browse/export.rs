//! Copies of originals in a folder that the person chose, byte for byte and with their times.
//!
//! How they are written, and where not, is the matter of `chosen`.

use std::fs::FileTimes;
use std::path::Path;

use crate::reading::original::Original;
use crate::store::chosen::ChosenFolder;
use crate::{Library, LibraryError, Result};

impl Library {
    /// Copies photos into a folder, byte for byte and with their times, and returns how many. A name that is taken
    /// becomes `name (2)` and so on; nothing is ever overwritten.
    ///
    /// Fails with [`LibraryError::PhotoOffline`], before anything is written, when one of them is out of reach, and with
    /// [`LibraryError::ExportIntoLibrary`] for a folder of the library or in one. When it fails on the way, the copies
    /// that are complete stay and no other is left.
    pub fn export_copies(&self, photos: &[i64], into: &Path) -> Result<u64> {
        let target = self.chosen_folder(into)?;
        let originals = photos.iter().map(|id| self.photo_path(*id)).collect::<Result<Vec<_>>>()?;
        if let Some(path) = originals.iter().find(|path| !path.is_file()) {
            return Err(LibraryError::PhotoOffline { path: path.clone() });
        }
        for original in &originals {
            copy(original, &target)?;
        }
        Ok(originals.len() as u64)
    }
}

fn copy(path: &Path, into: &ChosenFolder) -> Result<()> {
    let out_of_reach = || LibraryError::PhotoOffline { path: path.into() };
    let original = Original::open(path, u64::MAX).map_err(|_| out_of_reach())?;
    let mut from = original.file.try_clone().map_err(|_| out_of_reach())?;
    let metadata = from.metadata().map_err(|_| out_of_reach())?;
    let mut times = FileTimes::new();
    if let Ok(modified) = metadata.modified() {
        times = times.set_modified(modified);
    }
    into.copy(&mut from, times, path)
}
