//! Stays up to date: live events where the system gives them, walks from time to time in any case.
//!
//! Events are hints. They say where to look; what to do follows from comparing that place with the catalog,
//! just as in a scan. So lost, doubled or reordered events can delay a photo, never lose or double one.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use catalog::folder::{self, Folder};
use catalog::photo::DriveId;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use crate::base::control::{Control, Run};
use crate::base::event::Event;
use crate::base::polling::{POLL, Polling};
use crate::folders::findings::Scope;
use crate::models::switch::{Pass, SLICE};
use crate::reading::exclusions::Rules;
use crate::system::drive::Drives;
use crate::system::file_id::FileId;
use crate::upkeep::live::{Live, Notice};
use crate::{Library, Result};

/// Nothing may have happened for this long before we look: programs write files in several steps.
const QUIET: Duration = Duration::from_millis(400);
/// We look after this long in any case, or a busy folder would never be looked at.
const AT_LATEST: Duration = Duration::from_secs(3);
/// How often folders are checked for having gone or come back.
const PRESENCE: Duration = Duration::from_secs(2);
/// How often everything is walked, because events get lost.
const RECONCILE: Duration = Duration::from_mins(15);
/// With more places than this to look at in one folder, walking all of it is quicker.
const MANY: usize = 2_000;
/// How soon a cancelled watch ends.
const TICK: Duration = Duration::from_millis(100);

impl Library {
    /// Has a running watch look at all folders at once, as it does by itself when folders are added or removed.
    ///
    /// An update that is under way ends, with what it has committed, and the next one goes on from there.
    pub fn look_again(&self) {
        self.attention.fetch_add(1, Ordering::Release);
    }

    /// Brings the library up to date and keeps it so, until cancelled, or until another model has taken over: then open
    /// the library anew. `emit` hears of everything that changes.
    pub fn watch(&self, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<()> {
        let (sender, notices) = crossbeam_channel::unbounded();
        let (build_sender, build_events) = crossbeam_channel::unbounded();
        let mut watch = Watch::new(self, sender)?;
        let _running = Running::new(&self.watches);
        let ending = AtomicU64::new(0);
        let build = Run::while_at(control, &ending, 0);
        thread::scope(|threads| {
            let mut builder: Option<thread::ScopedJoinHandle<'_, Result<()>>> = None;
            let ended = loop {
                if control.is_cancelled() {
                    break Ok(());
                }
                build_events.try_iter().for_each(&mut *emit);
                match watch.look(&notices, control, emit) {
                    Err(error) => break Err(error),
                    Ok(false) => match watch.go_on(&notices, control, emit) {
                        Err(error) => break Err(error),
                        Ok(Pass::Switched) => break Ok(()),
                        Ok(_) => {}
                    },
                    Ok(true) if builder.as_ref().is_some_and(|builder| !builder.is_finished()) => {}
                    Ok(true) => {
                        report_build(builder.take());
                        let events = build_sender.clone();
                        builder = Some(threads.spawn(move || {
                            // The receiver lives as long as the scope.
                            let emit = |event| drop(events.send(event));
                            self.index.build(self.threads, &build, &emit)?;
                            self.compare_new(&build, &emit)
                        }));
                    }
                }
            };
            // An error must not wait until a build in the background is done.
            ending.store(1, Ordering::Release);
            report_build(builder);
            ended
        })
    }
}

/// Counts among the running watches.
struct Running<'a>(&'a AtomicUsize);

impl<'a> Running<'a> {
    fn new(watches: &'a AtomicUsize) -> Self {
        watches.fetch_add(1, Ordering::AcqRel);
        Self(watches)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A graph that could not be built costs speed only: exact search goes on.
fn report_build(builder: Option<thread::ScopedJoinHandle<'_, Result<()>>>) {
    match builder.map(thread::ScopedJoinHandle::join) {
        Some(Ok(Err(error))) => tracing::warn!(%error, "the graph was not built"),
        Some(Err(_)) => tracing::warn!("the graph was not built: its thread panicked"),
        None | Some(Ok(Ok(()))) => {}
    }
}

struct Watch<'a> {
    library: &'a Library,
    rules: Arc<Rules>,
    drives: Drives,
    live: Live,
    folders: HashMap<i64, Watched>,
    dirty: BTreeSet<(i64, PathBuf)>,
    dirty_since: Option<Instant>,
    last_notice: Instant,
    next_presence: Instant,
    next_reconcile: Instant,
    not_live: Vec<Event>,
    /// Why folders give no live events, as far as it was told.
    told: HashMap<PathBuf, String>,
    /// The library's count of reasons to look again, as far as they have been heard of.
    attention: u64,
    /// Whether somebody waits to hear that all is up to date.
    owes_word: Cell<bool>,
}

/// How a folder was when it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Absent,
    /// With another drive or another directory, something else is there.
    There {
        drive: Option<DriveId>,
        directory: Option<FileId>,
    },
}

struct Watched {
    folder: Folder,
    seen: Presence,
    adopted: Instant,
    /// When to look at it where live events do not come.
    polling: Option<Polling>,
}

impl<'a> Watch<'a> {
    fn new(library: &'a Library, notices: Sender<Notice>) -> Result<Self> {
        let now = Instant::now();
        let rules = Arc::new(Rules::load(&library.catalog)?);
        let mut watch = Self {
            library,
            live: Live::new(notices, Arc::clone(&rules)),
            rules,
            drives: Drives::default(),
            folders: HashMap::new(),
            dirty: BTreeSet::new(),
            dirty_since: Some(now),
            // Nothing has happened yet, so the first look need not wait.
            last_notice: now.checked_sub(QUIET).unwrap_or(now),
            next_presence: now,
            next_reconcile: now + RECONCILE,
            not_live: Vec::new(),
            told: HashMap::new(),
            attention: library.attention.load(Ordering::Acquire),
            owes_word: Cell::new(false),
        };
        for folder in library.catalog.read(folder::all)? {
            watch.adopt(folder);
        }
        Ok(watch)
    }

    /// Waits a moment for something to look at and, if there is, brings it up to date. Returns whether it did.
    fn look(
        &mut self,
        notices: &Receiver<Notice>,
        control: &Control,
        emit: &mut dyn FnMut(Event),
    ) -> Result<bool> {
        self.gather(notices);
        self.check_attention()?;
        self.check_presence()?;
        self.not_live.drain(..).for_each(&mut *emit);
        let Some(scopes) = self.due() else { return Ok(false) };
        let run = Run::while_at(control, &self.library.attention, self.attention);
        let mut back = Vec::new();
        self.library.update_scopes(&scopes, &run, &mut |event| {
            if let Event::Online { path } = &event {
                back.push(path.clone());
            }
            emit(event);
        })?;
        self.listen_again(&back);
        // A walk over a network may take longer than the time between two.
        for walked in scopes.iter().filter(|scope| scope.is_whole()) {
            if let Some(watched) = self.folders.get_mut(&walked.folder.id) {
                watched.polling.iter_mut().for_each(|polling| polling.walked(Instant::now()));
            }
        }
        let up_to_date = !run.has_ended();
        if up_to_date {
            self.owes_word.set(true);
        }
        Ok(up_to_date)
    }

    /// Goes on with what can wait while nothing else is to be done, until something is. When nothing is left, all is up
    /// to date.
    fn go_on(
        &self,
        notices: &Receiver<Notice>,
        control: &Control,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Pass> {
        // Where something changes all the time, there is time left for the rest between two looks.
        if self.dirty_since.is_some_and(|since| since.elapsed() < 2 * QUIET) {
            return Ok(Pass::Interrupted);
        }
        let run = Run::while_at(control, &self.library.attention, self.attention);
        let started = Instant::now();
        let interrupted = || !notices.is_empty() || started.elapsed() >= SLICE;
        let pass = self.library.go_on(&run, &interrupted, &mut |event| {
            self.owes_word.set(true);
            emit(event);
        })?;
        if pass == Pass::Idle && !run.has_ended() && self.owes_word.take() {
            emit(Event::UpToDate);
        }
        Ok(pass)
    }

    /// Starts watching a folder and has it walked once.
    fn adopt(&mut self, folder: Folder) {
        // Before listening: what comes in between, or goes, is seen to differ the next time.
        let seen = presence(&folder.path, &mut self.drives);
        let is_live = self.listen(&folder.path);
        self.mark(folder.id, PathBuf::new());
        let adopted = Instant::now();
        let before = self.folders.get(&folder.id).and_then(|watched| watched.polling);
        let polling = (!is_live).then(|| Polling::new(before, adopted));
        self.folders.insert(folder.id, Watched { folder, seen, adopted, polling });
    }

    /// Asks anew for live events of the folders that have one of these paths, and has them walked.
    fn listen_again(&mut self, paths: &[PathBuf]) {
        let folders = self.folders.values().map(|watched| &watched.folder);
        let again: Vec<Folder> = folders.filter(|folder| paths.contains(&folder.path)).cloned().collect();
        for folder in again {
            self.adopt(folder);
        }
    }

    /// Asks for live events; returns whether there are any.
    fn listen(&mut self, path: &Path) -> bool {
        let Err(reason) = self.live.listen(path) else {
            self.told.remove(path);
            return true;
        };
        if !path.is_dir() {
            self.told.remove(path);
        } else if self.told.get(path) != Some(&reason) {
            // Once, and not every time that it is tried again.
            self.told.insert(path.into(), reason.clone());
            self.not_live.push(Event::NotLive { path: path.into(), reason });
        }
        false
    }

    /// Waits a moment for notices and notes where to look.
    fn gather(&mut self, notices: &Receiver<Notice>) {
        match notices.recv_timeout(TICK) {
            Ok(notice) => {
                self.note(notice);
                notices.try_iter().for_each(|notice| self.note(notice));
            }
            Err(RecvTimeoutError::Timeout) => {}
            // There are no live events, so no sender lives: keep the pace without it.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(TICK),
        }
    }

    fn note(&mut self, notice: Notice) {
        self.last_notice = Instant::now();
        let (paths, gone) = match notice {
            Notice::Changed { paths, gone } => (paths, gone),
            Notice::Lost => return self.mark_all(),
            Notice::Full { paths } => {
                let of = |folder: &Path| paths.iter().any(|path| path.starts_with(folder));
                let folders = self.folders.values().map(|watched| watched.folder.path.clone());
                let without: Vec<PathBuf> = folders.filter(|folder| of(folder)).collect();
                return self.listen_again(&without);
            }
        };
        if gone {
            // A folder put in the place of one that was moved away is another one to the system.
            self.listen_again(&paths);
        }
        for path in paths {
            let owner = self.folders.values().find_map(|watched| {
                let relative = path.strip_prefix(&watched.folder.path).ok()?;
                let is_left_out = self.rules.leave_out(&watched.folder.path, relative);
                Some((watched.folder.id, relative.to_path_buf(), is_left_out))
            });
            if let Some((id, relative, false)) = owner {
                self.mark(id, relative);
            }
        }
    }

    fn mark(&mut self, folder: i64, relative: PathBuf) {
        self.dirty.insert((folder, relative));
        self.dirty_since.get_or_insert_with(Instant::now);
    }

    fn mark_all(&mut self) {
        let ids: Vec<i64> = self.folders.keys().copied().collect();
        for id in ids {
            self.mark(id, PathBuf::new());
        }
    }

    /// Looks at everything where the library asks for it.
    fn check_attention(&mut self) -> Result<()> {
        let attention = self.library.attention.load(Ordering::Acquire);
        if attention != self.attention {
            self.attention = attention;
            let rules = Arc::new(Rules::load(&self.library.catalog)?);
            if rules != self.rules {
                self.live.follow_rules(Arc::clone(&rules));
                self.rules = rules;
            }
            self.next_presence = Instant::now();
            // Also without any folder: whoever watches waits to hear that all is up to date.
            self.dirty_since.get_or_insert_with(Instant::now);
            self.mark_all();
        }
        Ok(())
    }

    /// Notices folders that went or came back, were added or forgotten, and those whose walk is due.
    fn check_presence(&mut self) -> Result<()> {
        let now = Instant::now();
        if now < self.next_presence {
            return Ok(());
        }
        self.next_presence = now + PRESENCE;
        self.live.look();
        if now >= self.next_reconcile {
            self.next_reconcile = now + RECONCILE;
            self.mark_all();
        }
        let current = self.library.catalog.read(folder::all)?;
        self.forget_others(&current);
        for folder in current {
            let Some(watched) = self.folders.get_mut(&folder.id) else {
                self.adopt(folder);
                continue;
            };
            let seen = presence(&folder.path, &mut self.drives);
            // There again before anybody noticed that it was away, or the mount point of a drive that is not.
            let doubtful = !folder.online && now >= watched.adopted + POLL;
            let may_listen = watched.polling.is_some_and(|polling| polling.may_listen(now));
            if seen != watched.seen || (seen != Presence::Absent && (doubtful || may_listen)) {
                self.adopt(folder);
                continue;
            }
            watched.folder = folder;
            let must_walk = |polling: &&mut Polling| seen != Presence::Absent && polling.must_walk(now);
            if let Some(polling) = watched.polling.as_mut().filter(must_walk) {
                polling.walked(now);
                let id = watched.folder.id;
                self.mark(id, PathBuf::new());
            }
        }
        Ok(())
    }

    /// Stops watching folders that the library has no more.
    fn forget_others(&mut self, current: &[Folder]) {
        let live = &mut self.live;
        self.folders.retain(|id, watched| {
            let kept = current.iter().any(|folder| folder.id == *id);
            if !kept {
                live.forget(&watched.folder.path);
            }
            kept
        });
    }

    /// The places to look at now; none while there is no reason to, or things are still happening.
    fn due(&mut self) -> Option<Vec<Scope>> {
        let since = self.dirty_since?;
        if self.last_notice.elapsed() < QUIET && since.elapsed() < AT_LATEST {
            return None;
        }
        self.dirty_since = None;
        let dirty = std::mem::take(&mut self.dirty);
        let mut scopes = Vec::new();
        for watched in self.folders.values() {
            let id = watched.folder.id;
            let places: Vec<&PathBuf> =
                dirty.iter().filter(|(folder, _)| *folder == id).map(|(_, p)| p).collect();
            // Also where there are too many events to look at each place by itself.
            let is_told = !places.iter().any(|place| place.as_os_str().is_empty());
            let scope = |prefix| Scope { folder: watched.folder.clone(), prefix, is_told };
            scopes.extend(outermost(&places).into_iter().map(scope));
        }
        Some(scopes)
    }
}

/// Looks whether a folder is there.
fn presence(folder: &Path, drives: &mut Drives) -> Presence {
    if !folder.is_dir() {
        return Presence::Absent;
    }
    let directory = Drives::look(folder).ok().map(|seen| seen.file);
    Presence::There { drive: drives.of(folder, folder), directory }
}

/// Leaves out what lies below another of the (sorted) places; too many become the whole folder.
fn outermost(places: &[&PathBuf]) -> Vec<PathBuf> {
    let mut kept: Vec<PathBuf> = Vec::new();
    for place in places {
        if kept.last().is_none_or(|last| !place.starts_with(last)) {
            kept.push((*place).clone());
        }
    }
    if kept.len() > MANY { vec![PathBuf::new()] } else { kept }
}
