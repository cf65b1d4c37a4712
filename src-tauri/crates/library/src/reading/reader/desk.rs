//! What a reader does with the file it holds. It opens nothing: it is handed open files and bytes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use imaging::Limits;

use super::Input;
use super::protocol::{Refusal, Reply, Request};
use crate::base::profile::{Stage, Stopwatch};
use crate::engine::model::Model;
use crate::engine::photo::{self, DigestError};
use crate::reading::prepared;

/// The code of a panic over a file.
pub(crate) const PANICKED: &str = "panicked";

/// The model, and the file that is being read.
#[derive(Debug)]
pub(crate) struct Desk {
    model: Arc<Model>,
    bytes: Vec<u8>,
    /// See [`Self::memory_for`]; none until something asks.
    announced: Option<u64>,
}

impl Desk {
    pub(crate) fn new(model: Arc<Model>) -> Self {
        Self { model, bytes: Vec::new(), announced: None }
    }

    /// Bytes that answering this holds at its peak, the file's own included, by what the file's header announces.
    pub(crate) fn memory_for(&mut self, request: &Request) -> u64 {
        let limits = Limits::default();
        let held = self.bytes.capacity() as u64;
        held + match request {
            Request::Start { .. } | Request::Load => limits.max_file_bytes,
            Request::PutDown | Request::Cost { .. } | Request::Size | Request::Shot => 0,
            // Whatever the target, it never takes more than the picture in full.
            _ => *self.announced.get_or_insert_with(|| {
                let probe = imaging::probe(&self.bytes, &limits);
                probe.map_or(0, |probe| imaging::decoding_cost(&probe, None))
            }),
        }
    }

    /// The file that is being read.
    #[cfg(debug_assertions)]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Answers; one bad file costs one answer, also when code of ours or a library's panics over it.
    pub(crate) fn answer(
        &mut self,
        request: &Request,
        input: Option<Input>,
        stopwatch: &Stopwatch,
    ) -> Result<Reply, Refusal> {
        let answered = catch_unwind(AssertUnwindSafe(|| self.work(request, input, stopwatch)));
        answered.unwrap_or_else(|_| {
            Err(Refusal::Image {
                code: PANICKED.to_owned(),
                reason: "reading it made Lookalike stumble; please report this".to_owned(),
            })
        })
    }

    fn work(
        &mut self,
        request: &Request,
        input: Option<Input>,
        stopwatch: &Stopwatch,
    ) -> Result<Reply, Refusal> {
        let (model, bytes) = (&*self.model, &self.bytes);
        let image = |error| Refusal::from(DigestError::Image(error));
        Ok(match *request {
            Request::Start { .. } => Reply::Ready { unconfined: None },
            Request::Load => {
                let loaded = self.load(input, stopwatch);
                return loaded.map_err(|error| Refusal::Unreadable { reason: error.to_string() });
            }
            Request::PutDown => {
                self.bytes = Vec::new();
                Reply::PutDown
            }
            Request::Cost { wanted } => {
                let probe = stopwatch.time(Stage::Decode, || imaging::probe(bytes, &Limits::default()));
                let probe = probe.map_err(image)?;
                self.announced = Some(imaging::decoding_cost(&probe, None));
                Reply::Cost(photo::cost(&probe, wanted, model))
            }
            Request::Digest { hash, wanted } => {
                Reply::Digest(Box::new(photo::digest(bytes, hash, wanted, model, stopwatch)?))
            }
            Request::Parts => Reply::Parts(photo::parts(bytes, model, stopwatch)?),
            Request::Embed { region: None } => Reply::Asked(photo::embed_query(bytes, model)?),
            Request::Embed { region: Some(region) } => {
                Reply::Embedding(photo::embed_query_region(bytes, region, model)?)
            }
            Request::EmbedAndShow => {
                let (asked, preview) = photo::embed_and_show(bytes, model)?;
                Reply::Shown { asked, preview }
            }
            Request::Size => {
                let probe = imaging::probe(bytes, &Limits::default()).map_err(image)?;
                Reply::Size(probe.width, probe.height)
            }
            Request::Shot => Reply::Shot(Box::new(imaging::shot(bytes, &Limits::default()).map_err(image)?)),
            Request::Preview => Reply::Preview(photo::preview(bytes).map_err(image)?),
            Request::Reduce { max_side, quality } => {
                Reply::Jpeg(photo::reduced_jpeg(bytes, max_side, quality).map_err(image)?)
            }
            Request::Prepare => {
                let prepared::Prepared { image: pixels, full } = prepared::decode(bytes).map_err(image)?;
                let (width, height) = (pixels.width(), pixels.height());
                Reply::Pixels { width, height, pixels: pixels.into_pixels(), full }
            }
        })
    }

    fn load(&mut self, input: Option<Input>, stopwatch: &Stopwatch) -> io::Result<Reply> {
        self.bytes.clear();
        self.announced = None;
        match input {
            Some(Input::File(file)) => stopwatch.time(Stage::Read, || fill(&mut self.bytes, &file))?,
            Some(Input::Bytes(bytes)) => self.bytes.extend_from_slice(&bytes),
            None => return Err(io::Error::other("no file came along")),
        }
        Ok(Reply::Loaded(self.bytes.len() as u64))
    }
}

fn fill(buffer: &mut Vec<u8>, mut file: &File) -> io::Result<()> {
    let limit = Limits::default().max_file_bytes;
    // Readers may not ask for metadata: the call for that takes paths, too.
    let length = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    buffer.reserve_exact(length.min(limit) as usize);
    file.take(limit + 1).read_to_end(buffer).map(drop)
}
