//! What one worker does: a job in, an outcome out. One bad file costs one outcome, never the worker, also when it
//! takes the worker's reader down: then the worker takes another.
//!
//! Workers read the catalog to see whether a picture is known; only the commit writes.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use catalog::{Catalog, ContentHash, Thumbnails, content, embedding, photo as photo_rows, stand_in, tiling};
use crossbeam_channel::{Receiver, Sender};

use crate::base::budget::Budget;
use crate::base::control::Run;
use crate::base::profile::{Stage, Stopwatch};
use crate::engine::look::Parts;
use crate::engine::photo::{Digest, Wanted};
use crate::engine::tiles::TILING;
use crate::folders::findings::Job;
use crate::reading::original::{self, ReadError};
use crate::reading::reader::{FEW_PAUSES, GivenUp, PAUSES, Reader, Readers, Refusal, Unread, persist};
use crate::{LibraryError, Result};

/// File bytes that all workers together hold.
const READING_BUDGET: u64 = 192 << 20;
/// Decoded pixels (and decoders' working memory) that all workers together hold.
const DECODING_BUDGET: u64 = 384 << 20;

/// How long is waited each time before a file is read again that changed while it was read, and until when. Some programs
/// write a file many times a second: it is to be read between two times, and no other file is to wait for it.
const SETTLING: [Duration; 5] = [
    Duration::from_millis(20),
    Duration::from_millis(60),
    Duration::from_millis(140),
    Duration::from_millis(260),
    Duration::from_millis(400),
];
const SETTLED_WITHIN: Duration = Duration::from_secs(1);

/// Who writes a file may be held up in the middle of it so long, on a busy machine. Only files that were written so
/// recently are waited for.
const WRITTEN_WITHIN: Duration = Duration::from_millis(500);
const FRESH: Duration = Duration::from_secs(2);

/// So many files in a row are waited for at length while somebody ends readers; the others of a run need not wait as long.
const PATIENT: usize = 2;

/// What became of a job.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) job: Job,
    pub(crate) kind: OutcomeKind,
}

#[derive(Debug)]
pub(crate) enum OutcomeKind {
    /// A picture not seen before, or not with this model.
    Digested(Box<Digest>),
    /// The parts of a picture that the catalog has as a whole.
    Parts(ContentHash, Parts),
    /// The picture is in the catalog already: a copy, or a file that was moved or touched.
    Known(ContentHash),
    /// It is no picture that we can read. Tried again when the file changes.
    Failed { code: String, reason: String },
    /// Something else than the file's content is at fault. Tried again at the next scan.
    NotRead { code: String, reason: String },
    /// Gone, or nobody waits for it any more. The next event or scan will tell.
    NotNow,
}

/// What workers share.
#[derive(Debug)]
pub(crate) struct Shared<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) thumbnails: &'a Thumbnails,
    pub(crate) readers: &'a Readers,
    wanted: Wanted,
    dimension: usize,
    pub(crate) model_id: i64,
    pub(crate) run: Run<'a>,
    stopwatch: &'a Stopwatch,
    reading: Budget,
    decoding: Budget,
    damaged_thumbnails: AtomicBool,
    /// Files in a row over which all readers were ended from outside.
    given_up: AtomicUsize,
}

impl<'a> Shared<'a> {
    pub(crate) fn new(
        catalog: &'a Catalog,
        thumbnails: &'a Thumbnails,
        (readers, model_id, dimension): (&'a Readers, i64, usize),
        wanted: Wanted,
        run: Run<'a>,
        stopwatch: &'a Stopwatch,
    ) -> Self {
        let (reading, decoding) = (Budget::new(READING_BUDGET), Budget::new(DECODING_BUDGET));
        let damaged_thumbnails = AtomicBool::new(false);
        Self {
            catalog,
            thumbnails,
            readers,
            wanted,
            dimension,
            model_id,
            run,
            stopwatch,
            reading,
            decoding,
            damaged_thumbnails,
            given_up: AtomicUsize::new(0),
        }
    }

    /// Whether thumbnails were found damaged.
    pub(crate) fn met_damaged_thumbnails(&self) -> bool {
        self.damaged_thumbnails.load(Ordering::Relaxed)
    }

    /// Damage is no reason to stop: thumbnails can be made again.
    fn has_thumbnail(&self, hash: &ContentHash) -> Result<bool> {
        match self.thumbnails.contains(hash) {
            Err(error) if error.is_damage() => {
                if !self.damaged_thumbnails.swap(true, Ordering::Relaxed) {
                    tracing::warn!(%error, "thumbnails are damaged and will be made anew");
                }
                Ok(false)
            }
            other => Ok(other?),
        }
    }
}

/// Works until there are no more jobs, nobody takes the outcomes, or the run has ended.
pub(crate) fn run(shared: &Shared<'_>, jobs: &Receiver<Job>, outcomes: &Sender<Outcome>) -> Result<()> {
    let mut reader = None;
    let stopwatch = shared.stopwatch;
    while let Ok(mut job) = stopwatch.time(Stage::Waiting, || jobs.recv()) {
        if !shared.run.proceed() {
            break;
        }
        let kind = work(shared, &mut job, &mut reader)?;
        let sent = stopwatch.time(Stage::Waiting, || outcomes.send(Outcome { job, kind }).is_ok());
        if !sent {
            break;
        }
    }
    if let Some(reader) = reader {
        shared.readers.give_back(reader);
    }
    Ok(())
}

fn work(shared: &Shared<'_>, job: &mut Job, reader: &mut Option<Reader>) -> Result<OutcomeKind> {
    // Reading before decoding, always: a fixed order of the two budgets cannot deadlock.
    let _reading = shared.stopwatch.time(Stage::Waiting, || shared.reading.acquire(job.stamp.size));
    match read_settled(shared, job, reader)? {
        Ok(kind) => Ok(kind),
        Err(Unread::File(ReadError::Vanished | ReadError::Stopped)) => Ok(OutcomeKind::NotNow),
        Err(Unread::NoReader(error)) => Err(LibraryError::NoReader(error)),
        Err(unread) => {
            let (code, reason) = (unread.code().to_owned(), unread.reason());
            let its_own = match unread {
                Unread::File(ReadError::TooLarge { .. } | ReadError::NotAFile)
                | Unread::Died
                | Unread::TookTooLong => true,
                Unread::Refused(refusal) => matches!(refusal, Refusal::Image { .. }),
                _ => false,
            };
            Ok(if its_own {
                OutcomeKind::Failed { code, reason }
            } else {
                OutcomeKind::NotRead { code, reason }
            })
        }
    }
}

/// Reads a file that may be written meanwhile: again, until it stayed as it was, for a moment.
fn read_settled(
    shared: &Shared<'_>,
    job: &mut Job,
    reader: &mut Option<Reader>,
) -> Result<Result<OutcomeKind, Unread>> {
    let another = |anew| if anew { Readers::start } else { Readers::take };
    let (started, mut pauses) = (Instant::now(), SETTLING.iter());
    loop {
        let is_patient = shared.given_up.load(Ordering::Relaxed) < PATIENT;
        let pauses_between = if is_patient { PAUSES } else { FEW_PAUSES };
        let attempt = |anew| attempt(shared, job, reader, another(anew));
        let attempted = persist(pauses_between, attempt, |pause| shared.run.wait(pause))?;
        match &attempted {
            Err(Unread::Killed) => {
                shared.given_up.fetch_add(1, Ordering::Relaxed);
            }
            _ => shared.given_up.store(0, Ordering::Relaxed),
        }
        let is_unsettled = match &attempted {
            Err(Unread::File(ReadError::Unsettled)) => true,
            // Half of what somebody writes says nothing of the whole.
            Err(Unread::Refused(Refusal::Image { .. })) => has_changed(job) || is_half_written(shared, job)?,
            _ => false,
        };
        if !is_unsettled {
            return Ok(attempted);
        }
        let pause = pauses.next().filter(|_| started.elapsed() < SETTLED_WITHIN);
        let Some(pause) = pause else { return Ok(Err(ReadError::Unsettled.into())) };
        if !shared.run.wait(*pause) {
            return Ok(Err(ReadError::Stopped.into()));
        }
    }
}

/// Whether a file that cannot be read, and was a photo before, is written anew just now.
fn is_half_written(shared: &Shared<'_>, job: &Job) -> Result<bool> {
    let is_fresh = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .is_ok_and(|now| (now.as_nanos() as i64).abs_diff(job.stamp.modified_ns) < FRESH.as_nanos() as u64);
    if !is_fresh {
        return Ok(false);
    }
    let known =
        shared.catalog.read(|connection| photo_rows::by_path(connection, job.folder_id, &job.relative))?;
    // A photo that is lost for good is lost half a second later, too.
    Ok(known.is_some() && shared.run.wait(WRITTEN_WITHIN) && has_changed(job))
}

/// Whether a file is not what was read any more.
fn has_changed(job: &Job) -> bool {
    fs::metadata(job.path()).map_or(true, |metadata| original::stamp(&metadata) != job.stamp)
}

/// The outer result is about the library, the inner one about the file.
fn attempt(
    shared: &Shared<'_>,
    job: &mut Job,
    reader: &mut Option<Reader>,
    another: fn(&Readers) -> Result<Reader, Unread>,
) -> Result<Result<OutcomeKind, Unread>> {
    let mut taken = match reader.take() {
        Some(reader) => reader,
        None => match another(shared.readers) {
            Ok(reader) => reader,
            Err(unread) => return Ok(Err(unread)),
        },
    };
    let outcome = read(shared, job, &mut taken);
    taken.put_down();
    if taken.is_fit() {
        *reader = Some(taken);
    }
    outcome
}

fn read(shared: &Shared<'_>, job: &mut Job, reader: &mut Reader) -> Result<Result<OutcomeKind, Unread>> {
    let stopwatch = shared.stopwatch;
    let given_up = || shared.run.has_ended();
    let given_up: GivenUp<'_> = &given_up;
    let loaded = reader.load_file(&job.path(), given_up, stopwatch);
    let hashed = loaded.and_then(|original| {
        let (hash, stamp) = stopwatch.time(Stage::Hash, || original.hash(given_up))?;
        Ok((hash, stamp, original.mark))
    });
    let hash = match hashed {
        Ok((hash, stamp, mark)) => {
            // What was read is what counts; directory listings may lag behind.
            (job.stamp, job.mark) = (stamp, mark);
            hash
        }
        Err(unread) => return Ok(Err(unread)),
    };
    let known = stopwatch.time(Stage::Hash, || what_is_known(shared, &hash))?;
    if let Some(known) = &known
        && known.has(shared.wanted)
        && (shared.wanted == Wanted::Parts || stopwatch.time(Stage::Hash, || shared.has_thumbnail(&hash))?)
    {
        return Ok(Ok(OutcomeKind::Known(hash)));
    }
    let wanted = match (shared.wanted, &known) {
        // The file has changed since: the next event or scan will tell.
        (Wanted::Parts, None) => return Ok(Ok(OutcomeKind::NotNow)),
        // What is found by a part goes on being so while all is made anew.
        (Wanted::Whole, Some(known)) if known.has_parts && !known.has_whole => Wanted::WholeAndParts,
        (wanted, _) => wanted,
    };
    Ok(reader.cost(wanted, given_up, stopwatch).and_then(|cost| {
        let _decoding = stopwatch.time(Stage::Waiting, || shared.decoding.acquire(cost));
        if let Some(Known { size, .. }) = known.filter(|_| wanted == Wanted::Parts) {
            let parts = reader.parts((size, shared.dimension), given_up, stopwatch);
            return parts.map(|parts| OutcomeKind::Parts(hash, parts));
        }
        let digest = reader.digest(&hash, (wanted, shared.dimension), given_up, stopwatch);
        digest.map(OutcomeKind::Digested)
    }))
}

/// What the catalog has of a picture, of the model in question.
struct Known {
    size: (u32, u32),
    /// A vector of all of it that is not to be made anew.
    has_whole: bool,
    has_parts: bool,
}

impl Known {
    /// Whether a decode would give nothing new, its thumbnail aside.
    fn has(&self, wanted: Wanted) -> bool {
        (self.has_whole || wanted == Wanted::Parts) && (self.has_parts || !wanted.has_parts())
    }
}

/// What is known of the picture with this hash; none where it is not in the catalog.
fn what_is_known(shared: &Shared<'_>, hash: &ContentHash) -> Result<Option<Known>> {
    let model_id = shared.model_id;
    Ok(shared.catalog.read(|connection| {
        let Some(content_id) = content::id_by_hash(connection, hash)? else { return Ok(None) };
        let Some(content) = content::by_id(connection, content_id)? else { return Ok(None) };
        Ok(Some(Known {
            size: (content.width, content.height),
            has_whole: embedding::has_whole(connection, content_id, model_id)?
                && !stand_in::is_one(connection, content_id, model_id)?
                && !content::is_outdated(connection, content_id)?,
            has_parts: tiling::is_current(connection, content_id, model_id, TILING)?,
        }))
    })?)
}
