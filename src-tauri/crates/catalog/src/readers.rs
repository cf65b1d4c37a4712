//! Connections that only read, as many as there are readers at a time: nobody waits for a write, or for each other.

use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use rusqlite::Connection;

use crate::Result;
use crate::database::connect_again;

/// Connections kept for the next readers.
const KEPT: usize = 4;

/// The readers of one database file, which must exist.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.into(), idle: Mutex::default() }
    }

    /// Lends a connection to `queries`. It sees the last committed state.
    pub(crate) fn read<T>(&self, queries: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect_again(&self.path)?,
        };
        let value = queries(&connection);
        let mut idle = self.idle.lock();
        if idle.len() < KEPT {
            idle.push(connection);
        }
        value
    }
}
