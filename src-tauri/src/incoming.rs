//! What comes in from outside the window: dropped files, path arguments, "open with".
//!
//! Folders are added to the library, images become the query. It waits here until the library is open and the window
//! listens.

use std::path::PathBuf;
use std::sync::Arc;

use library::{Library, LibraryError, Source};
use parking_lot::Mutex;
use tauri::{AppHandle, Emitter, Manager};

use crate::foreign::ForeignImages;
use crate::problem::Result;
use crate::session::Session;
use crate::wire::{Drag, EXAMPLES, ForeignImage, Incoming};

/// Holds what came in before the window was ready.
#[derive(Debug, Default)]
pub(crate) struct Inbox(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    ready: bool,
    waiting: Vec<Incoming>,
    /// What came in while the library could not be opened.
    held: Vec<PathBuf>,
}

impl Inbox {
    /// The window listens from now on.
    pub(crate) fn open(&self, app: &AppHandle) {
        let waiting = {
            let mut state = self.0.lock();
            state.ready = true;
            std::mem::take(&mut state.waiting)
        };
        for incoming in waiting {
            emit(app, "incoming", incoming);
        }
    }

    /// Keeps paths for when the library can be opened after all.
    fn hold(&self, paths: Vec<PathBuf>) {
        self.0.lock().held.extend(paths);
    }

    /// Gives back the paths that were kept.
    pub(crate) fn held(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.0.lock().held)
    }

    /// Tells the window, now or as soon as it listens.
    pub(crate) fn deliver(&self, app: &AppHandle, incoming: Incoming) {
        let mut state = self.0.lock();
        if state.ready {
            drop(state);
            emit(app, "incoming", incoming);
        } else {
            state.waiting.push(incoming);
        }
    }
}

/// Sends an event to the window. Fails only while that is closing.
pub(crate) fn emit(app: &AppHandle, event: &str, payload: impl serde::Serialize + Clone) {
    if let Err(error) = app.emit(event, payload) {
        tracing::debug!(%error, event, "nobody heard");
    }
}

/// Takes in paths that the person dropped or named; the window hears of the outcome.
pub(crate) fn accept(app: &AppHandle, paths: Vec<PathBuf>) {
    if paths.is_empty() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        let session = app.state::<Arc<Session>>();
        if session.library().is_err() {
            app.state::<Inbox>().hold(paths);
            return;
        }
        let sources = paths.into_iter().map(Source::Path).collect();
        let taken = take_in(&session, &app.state::<Arc<ForeignImages>>(), sources);
        let incoming =
            taken.unwrap_or_else(|problem| Incoming { problems: vec![problem], ..Incoming::default() });
        app.state::<Inbox>().deliver(&app, incoming);
    });
}

/// Takes in what the person dropped, named, chose or pasted: all of it that can be, with a word on the rest.
pub(crate) fn take_in(session: &Session, foreign: &ForeignImages, sources: Vec<Source>) -> Result<Incoming> {
    let library = session.library()?;
    let mut incoming = Incoming::default();
    let (folders, images): (Vec<_>, Vec<_>) = sources.into_iter().partition(is_folder);
    for folder in folders {
        let Source::Path(folder) = folder else { continue };
        match library.add_folder(&folder) {
            Ok(_) => incoming.folders.push(library::shown_name(&folder)),
            Err(error) => incoming.problems.push(error.into()),
        }
    }
    incoming.left_out = images.len().saturating_sub(EXAMPLES) as u32;
    for image in images.into_iter().take(EXAMPLES) {
        match known(&library, &image) {
            Ok(Some(id)) => incoming.photos.push(id),
            Ok(None) => match take(&library, foreign, image) {
                Ok(image) => incoming.images.push(image),
                Err(problem) => incoming.problems.push(problem),
            },
            Err(error) => incoming.problems.push(error.into()),
        }
    }
    if !incoming.folders.is_empty() {
        session.tell_changed()?;
    }
    Ok(incoming)
}

fn is_folder(source: &Source) -> bool {
    matches!(source, Source::Path(path) if path.is_dir())
}

/// The library's photo at a path, as far as the library's view of it is up to date.
fn known(library: &Library, source: &Source) -> std::result::Result<Option<u32>, LibraryError> {
    let Source::Path(path) = source else { return Ok(None) };
    Ok(library.photo_id_at(path)?.and_then(|id| u32::try_from(id).ok()))
}

/// Takes in an image that is not in the library, if it can be read.
pub(crate) fn take(library: &Library, foreign: &ForeignImages, source: Source) -> Result<ForeignImage> {
    let (width, height) = library.image_size(&source)?;
    let name = match &source {
        Source::Path(path) => library::shown_name(path),
        Source::Photo(_) | Source::Bytes(_) => String::new(),
    };
    Ok(ForeignImage { key: foreign.insert(source), name, width, height })
}

/// What letting go would do, for the window to say so.
pub(crate) fn drag(paths: &[PathBuf]) -> Drag {
    let folders = paths.iter().filter(|path| path.is_dir()).count();
    Drag { over: true, folders: folders as u32, files: (paths.len() - folders) as u32 }
}
