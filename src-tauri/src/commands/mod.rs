//! What the window can ask for. Each command is one permission; `list.rs` names them all.
//!
//! A command turns wire types into the library's, calls it on a thread that may block, and turns the answer back.

pub(crate) mod duplicates;
pub(crate) mod folders;
pub(crate) mod models;
pub(crate) mod photos;
pub(crate) mod queries;
pub(crate) mod settings;

use std::sync::Arc;

use library::Library;

use crate::problem::{Result, ShellError};
use crate::session::Session;

/// Runs `work` where it may take its time; the window's own thread never waits for it.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tauri::async_runtime::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(ShellError::Internal(error.to_string()).into()))
}

/// The language that the person chose for what the system shows.
async fn language(session: &Arc<Session>) -> Result<Option<String>> {
    let session = Arc::clone(session);
    blocking(move || Ok(session.settings()?.language)).await
}

/// Like [`blocking`], with the open library.
async fn with_library<T: Send + 'static>(
    session: &Arc<Session>,
    work: impl FnOnce(&Library) -> Result<T> + Send + 'static,
) -> Result<T> {
    let session = Arc::clone(session);
    blocking(move || work(&*session.library()?)).await
}
