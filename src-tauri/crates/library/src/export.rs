//! Copies of originals in a folder that the person chose. The only place that writes image files outside the data
//! directory; it writes new ones only, and none where originals are.

#![expect(clippy::disallowed_methods, reason = "writes new files where the person asked for copies")]

use std::collections::HashSet;
use std::fs::{File, FileTimes, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use catalog::{folder, photo};

use crate::{Library, LibraryError, Result, original};

impl Library {
    /// Copies photos into a folder, byte for byte and with their times, and returns how many. A name that is taken
    /// becomes `name (2)` and so on; nothing is ever overwritten.
    ///
    /// Fails with [`LibraryError::PhotoOffline`], before anything is written, when one of them is out of reach, and with
    /// [`LibraryError::ExportIntoLibrary`] for a folder of the library or in one. When it fails on the way, the copies
    /// that are complete stay and no other is left.
    pub fn export_copies(&self, photos: &[i64], into: &Path) -> Result<u64> {
        let missing = || LibraryError::FolderMissing { path: into.into() };
        let target = dunce::canonicalize(into).map_err(|_| missing())?;
        if !target.is_dir() {
            return Err(missing());
        }
        self.check_export_into(&target)?;
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

impl Library {
    /// Fails with [`LibraryError::ExportIntoLibrary`] where a directory, which is resolved, is none to write into.
    pub(crate) fn check_export_into(&self, directory: &Path) -> Result<()> {
        if directory.starts_with(self.data.path()) || self.holds_originals(directory)? {
            return Err(LibraryError::ExportIntoLibrary { path: directory.into() });
        }
        Ok(())
    }

    /// Whether a directory, which is resolved, lies in a folder of the library or in a place that photos of it lie in
    /// behind a link.
    fn holds_originals(&self, directory: &Path) -> Result<bool> {
        let mut places = HashSet::new();
        for folder in self.catalog.read(folder::all)? {
            if contains(&folder.path, directory) {
                return Ok(true);
            }
            self.catalog.read(|connection| {
                photo::for_each_row(connection, folder.id, Path::new(""), |photo, _| {
                    let directories = photo.ancestors().skip(1).filter(|place| !place.as_os_str().is_empty());
                    for place in directories {
                        if !places.insert(folder.path.join(place)) {
                            break;
                        }
                    }
                })
            })?;
        }
        Ok(places.iter().any(|place| contains(place, directory)))
    }
}

/// Whether `path`, which is resolved, is `folder` or lies in it, by whatever way that was named.
fn contains(folder: &Path, path: &Path) -> bool {
    path.starts_with(folder) || dunce::canonicalize(folder).is_ok_and(|folder| path.starts_with(folder))
}

fn copy(original: &Path, into: &Path) -> Result<()> {
    let out_of_reach = |_| LibraryError::PhotoOffline { path: original.into() };
    let mut from = original::open(original).map_err(out_of_reach)?;
    let metadata = from.metadata().map_err(out_of_reach)?;
    let (path, mut to) = create(original, into)?;
    let mut times = FileTimes::new();
    if let Ok(modified) = metadata.modified() {
        times = times.set_modified(modified);
    }
    let written = io::copy(&mut from, &mut to).and_then(|_| to.set_times(times)).and_then(|()| to.sync_all());
    written.map_err(|source| {
        drop(to);
        // Half a copy is worse than none. The file is ours: it did not exist before.
        let _ = std::fs::remove_file(&path);
        LibraryError::ExportFailed { path, source }
    })
}

/// Makes a new file named like the original, or with the first number that is free.
fn create(original: &Path, into: &Path) -> Result<(PathBuf, File)> {
    let mut number = 1_u32;
    loop {
        let path = into.join(numbered(original, number));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(source) => return Err(LibraryError::ExportFailed { path, source }),
        }
    }
}

fn numbered(original: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return original.file_name().unwrap_or_default().into();
    }
    let mut name = original.file_stem().unwrap_or_default().to_owned();
    name.push(format!(" ({number})"));
    if let Some(extension) = original.extension() {
        name.push(".");
        name.push(extension);
    }
    name.into()
}
