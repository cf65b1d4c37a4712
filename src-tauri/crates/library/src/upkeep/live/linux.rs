//! Events of Linux, which watches single directories: a thread hears of them, and keeps up with directories that come,
//! move and go.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::Sender;
use parking_lot::Mutex;
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::fs::inotify::{self, ReadFlags};
use rustix::io::Errno;

use super::Notice;
use super::tree::{Failed, Happened, Tree};
use crate::reading::exclusions::Rules;
use crate::system::drive::MountTable;
use crate::system::network;

/// Bytes of events that are taken at a time; a name has 255 at most.
const EVENTS: usize = 16 << 10;

/// The system's events, where it gives any. Otherwise the reason.
#[derive(Debug)]
pub(crate) struct Live(Result<Listener, String>);

#[derive(Debug)]
struct Listener {
    shared: Arc<Shared>,
    mounts: MountTable,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    inotify: Arc<OwnedFd>,
    tree: Mutex<Tree>,
    notices: Sender<Notice>,
    /// Written to when the thread is to end.
    end: OwnedFd,
}

impl Live {
    /// Events of all folders listened to go to `notices`.
    pub(crate) fn new(notices: Sender<Notice>, rules: Arc<Rules>) -> Self {
        Self(Listener::new(notices, rules).map_err(|error| error.to_string()))
    }

    /// Asks for events of a folder, anew where there was one. Fails with the reason why there are none.
    pub(crate) fn listen(&mut self, folder: &Path) -> Result<(), String> {
        self.forget(folder);
        if let Some(kind) = network::share(folder) {
            return Err(format!("it is on a network share ({kind})"));
        }
        let listener = self.0.as_ref().map_err(String::clone)?;
        let mut tree = listener.shared.tree.lock();
        tree.listen(folder).map_err(|failed| {
            // What is watched of it already counts against a limit that is there for all programs.
            tree.forget(folder);
            match failed {
                Failed::Full(_) => {
                    "the system watches no more folders (fs.inotify.max_user_watches)".to_owned()
                }
                Failed::Refused(error) => error.to_string(),
            }
        })
    }

    /// Asks for no more events of a folder.
    pub(crate) fn forget(&mut self, folder: &Path) {
        if let Ok(listener) = &self.0 {
            listener.shared.tree.lock().forget(folder);
        }
    }

    /// Watches no more of a folder than what these leave.
    pub(crate) fn follow_rules(&mut self, rules: Arc<Rules>) {
        let Ok(Listener { shared, .. }) = &self.0 else { return };
        let mut found = Found::default();
        shared.tree.lock().follow_rules(rules, &mut found.happened);
        found.tell(&shared.notices);
    }

    /// Looks at what no event tells of: mounts, and where links lead to.
    pub(crate) fn look(&mut self) {
        let Ok(Listener { shared, mounts, .. }) = &mut self.0 else { return };
        let mut found = Found::default();
        let mut tree = shared.tree.lock();
        for point in mounts.changes() {
            if let Some(root) = tree.owner(&point).filter(|root| *root != point) {
                tree.renew(&point, &mut found.happened);
                // All of it: of what a drive takes with it no event tells that it was deleted.
                found.happened.changed.insert(root);
            }
        }
        tree.check_links(&mut found.happened);
        drop(tree);
        found.tell(&shared.notices);
    }
}

impl Listener {
    fn new(notices: Sender<Notice>, rules: Arc<Rules>) -> io::Result<Self> {
        let inotify =
            Arc::new(inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK)?);
        let tree = Mutex::new(Tree::new(Arc::clone(&inotify), rules));
        let end = eventfd(0, EventfdFlags::CLOEXEC)?;
        let shared = Arc::new(Shared { inotify, tree, notices, end });
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("events".to_owned()).spawn(move || of_thread.hear())?;
        let mut mounts = MountTable::default();
        mounts.changes();
        Ok(Self { shared, mounts, thread: Some(thread) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // It fails only where the thread has been told already.
        let _ = rustix::io::write(&self.shared.end, &1_u64.to_ne_bytes());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Hears of events until it is to end.
    fn hear(&self) {
        loop {
            let mut polled =
                [PollFd::new(&self.end, PollFlags::IN), PollFd::new(&*self.inotify, PollFlags::IN)];
            match poll(&mut polled, None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return tracing::error!(%error, "events are no longer heard of"),
            }
            if polled[0].revents().contains(PollFlags::IN) {
                return;
            }
            let found = self.take_events(&mut self.tree.lock());
            found.tell(&self.notices);
        }
    }

    /// Takes all events that there are, and has the tree keep up with each.
    fn take_events(&self, tree: &mut Tree) -> Found {
        let mut found = Found::default();
        let mut buffer = [MaybeUninit::uninit(); EVENTS];
        let mut events = inotify::Reader::new(&*self.inotify, &mut buffer);
        let mut is_rearranged = false;
        loop {
            let (watch, kind, name) = match events.next() {
                Ok(event) => {
                    let name = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()).to_owned());
                    (event.wd(), event.events(), name)
                }
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => break,
                Err(error) => {
                    tracing::warn!(%error, "events could not be read");
                    found.lost = true;
                    break;
                }
            };
            if kind.contains(ReadFlags::QUEUE_OVERFLOW) {
                found.lost = true;
                continue;
            }
            is_rearranged |= tree.follow(watch, kind, name.as_deref(), &mut found.happened);
        }
        if found.lost {
            // Directories that came meanwhile are not among those that are watched.
            tree.renew_all(&mut found.happened);
        } else if is_rearranged {
            tree.check_links(&mut found.happened);
        }
        found
    }
}

/// What is to be told.
#[derive(Debug, Default)]
struct Found {
    happened: Happened,
    lost: bool,
}

impl Found {
    fn tell(self, notices: &Sender<Notice>) {
        let Happened { changed, gone, full } = self.happened;
        let paths = |set: BTreeSet<PathBuf>| set.into_iter().collect::<Vec<_>>();
        let told = [
            self.lost.then_some(Notice::Lost),
            (!changed.is_empty()).then(|| Notice::Changed { paths: paths(changed), gone: false }),
            (!gone.is_empty()).then(|| Notice::Changed { paths: paths(gone), gone: true }),
            (!full.is_empty()).then(|| Notice::Full { paths: paths(full) }),
        ];
        for notice in told.into_iter().flatten() {
            // Nobody listens any more when the watch is ending.
            let _ = notices.send(notice);
        }
    }
}
