//! Writes outcomes to the catalog, a batch in one transaction, then to the vector index.
//!
//! Thumbnails go first, rows second, the index last: whatever a crash cuts off can be told from the rows.

use std::collections::HashSet;
use std::path::PathBuf;

use catalog::photo::DriveId;
use catalog::{
    Catalog, CatalogError, Connection, ContentHash, Thumbnails, absent, content, copies, damage, embedding,
    failure, film, folder, photo, print, several, stand_in, tiling,
};
use parking_lot::Mutex;
use vector_index::VectorIndex;

use crate::Result;
use crate::base::clock;
use crate::base::event::Event;
use crate::base::profile::{Stage, Stopwatch};
use crate::engine::index::SearchIndex;
use crate::engine::photo::Digest;
use crate::engine::regions;
use crate::folders::absence::{self, Absence};
use crate::folders::findings::{Job, Marks};
use crate::folders::respelled::{self, Spellings};
use crate::ingest::damaged::DamagedPhoto;
use crate::ingest::summary::{FailedPhoto, Summary};
use crate::ingest::worker::{Outcome, OutcomeKind};
use crate::system::drive::{Comparison, Drives, compare};

/// Outcomes in a transaction: few enough to lose in a power cut, enough to make its fsync cheap.
pub(crate) const BATCH: usize = 64;

/// Pictures dropped in a transaction: enough to be quick, few enough that a photo's commit need not wait long.
const DROPPED_AT_ONCE: usize = 1024;

/// Marks noted in a transaction.
const MARKED_AT_ONCE: usize = 4096;

/// A stamp that no file has, so that the next scan tries it again.
pub(crate) const RETRY_STAMP: photo::Stamp = photo::Stamp { size: u64::MAX, modified_ns: i64::MIN };

/// Where outcomes go.
#[derive(Debug)]
pub(crate) struct Committer<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) thumbnails: &'a Thumbnails,
    pub(crate) index: &'a SearchIndex,
    pub(crate) model_id: i64,
    /// Held while rows, thumbnails and vectors change together: no other thread may find them halfway.
    pub(crate) changing: &'a Mutex<()>,
    pub(crate) stopwatch: Stopwatch,
}

/// What a row's change means to the rest of the library.
#[derive(Debug, Default)]
struct Effects {
    vectors: Vec<(i64, Vec<i8>)>,
    outdated_vectors: Vec<i64>,
    /// Picture and codes of its regions, none for a picture that has none any more.
    codes: Vec<(i64, Vec<u8>)>,
    events: Vec<Event>,
    indexed: u64,
    unchanged: u64,
    failed: u64,
}

impl Committer<'_> {
    /// Commits `batch` and empties it; `emit` hears of each photo once it is searchable.
    pub(crate) fn commit(
        &self,
        batch: &mut Vec<Outcome>,
        summary: &mut Summary,
        emit: &mut dyn FnMut(Event),
    ) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let effects = self.apply(batch)?;
        summary.indexed += effects.indexed;
        summary.unchanged += effects.unchanged;
        summary.failed += effects.failed;
        effects.events.into_iter().for_each(emit);
        Ok(())
    }

    /// Changes thumbnails, rows and vectors, each together with the others as far as other threads can see.
    fn apply(&self, batch: &mut Vec<Outcome>) -> Result<Effects> {
        let _changing = self.changing.lock();
        let folders = self.catalog.read(folder::all)?;
        let folders: HashSet<i64> = folders.iter().map(|folder| folder.id).collect();
        // Forgotten, or taken over by an outer folder, since the walk.
        batch.retain(|outcome| folders.contains(&outcome.job.folder_id));
        let effects = self.stopwatch.time(Stage::Catalog, || self.write(batch))?;
        self.stopwatch.time(Stage::Index, || -> Result<()> {
            let vectors = self.index.vectors()?;
            for (id, vector) in &effects.vectors {
                vectors.insert(*id, vector)?;
            }
            for id in &effects.outdated_vectors {
                vectors.remove(*id);
            }
            let regions = self.index.regions()?;
            for (content_id, codes) in &effects.codes {
                regions.insert(*content_id, codes)?;
            }
            Ok(())
        })?;
        Ok(effects)
    }

    /// Writes thumbnails, then rows.
    fn write(&self, batch: &mut Vec<Outcome>) -> Result<Effects> {
        match self.write_thumbnails(batch) {
            Err(error) if error.is_damage() => {
                self.renew_thumbnails(&error)?;
                self.write_thumbnails(batch)?;
            }
            other => other?,
        }
        let respelled = self.respelled(batch)?;
        let effects = self.catalog.write(|connection| {
            let mut effects = Effects::default();
            for outcome in batch.drain(..) {
                self.store(connection, outcome, &respelled, &mut effects)?;
            }
            Ok(effects)
        })?;
        Ok(effects)
    }

    fn write_thumbnails(&self, batch: &[Outcome]) -> catalog::Result<()> {
        self.thumbnails.insert(batch.iter().filter_map(|outcome| match &outcome.kind {
            OutcomeKind::Digested(digest) => Some((&digest.content.hash, digest.thumbnail.as_slice())),
            _ => None,
        }))
    }

    /// Makes the thumbnails anew. Those of photos that are not read now follow in the next whole update.
    fn renew_thumbnails(&self, damage: &CatalogError) -> Result<()> {
        tracing::warn!(error = %damage, "the thumbnails are made anew");
        Ok(self.thumbnails.recreate()?)
    }

    /// Drops the thumbnails of pictures that are in the catalog no more, or were never.
    pub(crate) fn drop_thumbnails(&self, hashes: &[ContentHash]) -> Result<()> {
        match self.thumbnails.delete(hashes) {
            Err(error) if error.is_damage() => self.renew_thumbnails(&error),
            other => Ok(other?),
        }
    }

    /// Makes the thumbnails anew if they are damaged.
    pub(crate) fn mend_thumbnails(&self) -> Result<()> {
        let _changing = self.changing.lock();
        match self.thumbnails.check() {
            Ok(problems) if problems.is_empty() => Ok(()),
            Err(error) if !error.is_damage() => Err(error.into()),
            _ => Ok(self.thumbnails.recreate()?),
        }
    }

    /// The paths under which the catalog has files of the batch that are spelled in another case now. Directories may
    /// have to be listed for that, so it is found out before rows are locked.
    fn respelled(&self, batch: &[Outcome]) -> Result<HashSet<PathBuf>> {
        let mut spellings = Spellings::default();
        let mut respelled = HashSet::new();
        for Outcome { job, kind } in batch {
            let hash = match kind {
                OutcomeKind::Digested(digest) => &digest.content.hash,
                OutcomeKind::Known(hash) => hash,
                _ => continue,
            };
            let path = job.path();
            if !respelled::may_be_respelled(&path) {
                continue;
            }
            let photos = self.catalog.read(|connection| match content::id_by_hash(connection, hash)? {
                Some(content_id) => photo::by_content(connection, content_id),
                None => Ok(Vec::new()),
            })?;
            let is_respelled = |old: &photo::Photo| {
                respelled::are_alike(&old.path, &path) && spellings.is_respelled(&old.folder, &old.path)
            };
            respelled.extend(photos.into_iter().filter(is_respelled).map(|old| old.path));
        }
        Ok(respelled)
    }

    fn store(
        &self,
        connection: &Connection,
        outcome: Outcome,
        respelled: &HashSet<PathBuf>,
        effects: &mut Effects,
    ) -> catalog::Result<()> {
        let Outcome { job, kind } = outcome;
        match kind {
            OutcomeKind::Digested(digest) => {
                let content_id = self.store_picture(connection, *digest, effects)?;
                effects.indexed += 1;
                place(connection, &job, (content_id, true), respelled, effects)
            }
            OutcomeKind::Known(hash) => {
                // Collected since the worker looked: the next scan reads the file as a new one.
                let Some(content_id) = content::id_by_hash(connection, &hash)? else { return Ok(()) };
                if photo::by_path(connection, job.folder_id, &job.relative)?.is_some() {
                    effects.unchanged += 1;
                } else {
                    effects.indexed += 1;
                }
                place(connection, &job, (content_id, false), respelled, effects)
            }
            OutcomeKind::Failed { code, reason } => {
                // A photo that was readable before and is not now has nothing left to show.
                if let Some(photo) = photo::by_path(connection, job.folder_id, &job.relative)? {
                    photo::delete(connection, photo.id)?;
                }
                let stamp = job.stamp;
                fail(connection, &job, stamp, (code, reason), effects)
            }
            OutcomeKind::NotRead { code, reason } => {
                fail(connection, &job, RETRY_STAMP, (code, reason), effects)
            }
            // Updates ask for no parts alone.
            OutcomeKind::Parts(..) | OutcomeKind::NotNow => Ok(()),
        }
    }

    /// Writes what was read of a picture, and returns its id.
    fn store_picture(
        &self,
        connection: &Connection,
        digest: Digest,
        effects: &mut Effects,
    ) -> catalog::Result<i64> {
        let content_id = content::upsert(connection, &digest.content)?;
        damage::set(connection, content_id, digest.missing)?;
        several::set(connection, content_id, digest.has_more)?;
        film::set(connection, content_id, digest.has_film)?;
        let is_outdated = content::is_outdated(connection, content_id)?;
        if stand_in::delete(connection, content_id, self.model_id)? || is_outdated {
            let outdated = embedding::delete_whole(connection, content_id, self.model_id)?;
            effects.outdated_vectors.extend(outdated);
            copies::forget(connection, content_id)?;
            print::delete(connection, content_id)?;
        }
        if let Some(id) = embedding::insert_whole(connection, content_id, self.model_id, &digest.vector)? {
            effects.vectors.push((id, digest.vector));
        }
        if let Some(parts) = digest.parts {
            let codes = regions::store(connection, content_id, self.model_id, &parts)?;
            effects.codes.push((content_id, codes));
        } else if is_outdated {
            // Those that there are belong to nothing: what is current is read anew together with the whole.
            tiling::delete(connection, content_id, self.model_id)?;
            effects.codes.push((content_id, Vec::new()));
        }
        if is_outdated {
            content::set_current(connection, content_id)?;
        }
        Ok(content_id)
    }

    /// Drops the rows of photos whose files are gone, unless they turned up elsewhere or went out of reach since
    /// the walk.
    pub(crate) fn remove_missing(
        &self,
        missing: &[i64],
        summary: &mut Summary,
        emit: &mut dyn FnMut(Event),
    ) -> Result<()> {
        let mut spellings = Spellings::default();
        let mut drives = Drives::default();
        for chunk in missing.chunks(BATCH * 8) {
            let photos = self.catalog.read(|connection| {
                let photos = chunk.iter().map(|id| photo::by_id(connection, *id));
                photos.collect::<catalog::Result<Vec<_>>>()
            })?;
            let respelled: HashSet<PathBuf> = photos
                .into_iter()
                .flatten()
                .filter(|photo| spellings.is_respelled(&photo.folder, &photo.path))
                .map(|photo| photo.path)
                .collect();
            let is_gone = |photo: &photo::Photo| {
                absence::is_gone(photo, &mut drives) || respelled.contains(&photo.path)
            };
            self.remove(chunk, is_gone, summary, emit)?;
        }
        Ok(())
    }

    /// Drops the rows of photos in places that are left out; the files stay as they are.
    pub(crate) fn remove_left_out(
        &self,
        left_out: &[i64],
        summary: &mut Summary,
        emit: &mut dyn FnMut(Event),
    ) -> Result<()> {
        for chunk in left_out.chunks(BATCH * 8) {
            self.remove(chunk, |_| true, summary, emit)?;
        }
        Ok(())
    }

    /// Drops the rows of those photos that are to go, in one transaction, and tells of each.
    fn remove(
        &self,
        ids: &[i64],
        mut is_to_go: impl FnMut(&photo::Photo) -> bool,
        summary: &mut Summary,
        emit: &mut dyn FnMut(Event),
    ) -> Result<()> {
        let events = self.catalog.write(|connection| {
            let mut events = Vec::new();
            for id in ids {
                let Some(photo) = photo::by_id(connection, *id)?.filter(&mut is_to_go) else { continue };
                photo::delete(connection, photo.id)?;
                events.push(Event::Removed { photo: photo.id, path: photo.path });
            }
            Ok(events)
        })?;
        summary.removed += events.len() as u64;
        events.into_iter().for_each(&mut *emit);
        Ok(())
    }

    /// Records the places that a walk could not look at. They go from the list when a walk can.
    pub(crate) fn record_unreadable(
        &self,
        folder_id: i64,
        unreadable: &[(PathBuf, String)],
        summary: &mut Summary,
    ) -> Result<()> {
        summary.failed += unreadable.len() as u64;
        Ok(self.catalog.write(|connection| {
            if !folder::exists(connection, folder_id)? {
                return Ok(());
            }
            unreadable.iter().try_for_each(|(path, reason)| {
                let failure = ("unreadable", reason.as_str());
                failure::upsert(connection, folder_id, path, RETRY_STAMP, failure, clock::now())
            })
        })?)
    }

    /// Notes the drives that photos are on now.
    pub(crate) fn set_drives(&self, drives: &[(i64, Option<DriveId>)]) -> Result<()> {
        if drives.is_empty() {
            return Ok(());
        }
        Ok(self.catalog.write(|connection| {
            drives.iter().try_for_each(|(id, drive)| photo::set_drive(connection, *id, *drive))
        })?)
    }

    /// Notes what the file system has of photos and of failures whose bytes are as they were.
    pub(crate) fn set_marks(&self, folder_id: i64, marks: &Marks) -> Result<()> {
        for chunk in marks.photos.chunks(MARKED_AT_ONCE) {
            self.catalog.write(|connection| {
                chunk
                    .iter()
                    .try_for_each(|(id, stamp, mark)| photo::set_stamp(connection, *id, *stamp, *mark))
            })?;
        }
        for chunk in marks.failures.chunks(MARKED_AT_ONCE) {
            self.catalog.write(|connection| {
                chunk
                    .iter()
                    .try_for_each(|(path, mark)| failure::set_mark(connection, folder_id, path, *mark))
            })?;
        }
        Ok(())
    }

    /// Drops failures whose files are gone.
    pub(crate) fn remove_resolved(&self, resolved: &[(i64, PathBuf)]) -> Result<()> {
        Ok(self.catalog.write(|connection| {
            resolved.iter().try_for_each(|(folder, path)| failure::delete(connection, *folder, path))
        })?)
    }

    /// Drops pictures that no photo holds any more, from catalog, index and thumbnails.
    pub(crate) fn collect_orphans(&self) -> Result<()> {
        let mut last = 0;
        loop {
            let _changing = self.changing.lock();
            let orphans =
                self.catalog.read(|connection| content::orphans(connection, last, DROPPED_AT_ONCE))?;
            let Some((highest, _)) = orphans.last() else { return Ok(()) };
            last = *highest;
            let dropped = self.catalog.write(|connection| {
                let mut dropped = Vec::new();
                for (id, _) in &orphans {
                    dropped.extend(embedding::ids_of_content(connection, *id)?);
                    content::delete(connection, *id)?;
                }
                Ok(dropped)
            })?;
            let (vectors, regions) = (self.index.vectors()?, self.index.regions()?);
            for id in dropped {
                vectors.remove(id);
            }
            for (id, _) in &orphans {
                regions.remove(*id);
            }
            let hashes: Vec<_> = orphans.into_iter().map(|(_, hash)| hash).collect();
            self.drop_thumbnails(&hashes)?;
        }
    }

    /// The photos that are damaged, for the summary.
    pub(crate) fn damaged(&self) -> Result<Vec<DamagedPhoto>> {
        Ok(self.catalog.read(damage::all)?.into_iter().map(DamagedPhoto::from).collect())
    }

    /// The failures that stand, for the summary.
    pub(crate) fn failures(&self) -> Result<Vec<FailedPhoto>> {
        let failures = self.catalog.read(failure::all)?;
        Ok(failures
            .into_iter()
            .map(|failure::Failure { path, code, reason, .. }| FailedPhoto { path, code, reason })
            .collect())
    }
}

/// Gives the picture its photo row: an old one whose file has moved here or is one of the `respelled`, or this path's
/// own. `anew` says that the picture was read, be it for the first time or not.
fn place(
    connection: &Connection,
    job: &Job,
    (content_id, anew): (i64, bool),
    respelled: &HashSet<PathBuf>,
    effects: &mut Effects,
) -> catalog::Result<()> {
    failure::delete(connection, job.folder_id, &job.relative)?;
    let Job { folder_id, stamp, mark, drive, .. } = *job;
    let place = photo::Place { folder_id, path: &job.relative, stamp, mark, drive };
    let here = photo::by_path(connection, job.folder_id, &job.relative)?;
    if here.is_none() {
        let is_respelled = |old: &photo::Photo| {
            respelled.contains(&old.path) && respelled::are_alike(&old.path, &job.path())
        };
        let mut drives = Drives::default();
        let mut is_moved = |old: &photo::Photo| has_moved(old, job.drive, &mut drives) || is_respelled(old);
        let moved = photo::by_content(connection, content_id)?.into_iter().find(|old| is_moved(old));
        if let Some(old) = moved {
            photo::relocate(connection, old.id, place)?;
            absent::delete(connection, old.id)?;
            effects.events.push(Event::Moved { photo: old.id, from: old.path, path: job.path() });
            return Ok(());
        }
    }
    let id = photo::upsert(connection, place, content_id, clock::now())?;
    if anew || here.is_none_or(|photo| photo.content_id != content_id) {
        effects.events.push(Event::Indexed { photo: id, path: job.path() });
    }
    Ok(())
}

fn fail(
    connection: &Connection,
    job: &Job,
    stamp: photo::Stamp,
    (code, reason): (String, String),
    effects: &mut Effects,
) -> catalog::Result<()> {
    failure::upsert(connection, job.folder_id, &job.relative, stamp, (&code, &reason), clock::now())?;
    failure::set_mark(connection, job.folder_id, &job.relative, job.mark)?;
    effects.failed += 1;
    effects.events.push(Event::Failed { path: job.path(), code, reason });
    Ok(())
}

/// Whether a photo has moved to where the same picture is now, on this drive: it is gone from its place, or the place is
/// one where its drive is not any more.
fn has_moved(old: &photo::Photo, now: Option<DriveId>, drives: &mut Drives) -> bool {
    absence::is_gone(old, drives)
        || (compare(old.drive, now) == Comparison::Same
            && matches!(absence::look(&old.folder, &old.path, drives), Absence::Missing { .. }))
}
