//! Brings the library up to date: walk, read, decode, embed, commit, all at once over bounded channels.
//!
//! One thread walks and compares, one worker a core turns files into outcomes, and the calling thread
//! commits. Cancelling keeps what is committed; the next update goes on from there.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use catalog::folder::Folder;
use catalog::{content, folder, photo, stand_in};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use crate::base::clock;
use crate::base::control::Run;
use crate::base::event::Event;
use crate::base::profile::Stage;
use crate::folders::findings::{Counts, Findings, Job, Scope};
use crate::folders::reconcile::reconcile;
use crate::folders::renamed::Renamed;
use crate::folders::respelled::Spellings;
use crate::ingest::commit::{BATCH, Committer};
use crate::ingest::summary::Summary;
use crate::ingest::worker::{self, Outcome, Shared};
use crate::reading::exclusions::Rules;
use crate::{Library, LibraryError, Result};

/// A photo is searchable this soon after it was read, also when the batch does not fill.
const COMMIT_AFTER: Duration = Duration::from_millis(250);

impl Library {
    /// Brings parts of folders up to date. One update at a time; a second one waits.
    pub(crate) fn update_scopes(
        &self,
        scopes: &[Scope],
        run: &Run<'_>,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Summary> {
        let _alone = self.updating.lock();
        tracing::info!("folders are being read");
        let started = Instant::now();
        let counts = Counts::default();
        let mut summary = Summary::default();
        let committer = self.committer();
        let whole = scopes.iter().all(Scope::is_whole);
        if whole {
            // Of folders that were removed; the photos of the others may take hours.
            committer.collect_orphans()?;
        }
        let (present, absent): (Vec<_>, Vec<_>) =
            scopes.iter().cloned().partition(|scope| scope.folder.path.is_dir());
        // Reading new photos may take hours; what is not there is told before.
        for scope in &absent {
            summary.offline += self.note_presence(scope, false, emit)?;
            summary.renamed.extend(self.look_beside(scope, emit)?);
        }
        let findings = self.followed(run, |committed| {
            self.run_pipeline(&present, &committer, &counts, run, &mut summary, &mut |event| {
                if let Event::Indexed { .. } = event {
                    committed();
                }
                emit(event);
            })
        })?;
        for (scope, findings) in present.iter().zip(&findings) {
            summary.offline += findings.offline;
            self.note_without_photos(scope, findings, emit);
            summary.without_photos.extend(findings.without_photos.clone());
            committer.set_drives(&findings.drives)?;
            committer.set_marks(scope.folder.id, &findings.marks)?;
            committer.set_present(&findings.returned)?;
            if !findings.unreadable.is_empty() {
                committer.record_unreadable(scope.folder.id, &findings.unreadable, &mut summary)?;
            }
            // A run that ended early has not read every new file: what looks missing may have moved to one of them.
            if !run.has_ended() {
                committer.remove_resolved(&findings.resolved)?;
                committer.remove_left_out(&findings.left_out, &mut summary, emit)?;
                committer.remove_missing(&findings.missing, &mut summary, emit)?;
                committer.settle_vanished((scope, findings), &mut summary, emit)?;
            }
        }
        committer.collect_orphans()?;
        if whole {
            self.make_placeholders(run)?;
        }
        summary.scanned = counts.scanned.load(Ordering::Relaxed);
        summary.unchanged += counts.unchanged.load(Ordering::Relaxed);
        summary.failed += counts.still_failing.load(Ordering::Relaxed);
        summary.failures = committer.failures()?;
        summary.damaged = committer.damaged()?;
        summary.profile = committer.stopwatch.read();
        summary.seconds = started.elapsed().as_secs_f64();
        if summary.indexed > 0 {
            self.inside.look_again();
        }
        self.inside.try_again_in_time();
        tracing::info!("folders were read");
        Ok(summary)
    }

    fn run_pipeline(
        &self,
        scopes: &[Scope],
        committer: &Committer<'_>,
        counts: &Counts,
        run: &Run<'_>,
        summary: &mut Summary,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Vec<Findings>> {
        let shared = Shared::new(
            &self.catalog,
            &self.thumbnails,
            (&self.readers, self.model_id, self.model.dimension),
            self.wanted_of_new()?,
            *run,
            &committer.stopwatch,
        );
        let whole = scopes.iter().any(Scope::is_whole);
        let rules = &Rules::load(&self.catalog)?;
        let mut to_redo = HashSet::new();
        if whole {
            self.outdate_what_is_read_anew()?;
            to_redo = self.contents_to_redo(committer)?;
        }
        // Paths of changed files only, some 200 bytes each; the total must be known for the time left.
        let (job_queue, jobs) = crossbeam_channel::unbounded::<Job>();
        let (outcome_queue, outcomes) = crossbeam_channel::bounded::<Outcome>(BATCH);
        let (event_queue, walker_events) = crossbeam_channel::unbounded::<Event>();
        for scope in scopes.iter().filter(|scope| scope.is_whole()) {
            emit(Event::Scanning { path: scope.folder.path.clone() });
        }
        thread::scope(|threads| {
            let walker = threads.spawn(move || {
                let mut spellings = Spellings::default();
                let walk = |scope| {
                    let mut findings = committer.stopwatch.time(Stage::Walk, || {
                        let place = (scope, rules, &mut spellings);
                        reconcile(&self.catalog, place, &mut to_redo, &job_queue, counts, run)
                    })?;
                    // Now, and not when its new photos are read: a folder that is back can be used at once.
                    let mut tell = |event| drop(event_queue.send(event));
                    findings.offline = self.note_presence(scope, findings.present, &mut tell)?;
                    Ok(findings)
                };
                scopes.iter().map(walk).collect::<Result<Vec<_>>>()
            });
            let workers: Vec<_> = (0..self.threads)
                .map(|_| spawn_worker(threads, &shared, jobs.clone(), outcome_queue.clone()))
                .collect();
            // The committer holds neither end: it stops when the last worker has.
            drop((jobs, outcome_queue));
            let received = Received { outcomes: &outcomes, events: &walker_events };
            let outcome = commit_all(committer, received, counts, &|| !walker.is_finished(), summary, emit);
            drop(outcomes);
            for worker in workers {
                join(worker)?;
            }
            let findings = join(walker)?;
            if shared.met_damaged_thumbnails() {
                committer.mend_thumbnails()?;
            }
            walker_events.try_iter().for_each(emit);
            outcome.map(|()| findings)
        })
    }

    /// Pictures that lack an embedding of this model, have one of their thumbnail only, or lack a thumbnail: after a change
    /// of model, a crash between the two databases, or damage. And those of which everything is to be made anew.
    fn contents_to_redo(&self, committer: &Committer<'_>) -> Result<HashSet<i64>> {
        let (mut to_redo, contents) = self.catalog.read(|connection| {
            let mut to_redo = HashSet::new();
            to_redo.extend(content::without_embedding(connection, self.model_id)?);
            to_redo.extend(stand_in::all(connection, self.model_id)?);
            to_redo.extend(content::outdated(connection)?);
            Ok((to_redo, content::all_hashes(connection)?))
        })?;
        let mut pictured = match self.thumbnails.hashes() {
            Err(error) if error.is_damage() => {
                tracing::warn!(%error, "the thumbnails are made anew");
                self.thumbnails.recreate()?;
                HashSet::new()
            }
            other => other?.into_iter().collect::<HashSet<_>>(),
        };
        to_redo.extend(contents.iter().filter(|(_, hash)| !pictured.remove(hash)).map(|(id, _)| id));
        // Written before a crash that kept their rows from being written. Their photos may be gone since.
        committer.drop_thumbnails(&Vec::from_iter(pictured))?;
        Ok(to_redo)
    }

    /// Notes whether there are photos in a folder, and tells so where there are none.
    fn note_without_photos(&self, scope: &Scope, findings: &Findings, emit: &mut dyn FnMut(Event)) {
        let mut known = self.without_photos.lock();
        let id = scope.folder.id;
        let Some(now) = findings.without_photos.clone() else {
            if !findings.left.is_empty() || scope.is_whole() {
                known.remove(&id);
            }
            return;
        };
        if known.insert(id, now.clone()).as_ref() != Some(&now) {
            emit(Event::WithoutPhotos(now));
        }
    }

    /// Looks whether a folder that is not there was renamed, and tells so.
    fn look_beside(&self, scope: &Scope, emit: &mut dyn FnMut(Event)) -> Result<Option<Renamed>> {
        let folders = self.catalog.read(folder::all)?;
        let Folder { id, path, .. } = scope.folder.clone();
        let Some(to) = self.renamed_to(&scope.folder, &folders)? else {
            self.renamed.lock().remove(&id);
            return Ok(None);
        };
        if self.renamed.lock().insert(id, to.clone()).as_ref() != Some(&to) {
            emit(Event::Renamed { path: path.clone(), to: to.clone() });
        }
        Ok(Some(Renamed { path, to }))
    }

    /// Notes whether a folder is there. Returns how many photos are kept although it is not.
    fn note_presence(&self, scope: &Scope, present: bool, emit: &mut dyn FnMut(Event)) -> Result<u64> {
        let folder = &scope.folder;
        let path = folder.path.clone();
        if present {
            self.renamed.lock().remove(&folder.id);
            // A part of a folder tells nothing new of a folder that was there; spare the write.
            if folder.online && !scope.is_whole() {
                return Ok(0);
            }
            let back =
                self.catalog.write(|connection| folder::set_online(connection, folder.id, clock::now()))?;
            if back {
                self.inside.try_again();
                emit(Event::Online { path });
            }
            return Ok(0);
        }
        let (gone, photos) = self.catalog.write(|connection| {
            let gone = folder::set_offline(connection, folder.id)?;
            Ok((gone, photo::count_in(connection, folder.id)?))
        })?;
        if gone {
            emit(Event::Offline { path });
        }
        Ok(photos)
    }
}

/// What comes in while an update runs.
#[derive(Clone, Copy)]
struct Received<'a> {
    outcomes: &'a Receiver<Outcome>,
    /// What the walker has to tell.
    events: &'a Receiver<Event>,
}

fn spawn_worker<'scope>(
    threads: &'scope thread::Scope<'scope, '_>,
    shared: &'scope Shared<'_>,
    jobs: Receiver<Job>,
    outcomes: Sender<Outcome>,
) -> ScopedJoinHandle<'scope, Result<()>> {
    threads.spawn(move || worker::run(shared, &jobs, &outcomes))
}

/// Commits outcomes until the last worker is done.
fn commit_all(
    committer: &Committer<'_>,
    Received { outcomes, events }: Received<'_>,
    counts: &Counts,
    walking: &dyn Fn() -> bool,
    summary: &mut Summary,
    emit: &mut dyn FnMut(Event),
) -> Result<()> {
    let (mut batch, mut since, mut done) = (Vec::with_capacity(BATCH), Instant::now(), 0);
    loop {
        let received = outcomes.recv_timeout(COMMIT_AFTER);
        let ended = matches!(received, Err(RecvTimeoutError::Disconnected));
        if let Ok(outcome) = received {
            batch.push(outcome);
            done += 1;
        }
        if ended || batch.len() == BATCH || since.elapsed() >= COMMIT_AFTER {
            events.try_iter().for_each(&mut *emit);
            committer.commit(&mut batch, summary, emit)?;
            let total = counts.jobs.load(Ordering::Relaxed);
            emit(Event::Progress { done, total, walking: walking() });
            since = Instant::now();
        }
        if ended {
            return Ok(());
        }
    }
}

fn join<T>(thread: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().unwrap_or(Err(LibraryError::WorkerDied))
}
