//! Adding and forgetting folders. Adding scans nothing; an update does that.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use catalog::folder::{self, Folder};
use catalog::photo;

use crate::base::clock;
use crate::store::data_dir;
use crate::system::drive::Drives;
use crate::{Library, LibraryError, Result};

impl Library {
    /// Adds a folder. A folder inside one that was added is covered already; folders that the new one covers
    /// become part of it, with their photos; whether they were looked into, it decides. Adding a folder twice changes
    /// nothing; one that is left out of the folder that it lies in is taken in. Where it is a folder of the library that was
    /// renamed or moved, that one goes on here, with all that is known of its photos.
    ///
    /// Returns the path of the library's folder that holds it now: its own, resolved, or that of the outer one.
    pub fn add_folder(&self, path: &Path) -> Result<PathBuf> {
        let changing = self.changing.lock();
        let folders = self.catalog.read(folder::all)?;
        let Some(path) = resolve(path, &folders) else {
            return Err(LibraryError::FolderMissing { path: path.into() });
        };
        data_dir::check_outside(self.data.path(), &path)?;
        if let Some(outer) = folders.iter().find(|folder| path.starts_with(&folder.path)) {
            let outer = outer.path.clone();
            drop(changing);
            if self.leaves_out(&path)?
                && let Some(path) = path.to_str()
            {
                self.include(path)?;
            }
            return Ok(outer);
        }
        for inner in folders.iter().filter(|inner| inner.path.starts_with(&path)) {
            // A walk of the outer folder would take its photos for deleted.
            if !inner.online || !inner.path.is_dir() {
                return Err(LibraryError::FolderOffline { path: inner.path.clone(), outer: path });
            }
        }
        let covers = folders.iter().any(|inner| inner.path.starts_with(&path));
        if !covers && let Some(before) = self.folder_before(&path, &folders)? {
            self.move_folder(&before, &path)?;
            self.look_again();
            return Ok(path);
        }
        let mut drives = Drives::default();
        self.catalog.write(|connection| {
            let outer = folder::insert(connection, &path, clock::now())?;
            for inner in &folders {
                if let Ok(prefix) = inner.path.strip_prefix(&path) {
                    // The part of the drive that is looked at begins further out now.
                    let [before, now] = [&inner.path, &path].map(|folder| drives.of(folder, &inner.path));
                    photo::rename_drive(connection, inner.id, before, now)?;
                    folder::absorb(connection, outer, inner.id, prefix)?;
                }
            }
            Ok(())
        })?;
        self.look_again();
        Ok(path)
    }

    /// Forgets a folder and what is known of its photos. The photos themselves are not touched.
    pub fn remove_folder(&self, path: &Path) -> Result<()> {
        self.remove_folder_by_id(self.folder_id(path)?)
    }

    /// Forgets a folder and what is known of its photos. The photos themselves are not touched.
    pub fn remove_folder_by_id(&self, id: i64) -> Result<()> {
        {
            let _changing = self.changing.lock();
            self.catalog.write(|connection| folder::delete(connection, id))?;
        }
        self.look_again();
        // It takes a while for a large folder. A running watch does it in the update that begins now.
        if self.watches.load(Ordering::Acquire) == 0 {
            self.committer().collect_orphans()?;
        }
        Ok(())
    }

    /// The id of one of the library's folders.
    ///
    /// Fails with [`LibraryError::FolderUnknown`], also for a folder in one of them.
    pub fn folder_id(&self, path: &Path) -> Result<i64> {
        let folders = self.catalog.read(folder::all)?;
        let resolved = resolve(path, &folders);
        let known = folders.into_iter().find(|folder| Some(&folder.path) == resolved.as_ref());
        known.map(|folder| folder.id).ok_or_else(|| LibraryError::FolderUnknown { path: path.into() })
    }

    /// The path of a folder.
    pub fn folder_path(&self, id: i64) -> Result<PathBuf> {
        let folder = self.catalog.read(|connection| folder::by_id(connection, id))?;
        Ok(folder.ok_or(LibraryError::FolderIdUnknown { id })?.path)
    }
}

/// The absolute path of a folder that is there, or of a known one that is not.
fn resolve(path: &Path, folders: &[Folder]) -> Option<PathBuf> {
    if let Ok(path) = dunce::canonicalize(path) {
        return path.is_dir().then_some(path);
    }
    let absolute = std::path::absolute(path).ok()?;
    folders.iter().any(|folder| folder.path == absolute).then_some(absolute)
}
