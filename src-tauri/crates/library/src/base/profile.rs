//! Where the time of an update goes: seconds in each stage, all threads together.
//!
//! A stage costs two looks at the clock a photo, nothing beside milliseconds of decoding, so the times are always
//! kept. Who shows them is the caller's part.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

/// A part of the work of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Walking folders and comparing them with the catalog.
    Walk,
    /// Reading files.
    Read,
    /// Hashing them, and asking whether the picture is known.
    Hash,
    /// Headers, and bytes to pixels.
    Decode,
    /// Thumbnails and placeholders.
    Thumbnail,
    /// Pixels to vectors.
    Embed,
    /// Writing rows and thumbnails.
    Catalog,
    /// Inserting vectors into the index.
    Index,
    /// Workers that had nothing to read, no memory to decode in, or nobody to take what they did.
    Waiting,
}

const STAGES: [Stage; 9] = [
    Stage::Walk,
    Stage::Read,
    Stage::Hash,
    Stage::Decode,
    Stage::Thumbnail,
    Stage::Embed,
    Stage::Catalog,
    Stage::Index,
    Stage::Waiting,
];

/// The time that a stage took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StageTime {
    /// Which one.
    pub stage: Stage,
    /// Summed over all threads.
    pub seconds: f64,
}

impl Stage {
    /// The name that JSON has, too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Walk => "walk",
            Self::Read => "read",
            Self::Hash => "hash",
            Self::Decode => "decode",
            Self::Thumbnail => "thumbnail",
            Self::Embed => "embed",
            Self::Catalog => "catalog",
            Self::Index => "index",
            Self::Waiting => "waiting",
        }
    }
}

/// Nanoseconds in each stage.
pub(crate) type Times = [u64; STAGES.len()];

/// Sums up what threads spend in each stage.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch {
    nanoseconds: [AtomicU64; STAGES.len()],
}

impl Stopwatch {
    /// Does `work` and counts the time it takes as `stage`.
    pub(crate) fn time<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let value = work();
        let spent = started.elapsed().as_nanos() as u64;
        self.nanoseconds[stage as usize].fetch_add(spent, Ordering::Relaxed);
        value
    }

    /// Adds what another stopwatch read.
    pub(crate) fn add(&self, times: &Times) {
        for (sum, spent) in self.nanoseconds.iter().zip(times) {
            sum.fetch_add(*spent, Ordering::Relaxed);
        }
    }

    /// The sums so far, for [`Self::add`].
    pub(crate) fn times(&self) -> Times {
        self.nanoseconds.each_ref().map(|sum| sum.load(Ordering::Relaxed))
    }

    /// The sums so far.
    pub(crate) fn read(&self) -> Vec<StageTime> {
        let seconds = |stage: Stage| {
            Duration::from_nanos(self.nanoseconds[stage as usize].load(Ordering::Relaxed)).as_secs_f64()
        };
        STAGES.map(|stage| StageTime { stage, seconds: seconds(stage) }).to_vec()
    }
}
