//! Writes outcomes to the catalog, a batch in one transaction, then to the vector index.
//!
//! Thumbnails go first, rows second, the index last: whatever a crash cuts off can be told from the rows.

use std::fs;
use std::path::PathBuf;

use catalog::{Catalog, Connection, Thumbnails, content, embedding, failure, photo};
use vector_index::VectorIndex;

use crate::Result;
use crate::clock;
use crate::event::Event;
use crate::index::SearchIndex;
use crate::reconcile::{self, Job, Missing};
use crate::update::{FailedPhoto, Summary};
use crate::worker::{Outcome, OutcomeKind};

/// Outcomes in a transaction: few enough to lose in a power cut, enough to make its fsync cheap.
pub(crate) const BATCH: usize = 64;

/// A stamp that no file has, so that the next scan tries it again.
const RETRY_STAMP: photo::Stamp = photo::Stamp { size: u64::MAX, modified_ns: i64::MIN };

/// Where outcomes go.
#[derive(Debug)]
pub(crate) struct Committer<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) thumbnails: &'a Thumbnails,
    pub(crate) index: &'a SearchIndex,
    pub(crate) model_id: i64,
}

/// What a row's change means to the rest of the library.
#[derive(Debug, Default)]
struct Effects {
    vectors: Vec<(i64, Vec<i8>)>,
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
        self.thumbnails.insert(batch.iter().filter_map(|outcome| match &outcome.kind {
            OutcomeKind::Digested(digest) => Some((&digest.content.hash, digest.thumbnail.as_slice())),
            _ => None,
        }))?;
        let effects = self.catalog.write(|connection| {
            let mut effects = Effects::default();
            for outcome in batch.drain(..) {
                self.store(connection, outcome, &mut effects)?;
            }
            Ok(effects)
        })?;
        for (id, vector) in &effects.vectors {
            self.index.vectors().insert(*id, vector)?;
        }
        summary.indexed += effects.indexed;
        summary.unchanged += effects.unchanged;
        summary.failed += effects.failed;
        effects.events.into_iter().for_each(emit);
        Ok(())
    }

    fn store(&self, connection: &Connection, outcome: Outcome, effects: &mut Effects) -> catalog::Result<()> {
        let Outcome { job, kind } = outcome;
        match kind {
            OutcomeKind::Digested(digest) => {
                let content_id = content::insert(connection, &digest.content)?;
                if let Some(id) =
                    embedding::insert_whole(connection, content_id, self.model_id, &digest.vector)?
                {
                    effects.vectors.push((id, digest.vector));
                }
                effects.indexed += 1;
                place(connection, job, content_id, effects)
            }
            OutcomeKind::Known { content_id } => {
                if photo::by_path(connection, job.folder_id, &job.relative)?.is_some() {
                    effects.unchanged += 1;
                } else {
                    effects.indexed += 1;
                }
                place(connection, job, content_id, effects)
            }
            OutcomeKind::Failed { code, reason } => {
                let stamp = job.stamp;
                fail(connection, job, stamp, (code, reason), effects)
            }
            OutcomeKind::Unreadable { reason } => {
                fail(connection, job, RETRY_STAMP, ("unreadable", reason), effects)
            }
            OutcomeKind::NotNow => Ok(()),
        }
    }

    /// Drops the rows of photos whose files are gone, unless they turned up elsewhere meanwhile or their folder
    /// went away during the walk.
    pub(crate) fn remove_missing(
        &self,
        missing: &[Missing],
        summary: &mut Summary,
        emit: &mut dyn FnMut(Event),
    ) -> Result<()> {
        for chunk in missing.chunks(BATCH * 8) {
            let events = self.catalog.write(|connection| {
                let mut events = Vec::new();
                for missing in chunk {
                    let Some(row) = photo::by_id(connection, missing.photo_id)? else { continue };
                    // The folder is looked at after the file: a drive unplugged in between shows here.
                    if row.path == missing.path
                        && is_gone(&row.path)
                        && reconcile::presence(&missing.folder).is_some()
                    {
                        photo::delete(connection, row.id)?;
                        events.push(Event::Removed { photo: row.id, path: row.path });
                    }
                }
                Ok(events)
            })?;
            summary.removed += events.len() as u64;
            events.into_iter().for_each(&mut *emit);
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
        let (vectors, hashes) = self.catalog.write(|connection| {
            let (mut vectors, mut hashes) = (Vec::new(), Vec::new());
            for (id, hash) in content::orphans(connection)? {
                vectors.extend(embedding::ids_of_content(connection, id)?);
                content::delete(connection, id)?;
                hashes.push(hash);
            }
            Ok((vectors, hashes))
        })?;
        for id in vectors {
            self.index.vectors().remove(id);
        }
        Ok(self.thumbnails.delete(&hashes)?)
    }

    /// The failures that stand, for the summary.
    pub(crate) fn failures(&self) -> Result<Vec<FailedPhoto>> {
        let failures = self.catalog.read(failure::all)?;
        Ok(failures
            .into_iter()
            .map(|failure::Failure { path, code, reason }| FailedPhoto { path, code, reason })
            .collect())
    }
}

/// Gives the picture its photo row: an old one whose file has moved here, or this path's own.
fn place(connection: &Connection, job: Job, content_id: i64, effects: &mut Effects) -> catalog::Result<()> {
    failure::delete(connection, job.folder_id, &job.relative)?;
    let here = photo::by_path(connection, job.folder_id, &job.relative)?;
    if here.is_none() {
        let moved = photo::by_content(connection, content_id)?
            .into_iter()
            .find(|photo| photo.online && is_gone(&photo.path));
        if let Some(old) = moved {
            photo::relocate(connection, old.id, job.folder_id, &job.relative, job.stamp)?;
            effects.events.push(Event::Moved { photo: old.id, from: old.path, path: job.path });
            return Ok(());
        }
    }
    let id = photo::upsert(connection, job.folder_id, &job.relative, job.stamp, content_id, clock::now())?;
    if here.is_none_or(|photo| photo.content_id != content_id) {
        effects.events.push(Event::Indexed { photo: id, path: job.path });
    }
    Ok(())
}

fn fail(
    connection: &Connection,
    job: Job,
    stamp: photo::Stamp,
    (code, reason): (&str, String),
    effects: &mut Effects,
) -> catalog::Result<()> {
    // A photo that was readable before and is not now has nothing left to show.
    if let Some(photo) = photo::by_path(connection, job.folder_id, &job.relative)? {
        photo::delete(connection, photo.id)?;
    }
    failure::upsert(connection, job.folder_id, &job.relative, stamp, (code, &reason), clock::now())?;
    effects.failed += 1;
    effects.events.push(Event::Failed { path: job.path, code: code.to_owned(), reason });
    Ok(())
}

/// Whether the file is certainly not there: an error that says anything else proves nothing.
fn is_gone(path: &std::path::Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}
