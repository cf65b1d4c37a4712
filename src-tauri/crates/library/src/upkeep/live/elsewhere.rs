//! Events of Windows and macOS, which watch a folder with all that is in it by themselves.

use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::Sender;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::Notice;
use crate::reading::exclusions::Rules;
use crate::system::network;

/// The system's events, where it gives any. Otherwise the reason.
#[derive(Debug)]
pub(crate) struct Live(Result<RecommendedWatcher, String>);

impl Live {
    /// Events of all folders listened to go to `notices`.
    pub(crate) fn new(notices: Sender<Notice>, _rules: Arc<Rules>) -> Self {
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

    /// The system tells of all that is in a folder, whatever is left out.
    pub(crate) fn follow_rules(&mut self, _rules: Arc<Rules>) {}

    /// Looks at what no event tells of: nothing, here.
    pub(crate) fn look(&mut self) {}

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
        ErrorKind::MaxFilesWatch => "the system watches no more folders".into(),
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
