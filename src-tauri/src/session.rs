//! The open library and the thread that keeps it up to date.
//!
//! The library opens beside the window, not before it; commands wait until it is there. Another model, or another
//! number of threads, closes and opens it again.

use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use library::{BuiltInModel, Control, Event, Library, ModelKey, Use};
use parking_lot::{Condvar, Mutex};
use serde_json::Value;

use crate::activity::{self, Heard, Progress};
use crate::problem::{Result, ShellError};
use crate::wire::{Changed, Problem, Settings};

/// After an error that ended the watch, a full disk for instance, it is tried again this much later.
const RETRY: Duration = Duration::from_secs(30);
/// The index is saved this often at most while photos keep coming; without it the next start is slower, no more.
const SAVE_EVERY: Duration = Duration::from_mins(2);

/// The longest that the program waits for its background work when it ends.
const EXIT_WAIT: Duration = Duration::from_secs(3);
/// The longest that a change of model waits for commands that are under way.
const REOPEN_WAIT: Duration = Duration::from_secs(30);

/// Folders are looked through when the window shows its photos, which comes first, or after this long in any case.
const FIRST_SIGHT: Duration = Duration::from_secs(3);

/// The catalog's key for the shell's settings.
const SETTINGS: &str = "settings";

/// What the session tells the window.
pub(crate) trait Tell: Send + Sync + 'static {
    /// The library is open.
    fn opened(&self, settings: &Settings);
    /// The background work went on.
    fn progress(&self, progress: &Progress, changed: Changed);
    /// The library cannot be kept up to date.
    fn problem(&self, problem: Problem);
}

/// The library of this process. Shared between commands, events and the tray.
pub(crate) struct Session {
    this: Weak<Self>,
    /// Held while the library is opened anew: one at a time.
    reopening: Mutex<()>,
    data_dir: PathBuf,
    tell: Arc<dyn Tell>,
    state: Mutex<State>,
    settled: Condvar,
    progress: Arc<Mutex<Progress>>,
    /// Dropped when the window shows its photos.
    unseen: Mutex<Option<Sender<()>>>,
    seen: Receiver<()>,
}

enum State {
    Opening,
    Open(Running),
    Failed(Problem),
    Closed,
}

struct Running {
    library: Arc<Library>,
    settings: Settings,
    control: Arc<Control>,
    watch: JoinHandle<()>,
    stop: Sender<()>,
    heard: Sender<Heard>,
    teller: JoinHandle<()>,
}

impl Session {
    /// Begins to open the library in `data_dir`, on a thread of its own.
    pub(crate) fn start(data_dir: PathBuf, tell: Arc<dyn Tell>) -> Arc<Self> {
        let (unseen, seen) = crossbeam_channel::bounded(0);
        let session = Arc::new_cyclic(|this| Self {
            this: Weak::clone(this),
            reopening: Mutex::default(),
            unseen: Mutex::new(Some(unseen)),
            seen,
            data_dir,
            tell,
            state: Mutex::new(State::Opening),
            settled: Condvar::new(),
            progress: Arc::default(),
        });
        let opening = Arc::clone(&session);
        thread::spawn(move || opening.open(None, false));
        session
    }

    /// The open library; waits while it is being opened.
    pub(crate) fn library(&self) -> Result<Arc<Library>> {
        self.running(|running| Arc::clone(&running.library))
    }

    /// The window shows its photos: what goes on in the background no longer keeps anybody waiting.
    pub(crate) fn window_shows_photos(&self) {
        drop(self.unseen.lock().take());
    }

    /// What the person chose.
    pub(crate) fn settings(&self) -> Result<Settings> {
        self.running(|running| running.settings.clone())
    }

    /// The background work as it is.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.lock().clone()
    }

    /// Stores the settings, and opens the library anew where they ask for another number of threads.
    ///
    /// When it cannot be opened with them, everything stays as it was.
    pub(crate) fn change_settings(&self, settings: &Settings) -> Result<()> {
        let _alone = self.reopening.lock();
        let before = self.settings()?;
        if before.look_inside != settings.look_inside {
            self.library()?.look_inside(settings.look_inside)?;
            // It goes for all folders, whatever was said of each.
            self.tell_changed()?;
        }
        if before.threads == settings.threads {
            return self.store(settings);
        }
        // What the person holds stays held.
        let paused = self.running(|running| running.control.is_paused())?;
        self.reopen(settings, paused);
        let stored = self.store(settings);
        if stored.is_err() {
            self.reopen(&before, paused);
        }
        stored
    }

    /// Has a model answer, at once or when it has read all photos.
    pub(crate) fn use_model(&self, key: ModelKey) -> Result<()> {
        let _alone = self.reopening.lock();
        let library = self.library()?;
        let outcome = library.use_model(key)?;
        drop(library);
        if outcome == Use::TakesOver {
            self.reopen_as_it_is()?;
        }
        self.tell_changed()
    }

    /// Opens the library anew if another model has taken over.
    fn follow_model(&self) -> Result<()> {
        let _alone = self.reopening.lock();
        if self.library()?.is_superseded()? {
            self.reopen_as_it_is()?;
        }
        self.tell_changed()
    }

    fn reopen_as_it_is(&self) -> Result<()> {
        let (settings, paused) =
            self.running(|running| (running.settings.clone(), running.control.is_paused()))?;
        self.reopen(&settings, paused);
        Ok(())
    }

    /// Tries again to open a library that could not be opened.
    pub(crate) fn open_again(&self) -> Result<()> {
        let failed = {
            let mut state = self.state.lock();
            let failed = matches!(*state, State::Failed(_));
            if failed {
                *state = State::Opening;
            }
            failed
        };
        if failed {
            self.open(None, false);
        }
        self.running(|_| ())
    }

    fn store(&self, settings: &Settings) -> Result<()> {
        let json =
            serde_json::to_string(settings).map_err(|error| ShellError::Internal(error.to_string()))?;
        self.library()?.set_setting(SETTINGS, &json)?;
        self.running(|running| running.settings = settings.clone())
    }

    fn reopen(&self, settings: &Settings, paused: bool) {
        self.close_as(State::Opening, REOPEN_WAIT);
        self.open(Some(settings.clone()), paused);
    }

    /// Holds the background work, or lets it go on.
    pub(crate) fn set_paused(&self, paused: bool) -> Result<()> {
        self.running(|running| {
            if paused {
                running.control.pause();
            } else {
                running.control.resume();
            }
            // The teller lives as long as the library is open.
            let _ = running.heard.send(Heard::Paused(paused));
        })
    }

    /// Tells the window that the person changed the library, also while the background work is held.
    pub(crate) fn tell_changed(&self) -> Result<()> {
        // The teller lives as long as the library is open.
        self.running(|running| drop(running.heard.send(Heard::Changed)))
    }

    /// Tells the window that models came or went.
    pub(crate) fn tell_models(&self) -> Result<()> {
        self.running(|running| drop(running.heard.send(Heard::Models)))
    }

    /// Ends the background work and closes the library. Commands fail from now on. What does not end soon, a read
    /// from a network drive that does not answer, ends with the process; the catalog survives that.
    pub(crate) fn close(&self) {
        self.close_as(State::Closed, EXIT_WAIT);
    }

    fn running<T>(&self, with: impl FnOnce(&mut Running) -> T) -> Result<T> {
        let mut state = self.state.lock();
        while matches!(*state, State::Opening) {
            self.settled.wait(&mut state);
        }
        match &mut *state {
            State::Open(running) => Ok(with(running)),
            State::Failed(problem) => Err(problem.clone()),
            State::Opening | State::Closed => Err(ShellError::Closing.into()),
        }
    }

    fn open(&self, settings: Option<Settings>, paused: bool) {
        let opened = self.try_open(settings, paused);
        let mut state = self.state.lock();
        // The window may have been closed meanwhile.
        if matches!(*state, State::Opening) {
            *state = match opened {
                Ok(running) => State::Open(running),
                Err(problem) => State::Failed(problem),
            };
        }
        self.settled.notify_all();
    }

    fn try_open(&self, settings: Option<Settings>, paused: bool) -> Result<Running> {
        let mut before_models_were_the_librarys = false;
        let mut chosen = if let Some(settings) = settings {
            settings
        } else {
            let json = library::read_setting(&self.data_dir, SETTINGS)?.unwrap_or_default();
            before_models_were_the_librarys = wants_accurate(&json);
            // Settings that do not parse were written by another version: back to how it all began.
            serde_json::from_str(&json).unwrap_or_default()
        };
        let mut options = chosen.options();
        if before_models_were_the_librarys {
            options.model = BuiltInModel::Accurate;
        }
        let library = Arc::new(Library::open_with(&self.data_dir, &options)?);
        chosen.look_inside = library.looks_inside()?;
        let control = Arc::new(Control::default());
        let (heard, events) = crossbeam_channel::unbounded();
        if paused {
            control.pause();
            let _ = heard.send(Heard::Paused(true));
        }
        let (stop, stopped) = crossbeam_channel::bounded(0);
        let teller = self.spawn_teller(events);
        self.tell.opened(&chosen);
        let watch = {
            let (library, control) = (Arc::clone(&library), Arc::clone(&control));
            let (tell, heard, seen) = (Arc::clone(&self.tell), heard.clone(), self.seen.clone());
            let session = Weak::clone(&self.this);
            thread::spawn(move || {
                crossbeam_channel::select! {
                    recv(seen) -> _ => {}
                    recv(stopped) -> _ => return,
                    default(FIRST_SIGHT) => {}
                }
                if let Err(error) = library.expect_queries() {
                    tracing::warn!(%error, "the first query will have to wait");
                }
                keep_up_to_date(&library, &control, &heard, &stopped, tell.as_ref());
                if !control.is_cancelled() {
                    // Opening the library anew waits for this thread.
                    drop(library);
                    thread::spawn(move || {
                        let followed = session.upgrade().map_or(Ok(()), |session| session.follow_model());
                        if let Err(problem) = followed {
                            tracing::warn!(
                                code = problem.code,
                                "the other model answers from the next start on"
                            );
                        }
                    });
                }
            })
        };
        Ok(Running { library, settings: chosen, control, watch, stop, heard, teller })
    }

    fn spawn_teller(&self, events: Receiver<Heard>) -> JoinHandle<()> {
        let (progress, tell) = (Arc::clone(&self.progress), Arc::clone(&self.tell));
        thread::spawn(move || {
            activity::listen(&events, |newest, changed| {
                progress.lock().clone_from(newest);
                tell.progress(newest, changed);
            });
        })
    }

    fn close_as(&self, next: State, wait: Duration) {
        let mut state = self.state.lock();
        if matches!(*state, State::Closed) {
            return;
        }
        let State::Open(running) = std::mem::replace(&mut *state, next) else { return };
        drop(state);
        let Running { library, control, watch, stop, heard, teller, .. } = running;
        drop((stop, heard));
        control.cancel();
        let until = Instant::now() + wait;
        let ended = || watch.is_finished() && teller.is_finished();
        // Commands that still run hold the library, too; the data folder is free when nobody does.
        while !(ended() && Arc::strong_count(&library) == 1) {
            if Instant::now() >= until {
                tracing::warn!("the library is still in use");
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Whether the settings are those of an earlier version, which kept the model there, and name the accurate one.
fn wants_accurate(settings: &str) -> bool {
    serde_json::from_str::<Value>(settings).is_ok_and(|settings| settings["model"] == "accurate")
}

/// Watches until told to stop or another model has taken over, and saves the index now and then.
fn keep_up_to_date(
    library: &Library,
    control: &Control,
    heard: &Sender<Heard>,
    stopped: &Receiver<()>,
    tell: &dyn Tell,
) {
    let mut saved = Instant::now();
    let mut unsaved = false;
    loop {
        let ended = library.watch(control, &mut |event| {
            unsaved |= matches!(event, Event::Indexed { .. } | Event::Removed { .. });
            let idle = matches!(event, Event::UpToDate);
            if let Event::SwitchFailed { model, reason } = &event {
                let (model, reason) = (model.clone(), reason.clone());
                tell.problem(ShellError::SwitchFailed { model, reason }.into());
            }
            // The teller ends after us.
            let _ = heard.send(Heard::Event(event));
            if idle && unsaved && saved.elapsed() > SAVE_EVERY {
                save(library);
                (saved, unsaved) = (Instant::now(), false);
            }
        });
        match ended {
            Err(error) => {
                let _ = heard.send(Heard::Ended);
                tell.problem(error.into());
                if stopped.recv_timeout(RETRY) == Err(crossbeam_channel::RecvTimeoutError::Disconnected) {
                    break;
                }
            }
            Ok(()) => break,
        }
    }
    if unsaved {
        save(library);
    }
}

fn save(library: &Library) {
    if let Err(error) = library.save_index() {
        tracing::warn!(%error, "the index was not saved; the next start reads it from the catalog");
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    struct Silent;

    impl Tell for Silent {
        fn opened(&self, _: &Settings) {}
        fn progress(&self, _: &Progress, _: Changed) {}
        fn problem(&self, _: Problem) {}
    }

    fn start(data_dir: &Path) -> Arc<Session> {
        Session::start(data_dir.into(), Arc::new(Silent))
    }

    #[test]
    fn a_library_that_was_in_use_opens_when_it_is_tried_again() {
        let place = tempfile::tempdir().unwrap();
        let other = Library::open(place.path()).unwrap();
        let session = start(place.path());
        assert_eq!(session.settings().unwrap_err().code, "in_use");
        assert_eq!(session.open_again().unwrap_err().code, "in_use");
        drop(other);
        session.open_again().unwrap();
        assert_eq!(session.settings().unwrap(), Settings::default());
        session.close();
    }

    #[test]
    fn a_pause_outlasts_a_change_of_threads() {
        let place = tempfile::tempdir().unwrap();
        let session = start(place.path());
        session.set_paused(true).unwrap();
        session.change_settings(&Settings { threads: 1, ..Settings::default() }).unwrap();
        assert!(session.running(|running| running.control.is_paused()).unwrap());
        session.close();
        assert_eq!(start(place.path()).settings().unwrap().threads, 1);
    }

    #[test]
    fn a_closed_library_stays_closed() {
        let place = tempfile::tempdir().unwrap();
        let session = start(place.path());
        session.settings().unwrap();
        session.close();
        assert!(session.open_again().is_err());
        assert!(session.change_settings(&Settings { threads: 1, ..Settings::default() }).is_err());
        drop(Library::open(place.path()).unwrap());
    }
}
