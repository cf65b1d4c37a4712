//! Reads photos for a model that is to take over, while the one before goes on answering.
//!
//! How pictures are read again is the part of [`crate::ingest::backfill`]. New photos are the update's part, which reads them with
//! the model that answers; the switch picks them up afterwards.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use catalog::{Connection, content, embedding};
use parking_lot::Mutex;
use serde::Serialize;

use crate::base::control::Run;
use crate::base::event::Event;
use crate::base::profile::Stopwatch;
use crate::engine::model::{Model, id_of};
use crate::engine::model_key::ModelKey;
use crate::engine::photo::{Digest, Wanted};
use crate::engine::regions;
use crate::ingest::backfill::{self, Backfill};
use crate::ingest::worker::{Outcome, OutcomeKind, Shared};
use crate::models::known as models;
use crate::reading::reader::Readers;
use crate::{Library, Result};

/// A watch looks after its folders this often while the pass goes on.
pub(crate) const SLICE: Duration = Duration::from_secs(10);

/// A model that gives nothing for more than one picture in so many is not let take over.
const ONE_IN: u64 = 10;

/// How far a switch to another model is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Switching {
    /// The model that is to take over.
    pub key: ModelKey,
    /// What it is called.
    pub model: String,
    /// Pictures that it has read.
    pub done: u64,
    /// Pictures that there are; those of absent folders as far as it has yet to see their thumbnails.
    pub total: u64,
}

/// A model that is to take over, loaded.
#[derive(Debug)]
pub(crate) struct Target {
    key: ModelKey,
    model: Arc<Model>,
    model_id: i64,
    readers: Readers,
    /// Pictures that it was tried on in vain.
    skipped: Mutex<HashSet<i64>>,
}

/// How far a pass got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// There is nothing more to do.
    Idle,
    /// It is to go on later.
    Interrupted,
    /// Another model has taken over.
    Switched,
}

impl Library {
    /// How far the switch to another model is, if there is one.
    pub fn switching(&self) -> Result<Option<Switching>> {
        let Some(key) = self.wish()? else { return Ok(None) };
        let Ok(target) = self.target(key) else { return Ok(None) };
        let Progress { model, done, total, .. } = self.progress(&target)?;
        Ok(Some(Switching { key, model, done, total }))
    }

    /// Goes on with what can wait until photos are up to date: the switch to another model, measuring the bands of one
    /// that has none, finding photos of absent folders by it, and looking inside photos. Ends early when `interrupted`
    /// says so.
    pub(crate) fn go_on(
        &self,
        run: &Run<'_>,
        interrupted: &dyn Fn() -> bool,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Pass> {
        let Some(key) = self.wish()? else {
            self.forget_earlier_vectors()?;
            self.calibrate(&self.model, self.model_id, run, emit)?;
            let finished =
                self.make_own_stand_ins(run, interrupted)? && self.embed_parts(run, interrupted, emit)?;
            return Ok(if finished { Pass::Idle } else { Pass::Interrupted });
        };
        let target = match self.target(key) {
            Ok(target) => target,
            Err(error) => {
                self.give_up(key, error.to_string(), emit)?;
                return self.go_on(run, interrupted, emit);
            }
        };
        if !self.read_for(&target, run, interrupted, emit)? {
            return Ok(Pass::Interrupted);
        }
        let (total, _) =
            self.catalog.read(|connection| content::count_to_embed(connection, target.model_id))?;
        let skipped = target.skipped.lock().len() as u64;
        if skipped * ONE_IN > total {
            let reason = format!("it gives nothing to search by for {skipped} of {total} pictures");
            self.give_up(key, reason, emit)?;
            return self.go_on(run, interrupted, emit);
        }
        self.calibrate(&target.model, target.model_id, run, emit)?;
        let mut progress = self.progress(&target)?;
        let made = self.make_stand_ins((&target.model, target.model_id), run, interrupted, &mut |more| {
            emit(progress.advance(more));
        })?;
        if !made {
            return Ok(Pass::Interrupted);
        }
        // The person may have changed their mind meanwhile.
        if run.has_ended() || self.wish()? != Some(key) {
            return Ok(Pass::Interrupted);
        }
        self.hand_over(key)?;
        *self.target.lock() = None;
        emit(Event::Switched { model: self.model_name(key)? });
        Ok(Pass::Switched)
    }

    fn give_up(&self, key: ModelKey, reason: String, emit: &mut dyn FnMut(Event)) -> Result<()> {
        self.drop_wish(key)?;
        *self.target.lock() = None;
        let model = self.model_name(key).unwrap_or_else(|_| key.to_string());
        emit(Event::SwitchFailed { model, reason });
        Ok(())
    }

    fn target(&self, key: ModelKey) -> Result<Arc<Target>> {
        let mut slot = self.target.lock();
        if let Some(target) = slot.as_ref().filter(|target| target.key == key) {
            return Ok(Arc::clone(target));
        }
        let model = Arc::new(models::load(&self.data, &self.catalog, key)?);
        let target = Arc::new(Target {
            key,
            model_id: id_of(&model, &self.catalog)?,
            readers: Readers::new(Arc::clone(&model), self.isolated),
            model,
            skipped: Mutex::default(),
        });
        *slot = Some(Arc::clone(&target));
        Ok(target)
    }

    /// Reads what the model lacks. Returns whether that is all there is.
    fn read_for(
        &self,
        target: &Target,
        run: &Run<'_>,
        interrupted: &dyn Fn() -> bool,
        emit: &mut dyn FnMut(Event),
    ) -> Result<bool> {
        let (_, left) =
            self.catalog.read(|connection| content::count_to_embed(connection, target.model_id))?;
        if left <= target.skipped.lock().len() as u64 {
            return Ok(true);
        }
        tracing::info!(model = target.model.name, left, "photos are being read for another model");
        let mut progress = self.progress(target)?;
        emit(progress.advance(0));
        let stopwatch = Stopwatch::default();
        let readers = (&target.readers, target.model_id, target.model.dimension);
        let wanted = if self.looks_inside_all()? { Wanted::WholeAndParts } else { Wanted::Whole };
        let backfill = Backfill {
            shared: Shared::new(&self.catalog, &self.thumbnails, readers, wanted, *run, &stopwatch),
            lacking: &|after, count| {
                Ok(self
                    .catalog
                    .read(|connection| content::to_embed(connection, target.model_id, after, count))?)
            },
            skipped: &target.skipped,
            store: &|batch| self.store(target, batch),
            interrupted,
        };
        let left = self.backfill(&backfill, 0, &mut |more| emit(progress.advance(more)))?;
        Ok(left.is_none())
    }

    fn progress(&self, target: &Target) -> Result<Progress> {
        let ((there, left), away) = self.catalog.read(|connection| {
            let there = content::count_to_embed(connection, target.model_id)?;
            Ok((there, content::count_away_to_embed(connection, target.model_id)?))
        })?;
        let (model, answers) = (self.model_name(target.key)?, self.model_name(self.key)?);
        Ok(Progress { model, answers, done: there - left, total: there + away })
    }

    /// Stores what was read, and empties `batch`.
    fn store(&self, target: &Target, batch: &mut Vec<Outcome>) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let _changing = self.changing.lock();
        Ok(self.catalog.write(|connection| {
            for Outcome { job, kind } in batch.drain(..) {
                let stored = match kind {
                    OutcomeKind::Digested(digest) => store_vectors(connection, target.model_id, *digest)?,
                    OutcomeKind::Known(_) => true,
                    _ => false,
                };
                if !stored {
                    backfill::skip(connection, &job, &target.skipped)?;
                }
            }
            Ok(())
        })?)
    }
}

/// How far a switch is, in the names that people read.
struct Progress {
    model: String,
    answers: String,
    done: u64,
    total: u64,
}

impl Progress {
    /// Takes in that so many pictures more are done, and tells how far it is.
    fn advance(&mut self, more: u64) -> Event {
        self.done = (self.done + more).min(self.total);
        let Self { model, answers, done, total } = self;
        Event::Switching { model: model.clone(), answers: answers.clone(), done: *done, total: *total }
    }
}

/// Stores the vectors of a picture and its parts. Returns false for a picture that the catalog does not have: its file
/// has changed since, which the next update sees to.
fn store_vectors(connection: &Connection, model_id: i64, digest: Digest) -> catalog::Result<bool> {
    let Some(content_id) = content::id_by_hash(connection, &digest.content.hash)? else { return Ok(false) };
    embedding::insert_whole(connection, content_id, model_id, &digest.vector)?;
    if let Some(parts) = digest.parts {
        regions::store(connection, content_id, model_id, &parts)?;
    }
    Ok(true)
}
