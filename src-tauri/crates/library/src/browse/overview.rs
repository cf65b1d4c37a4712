//! The library at a glance, quick enough to ask again after every change.

use std::path::PathBuf;

use catalog::{absent, damage, failure, folder, photo};

use crate::base::endings::WithoutPhotos;
use crate::{Library, Result};

/// What the library holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Photos, offline ones included.
    pub photos: u64,
    /// Photos with an embedding of the model in use; the others are not found yet.
    pub read: u64,
    /// Files that could not be read as photos.
    pub failed: u64,
    /// Photos of which a part is missing.
    pub damaged: u64,
    /// The folders, by path.
    pub folders: Vec<FolderOverview>,
    /// Lower-case names of file formats with the number of photos of each, most first.
    pub formats: Vec<(String, u64)>,
}

/// A folder of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderOverview {
    /// The folder's id.
    pub id: i64,
    /// Absolute path.
    pub path: PathBuf,
    /// Its photos.
    pub photos: u64,
    /// Those of them that were not there although the folder was.
    pub absent: u64,
    /// Those of them of which the person is asked whether they were deleted.
    pub in_question: u64,
    /// Whether it was there when last looked at.
    pub online: bool,
    /// When it was last there, Unix milliseconds.
    pub last_seen_at: Option<i64>,
    /// What was seen in it, where nothing was taken for a photo.
    pub without_photos: Option<WithoutPhotos>,
    /// Where its photos seem to be, if it is not there.
    pub renamed_to: Option<PathBuf>,
    /// Whether its photos are embedded in parts, too.
    pub looked_into: bool,
}

impl Library {
    /// What the library holds now, as far as the catalog knows; no folder is looked at.
    pub fn overview(&self) -> Result<Overview> {
        let looks_inside = self.looks_inside()?;
        let renamed = self.renamed.lock().clone();
        let without_photos = self.without_photos.lock().clone();
        Ok(self.catalog.read(|connection| {
            let counts = photo::count_by_folder(connection)?;
            let absent = absent::count_by_folder(connection)?;
            let absent = |id| absent.get(&id).copied().unwrap_or_default();
            let folders = folder::all(connection)?.into_iter().map(|folder| FolderOverview {
                absent: absent(folder.id).all,
                in_question: absent(folder.id).in_question,
                photos: counts.get(&folder.id).copied().unwrap_or(0),
                id: folder.id,
                path: folder.path,
                // Some may have come since.
                without_photos: without_photos
                    .get(&folder.id)
                    .filter(|_| !counts.contains_key(&folder.id))
                    .cloned(),
                renamed_to: renamed.get(&folder.id).cloned(),
                online: folder.online,
                last_seen_at: folder.last_seen_at,
                looked_into: folder.looked_into.unwrap_or(looks_inside),
            });
            Ok(Overview {
                photos: counts.values().sum(),
                read: photo::count_embedded(connection, self.model_id)?,
                failed: failure::count(connection)?,
                damaged: damage::count(connection)?,
                folders: folders.collect(),
                formats: photo::count_by_format(connection)?,
            })
        })?)
    }
}
