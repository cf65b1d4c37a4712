//! Recognises a folder of the library that was renamed or moved while nobody watched: by its files, of which a few are
//! looked at, and of these a few hashed.
//!
//! A folder that is not there is offline, whatever lies elsewhere: this tells where its photos seem to be, and the person says so
//! by adding that place. Then the folder goes on there, with all that is known of its photos.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use catalog::folder::{self, Folder};
use catalog::photo::{self, DriveId, Row};
use catalog::{Catalog, content};
use serde::Serialize;

use crate::base::json::lossy_path;
use crate::folders::other_drive::is_swap;
use crate::reading::original::{self, Original};
use crate::system::drive::{Comparison, Drives, compare};
use crate::system::mark;
use crate::{Library, Result};

/// So many photos of a folder are looked for in another place.
const SAMPLE: usize = 16;
/// So many of those that are there are hashed.
const HASHED: usize = 4;
/// So many directories beside a folder that is not there are looked into.
const MOST_BESIDE: usize = 200;

/// A folder that is not there, and a place that has its photos.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// The folder.
    #[serde(serialize_with = "lossy_path")]
    pub path: PathBuf,
    /// Where its photos are.
    #[serde(serialize_with = "lossy_path")]
    pub to: PathBuf,
}

impl Library {
    /// The folder of the library that a place was before it was renamed or moved.
    pub(crate) fn folder_before(&self, place: &Path, folders: &[Folder]) -> Result<Option<Folder>> {
        let mut drives = Drives::default();
        for folder in folders.iter().filter(|folder| !folder.path.is_dir()) {
            let sample = Sample::of(&self.catalog, folder)?;
            if sample.is_at(place, &self.catalog, &mut drives)? {
                return Ok(Some(folder.clone()));
            }
        }
        Ok(None)
    }

    /// Whether a place is in what was a folder of the library before that was renamed or moved.
    pub(crate) fn is_in_a_folder_before(&self, place: &Path, folders: &[Folder]) -> Result<bool> {
        let mut drives = Drives::default();
        for folder in folders.iter().filter(|folder| !folder.path.is_dir()) {
            let sample = Sample::of(&self.catalog, folder)?;
            for above in place.ancestors() {
                if sample.is_at(above, &self.catalog, &mut drives)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// A directory beside a folder that is not there which has its photos.
    pub(crate) fn renamed_to(&self, folder: &Folder, known: &[Folder]) -> Result<Option<PathBuf>> {
        let beside = folder.path.parent().map(fs::read_dir).and_then(std::result::Result::ok);
        let Some(beside) = beside else { return Ok(None) };
        let sample = Sample::of(&self.catalog, folder)?;
        let mut drives = Drives::default();
        let directories = beside.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        for place in directories.take(MOST_BESIDE).map(|entry| entry.path()) {
            let is_known =
                known.iter().any(|known| known.path.starts_with(&place) || place.starts_with(&known.path));
            if !is_known && sample.is_at(&place, &self.catalog, &mut drives)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Has a folder go on at another place. Nothing of what is known of its photos changes, except that they are on the drive
    /// that is there, or on that part of theirs: the person says so.
    pub(crate) fn move_folder(&self, folder: &Folder, to: &Path) -> Result<()> {
        tracing::info!(from = %folder.path.display(), to = %to.display(), "a folder goes on at another place");
        let swaps = Sample::of(&self.catalog, folder)?.swaps(to);
        self.catalog.write(|connection| {
            for (before, now) in &swaps {
                photo::rename_drive(connection, folder.id, *before, *now)?;
            }
            folder::set_path(connection, folder.id, to)
        })?;
        self.move_exclusions(&folder.path, to)?;
        self.renamed.lock().remove(&folder.id);
        Ok(())
    }

    /// Takes the person's word that a folder is now where its photos were found.
    ///
    /// Fails with [`crate::LibraryError::FolderIdUnknown`] where none were found.
    pub fn follow_folder(&self, id: i64) -> Result<PathBuf> {
        let to = self.renamed.lock().get(&id).cloned();
        self.add_folder(&to.ok_or(crate::LibraryError::FolderIdUnknown { id })?)
    }
}

/// Some photos of a folder that is not there.
struct Sample {
    photos: Vec<(PathBuf, Row)>,
    /// The drive that the folder would be on if it were there.
    here: Option<DriveId>,
}

impl Sample {
    fn of(catalog: &Catalog, folder: &Folder) -> Result<Self> {
        let photos = catalog.read(|connection| photo::sample_of(connection, folder.id, SAMPLE))?;
        Ok(Self { photos, here: Drives::default().of_missing(&folder.path) })
    }

    /// The drives that they were on, and those where they are in a place.
    fn swaps(&self, place: &Path) -> HashMap<Option<DriveId>, Option<DriveId>> {
        let mut drives = Drives::default();
        let there = self.photos.iter().filter(|photo| is_there(place, photo));
        let swap = |(path, row): &(PathBuf, Row)| {
            let path = place.join(path);
            (row.drive, drives.of(place, path.parent().unwrap_or(place)))
        };
        there.map(swap).filter(|swap| is_swap(*swap)).collect()
    }

    /// Whether most of them are in a place, the very files or, where the folder is gone from its drive beyond doubt, others
    /// of the same bytes: of a drive that is away, these may be a copy.
    fn is_at(&self, place: &Path, catalog: &Catalog, drives: &mut Drives) -> Result<bool> {
        let drive = drives.of(place, place);
        let is_most = |photos: &[&(PathBuf, Row)]| photos.len() * 2 > self.photos.len();
        let there: Vec<_> = self.photos.iter().filter(|photo| is_there(place, photo)).collect();
        if !is_most(&there) {
            return Ok(false);
        }
        let same: Vec<_> = there.iter().copied().filter(|photo| is_same_file(place, photo, drive)).collect();
        let is_gone = |(_, row): &&&(PathBuf, Row)| {
            self.here.is_some() && compare(row.drive, self.here) == Comparison::Same
        };
        let gone: Vec<_> = there.iter().filter(is_gone).copied().collect();
        let found = if is_most(&same) { same } else { gone };
        if !is_most(&found) {
            return Ok(false);
        }
        for (path, row) in found.iter().step_by(found.len().div_ceil(HASHED)) {
            if !has_bytes(&place.join(path), *row, catalog)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Whether there is a file of a photo's size and time.
fn is_there(place: &Path, (path, row): &(PathBuf, Row)) -> bool {
    let metadata = fs::metadata(place.join(path)).ok();
    metadata.is_some_and(|metadata| metadata.is_file() && original::stamp(&metadata) == row.stamp)
}

/// Whether it is the very file, on the file system that it was on.
fn is_same_file(place: &Path, (path, row): &(PathBuf, Row), drive: Option<DriveId>) -> bool {
    let path = place.join(path);
    let Ok(metadata) = fs::metadata(&path) else { return false };
    let number = row.mark.and_then(|mark| mark.number);
    let is_same_drive =
        drive.is_some() && matches!(compare(row.drive, drive), Comparison::Same | Comparison::OtherPart);
    is_same_drive && number.is_some() && mark::of(&path, &metadata).number == number
}

fn has_bytes(path: &Path, row: Row, catalog: &Catalog) -> Result<bool> {
    let known = catalog.read(|connection| content::by_id(connection, row.content_id))?;
    let hash = Original::open(path, imaging::Limits::default().max_file_bytes)
        .and_then(|original| original.hash(&|| false));
    Ok(known.is_some_and(|known| hash.is_ok_and(|(hash, _)| hash == known.hash)))
}
