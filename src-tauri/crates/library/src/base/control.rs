//! How a long job is told to pause, go on or stop. It holds no state of the job itself.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// How soon a run that is held notices that it has become out of date, of which nobody tells it.
const LOOK: Duration = Duration::from_millis(100);

/// Shared between a running job and whoever may stop it.
#[derive(Debug, Default)]
pub struct Control {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default, Clone, Copy)]
struct State {
    paused: bool,
    cancelled: bool,
}

impl Control {
    /// Asks the job to end. What is already committed stays.
    pub fn cancel(&self) {
        self.state.lock().cancelled = true;
        self.changed.notify_all();
    }

    /// Holds the job: it walks no further and begins no other photo.
    pub fn pause(&self) {
        self.state.lock().paused = true;
    }

    /// Lets a paused job go on.
    pub fn resume(&self) {
        self.state.lock().paused = false;
        self.changed.notify_all();
    }

    /// Whether the job is held.
    pub fn is_paused(&self) -> bool {
        self.state.lock().paused
    }

    /// Whether the job was asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.state.lock().cancelled
    }

    /// Waits while paused, unless `is_over` says that there is nothing to wait for; false when the job was asked to end.
    fn proceed(&self, is_over: impl Fn() -> bool) -> bool {
        let mut state = self.state.lock();
        while state.paused && !state.cancelled && !is_over() {
            self.changed.wait_for(&mut state, LOOK);
        }
        !state.cancelled
    }
}

impl Control {
    /// Waits so long, unless the job was asked to end or `is_over` says that there is nothing to wait for. Returns whether
    /// the time has passed.
    fn wait(&self, pause: Duration, is_over: impl Fn() -> bool) -> bool {
        let until = Instant::now() + pause;
        let mut state = self.state.lock();
        while !state.cancelled && !is_over() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            self.changed.wait_for(&mut state, left.min(LOOK));
        }
        false
    }
}

/// One run of a job: it ends when the job does, or earlier, when it is out of date and is to begin anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    control: &'a Control,
    outdated_when_not: Option<(&'a AtomicU64, u64)>,
    over: Option<&'a AtomicBool>,
}

impl<'a> Run<'a> {
    /// A run that ends only with the job.
    pub(crate) fn new(control: &'a Control) -> Self {
        Self { control, outdated_when_not: None, over: None }
    }

    /// A run that also ends when `counter` is no longer at `value`.
    pub(crate) fn while_at(control: &'a Control, counter: &'a AtomicU64, value: u64) -> Self {
        Self { control, outdated_when_not: Some((counter, value)), over: None }
    }

    /// The same run for work beside it, which ends once `over` is set, too.
    pub(crate) fn until(self, over: &'a AtomicBool) -> Self {
        Self { over: Some(over), ..self }
    }

    /// Whether it has neither ended nor is held.
    pub(crate) fn is_under_way(&self) -> bool {
        !self.has_ended() && !self.control.is_paused()
    }

    /// Waits while the job is paused and the run has not ended; false when it has.
    pub(crate) fn proceed(&self) -> bool {
        self.control.proceed(|| self.is_outdated()) && !self.is_outdated()
    }

    /// Whether the run has ended before it was done.
    pub(crate) fn has_ended(&self) -> bool {
        self.control.is_cancelled() || self.is_outdated()
    }

    /// Waits so long; false when the run has ended meanwhile.
    pub(crate) fn wait(&self, pause: Duration) -> bool {
        self.control.wait(pause, || self.is_outdated())
    }

    fn is_outdated(&self) -> bool {
        self.outdated_when_not.is_some_and(|(counter, value)| counter.load(Ordering::Acquire) != value)
            || self.over.is_some_and(|over| over.load(Ordering::Acquire))
    }
}
