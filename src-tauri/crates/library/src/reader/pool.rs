//! Readers that wait for work. Whoever takes one gives it back; a dead one is forgotten.

use std::sync::Arc;

use parking_lot::Mutex;

use super::desk::Desk;
use super::process::ReaderProcess;
use super::{Reader, Unread};
use crate::model::Model;

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
        let idle = self.idle.lock().pop();
        match idle {
            Some(reader) => Ok(reader),
            None if self.isolated => {
                ReaderProcess::start(self.model.built_in).map(Reader::Process).map_err(Unread::NoReader)
            }
            None => Ok(Reader::Here(Box::new(Desk::new(Arc::clone(&self.model))))),
        }
    }

    /// Keeps a reader for whoever takes one next.
    pub(crate) fn give_back(&self, reader: Reader) {
        let mut idle = self.idle.lock();
        if reader.is_alive() && idle.len() < KEPT {
            idle.push(reader);
        }
    }

    /// Lends a reader to `work`.
    pub(crate) fn with_reader<T>(
        &self,
        work: impl FnOnce(&mut Reader) -> Result<T, Unread>,
    ) -> Result<T, Unread> {
        let mut reader = self.take()?;
        let value = work(&mut reader);
        self.give_back(reader);
        value
    }
}
