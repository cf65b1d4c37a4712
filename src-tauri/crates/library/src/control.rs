//! How a long job is told to pause, go on or stop. It holds no state of the job itself.

use parking_lot::{Condvar, Mutex};

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

    /// Holds the job before its next photo.
    pub fn pause(&self) {
        self.state.lock().paused = true;
    }

    /// Lets a paused job go on.
    pub fn resume(&self) {
        self.state.lock().paused = false;
        self.changed.notify_all();
    }

    /// Whether the job was asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.state.lock().cancelled
    }

    /// Waits while paused; false when the job was asked to end.
    pub(crate) fn proceed(&self) -> bool {
        let mut state = self.state.lock();
        while state.paused && !state.cancelled {
            self.changed.wait(&mut state);
        }
        !state.cancelled
    }
}
