//! Compares photos for duplicates while others are still being read, so that the duplicates of a large library are known
//! when the last photo is.
//!
//! It is a guest: one thread, in steps that end soon after the reading does. Whoever started the update sees to the few
//! photos that are left, and shows it.

use crossbeam_channel::Receiver;

use crate::control::Run;
use crate::{Library, Result};

/// Photos in a step: each begins with a look at all that are there.
const STEP: u64 = 512;

impl Library {
    /// Compares photos as they are committed, a step at a time. `committed` tells of how many there are more; it ends when
    /// nobody is left to tell.
    pub(crate) fn follow(&self, committed: &Receiver<u64>, run: &Run<'_>) -> Result<()> {
        let mut waiting = 0;
        while let Ok(count) = committed.recv() {
            waiting += count + committed.try_iter().sum::<u64>();
            if waiting >= STEP && run.proceed() {
                waiting = 0;
                self.index.build(1, run, &|_| {})?;
                self.compare_meanwhile(run)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::Control;

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
        let kind = (library.model_id, crate::copies::VERSION);
        library.catalog.read(|connection| catalog::copies::outstanding(connection, kind)).unwrap().len()
    }

    fn follow(library: &Library, committed: &[u64], over: bool) {
        let (sender, receiver) = crossbeam_channel::unbounded();
        for count in committed {
            sender.send(*count).unwrap();
        }
        drop(sender);
        let (control, over) = (Control::default(), AtomicBool::new(over));
        library.follow(&receiver, &Run::new(&control).until(&over)).unwrap();
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
        std::thread::scope(|threads| {
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
