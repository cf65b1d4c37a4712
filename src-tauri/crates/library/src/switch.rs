//! Reads photos for a model that is to take over, while the one before goes on answering.
//!
//! The pass goes by the catalog: pictures of folders that are there and that lack a vector of the wanted model. It adds
//! vectors and nothing else; no photo, failure or thumbnail changes, whatever the new model makes of a picture. Ending it
//! at any moment loses the batch in flight. New photos are the update's part, which reads them with the model that
//! answers; the pass picks them up afterwards.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use catalog::tiling::{self, Tiling};
use catalog::{Connection, content, embedding, photo};
use crossbeam_channel::{RecvTimeoutError, Sender};
use parking_lot::Mutex;
use serde::Serialize;

use crate::commit::BATCH;
use crate::control::Run;
use crate::event::Event;
use crate::model::Model;
use crate::photo::Digest;
use crate::profile::Stopwatch;
use crate::reader::Readers;
use crate::reconcile::Job;
use crate::tiles::TILING;
use crate::worker::{self, Outcome, OutcomeKind, Shared};
use crate::{Library, LibraryError, ModelKey, Result, id_of, models};

/// What is read is stored this soon, also when the batch does not fill.
const STORE_AFTER: Duration = Duration::from_millis(250);

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
    /// Pictures that there are, in folders that are there.
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
        let (total, left) =
            self.catalog.read(|connection| content::count_to_embed(connection, target.model_id))?;
        Ok(Some(Switching { key, model: self.model_name(key)?, done: total - left, total }))
    }

    /// Goes on with what can wait until photos are up to date: the switch to another model, and measuring the bands of
    /// one that has none. Ends early when `interrupted` says so.
    pub(crate) fn go_on(
        &self,
        run: &Run<'_>,
        interrupted: &dyn Fn() -> bool,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Pass> {
        let Some(key) = self.wish()? else {
            self.calibrate(&self.model, self.model_id, run, emit)?;
            return Ok(Pass::Idle);
        };
        let target = match self.target(key) {
            Ok(target) => target,
            Err(error) => {
                self.give_up(key, error.to_string(), emit)?;
                return Ok(Pass::Idle);
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
            return Ok(Pass::Idle);
        }
        self.calibrate(&target.model, target.model_id, run, emit)?;
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
        let (total, left) =
            self.catalog.read(|connection| content::count_to_embed(connection, target.model_id))?;
        if left <= target.skipped.lock().len() as u64 {
            return Ok(true);
        }
        tracing::info!(model = target.model.name, left, "photos are being read for another model");
        let (model, answers) = (self.model_name(target.key)?, self.model_name(self.key)?);
        let mut progress = Progress { model, answers, done: total - left, total };
        emit(progress.event());
        let stopwatch = Stopwatch::default();
        let shared = Shared::new(
            &self.catalog,
            &self.thumbnails,
            (&target.readers, target.model_id, target.model.dimension),
            self.looks_inside()?,
            *run,
            &stopwatch,
        );
        let (job_queue, jobs) = crossbeam_channel::bounded(BATCH);
        let (outcome_queue, outcomes) = crossbeam_channel::bounded(BATCH);
        thread::scope(|threads| {
            let feeder = threads.spawn(move || self.feed(target, &job_queue));
            let workers: Vec<_> = (0..self.threads)
                .map(|_| {
                    let (jobs, outcomes) = (jobs.clone(), outcome_queue.clone());
                    threads.spawn(|| {
                        let (jobs, outcomes) = (jobs, outcomes);
                        worker::run(&shared, &jobs, &outcomes)
                    })
                })
                .collect();
            // This thread holds neither end: what it waits for ends when the last worker does.
            drop((jobs, outcome_queue));
            let (mut batch, mut since) = (Vec::with_capacity(BATCH), Instant::now());
            let stored = loop {
                let received = outcomes.recv_timeout(STORE_AFTER);
                let ended = matches!(received, Err(RecvTimeoutError::Disconnected));
                batch.extend(received);
                if ended || batch.len() == BATCH || since.elapsed() >= STORE_AFTER {
                    progress.done += batch.len() as u64;
                    if let Err(error) = self.store(target, &mut batch) {
                        break Err(error);
                    }
                    emit(progress.event());
                    since = Instant::now();
                }
                if ended || interrupted() {
                    break Ok(ended);
                }
            };
            // Workers end with the photo that they are at, and the feeder with them.
            drop(outcomes);
            let mut ended = Ok(());
            for thread in workers.into_iter().chain([feeder]) {
                ended = ended.and(thread.join().unwrap_or(Err(LibraryError::WorkerDied)));
            }
            let is_all = stored?;
            ended?;
            Ok(is_all && !run.has_ended())
        })
    }

    /// Sends a photo of each picture that the model lacks.
    fn feed(&self, target: &Target, jobs: &Sender<Job>) -> Result<()> {
        let mut last = 0;
        loop {
            let pictures = self
                .catalog
                .read(|connection| content::to_embed(connection, target.model_id, last, BATCH))?;
            let Some(highest) = pictures.last() else { return Ok(()) };
            last = *highest;
            for content_id in pictures {
                if target.skipped.lock().contains(&content_id) {
                    continue;
                }
                let photos = self.catalog.read(|connection| photo::by_content(connection, content_id))?;
                let Some(job) = photos.into_iter().find_map(job) else {
                    // The next update finds out what became of it.
                    target.skipped.lock().insert(content_id);
                    continue;
                };
                if jobs.send(job).is_err() {
                    return Ok(());
                }
            }
        }
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
                if !stored && let Some(photo) = photo::by_path(connection, job.folder_id, &job.relative)? {
                    target.skipped.lock().insert(photo.content_id);
                }
            }
            Ok(())
        })?)
    }
}

struct Progress {
    model: String,
    answers: String,
    done: u64,
    total: u64,
}

impl Progress {
    fn event(&self) -> Event {
        let Self { model, answers, done, total } = self;
        let (model, answers) = (model.clone(), answers.clone());
        Event::Switching { model, answers, done: (*done).min(*total), total: *total }
    }
}

/// The reading of a photo; none where its file is not there.
fn job(photo: photo::Photo) -> Option<Job> {
    let photo::Photo { folder_id, folder, path, stamp, device, online, .. } = photo;
    if !online || !path.exists() {
        return None;
    }
    let relative = path.strip_prefix(&folder).ok()?.to_path_buf();
    Some(Job { folder_id, folder: folder.into(), relative, stamp, device })
}

/// Stores the vectors of a picture and its parts. Returns false for a picture that the catalog does not have: its file
/// has changed since, which the next update sees to.
fn store_vectors(connection: &Connection, model_id: i64, digest: Digest) -> catalog::Result<bool> {
    let Some(content_id) = content::id_by_hash(connection, &digest.content.hash)? else { return Ok(false) };
    embedding::insert_whole(connection, content_id, model_id, &digest.vector)?;
    if let Some(regions) = digest.tiles {
        let codes: Vec<u8> =
            regions.iter().filter_map(|(_, vector)| vector_index::encode(vector).ok()).flatten().collect();
        let tiling = Tiling { version: TILING, regions: &regions, codes: &codes };
        tiling::replace(connection, content_id, model_id, tiling)?;
    }
    Ok(true)
}
