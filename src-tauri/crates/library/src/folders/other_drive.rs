//! Photos that are seen, by path, size and time, on another drive than the one they are known to be on, or on another part
//! of it: a backup or an older snapshot may be mounted where their drive was, or the drive may have come to another place.
//!
//! Only a drive on which all known photos of the other one are seen takes its place by itself. Until then the photos belong
//! to the drive they were on, nothing is read in their place, and what is not seen is no proof of anything.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use catalog::photo::{self, DriveId, Row, Stamp};
use catalog::{Catalog, Connection};

use crate::Result;
use crate::folders::findings::{Job, Scope};
use crate::reading::original;
use crate::system::drive::{Comparison, Drives, compare};

/// The drive that photos are known to be on, and the one where they are, or would be.
pub(crate) type Swap = (Option<DriveId>, Option<DriveId>);

/// Whether the two are drives that can be told apart, or parts of one.
pub(crate) fn is_swap((known, here): Swap) -> bool {
    matches!(compare(known, here), Comparison::Other | Comparison::OtherPart)
}

/// The file of a known photo on such a drive.
#[derive(Debug)]
pub(crate) struct Sighting {
    pub(crate) job: Job,
    pub(crate) row: Row,
    /// Whether the photo could not be read when it last had to be.
    pub(crate) has_failure: bool,
}

/// What a walk has seen of photos on such drives.
#[derive(Debug, Default)]
pub(crate) struct SeenElsewhere {
    seen: HashMap<Swap, Vec<Sighting>>,
    /// Swaps of which some known photo is not seen.
    doubted: HashSet<Swap>,
    /// Drives with photos of which nobody can tell where they are now.
    unclear: HashSet<Option<DriveId>>,
}

impl SeenElsewhere {
    pub(crate) fn add(&mut self, sighting: Sighting) {
        self.seen.entry((sighting.row.drive, sighting.job.drive)).or_default().push(sighting);
    }

    /// Whether photos of one drive were seen on the other, which has not taken its place.
    pub(crate) fn contain(&self, swap: Swap) -> bool {
        self.seen.contains_key(&swap)
    }

    /// Notes that a photo is not seen where it would be.
    pub(crate) fn doubt(&mut self, swap: Swap) {
        self.doubted.insert(swap);
    }

    /// Notes that nobody can tell where a photo of a drive is.
    pub(crate) fn doubt_drive(&mut self, drive: Option<DriveId>) {
        self.unclear.insert(drive);
    }

    /// Takes off what was seen on drives that take the place of others, as all photos of these were seen there.
    pub(crate) fn take_settled(&mut self, catalog: &Catalog, scope: &Scope) -> Result<Vec<Sighting>> {
        if !scope.is_whole() && !self.seen.is_empty() {
            self.doubt_what_lies_outside(catalog, scope)?;
        }
        let Self { seen, doubted, unclear } = self;
        let settled = seen.extract_if(|swap, _| !doubted.contains(swap) && !unclear.contains(&swap.0));
        Ok(settled.flat_map(|(_, sightings)| sightings).collect())
    }

    /// A walk of a part of a folder says nothing of photos that lie elsewhere in it.
    fn doubt_what_lies_outside(&mut self, catalog: &Catalog, scope: &Scope) -> Result<()> {
        let unclear = &mut self.unclear;
        Ok(catalog.read(|connection| {
            photo::for_each_row(connection, scope.folder.id, Path::new(""), |path, row| {
                if !path.starts_with(&scope.prefix) {
                    unclear.insert(row.drive);
                }
            })
        })?)
    }

    /// How many known photos are there, on drives that have not taken the place of others.
    pub(crate) fn count(&self) -> u64 {
        self.seen.values().map(|sightings| sightings.len() as u64).sum()
    }
}

/// Looks whether photos of one drive are seen on another, so that the person can say whether it takes its place.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    folder_id: i64,
    folder: &'a Path,
    /// Photos that are not there.
    absent: &'a HashMap<i64, bool>,
    known: HashMap<Swap, bool>,
}

impl<'a> Question<'a> {
    pub(crate) fn new((folder_id, folder): (i64, &'a Path), absent: &'a HashMap<i64, bool>) -> Self {
        Self { folder_id, folder, absent, known: HashMap::new() }
    }

    /// Whether some photo of the one drive is seen on the other.
    pub(crate) fn is_about(
        &mut self,
        connection: &Connection,
        swap: Swap,
        drives: &mut Drives,
    ) -> catalog::Result<bool> {
        if !is_swap(swap) {
            return Ok(false);
        }
        if let Some(known) = self.known.get(&swap) {
            return Ok(*known);
        }
        let mut photos: Vec<(PathBuf, Stamp)> = Vec::new();
        photo::for_each_row(connection, self.folder_id, Path::new(""), |path, row| {
            if row.drive == swap.0 && !self.absent.contains_key(&row.id) {
                photos.push((path, row.stamp));
            }
        })?;
        let is_seen = photos.iter().any(|(path, stamp)| {
            let path = self.folder.join(path);
            let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file);
            metadata.is_some_and(|metadata| original::stamp(&metadata) == *stamp)
                && drives.of(self.folder, path.parent().unwrap_or(self.folder)) == swap.1
        });
        self.known.insert(swap, is_seen);
        Ok(is_seen)
    }
}
