//! What becomes of photos that a walk did not find: they go, stay as absent, or the person is asked.

use crate::base::event::Event;
use crate::folders::findings::{Findings, Scope};
use crate::folders::other_drive::Question;
use crate::ingest::commit::Committer;
use crate::ingest::summary::Summary;
use crate::system::drive::{Comparison, Drives, compare, is_lasting};
use crate::{Library, LibraryError, Result};
use catalog::photo::{self, DriveId};
use catalog::{absent, folder};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::folders::absence::{Absence, in_question, is_gone, look};

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
        folder::set_online(connection, id, crate::base::clock::now())?;
    }
    Ok(confirmed)
}

/// Whether a folder is what is mounted there now, or what a link leads to now.
fn is_mounted_or_linked(folder: &Path) -> bool {
    let mount = |directory: &Path| Drives::look(directory).map(|seen| seen.mount).ok();
    folder.is_symlink() || folder.parent().is_some_and(|above| mount(above) != mount(folder))
}
