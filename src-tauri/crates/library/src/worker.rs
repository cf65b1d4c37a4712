//! What one worker does: a job in, an outcome out. One bad file costs one outcome, never the worker, also when
//! code of ours or a library's panics over it.
//!
//! Workers read the catalog to see whether a picture is known; only the commit writes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use catalog::{Catalog, ContentHash, Thumbnails, content, embedding};
use crossbeam_channel::{Receiver, Sender};

use crate::Result;
use crate::budget::Budget;
use crate::control::Run;
use crate::model::Model;
use crate::original::{self, ReadError};
use crate::photo::{self, Digest, DigestError};
use crate::profile::{Stage, Stopwatch};
use crate::reconcile::Job;

/// File bytes that all workers together hold.
const READING_BUDGET: u64 = 192 << 20;
/// Decoded pixels (and decoders' working memory) that all workers together hold.
const DECODING_BUDGET: u64 = 384 << 20;

/// A file buffer up to this size is used again for the next photo.
const KEPT_BUFFER: usize = 16 << 20;

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
    /// The picture is in the catalog already: a copy, or a file that was moved or touched.
    Known(ContentHash),
    /// It is no picture that we can read. Tried again when the file changes.
    Failed { code: &'static str, reason: String },
    /// Something else than the file's content is at fault. Tried again at the next scan.
    NotRead { code: &'static str, reason: String },
    /// Gone, or still being written. The next event or scan will tell.
    NotNow,
}

/// What workers share.
#[derive(Debug)]
pub(crate) struct Shared<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) thumbnails: &'a Thumbnails,
    pub(crate) model: &'a Model,
    pub(crate) model_id: i64,
    pub(crate) run: Run<'a>,
    stopwatch: &'a Stopwatch,
    reading: Budget,
    decoding: Budget,
}

impl<'a> Shared<'a> {
    pub(crate) fn new(
        catalog: &'a Catalog,
        thumbnails: &'a Thumbnails,
        (model, model_id): (&'a Model, i64),
        run: Run<'a>,
        stopwatch: &'a Stopwatch,
    ) -> Self {
        let (reading, decoding) = (Budget::new(READING_BUDGET), Budget::new(DECODING_BUDGET));
        Self { catalog, thumbnails, model, model_id, run, stopwatch, reading, decoding }
    }
}

/// Works until there are no more jobs, nobody takes the outcomes, or the run has ended.
pub(crate) fn run(shared: &Shared<'_>, jobs: &Receiver<Job>, outcomes: &Sender<Outcome>) -> Result<()> {
    let mut buffer = Vec::new();
    let stopwatch = shared.stopwatch;
    while let Ok(mut job) = stopwatch.time(Stage::Waiting, || jobs.recv()) {
        if !shared.run.proceed() {
            break;
        }
        if buffer.capacity() > KEPT_BUFFER {
            // One huge file must not leave every worker with a huge buffer.
            buffer = Vec::new();
        }
        let kind = work(shared, &mut job, &mut buffer)?;
        let sent = stopwatch.time(Stage::Waiting, || outcomes.send(Outcome { job, kind }).is_ok());
        if !sent {
            break;
        }
    }
    Ok(())
}

fn work(shared: &Shared<'_>, job: &mut Job, buffer: &mut Vec<u8>) -> Result<OutcomeKind> {
    // Reading before decoding, always: a fixed order of the two budgets cannot deadlock.
    let stopwatch = shared.stopwatch;
    let _reading = stopwatch.time(Stage::Waiting, || shared.reading.acquire(job.stamp.size));
    let limit = imaging::Limits::default().max_file_bytes;
    match stopwatch.time(Stage::Read, || original::read(&job.path(), limit, buffer)) {
        // What was read is what counts; directory listings may lag behind.
        Ok(stamp) => job.stamp = stamp,
        Err(ReadError::Vanished | ReadError::Unsettled) => return Ok(OutcomeKind::NotNow),
        Err(ReadError::TooLarge { limit }) => {
            let reason = format!("the file is larger than {} MB", limit >> 20);
            return Ok(OutcomeKind::Failed { code: "file_too_large", reason });
        }
        Err(ReadError::Io(error)) => {
            return Ok(OutcomeKind::NotRead { code: "unreadable", reason: error.to_string() });
        }
    }
    let (hash, complete) = stopwatch.time(Stage::Hash, || {
        let hash = *blake3::hash(buffer).as_bytes();
        (hash, is_complete(shared, &hash))
    });
    if complete? {
        return Ok(OutcomeKind::Known(hash));
    }
    let digested = catch_unwind(AssertUnwindSafe(|| {
        photo::digest(buffer, hash, shared.model, &shared.decoding, stopwatch)
    }));
    Ok(match digested {
        Ok(Ok(digest)) => OutcomeKind::Digested(Box::new(digest)),
        Ok(Err(error)) => failed(&error),
        Err(_) => {
            let reason = "reading it made Lookalike stumble; please report this".to_owned();
            OutcomeKind::Failed { code: "panicked", reason }
        }
    })
}

fn failed(error: &DigestError) -> OutcomeKind {
    let (code, reason) = (error.code(), error.reason());
    match error {
        DigestError::Image(_) => OutcomeKind::Failed { code, reason },
        DigestError::Embedding(_) => OutcomeKind::NotRead { code, reason },
    }
}

/// Whether the catalog has all that a decode of the picture with this hash would give.
fn is_complete(shared: &Shared<'_>, hash: &ContentHash) -> Result<bool> {
    let embedded = shared.catalog.read(|connection| {
        let Some(content_id) = content::id_by_hash(connection, hash)? else { return Ok(false) };
        let embedded = embedding::has_whole(connection, content_id, shared.model_id)?;
        Ok(embedded && !content::is_outdated(connection, content_id)?)
    })?;
    Ok(embedded && shared.thumbnails.contains(hash)?)
}
