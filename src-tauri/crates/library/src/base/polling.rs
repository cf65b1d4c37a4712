//! When a folder without live events is looked at, and when it is tried again to get some.
//!
//! Walking and listening themselves are the watch's part.

use std::time::{Duration, Instant};

/// How often such a folder is walked.
pub(crate) const POLL: Duration = Duration::from_secs(30);
/// How long to wait before asking for live events again, at first and at most. It costs a walk of all directories, and
/// while the system's limit is reached it takes what is left of it from other programs for a moment.
const FIRST_WAIT: Duration = Duration::from_mins(2);
const LONGEST_WAIT: Duration = Duration::from_mins(30);

/// The times of one folder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Polling {
    walk_at: Instant,
    listen_at: Instant,
    wait: Duration,
}

impl Polling {
    /// Live events were not to be had now, nor `before`.
    pub(crate) fn new(before: Option<Self>, now: Instant) -> Self {
        let wait = before.map_or(FIRST_WAIT, |before| (before.wait * 2).min(LONGEST_WAIT));
        Self { walk_at: now + POLL, listen_at: now + wait, wait }
    }

    /// The folder has been walked, or is about to be.
    pub(crate) fn walked(&mut self, now: Instant) {
        self.walk_at = now + POLL;
    }

    pub(crate) fn must_walk(&self, now: Instant) -> bool {
        now >= self.walk_at
    }

    pub(crate) fn may_listen(&self, now: Instant) -> bool {
        now >= self.listen_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_live_events_is_walked_twice_a_minute_and_listened_to_ever_less_often() {
        let start = Instant::now();
        let (mut polling, mut walks, mut trials) = (Polling::new(None, start), 0, 0);
        for second in 1..=2 * 60 * 60 {
            let now = start + Duration::from_secs(second);
            if polling.may_listen(now) {
                trials += 1;
                polling = Polling::new(Some(polling), now);
            }
            if polling.must_walk(now) {
                walks += 1;
                polling.walked(now);
            }
        }
        assert_eq!((walks + trials, trials), (2 * 60 * 2, 7));
    }
}
