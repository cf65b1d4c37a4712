//! Compares photos for duplicates while others are still being read, so that the duplicates of a large library are known
//! when the last photo is.
//!
//! It is a guest: one thread, in steps that end soon after the reading does. Whoever started the update sees to the few
//! photos that are left, and shows it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::Receiver;

use crate::Library;
use crate::base::control::Run;

/// Photos in a step: each begins with a look at all that are there.
const STEP: u64 = 512;

impl Library {
    /// Does `work`, which calls what it is given whenever a photo was committed, and compares photos meanwhile.
    pub(crate) fn followed<T>(&self, run: &Run<'_>, work: impl FnOnce(&dyn Fn()) -> T) -> T {
        let (committed, commits) = crossbeam_channel::unbounded();
        let over = AtomicBool::new(false);
        let beside = run.until(&over);
        thread::scope(|threads| {
            let follower = threads.spawn(move || self.follow(&commits, &beside));
            let value = work(&|| {
                // A follower that ended early has told why.
                let _ = committed.send(1);
            });
            over.store(true, Ordering::Release);
            drop(committed);
            if follower.join().is_err() {
                tracing::warn!("photos were not compared while others were read: the thread panicked");
            }
            value
        })
    }

    /// Compares photos as they are committed, a step at a time. `committed` tells of how many there are more; it ends when
    /// nobody is left to tell.
    fn follow(&self, committed: &Receiver<u64>, run: &Run<'_>) {
        let mut waiting = 0;
        while let Ok(count) = committed.recv() {
            waiting += count + committed.try_iter().sum::<u64>();
            if waiting < STEP || !run.proceed() {
                continue;
            }
            waiting = 0;
            let compared = self.index.build(1, run, &|_| {}).and_then(|()| self.compare_meanwhile(run));
            if let Err(error) = compared {
                // They are compared later, by whoever shows it.
                tracing::warn!(%error, "photos were not compared while others were read");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::control::Control;

    /// A library with a few photos that were read and not compared.
    fn library(place: &Path) -> Library {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/photos/hat");
        let library = Library::open(&place.join("data")).unwrap();
        library.add_folder(&samples).unwrap();
        library.update(&Control::default(), &mut |_| {}).unwrap();
        library
    }

    /// How many photos are yet to be compared.
    fn to_compare(library: &Library) -> usize {
        let kind = (library.model_id, crate::duplicates::copies::VERSION);
        library.catalog.read(|connection| catalog::copies::outstanding(connection, kind)).unwrap().len()
    }

    fn follow(library: &Library, committed: &[u64], over: bool) {
        let (sender, receiver) = crossbeam_channel::unbounded();
        for count in committed {
            sender.send(*count).unwrap();
        }
        drop(sender);
        let (control, over) = (Control::default(), AtomicBool::new(over));
        library.follow(&receiver, &Run::new(&control).until(&over));
    }

    #[test]
    fn photos_are_compared_once_there_are_many() {
        let place = tempfile::tempdir().unwrap();
        let library = library(place.path());
        let all = to_compare(&library);
        assert!(all > 1);
        follow(&library, &[1, STEP - 2], false);
        assert_eq!(to_compare(&library), all, "too few to look at all");
        follow(&library, &[STEP], true);
        assert_eq!(to_compare(&library), all, "the reading is over");
        follow(&library, &[1, STEP - 2, 1], false);
        assert_eq!(to_compare(&library), 0);
    }

    #[test]
    fn a_pause_holds_up_nobody_who_asks_for_duplicates() {
        let place = tempfile::tempdir().unwrap();
        let library = library(place.path());
        let control = Control::default();
        control.pause();
        thread::scope(|threads| {
            let (begun, held) = crossbeam_channel::bounded(0);
            let (library, control) = (&library, &control);
            threads.spawn(move || {
                begun.send(()).unwrap();
                library.find_copies(control, &|_| {}).unwrap();
            });
            held.recv().unwrap();
            library.compare_meanwhile(&Run::new(control)).unwrap();
            assert!(to_compare(library) > 1, "what is held compares nothing");
            library.find_copies(&Control::default(), &|_| {}).unwrap();
            assert_eq!(to_compare(library), 0);
            control.cancel();
        });
    }
}
