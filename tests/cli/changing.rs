//! Photos that change while they are read: whatever programs do to them, they are found or listed, and hold up nobody.

use std::fs;
use std::io::{Seek, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::place::{Place, samples};
use crate::watch::Watch;

const NAME: &str = "busy.jpg";

/// Does `work` while another thread changes the busy photo again and again.
fn while_changing<T>(place: &Place, change: impl Fn(&Path, &[u8]) + Sync, work: impl FnOnce() -> T) -> T {
    let versions =
        [1, 2].map(|number| fs::read(samples().join(format!("shoes/shoes-{number}.jpg"))).unwrap());
    let path = place.photo(NAME);
    fs::write(&path, &versions[0]).unwrap();
    let enough = AtomicBool::new(false);
    thread::scope(|threads| {
        threads.spawn(|| {
            for version in versions.iter().cycle() {
                if enough.load(Ordering::Acquire) {
                    break;
                }
                change(&path, version);
            }
        });
        // Also when it panics: a test must fail rather than hang.
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        enough.store(true, Ordering::Release);
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Never the same for longer than it takes to write it.
fn rewrite_without_rest(path: &Path, version: &[u8]) {
    let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
    for part in version.chunks(512) {
        file.write_all(part).unwrap();
    }
    file.set_len(0).unwrap();
    file.rewind().unwrap();
    file.write_all(version).unwrap();
    // Shorter than anybody takes to read it, and long enough to leave others a core.
    thread::sleep(Duration::from_millis(1));
}

#[test]
fn a_photo_that_is_rewritten_many_times_a_second_is_read_between_two_times() {
    let place = Place::with_classes(&["hat"]);
    let rewrite = |path: &Path, version: &[u8]| {
        fs::write(path, version).unwrap();
        thread::sleep(Duration::from_millis(60));
    };
    let summary = while_changing(&place, rewrite, || place.index());
    assert_eq!((&summary["indexed"], &summary["failed"]), (&7.into(), &0.into()), "{summary}");
}

#[test]
fn a_photo_that_is_replaced_all_the_time_is_in_the_library() {
    let place = Place::with_classes(&["hat"]);
    let replace = |path: &Path, version: &[u8]| {
        let draft = path.with_extension("part");
        fs::write(&draft, version).unwrap();
        fs::rename(draft, path).unwrap();
    };
    let summary = while_changing(&place, replace, || place.index());
    assert_eq!((&summary["indexed"], &summary["failed"]), (&7.into(), &0.into()), "{summary}");
}

#[test]
fn a_photo_that_never_rests_is_found_or_listed_and_keeps_what_was_known() {
    let place = Place::with_classes(&["hat"]);
    let summary = while_changing(&place, rewrite_without_rest, || place.index());
    let counts = [&summary["indexed"], &summary["failed"]].map(|count| count.as_u64().unwrap());
    assert_eq!(counts.iter().sum::<u64>(), 7, "{summary}");
    assert!(counts[0] >= 6, "{summary}");
    let found = place.library().contains(NAME);
    assert_eq!(found, counts[0] == 7);
    assert_eq!(place.json(&["status"])["failed"], counts[1]);
    // Once it rests it is read, and stays when the writing begins anew.
    fs::copy(samples().join("shoes/shoes-3.jpg"), place.photo(NAME)).unwrap();
    assert_eq!(place.index()["failed"], 0);
    while_changing(&place, rewrite_without_rest, || place.index());
    assert!(place.library().contains(NAME));
}

#[test]
fn a_photo_that_never_rests_holds_up_no_watch() {
    let place = Place::with_classes(&["hat"]);
    while_changing(&place, rewrite_without_rest, || {
        // Up to date, although something changes.
        let mut watch = Watch::start(&place);
        for number in 1..=3 {
            let name = format!("new-{number}.jpg");
            fs::copy(samples().join(format!("dress/dress-{number}.jpg")), place.photo(&name)).unwrap();
            watch.wait_for_photo(&name);
        }
    });
}
