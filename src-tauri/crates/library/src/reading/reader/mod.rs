//! Reads image files that nobody vouches for, in processes of their own.
//!
//! A reader is this very program in another role ([`serve_if_asked`]). It holds one file at a time, which it is handed
//! open, decodes and embeds it, and can do nothing else: no network, no other file, bounded memory, bounded time. When
//! a file takes it down, that costs the file; the next one gets a new reader.
//!
//! Programs that do not offer the role read in their own process instead; both ways run the same [`desk`].

mod channel;
mod desk;
#[cfg(debug_assertions)]
mod fault;
mod pool;
mod process;
mod protocol;
mod role;
#[cfg(target_os = "linux")]
mod sandbox;
#[cfg(target_os = "linux")]
mod signals;
#[cfg(target_os = "linux")]
mod unheld;

pub use role::serve_if_asked;

pub(crate) use pool::Readers;
pub(crate) use protocol::Refusal;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use catalog::{ContentHash, Region};

use crate::LibraryError;
use crate::base::profile::Stopwatch;
use crate::engine::look::{Asked, Parts};
use crate::engine::model::{Model, ModelFile};
use crate::engine::photo::{self, Digest, Preview, Wanted};
use crate::reading::original::{Original, ReadError};
use crate::reading::prepared::Prepared;
use crate::reading::shot;
use desk::Desk;
use process::ReaderProcess;
use protocol::{Reply, Request};

/// A reader takes no longer than this over one step with a file, reading it from its drive aside. The slowest that we
/// know, 400 megapixels of TIFF on a small machine, takes a quarter of it.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long is waited each time before another reader takes a file over which readers were ended from outside. When
/// memory runs out the system ends several within a moment; what somebody else does to readers passes within a minute.
pub(crate) const PAUSES: &[Duration] = &[
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(600),
    Duration::from_millis(1500),
    Duration::from_secs(3),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(10),
    Duration::from_secs(10),
    Duration::from_secs(20),
];
/// Those of somebody who waits for an answer.
pub(crate) const SHORT_PAUSES: &[Duration] = PAUSES.split_at(6).0;
/// Those of a file after others for which the pauses did not suffice.
pub(crate) const FEW_PAUSES: &[Duration] = PAUSES.split_at(3).0;

/// A file costs so many readers, and then it is to blame.
const MOST_DEATHS: u32 = 2;

/// Has readers try a file until they agree, or there are no more `pauses`: `attempt` is told whether to take a new one, and
/// `wait` waits, and tells whether anybody still cares. Good files meet the same ends as hostile ones when the machine sleeps in the middle, or
/// somebody else ends readers.
pub(crate) fn persist<T, E>(
    pauses: &[Duration],
    mut attempt: impl FnMut(bool) -> Result<Result<T, Unread>, E>,
    mut wait: impl FnMut(Duration) -> bool,
) -> Result<Result<T, Unread>, E> {
    let (mut deaths, mut pauses) = (0, pauses.iter());
    let mut attempted = attempt(false)?;
    loop {
        match &attempted {
            Err(unread) if unread.may_be_its_own_doing() => {
                deaths += 1;
                if deaths == MOST_DEATHS {
                    return Ok(attempted);
                }
            }
            Err(unread) if unread.may_pass() => {
                let Some(pause) = pauses.next() else { return Ok(attempted) };
                if !wait(*pause) {
                    return Ok(Err(ReadError::Stopped.into()));
                }
            }
            _ => return Ok(attempted),
        }
        attempted = attempt(true)?;
    }
}

/// What a reader is given to hold.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    File(Arc<File>),
    Bytes(Arc<[u8]>),
}

/// Tells when nobody waits for a file any more.
pub(crate) type GivenUp<'a> = &'a dyn Fn() -> bool;

/// Why a reader gives no answer.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The file does not get as far as a reader.
    File(ReadError),
    /// It says why.
    Refused(Refusal),
    /// It died, of the file or by chance.
    Died,
    /// Somebody else ended or held it. That is never the file's fault.
    Killed,
    /// It was ended, as it took too long.
    TookTooLong,
    /// There is no reader: that is no fault of the file's.
    NoReader(io::Error),
}

type Result<T, E = Unread> = std::result::Result<T, E>;

/// Reads one file after the other.
#[derive(Debug)]
pub(crate) enum Reader {
    /// In this process.
    Here(Box<Desk>),
    /// In a process of its own.
    Process(ReaderProcess),
}

impl Reader {
    /// A reader with a model that nobody has loaded yet.
    pub(crate) fn of(model: &ModelFile, isolated: bool) -> Result<Self> {
        if isolated {
            return ReaderProcess::start(model).map(Self::Process).map_err(Unread::NoReader);
        }
        let model =
            Model::load("", model.clone()).map_err(|error| Unread::NoReader(io::Error::other(error)))?;
        Ok(Self::Here(Box::new(Desk::new(Arc::new(model)))))
    }

    /// Takes an image and reads it to its end. Returns how many bytes that were.
    pub(crate) fn load(&mut self, input: Input, given_up: GivenUp<'_>, stopwatch: &Stopwatch) -> Result<u64> {
        let answered = match self {
            Self::Here(desk) => desk.answer(&Request::Load, Some(input), stopwatch).map_err(Unread::Refused),
            Self::Process(process) => process.load(&input, given_up, stopwatch),
        };
        match answered {
            Ok(Reply::Loaded(bytes)) => Ok(bytes),
            Ok(_) => Err(self.distrust()),
            Err(Unread::Refused(Refusal::Unreadable { reason })) => {
                Err(Unread::File(ReadError::Io(io::Error::other(reason))))
            }
            Err(other) => Err(other),
        }
    }

    /// Takes the file at `path` and reads it to its end. Returns the file, which did not change meanwhile.
    pub(crate) fn load_file(
        &mut self,
        path: &Path,
        given_up: GivenUp<'_>,
        stopwatch: &Stopwatch,
    ) -> Result<Original> {
        let original = Original::open(path, imaging::Limits::default().max_file_bytes)?;
        let read = self.load(Input::File(Arc::clone(&original.file)), given_up, stopwatch)?;
        original.stamp_after(read)?;
        Ok(original)
    }

    /// Has it let go of the file: while it waits for another it holds no memory for files.
    pub(crate) fn put_down(&mut self) {
        if self.is_fit() {
            // One that dies of it is found dead by whoever wants it next.
            let _ = self.ask(&Request::PutDown, &|| false, &Stopwatch::default());
        }
    }

    /// Bytes that [`Self::digest`] or [`Self::parts`] will hold at its peak.
    pub(crate) fn cost(
        &mut self,
        wanted: Wanted,
        given_up: GivenUp<'_>,
        stopwatch: &Stopwatch,
    ) -> Result<u64> {
        match self.ask(&Request::Cost { wanted }, given_up, stopwatch)? {
            Reply::Cost(bytes) => Ok(bytes),
            _ => Err(self.distrust()),
        }
    }

    /// What the catalog stores of the file, whose hash is `hash`, as far as it is wanted; its vectors have `dimension`
    /// components.
    pub(crate) fn digest(
        &mut self,
        hash: &ContentHash,
        (wanted, dimension): (Wanted, usize),
        given_up: GivenUp<'_>,
        stopwatch: &Stopwatch,
    ) -> Result<Box<Digest>> {
        match self.ask(&Request::Digest { hash: *hash, wanted }, given_up, stopwatch)? {
            Reply::Digest(digest)
                if (digest.parts.is_some() || !wanted.has_parts()) && digest.is_sound(hash, dimension) =>
            {
                Ok(digest)
            }
            _ => Err(self.distrust()),
        }
    }

    /// The parts of the image, which is known to have this size; their vectors have `dimension` components.
    pub(crate) fn parts(
        &mut self,
        (size, dimension): ((u32, u32), usize),
        given_up: GivenUp<'_>,
        stopwatch: &Stopwatch,
    ) -> Result<Parts> {
        match self.ask(&Request::Parts, given_up, stopwatch)? {
            Reply::Parts(parts) if photo::are_sound(&parts, size, dimension) => Ok(parts),
            _ => Err(self.distrust()),
        }
    }

    /// The embeddings, of unit length, of the image as something that is asked for.
    pub(crate) fn embed(&mut self) -> Result<Asked> {
        match self.ask(&Request::Embed { region: None }, &|| false, &Stopwatch::default())? {
            Reply::Asked(asked) => Ok(asked),
            _ => Err(self.distrust()),
        }
    }

    /// The embedding, of unit length, of a region of the image in full-size upright pixels.
    pub(crate) fn embed_region(&mut self, region: Region) -> Result<Vec<f32>> {
        match self.ask(&Request::Embed { region: Some(region) }, &|| false, &Stopwatch::default())? {
            Reply::Embedding(embedding) => Ok(embedding),
            _ => Err(self.distrust()),
        }
    }

    /// The embeddings, of unit length, of the image as something that is asked for, and a small picture of it.
    pub(crate) fn embed_and_show(&mut self) -> Result<(Asked, Preview)> {
        match self.ask(&Request::EmbedAndShow, &|| false, &Stopwatch::default())? {
            Reply::Shown { asked, preview } => Ok((asked, preview)),
            _ => Err(self.distrust()),
        }
    }

    /// Width and height of the upright image.
    pub(crate) fn size(&mut self) -> Result<(u32, u32)> {
        match self.ask(&Request::Size, &|| false, &Stopwatch::default())? {
            Reply::Size(width, height) => Ok((width, height)),
            _ => Err(self.distrust()),
        }
    }

    /// How the image was taken, as its file says.
    pub(crate) fn shot(&mut self) -> Result<imaging::Shot> {
        match self.ask(&Request::Shot, &|| false, &Stopwatch::default())? {
            Reply::Shot(shot) if shot::is_sound(&shot) => Ok(*shot),
            _ => Err(self.distrust()),
        }
    }

    /// A small picture of the image.
    pub(crate) fn preview(&mut self) -> Result<Preview> {
        match self.ask(&Request::Preview, &|| false, &Stopwatch::default())? {
            Reply::Preview(preview) => Ok(preview),
            _ => Err(self.distrust()),
        }
    }

    /// The image as an upright JPEG of at most `max_side` pixels a side.
    pub(crate) fn reduce(&mut self, max_side: u32, quality: u8) -> Result<Vec<u8>> {
        match self.ask(&Request::Reduce { max_side, quality }, &|| false, &Stopwatch::default())? {
            Reply::Jpeg(jpeg) => Ok(jpeg),
            _ => Err(self.distrust()),
        }
    }

    /// The image's pixels, for many regions to be embedded.
    pub(crate) fn prepare(&mut self) -> Result<Prepared> {
        match self.ask(&Request::Prepare, &|| false, &Stopwatch::default())? {
            Reply::Pixels { width, height, pixels, full } => imaging::RgbImage::new(width, height, pixels)
                .map(|image| Prepared { image, full })
                .map_err(|_| self.distrust()),
            _ => Err(self.distrust()),
        }
    }

    fn ask(&mut self, request: &Request, given_up: GivenUp<'_>, stopwatch: &Stopwatch) -> Result<Reply> {
        match self {
            Self::Here(desk) => desk.answer(request, None, stopwatch).map_err(Unread::Refused),
            Self::Process(process) => process.ask(request, given_up, stopwatch),
        }
    }

    /// Ends a reader that answered what no reader in its right mind does.
    fn distrust(&mut self) -> Unread {
        if let Self::Process(process) = self {
            process.end();
        }
        Unread::Died
    }

    /// Whether it can be given more to read.
    pub(crate) fn is_fit(&mut self) -> bool {
        match self {
            Self::Here(_) => true,
            Self::Process(process) => process.is_fit(),
        }
    }
}

impl From<ReadError> for Unread {
    fn from(error: ReadError) -> Self {
        Self::File(error)
    }
}

impl Unread {
    /// Whether the reader, if there was one, ended by what it did itself. The file did that if another reader ends so over
    /// it, too.
    pub(crate) fn may_be_its_own_doing(&self) -> bool {
        matches!(self, Self::Died | Self::TookTooLong)
    }

    /// Whether the machine is short of something, or somebody ends readers: that passes.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Killed | Self::NoReader(_))
    }

    /// A stable name for the reason.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::File(error) => error.code(),
            Self::Refused(refusal) => refusal.code(),
            Self::Died => "reader_died",
            Self::Killed => "reader_killed",
            Self::TookTooLong => "reader_took_too_long",
            Self::NoReader(_) => "no_reader",
        }
    }

    /// The reason in words.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::File(error) => error.reason(),
            Self::Refused(refusal) => refusal.reason(),
            Self::Died => "reading it crashed the reader, or took more memory than a photo may".to_owned(),
            Self::Killed => "the reader was ended by the system or another program".to_owned(),
            Self::TookTooLong => format!("reading it took longer than {} s", PATIENCE.as_secs()),
            Self::NoReader(error) => format!("the program that reads images does not start: {error}"),
        }
    }
}

impl LibraryError {
    /// A query's image that a reader gives no answer about.
    pub(crate) fn unread(path: &Path, unread: Unread) -> Self {
        match unread {
            Unread::Refused(Refusal::Crop { region, width, height }) => {
                Self::crop_out_of_bounds(region, width, height)
            }
            Unread::NoReader(error) => Self::NoReader(error),
            unread => Self::QueryUnreadable {
                path: path.into(),
                code: unread.code().to_owned(),
                reason: unread.reason(),
            },
        }
    }
}
