//! Whether a photo that is not where it was has been deleted or moved, or is out of reach for now, and what becomes of
//! its row.
//!
//! Looks at one photo, and at how many there are; walking folders is the reconciliation's part.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use catalog::photo::{self, DriveId};
use catalog::{absent, folder};

use crate::commit::Committer;
use crate::drive::{Comparison, Drives, compare, is_lasting};
use crate::event::Event;
use crate::other_drive::Question;
use crate::reconcile::{Findings, Scope};
use crate::update::Summary;
use crate::walk;
use crate::{Library, LibraryError, Result};

/// So many photos may vanish at once without a question, as long as others are left.
const HANDFUL: u64 = 4;

/// What is known of a photo that was not come upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absence {
    /// It is there, or nobody can tell.
    None,
    /// It is there by a detour only: its directory is one that contains it, or a folder's own.
    BehindLoop,
    /// It lies behind a link that leads nowhere now.
    OutOfReach,
    /// There is no such file. What is there of the way to it lies on this drive.
    Missing { here: Option<DriveId> },
}

/// Looks for a photo of a folder.
pub(crate) fn look(folder: &Path, path: &Path, drives: &mut Drives) -> Absence {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) if walk::is_behind_loop(folder, path, drives) => return Absence::BehindLoop,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
        _ => return Absence::None,
    }
    if !folder.is_dir() {
        return Absence::None;
    }
    let mut missing = path;
    while let Some(directory) = missing.parent() {
        if directory.is_dir() {
            let leads_nowhere = missing != path && missing.is_symlink();
            if leads_nowhere {
                return Absence::OutOfReach;
            }
            return Absence::Missing { here: drives.of(folder, directory) };
        }
        missing = directory;
    }
    Absence::None
}

/// Whether a photo's file was deleted or moved, as far as the drive tells that it was on.
pub(crate) fn is_gone(photo: &photo::Photo, drives: &mut Drives) -> bool {
    match look(&photo.folder, &photo.path, drives) {
        Absence::BehindLoop => true,
        Absence::Missing { here } => compare(photo.drive, here) == Comparison::Same,
        Absence::None | Absence::OutOfReach => false,
    }
}

/// Of photos that are gone from folders by all that drives tell, those to ask the person about: all of those of a drive
/// on which not one known photo is left, or fewer than went. Perhaps it is another drive.
///
/// `left` is how many known photos there are on each drive, those that turned up elsewhere included.
pub(crate) fn in_question(gone: &[(i64, Option<DriveId>)], left: &HashMap<Option<DriveId>, u64>) -> Vec<i64> {
    let mut counts: HashMap<Option<DriveId>, u64> = HashMap::new();
    for (_, drive) in gone {
        *counts.entry(*drive).or_default() += 1;
    }
    let is_asked = |drive: &Option<DriveId>| {
        let (gone, left) = (counts[drive], left.get(drive).copied().unwrap_or(0));
        if left == 0 { gone > 1 } else { gone > HANDFUL && gone > left }
    };
    gone.iter().filter(|(_, drive)| is_asked(drive)).map(|(id, _)| *id).collect()
}

impl Committer<'_> {
    /// Removes photos that are gone, and asks the person about those that may have been on another drive.
    pub(crate) fn settle_vanished(
        &self,
        (scope, findings): (&Scope, &Findings),
        summary: &mut Summary,
        emit: &mut dyn FnMut(Event),
    ) -> Result<()> {
        if !scope.is_whole() {
            return self.set_absent(scope, &findings.kept);
        }
        let gone = self.still_missing(&findings.vanished)?;
        let mut left = findings.left.clone();
        for (_, drive) in findings.vanished.iter().filter(|photo| !gone.contains(photo)) {
            *left.entry(*drive).or_default() += 1;
        }
        let asked: HashSet<i64> = in_question(&gone, &left).into_iter().collect();
        let removed: Vec<i64> = gone.iter().map(|(id, _)| *id).filter(|id| !asked.contains(id)).collect();
        self.remove_missing(&removed, summary, emit)?;
        let mut kept = findings.kept.clone();
        kept.extend(asked.iter().map(|id| (*id, true)));
        self.set_absent(scope, &kept)?;
        let asked_about = kept.values().filter(|is_asked| **is_asked).count() as u64;
        if findings.present {
            // Of a folder that is not there, all photos are counted already.
            summary.offline += kept.len() as u64;
        }
        summary.in_question += asked_about;
        if asked_about > 0 {
            let path = scope.folder.path.clone();
            emit(Event::InQuestion { path, photos: asked_about });
        }
        Ok(())
    }

    /// Of photos that a walk did not find, those that did not turn up elsewhere since.
    fn still_missing(&self, vanished: &[(i64, Option<DriveId>)]) -> Result<Vec<(i64, Option<DriveId>)>> {
        let mut drives = Drives::default();
        let mut still = Vec::new();
        for (id, drive) in vanished {
            let photo = self.catalog.read(|connection| photo::by_id(connection, *id))?;
            if photo.is_some_and(|photo| is_gone(&photo, &mut drives)) {
                still.push((*id, *drive));
            }
        }
        Ok(still)
    }

    /// Notes that photos are there again.
    pub(crate) fn set_present(&self, returned: &[i64]) -> Result<()> {
        if returned.is_empty() {
            return Ok(());
        }
        Ok(self
            .catalog
            .write(|connection| returned.iter().try_for_each(|id| absent::delete(connection, *id)))?)
    }

    /// Notes which photos of a folder are absent, and of which the person is to be asked; all others are there, where all of
    /// the folder was looked at.
    fn set_absent(&self, scope: &Scope, kept: &HashMap<i64, bool>) -> Result<()> {
        if kept.is_empty() && !scope.is_whole() {
            return Ok(());
        }
        let before = self.catalog.read(|connection| absent::of_folder(connection, scope.folder.id))?;
        let is_back = |id: &&i64| scope.is_whole() && !kept.contains_key(*id);
        let returned: Vec<i64> = before.keys().filter(is_back).copied().collect();
        let changed = kept.iter().filter(|(id, is_asked)| before.get(id) != Some(is_asked));
        let changed: Vec<_> = changed.collect();
        if returned.is_empty() && changed.is_empty() {
            return Ok(());
        }
        Ok(self.catalog.write(|connection| {
            returned.iter().try_for_each(|id| absent::delete(connection, *id))?;
            changed.iter().try_for_each(|(id, is_asked)| absent::insert(connection, **id, **is_asked))
        })?)
    }
}

impl Library {
    /// Takes the word of the person that the photos of a folder that are not there were deleted, and that files that are
    /// there in the place of others are what belongs there. Returns how many photos went.
    ///
    /// Photos of a drive that is not there stay, also where another one is in its place, unless photos of the one are seen on
    /// the other: then it takes its place.
    ///
    /// Fails with [`LibraryError::FolderMissing`] where the folder itself is not there, and with
    /// [`LibraryError::OtherDrive`] where all photos in question are on another drive than is.
    pub fn confirm_removed(&self, path: &Path, emit: &mut dyn FnMut(Event)) -> Result<u64> {
        self.confirm_removed_by_id(self.folder_id(path)?, emit)
    }

    /// The same for a folder by its id.
    pub fn confirm_removed_by_id(&self, id: i64, emit: &mut dyn FnMut(Event)) -> Result<u64> {
        let folder = self.folder_path(id)?;
        if !folder.is_dir() {
            return Err(LibraryError::FolderMissing { path: folder });
        }
        let Confirmed { removed, settled, elsewhere } = {
            let _changing = self.changing.lock();
            let mut drives = Drives::default();
            self.catalog.write(|connection| confirm(connection, (id, &folder), &mut drives))?
        };
        let count = removed.len() as u64;
        if count + settled == 0 && elsewhere > 0 {
            return Err(LibraryError::OtherDrive { path: folder, photos: elsewhere });
        }
        for (photo, path) in removed {
            emit(Event::Removed { photo, path });
        }
        self.look_again();
        // A running watch does it in the update that begins now.
        if self.watches.load(Ordering::Acquire) == 0 {
            self.committer().collect_orphans()?;
        }
        Ok(count)
    }
}

/// What became of the photos in question.
#[derive(Debug, Default)]
struct Confirmed {
    removed: Vec<(i64, PathBuf)>,
    /// How many are what is in their place now.
    settled: u64,
    /// How many stay, as their drive is not there.
    elsewhere: u64,
}

fn confirm(
    connection: &catalog::Connection,
    (id, folder): (i64, &Path),
    drives: &mut Drives,
) -> catalog::Result<Confirmed> {
    let mut confirmed = Confirmed::default();
    let absent = absent::of_folder(connection, id)?;
    let mut question = Question::new((id, folder), &absent);
    let may_be_swapped = is_mounted_or_linked(folder);
    let mut is_elsewhere = |photo: &photo::Photo, here, drives: &mut Drives| -> catalog::Result<bool> {
        let is_elsewhere = match compare(photo.drive, here) {
            Comparison::Other => true,
            // A link in the folder that is gone, or something else that the folder itself is now.
            Comparison::OtherPart => may_be_swapped,
            // One that tells who it is would do so if it were there.
            Comparison::Unknown => photo.drive.is_some_and(is_lasting),
            Comparison::Same => false,
        };
        // Where others of its drive are seen, the person says that it is that drive, or takes its place.
        Ok(is_elsewhere && !question.is_about(connection, (photo.drive, here), drives)?)
    };
    for photo_id in absent.keys().copied() {
        let Some(photo) = photo::by_id(connection, photo_id)? else { continue };
        match look(folder, &photo.path, drives) {
            Absence::OutOfReach => {}
            Absence::None => {
                let here = drives.of(folder, photo.path.parent().unwrap_or(folder));
                if is_elsewhere(&photo, here, drives)? {
                    confirmed.elsewhere += 1;
                    continue;
                }
                photo::set_drive(connection, photo_id, here)?;
                absent::delete(connection, photo_id)?;
                confirmed.settled += 1;
            }
            Absence::Missing { here } if is_elsewhere(&photo, here, drives)? => confirmed.elsewhere += 1,
            Absence::Missing { .. } | Absence::BehindLoop => {
                photo::delete(connection, photo_id)?;
                confirmed.removed.push((photo_id, photo.path));
            }
        }
    }
    if confirmed.elsewhere == 0 {
        folder::set_online(connection, id, crate::clock::now())?;
    }
    Ok(confirmed)
}

/// Whether a folder is what is mounted there now, or what a link leads to now.
fn is_mounted_or_linked(folder: &Path) -> bool {
    let mount = |directory: &Path| Drives::look(directory).map(|seen| seen.mount).ok();
    folder.is_symlink() || folder.parent().is_some_and(|above| mount(above) != mount(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(gone: u64, left: u64) -> bool {
        let gone: Vec<_> = (0..gone as i64).map(|id| (id, None)).collect();
        let asked = in_question(&gone, &HashMap::from([(None, left)]));
        assert!(asked.is_empty() || asked.len() == gone.len(), "all or none");
        !asked.is_empty()
    }

    #[test]
    fn the_person_is_asked_when_none_is_left_or_more_went_than_stayed() {
        assert!(asked(2, 0) && asked(1_000, 0));
        assert!(!asked(1, 0), "the only photo");
        assert!(!asked(4, 1), "a handful");
        assert!(asked(5, 4) && asked(501, 500));
        assert!(!asked(5, 5) && !asked(500, 500));
    }

    #[test]
    fn each_drive_counts_for_itself() {
        let [card, disk] = [1, 2].map(|id| Some(DriveId(id)));
        let gone = [(1, card), (2, card), (3, disk)];
        assert_eq!(in_question(&gone, &HashMap::from([(disk, 100)])), [1, 2]);
    }
}
