//! Live events of the system about folders: asks for them, and says why a folder gets none.
//!
//! Events are hints where to look. What to make of them is the watch's part.

use std::path::{Path, PathBuf};

use crossbeam_channel::Sender;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::network;

/// What happened in the file system.
#[derive(Debug)]
pub(crate) enum Notice {
    /// Something at or below these paths. `gone` says that it may be the paths themselves that went.
    Changed { paths: Vec<PathBuf>, gone: bool },
    /// Events were lost: look everywhere.
    Lost,
    /// There are more directories than the system lets us watch: these, and perhaps others, give no events.
    Full { paths: Vec<PathBuf> },
}

/// The system's events, where it gives any. Otherwise the reason.
#[derive(Debug)]
pub(crate) struct Live(Result<RecommendedWatcher, String>);

impl Live {
    /// Events of all folders listened to go to `notices`.
    pub(crate) fn new(notices: Sender<Notice>) -> Self {
        let watcher = notify::recommended_watcher(move |result: notify::Result<notify::Event>| {
            if let Some(notice) = notice(result) {
                // Nobody listens any more when the watch is ending.
                let _ = notices.send(notice);
            }
        });
        Self(watcher.map_err(|error| reason(&error)))
    }

    /// Asks for events of a folder, anew where there was one. Fails with the reason why there are none.
    pub(crate) fn listen(&mut self, folder: &Path) -> Result<(), String> {
        // A dead watch on a folder that was replaced must go first; there may be none.
        self.forget(folder);
        if let Some(kind) = network::share(folder) {
            return Err(format!("it is on a network share ({kind})"));
        }
        let watched = match &mut self.0 {
            Ok(watcher) => watcher.watch(folder, RecursiveMode::Recursive).map_err(|error| reason(&error)),
            Err(reason) => return Err(reason.clone()),
        };
        if watched.is_err() {
            // What is watched of it already counts against a limit that is there for all programs.
            self.forget(folder);
        }
        watched
    }

    /// Asks for no more events of a folder.
    pub(crate) fn forget(&mut self, folder: &Path) {
        if let Ok(watcher) = &mut self.0 {
            // There may be no watch on a folder without live events.
            let _ = watcher.unwatch(folder);
        }
    }
}

fn reason(error: &notify::Error) -> String {
    match error.kind {
        ErrorKind::MaxFilesWatch => "the system watches no more folders (fs.inotify.max_user_watches)".into(),
        _ => error.to_string(),
    }
}

/// What an event of the system means to us; nothing for reads, our own among them.
fn notice(result: notify::Result<notify::Event>) -> Option<Notice> {
    let event = match result {
        Ok(event) => event,
        Err(error) => {
            tracing::warn!(%error, "the file watcher reported an error");
            return Some(match error.kind {
                ErrorKind::MaxFilesWatch => Notice::Full { paths: error.paths },
                _ => Notice::Lost,
            });
        }
    };
    if event.need_rescan() {
        return Some(Notice::Lost);
    }
    match event.kind {
        EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write) => None,
        kind => {
            let gone = matches!(kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
            Some(Notice::Changed { paths: event.paths, gone })
        }
    }
}
