//! Whether a photo that is not where it was has been deleted or moved, or is out of reach for now.
//! What becomes of its row is the matter of `ingest`.
//!
//! Looks at one photo, and at how many there are; walking folders is the reconciliation's part.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use catalog::photo::{self, DriveId};

use crate::reading::walk;
use crate::system::drive::{Comparison, Drives, compare};

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
