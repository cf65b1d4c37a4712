//! Readers that wait for work. Whoever takes one gives it back; a dead one is forgotten.

use std::convert::Infallible;
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;

use super::desk::Desk;
use super::process::ReaderProcess;
use super::{Reader, SHORT_PAUSES, Unread, persist};
use crate::engine::model::Model;

/// Readers that are kept for the next query. Each holds a model of its own.
const KEPT: usize = 2;

/// Where readers come from.
#[derive(Debug)]
pub(crate) struct Readers {
    model: Arc<Model>,
    /// Whether they are processes of their own.
    isolated: bool,
    idle: Mutex<Vec<Reader>>,
}

impl Readers {
    pub(crate) fn new(model: Arc<Model>, isolated: bool) -> Self {
        Self { model, isolated, idle: Mutex::default() }
    }

    /// A reader that is idle, or a new one.
    pub(crate) fn take(&self) -> Result<Reader, Unread> {
        let mut idle = self.idle.lock();
        while let Some(mut reader) = idle.pop() {
            // The system may have ended it meanwhile.
            if reader.is_fit() {
                return Ok(reader);
            }
        }
        drop(idle);
        self.start()
    }

    /// A new reader.
    pub(crate) fn start(&self) -> Result<Reader, Unread> {
        if self.isolated {
            let process = ReaderProcess::start(&self.model.file);
            return process.map(Reader::Process).map_err(Unread::NoReader);
        }
        Ok(Reader::Here(Box::new(Desk::new(Arc::clone(&self.model)))))
    }

    /// Keeps a reader for whoever takes one next.
    pub(crate) fn give_back(&self, mut reader: Reader) {
        let mut idle = self.idle.lock();
        if reader.is_fit() && idle.len() < KEPT {
            idle.push(reader);
        }
    }

    /// Lends a reader to `work`, and other ones where something other than the image may have ended the first.
    pub(crate) fn with_reader<T>(
        &self,
        work: impl Fn(&mut Reader) -> Result<T, Unread>,
    ) -> Result<T, Unread> {
        let attempt = |anew: bool| {
            let taken = if anew { self.start() } else { self.take() };
            Ok::<_, Infallible>(taken.and_then(|mut reader| {
                let value = work(&mut reader);
                reader.put_down();
                self.give_back(reader);
                value
            }))
        };
        let wait = |pause| {
            thread::sleep(pause);
            true
        };
        match persist(SHORT_PAUSES, attempt, wait) {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }
}
