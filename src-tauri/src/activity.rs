//! Turns the library's stream of events into what a window can show: the activity, four times a second at most,
//! and which parts of what is on show may be out of date.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use library::Event;

use crate::wire::{Activity, Changed, FolderState, Work};

/// The least time between two messages to the window.
const PACE: Duration = Duration::from_millis(250);
/// The rate is that of the last few seconds: a folder of large photos slows down at once, not on average.
const WINDOW: Duration = Duration::from_secs(10);

/// What the teller hears.
#[derive(Debug)]
pub(crate) enum Heard {
    /// From the library.
    Event(Event),
    /// The work was held, or goes on.
    Paused(bool),
    /// The person changed the library: everything on show may be out of date.
    Changed,
    /// Models came or went, or another one answers.
    Models,
    /// The work ended with an error.
    Ended,
}

/// Listens until the other end is gone; `tell` hears of the newest state.
pub(crate) fn listen(heard: &Receiver<Heard>, mut tell: impl FnMut(&Progress, Changed)) {
    let mut progress = Progress::default();
    while let Ok(first) = heard.recv() {
        let mut changed = progress.take(first);
        // What comes in one burst is told once, the first of it at once.
        heard.try_iter().for_each(|next| changed.add(progress.take(next)));
        tell(&progress, changed);
        let until = Instant::now() + PACE;
        let mut changed = Changed::default();
        let mut more = false;
        let ended = loop {
            match heard.recv_deadline(until) {
                Ok(next) => {
                    changed.add(progress.take(next));
                    more = true;
                }
                Err(RecvTimeoutError::Timeout) => break false,
                Err(RecvTimeoutError::Disconnected) => break true,
            }
        };
        if more {
            tell(&progress, changed);
        }
        if ended {
            return;
        }
    }
}

/// What is known of the background work.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    paused: bool,
    scanning: Vec<PathBuf>,
    not_live: Vec<PathBuf>,
    work: Option<(Work, u64, u64)>,
    /// The model that the work is for, and the one that answers meanwhile.
    models: (Option<String>, Option<String>),
    walking: bool,
    /// Whether there is more to come before all is up to date.
    is_behind: bool,
    rate: Rate,
}

impl Progress {
    /// Takes in an event and returns what it makes out of date.
    fn take(&mut self, heard: Heard) -> Changed {
        let event = match heard {
            Heard::Event(event) => event,
            Heard::Paused(paused) => {
                self.paused = paused;
                self.rate = Rate::default();
                return Changed::default();
            }
            Heard::Changed => {
                return Changed { photos: true, folders: true, failures: true, models: true };
            }
            Heard::Models => return Changed { models: true, ..Changed::default() },
            Heard::Ended => Event::UpToDate,
        };
        let mut changed = Changed::default();
        match event {
            Event::Scanning { path } => {
                add(&mut self.scanning, path);
                self.work = Some((Work::Scanning, 0, 0));
                self.is_behind = true;
                self.rate = Rate::default();
                changed.folders = true;
            }
            Event::Progress { done, total, walking } => {
                let work = if total == 0 { Work::Scanning } else { Work::Indexing };
                self.work = Some((work, done, total));
                self.walking = walking;
                self.rate.note(Instant::now(), done);
            }
            Event::BuildingIndex { done, total } => self.take_last(Work::Building, done, total),
            Event::Comparing { done, total } => self.take_last(Work::Comparing, done, total),
            Event::LookingInside { done, total } => {
                changed.folders = self.work_for((Work::LookingInside, done, total), (None, None));
                // What is on show may be found by a part now.
                changed.photos = done == total;
            }
            Event::Switching { model, answers, done, total } => {
                // At its beginning; how far it is, the activity tells.
                changed.models = !self.is_for_a_model();
                changed.folders = self.work_for((Work::Switching, done, total), (Some(model), Some(answers)));
            }
            Event::Calibrating { model, done, total } => {
                changed.folders = self.work_for((Work::Calibrating, done, total), (Some(model), None));
            }
            Event::SwitchFailed { .. } => changed.models = true,
            Event::Indexed { .. } | Event::Moved { .. } | Event::Removed { .. } => {
                changed.photos = true;
                changed.failures = true;
            }
            Event::Failed { .. } => changed.failures = true,
            Event::Offline { path } | Event::Online { path } => {
                // It is listened to anew when it is back, and told of again if that does not work.
                self.not_live.retain(|other| *other != path);
                changed.photos = true;
                changed.folders = true;
            }
            Event::Renamed { .. } | Event::WithoutPhotos(_) => changed.folders = true,
            Event::InQuestion { .. } => {
                changed.photos = true;
                changed.folders = true;
            }
            Event::NotLive { path, .. } => {
                add(&mut self.not_live, path);
                changed.folders = true;
            }
            Event::UpToDate => {
                changed.models = self.is_for_a_model();
                changed.photos = matches!(self.work, Some((Work::LookingInside, ..)));
                self.scanning.clear();
                self.is_behind = false;
                self.work = None;
                self.rate = Rate::default();
                changed.folders = true;
                changed.failures = true;
            }
            _ => {}
        }
        changed
    }

    /// Takes in how far the work is that comes after all photos were read. Of what goes on at the same time, that is shown
    /// which takes the longest.
    fn take_last(&mut self, work: Work, done: u64, total: u64) {
        if matches!(self.work, Some((Work::LookingInside | Work::Switching, ..))) {
            return;
        }
        // Between two kinds of work it is not as if all were done.
        self.work = (done < total || self.is_behind).then_some((work, done, total));
        self.walking = false;
        self.rate.note(Instant::now(), done);
    }

    fn is_for_a_model(&self) -> bool {
        matches!(self.work, Some((Work::Switching | Work::Calibrating, ..)))
    }

    /// Takes in how far work is that begins when all folders were looked through. Returns whether that is news of them.
    fn work_for(&mut self, work: (Work, u64, u64), models: (Option<String>, Option<String>)) -> bool {
        let was_scanning = !self.scanning.is_empty();
        self.scanning.clear();
        self.is_behind = true;
        if self.work.is_none_or(|(before, ..)| before != work.0) {
            self.rate = Rate::default();
        }
        (self.work, self.models, self.walking) = (Some(work), models, false);
        self.rate.note(Instant::now(), work.1);
        was_scanning
    }

    /// For the status bar.
    pub(crate) fn activity(&self) -> Activity {
        let (work, done, total) = self.work.unwrap_or((Work::Idle, 0, 0));
        let per_second = self.rate.per_second();
        let seconds_left = per_second
            .filter(|rate| !self.walking && *rate > 0.0)
            .map(|rate| total.saturating_sub(done) as f32 / rate);
        let (model, answers) = match work {
            Work::Switching | Work::Calibrating => self.models.clone(),
            _ => (None, None),
        };
        let folder = match self.scanning.as_slice() {
            [one] => one.file_name().map(|_| library::shown_name(one)),
            _ => None,
        };
        Activity {
            work,
            paused: self.paused,
            folder,
            model,
            answers,
            done: u32::try_from(done).unwrap_or(u32::MAX),
            total: u32::try_from(total).unwrap_or(u32::MAX),
            per_second,
            seconds_left,
        }
    }

    /// How a folder that is there is kept up to date.
    pub(crate) fn folder_state(&self, path: &Path) -> FolderState {
        let is = |folders: &[PathBuf]| folders.iter().any(|folder| folder == path);
        if is(&self.scanning) {
            FolderState::Scanning
        } else if is(&self.not_live) {
            FolderState::Polling
        } else {
            FolderState::Watching
        }
    }
}

/// Once only, however often it is told.
fn add(folders: &mut Vec<PathBuf>, folder: PathBuf) {
    if !folders.contains(&folder) {
        folders.push(folder);
    }
}

impl Changed {
    fn add(&mut self, other: Self) {
        self.photos |= other.photos;
        self.folders |= other.folders;
        self.failures |= other.failures;
        self.models |= other.models;
    }
}

/// Files a second, over the last few seconds.
#[derive(Debug, Clone, Default)]
struct Rate {
    samples: VecDeque<(Instant, u64)>,
}

impl Rate {
    fn note(&mut self, now: Instant, done: u64) {
        if self.samples.back().is_some_and(|(_, before)| done < *before) {
            self.samples.clear();
        }
        self.samples.push_back((now, done));
        while self.samples.len() > 2
            && self.samples.front().is_some_and(|(time, _)| now.duration_since(*time) > WINDOW)
        {
            self.samples.pop_front();
        }
    }

    /// None until there is a second to go by.
    fn per_second(&self) -> Option<f32> {
        let ((start, first), (end, last)) = (self.samples.front()?, self.samples.back()?);
        let seconds = end.duration_since(*start).as_secs_f32();
        (seconds >= 1.0).then(|| (last - first) as f32 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(heard: Vec<Heard>) -> Vec<(Activity, Changed)> {
        let (sender, receiver) = crossbeam_channel::unbounded();
        for one in heard {
            sender.send(one).unwrap();
        }
        drop(sender);
        let mut told = Vec::new();
        listen(&receiver, |progress, changed| told.push((progress.activity(), changed)));
        told
    }

    fn event(event: Event) -> Heard {
        Heard::Event(event)
    }

    #[test]
    fn a_burst_of_photos_is_told_once_and_ends_idle() {
        let mut burst = vec![event(Event::Scanning { path: "/photos".into() })];
        burst.extend((0..1000).map(|photo| event(Event::Indexed { photo, path: "/photos/a.jpg".into() })));
        burst.push(event(Event::Progress { done: 1000, total: 1000, walking: false }));
        burst.push(event(Event::UpToDate));
        let told = told(burst);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0.work, Work::Idle);
        assert_eq!(told[0].1, Changed { photos: true, folders: true, failures: true, models: false });
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut rate = Rate::default();
        let start = Instant::now();
        assert_eq!(rate.per_second(), None);
        for second in 0..=20 {
            rate.note(start + Duration::from_secs(second), second * 10);
        }
        for second in 21..=40 {
            rate.note(start + Duration::from_secs(second), 200 + (second - 20) * 50);
        }
        let now = rate.per_second().unwrap();
        assert!((now - 50.0).abs() < 0.1, "{now}");
    }

    #[test]
    fn no_time_left_is_promised_while_folders_are_still_walked() {
        let mut progress = Progress::default();
        let start = Instant::now();
        progress.rate.note(start, 0);
        progress.rate.note(start + Duration::from_secs(2), 20);
        progress.work = Some((Work::Indexing, 20, 120));
        progress.walking = true;
        assert_eq!(progress.activity().seconds_left, None);
        progress.walking = false;
        assert_eq!(progress.activity().seconds_left, Some(10.0));
    }

    #[test]
    fn a_switch_says_which_model_reads_and_which_answers() {
        let mut progress = Progress::default();
        let (model, answers) = ("accurate".to_owned(), "fast".to_owned());
        let changed = progress.take(event(Event::Switching { model, answers, done: 3, total: 9 }));
        assert!(changed.models && !changed.photos);
        let activity = progress.activity();
        assert_eq!((activity.work, activity.done, activity.total), (Work::Switching, 3, 9));
        assert_eq!(
            (activity.model.as_deref(), activity.answers.as_deref()),
            (Some("accurate"), Some("fast"))
        );
        progress.take(event(Event::Progress { done: 1, total: 2, walking: false }));
        assert_eq!(progress.activity().model, None);
    }

    #[test]
    fn looking_inside_photos_is_shown_although_others_are_compared_meanwhile() {
        let mut progress = Progress::default();
        progress.take(event(Event::LookingInside { done: 3, total: 90 }));
        progress.take(event(Event::Comparing { done: 256, total: 500 }));
        let activity = progress.activity();
        assert_eq!((activity.work, activity.done, activity.total), (Work::LookingInside, 3, 90));
        assert!(progress.take(event(Event::UpToDate)).photos, "results may be others now");
        progress.take(event(Event::Comparing { done: 256, total: 500 }));
        assert_eq!(progress.activity().work, Work::Comparing);
    }

    #[test]
    fn between_two_kinds_of_work_it_is_not_as_if_all_were_done() {
        let mut progress = Progress::default();
        let path = PathBuf::from("/photos");
        progress.take(event(Event::Scanning { path: path.clone() }));
        progress.take(event(Event::Progress { done: 60, total: 60, walking: false }));
        progress.take(event(Event::Comparing { done: 60, total: 60 }));
        assert_ne!(progress.activity().work, Work::Idle);
        assert!(progress.take(event(Event::LookingInside { done: 0, total: 60 })).folders);
        assert_eq!(progress.folder_state(&path), FolderState::Watching, "it was looked through");
        assert!(!progress.take(event(Event::LookingInside { done: 1, total: 60 })).folders);
        progress.take(event(Event::UpToDate));
        assert_eq!(progress.activity().work, Work::Idle);

        progress.take(event(Event::Comparing { done: 1, total: 60 }));
        assert_eq!(progress.activity().work, Work::Comparing);
        progress.take(event(Event::Comparing { done: 60, total: 60 }));
        assert_eq!(progress.activity().work, Work::Idle);
    }

    #[test]
    fn a_folder_without_live_events_says_so_once_it_was_looked_through() {
        let mut progress = Progress::default();
        let path = PathBuf::from("/nas");
        progress.take(event(Event::NotLive { path: path.clone(), reason: String::new() }));
        progress.take(event(Event::Scanning { path: path.clone() }));
        assert_eq!(progress.folder_state(&path), FolderState::Scanning);
        progress.take(event(Event::UpToDate));
        assert_eq!(progress.folder_state(&path), FolderState::Polling);
    }
}
