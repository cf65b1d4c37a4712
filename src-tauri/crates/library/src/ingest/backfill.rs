//! Reads pictures of the catalog once more and fills in vectors that they lack: of a model that is to take over, or of
//! their parts.
//!
//! It goes by the catalog, to pictures of folders that are there, and adds vectors and nothing else: no photo, failure or
//! thumbnail changes, whatever becomes of a picture. Ending it at any moment loses the batch in flight; interrupting it
//! loses nothing. New photos are the update's part.

use std::collections::HashSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use catalog::photo::{self, Mark};
use crossbeam_channel::{RecvTimeoutError, Sender};
use parking_lot::Mutex;

use crate::folders::findings::Job;
use crate::ingest::commit::BATCH;
use crate::ingest::worker::{self, Outcome, Shared};
use crate::reading::walk;
use crate::{Library, LibraryError, Result};

/// What is read is stored this soon, also when the batch does not fill.
const STORE_AFTER: Duration = Duration::from_millis(250);

/// What is filled in, and how.
pub(crate) struct Backfill<'a> {
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
    /// Reads the pictures after one that lack something; `tell` hears of how many more were dealt with. Returns none when
    /// these were all, and otherwise a picture up to which nothing is left.
    pub(crate) fn backfill(
        &self,
        backfill: &Backfill<'_>,
        after: i64,
        tell: &mut dyn FnMut(u64),
    ) -> Result<Option<i64>> {
        let Backfill { shared, lacking, skipped, .. } = backfill;
        let (lacking, skipped) = (*lacking, *skipped);
        let (job_queue, jobs) = crossbeam_channel::bounded(BATCH);
        let (outcome_queue, outcomes) = crossbeam_channel::bounded(BATCH);
        let enough = AtomicBool::new(false);
        thread::scope(|threads| {
            let enough = &enough;
            let feeder = threads.spawn(move || self.feed(lacking, (skipped, after), enough, &job_queue));
            let workers: Vec<_> = (0..self.threads)
                .map(|_| {
                    let (jobs, outcomes) = (jobs.clone(), outcome_queue.clone());
                    threads.spawn(|| {
                        let (jobs, outcomes) = (jobs, outcomes);
                        worker::run(shared, &jobs, &outcomes)
                    })
                })
                .collect();
            // What this thread waits for ends when the last worker does.
            drop(outcome_queue);
            let (mut batch, mut since) = (Vec::with_capacity(BATCH), Instant::now());
            let (mut left, started) = (Vec::new(), Instant::now());
            let stored = loop {
                let received = outcomes.recv_timeout(STORE_AFTER);
                let ended = matches!(received, Err(RecvTimeoutError::Disconnected));
                batch.extend(received);
                // However often it is interrupted, it gets on.
                if (!batch.is_empty() || started.elapsed() >= STORE_AFTER) && (backfill.interrupted)() {
                    // What a worker is at is read to its end, however long that takes: the next time it would take as
                    // long. What waits for one is left.
                    enough.store(true, Ordering::Release);
                    left.extend(jobs.try_iter());
                }
                if ended || batch.len() == BATCH || since.elapsed() >= STORE_AFTER {
                    let count = batch.len() as u64;
                    if let Err(error) = (backfill.store)(&mut batch) {
                        break Err(error);
                    }
                    tell(count);
                    since = Instant::now();
                }
                if ended {
                    break Ok(());
                }
            };
            // After an error, workers end with the photo that they are at, and the feeder with them.
            drop((outcomes, jobs));
            let mut ended = Ok(());
            for worker in workers {
                ended = ended.and(worker.join().unwrap_or(Err(LibraryError::WorkerDied)));
            }
            let reached = feeder.join().unwrap_or(Err(LibraryError::WorkerDied));
            stored?;
            ended?;
            let reached = reached?;
            if shared.run.has_ended() {
                return Ok(Some(after));
            }
            let left = left.iter().map(|job| self.picture_of(job)).collect::<Result<Vec<_>>>()?;
            Ok(left.into_iter().flatten().map(|content_id| content_id - 1).chain(reached).min())
        })
    }

    /// Sends a photo of each picture that lacks something, until there is `enough`. Returns the last picture that was
    /// dealt with, none when these were all.
    fn feed(
        &self,
        lacking: &(dyn Fn(i64, usize) -> Result<Vec<i64>> + Sync),
        (skipped, after): (&Mutex<HashSet<i64>>, i64),
        enough: &AtomicBool,
        jobs: &Sender<Job>,
    ) -> Result<Option<i64>> {
        let mut last = after;
        loop {
            let pictures = lacking(last, BATCH)?;
            if pictures.is_empty() {
                return Ok(None);
            }
            for content_id in pictures {
                if enough.load(Ordering::Acquire) {
                    return Ok(Some(last));
                }
                last = content_id;
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
                    return Ok(Some(last - 1));
                }
            }
        }
    }

    fn picture_of(&self, job: &Job) -> Result<Option<i64>> {
        let photo =
            self.catalog.read(|connection| photo::by_path(connection, job.folder_id, &job.relative))?;
        Ok(photo.map(|photo| photo.content_id))
    }
}

/// The reading of a photo; none where its file is not there, or is in a cloud, from which reading would fetch it.
fn job(photo: photo::Photo) -> Option<Job> {
    let photo::Photo { folder_id, folder, path, stamp, drive, online, .. } = photo;
    if !online || fs::metadata(&path).map_or(true, |metadata| walk::is_placeholder(&metadata)) {
        return None;
    }
    let relative = path.strip_prefix(&folder).ok()?.to_path_buf();
    let mark = Mark::default();
    Some(Job { folder_id, folder: folder.into(), relative, stamp, mark, drive })
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
