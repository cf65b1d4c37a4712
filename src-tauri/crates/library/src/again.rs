//! Reads pictures of the catalog again that lack vectors: of a model that is to take over, or of their parts.
//!
//! It goes by the catalog, to pictures of folders that are there, and adds vectors and nothing else: no photo, failure or
//! thumbnail changes, whatever becomes of a picture. Ending it at any moment loses the batch in flight. New photos are
//! the update's part.

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use catalog::photo;
use crossbeam_channel::{RecvTimeoutError, Sender};
use parking_lot::Mutex;

use crate::commit::BATCH;
use crate::reconcile::Job;
use crate::worker::{self, Outcome, Shared};
use crate::{Library, LibraryError, Result};

/// What is read is stored this soon, also when the batch does not fill.
const STORE_AFTER: Duration = Duration::from_millis(250);

/// What is read again, and what becomes of it.
pub(crate) struct Again<'a> {
    pub(crate) shared: Shared<'a>,
    /// Up to so many pictures that lack something, the first of those after one.
    pub(crate) lacking: &'a (dyn Fn(i64, usize) -> Result<Vec<i64>> + Sync),
    /// Pictures that were tried in vain, by content id. They are not tried again.
    pub(crate) skipped: &'a Mutex<HashSet<i64>>,
    /// Stores what was read, and empties the batch.
    pub(crate) store: &'a dyn Fn(&mut Vec<Outcome>) -> Result<()>,
    /// Whether something else is to be done first.
    pub(crate) interrupted: &'a dyn Fn() -> bool,
}

impl Library {
    /// Reads what is lacking; `tell` hears of how many pictures more were dealt with. Returns whether that is all there
    /// is.
    pub(crate) fn read_again(&self, again: &Again<'_>, tell: &mut dyn FnMut(u64)) -> Result<bool> {
        let Again { shared, lacking, skipped, .. } = again;
        let (lacking, skipped) = (*lacking, *skipped);
        let (job_queue, jobs) = crossbeam_channel::bounded(BATCH);
        let (outcome_queue, outcomes) = crossbeam_channel::bounded(BATCH);
        thread::scope(|threads| {
            let feeder = threads.spawn(move || self.feed(lacking, skipped, &job_queue));
            let workers: Vec<_> = (0..self.threads)
                .map(|_| {
                    let (jobs, outcomes) = (jobs.clone(), outcome_queue.clone());
                    threads.spawn(|| {
                        let (jobs, outcomes) = (jobs, outcomes);
                        worker::run(shared, &jobs, &outcomes)
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
                let interrupted = (again.interrupted)();
                if ended || interrupted || batch.len() == BATCH || since.elapsed() >= STORE_AFTER {
                    let count = batch.len() as u64;
                    if let Err(error) = (again.store)(&mut batch) {
                        break Err(error);
                    }
                    tell(count);
                    since = Instant::now();
                }
                if ended || interrupted {
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
            Ok(is_all && !shared.run.has_ended())
        })
    }

    /// Sends a photo of each picture that lacks something.
    fn feed(
        &self,
        lacking: &(dyn Fn(i64, usize) -> Result<Vec<i64>> + Sync),
        skipped: &Mutex<HashSet<i64>>,
        jobs: &Sender<Job>,
    ) -> Result<()> {
        let mut last = 0;
        loop {
            let pictures = lacking(last, BATCH)?;
            let Some(highest) = pictures.last() else { return Ok(()) };
            last = *highest;
            for content_id in pictures {
                if skipped.lock().contains(&content_id) {
                    continue;
                }
                let photos = self.catalog.read(|connection| photo::by_content(connection, content_id))?;
                let Some(job) = photos.into_iter().find_map(job) else {
                    // The next update finds out what became of it.
                    skipped.lock().insert(content_id);
                    continue;
                };
                if jobs.send(job).is_err() {
                    return Ok(());
                }
            }
        }
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

/// Notes that the picture of this job was tried in vain.
pub(crate) fn skip(
    connection: &catalog::Connection,
    job: &Job,
    skipped: &Mutex<HashSet<i64>>,
) -> catalog::Result<()> {
    if let Some(photo) = photo::by_path(connection, job.folder_id, &job.relative)? {
        skipped.lock().insert(photo.content_id);
    }
    Ok(())
}
