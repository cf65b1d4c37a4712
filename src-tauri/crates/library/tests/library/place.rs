//! A place of a test's own: a folder of photos, and a library beside it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use library::{Control, Event, Example, Filter, Library, Match, Query, Source, Summary};

/// The sample photos: ten classes, six photos each.
pub(crate) fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/photos")
}

/// A temporary place, gone when the test ends.
pub(crate) struct Place {
    root: tempfile::TempDir,
}

impl Place {
    /// A place with an empty photo folder.
    pub(crate) fn empty() -> Self {
        let place = Self { root: tempfile::tempdir().unwrap() };
        fs::create_dir(place.photos()).unwrap();
        place
    }

    /// A place with the sample photos of these classes, in a directory for each class.
    pub(crate) fn with_classes(classes: &[&str]) -> Self {
        let place = Self::empty();
        for class in classes {
            for number in 1..=6 {
                place.add(&format!("{class}/{class}-{number}.jpg"));
            }
        }
        place
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap()
    }

    pub(crate) fn photos(&self) -> PathBuf {
        self.root().join("photos")
    }

    pub(crate) fn photo(&self, name: &str) -> PathBuf {
        self.photos().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    /// Adds a sample photo under its own name.
    pub(crate) fn add(&self, sample: &str) {
        self.add_as(sample, sample);
    }

    pub(crate) fn add_as(&self, sample: &str, name: &str) {
        let path = self.photo(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(samples().join(sample), path).unwrap();
    }

    /// Sets a photo's modification time, in seconds since 1970.
    pub(crate) fn set_time(&self, name: &str, seconds: u64) {
        let file = File::options().write(true).open(self.photo(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }

    pub(crate) fn open(&self) -> Library {
        Library::open(&self.data()).unwrap()
    }

    /// A library that has all photos of the place.
    pub(crate) fn indexed(&self) -> Library {
        let library = self.open();
        library.add_folder(&self.photos()).unwrap();
        update(&library);
        library
    }

    /// The id of a photo in the library.
    pub(crate) fn id(&self, library: &Library, name: &str) -> i64 {
        let path = self.photo(name);
        let ids = library.timeline(&Filter::default()).unwrap().into_iter().map(|photo| photo.id);
        ids.into_iter().find(|id| library.photo_path(*id).unwrap() == path).unwrap()
    }
}

pub(crate) fn update(library: &Library) -> Summary {
    library.update(&Control::default(), &mut |_| {}).unwrap()
}

/// Runs `during` while the library is watched, with the events that came so far and those still to come.
pub(crate) fn watched<T>(library: &Library, during: impl FnOnce(&Control, &Events) -> T) -> T {
    let control = Control::default();
    let (sender, events) = std::sync::mpsc::channel();
    std::thread::scope(|threads| {
        let watch = threads.spawn(|| library.watch(&control, &mut |event| drop(sender.send(event))));
        let _ended = Ended(&control);
        let value = during(&control, &Events(events));
        control.cancel();
        watch.join().unwrap().unwrap();
        value
    })
}

/// Ends the watch also when the test fails, so that the test does.
struct Ended<'a>(&'a Control);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// The events of a watch.
pub(crate) struct Events(std::sync::mpsc::Receiver<Event>);

impl Events {
    /// Waits for an event, and returns it. One that has not come after a minute will not come.
    pub(crate) fn wait_for(&self, wanted: impl Fn(&Event) -> bool) -> Event {
        loop {
            let event = self.0.recv_timeout(Duration::from_mins(1)).expect("the event did not come");
            if wanted(&event) {
                return event;
            }
        }
    }
}

/// A whole image to look for.
pub(crate) fn example(source: Source) -> Example {
    Example::like(source)
}

/// A query for look-alikes of a photo.
pub(crate) fn like(photo: i64, limit: usize) -> Query {
    let examples = vec![example(Source::Photo(photo))];
    Query { examples, limit, filter: Filter::default(), hide_copies: false }
}

/// File names of matches.
pub(crate) fn names(matches: &[Match]) -> Vec<&str> {
    matches.iter().map(|found| found.path.file_name().unwrap().to_str().unwrap()).collect()
}
