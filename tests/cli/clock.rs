//! A clock that was wrong and is set right: nothing waits for a time that is years away, and nothing is taken for newer
//! because of one.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use crate::place::{Place, samples};

/// How far ahead the clock was.
const AHEAD: Duration = Duration::from_hours(24 * 365 * 40);

/// Gives everything the times that it has when it was made with the clock ahead: the photos, the files of the library,
/// and what is noted in it.
fn set_clock_back_by(place: &Place) {
    let later = SystemTime::now() + AHEAD;
    let folders = [place.photo("hat"), place.photos(), place.data(), place.data().join("index")];
    for entry in folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()) {
        File::open(entry.unwrap().path()).unwrap().set_modified(later).unwrap();
    }
    let catalog = rusqlite::Connection::open(place.data().join("catalog.db")).unwrap();
    let milliseconds = AHEAD.as_millis() as i64;
    for (table, column) in
        [("folder", "added_at"), ("folder", "last_seen_at"), ("photo", "added_at"), ("failure", "failed_at")]
    {
        catalog.execute(&format!("UPDATE {table} SET {column} = {column} + ?1"), [milliseconds]).unwrap();
    }
    let nanoseconds = later.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as i64;
    for table in ["photo", "failure"] {
        catalog.execute(&format!("UPDATE {table} SET modified_ns = ?1"), [nanoseconds]).unwrap();
    }
}

#[test]
fn a_clock_that_is_set_back_by_years_delays_nothing() {
    let place = Place::with_classes(&["hat"]);
    fs::write(place.photo("broken.jpg"), "no picture").unwrap();
    assert_eq!(place.index()["failed"], 1);
    set_clock_back_by(&place);

    // What did not change is not read again, and no failure is retried for it.
    let summary = place.index();
    assert_eq!((&summary["unchanged"], &summary["failed"]), (&6.into(), &1.into()), "{summary}");

    // What changes is, although its time is long before that of what was there.
    fs::copy(samples().join("shoes/shoes-1.jpg"), place.photo("hat/hat-1.jpg")).unwrap();
    fs::copy(samples().join("shoes/shoes-2.jpg"), place.photo("broken.jpg")).unwrap();
    fs::rename(place.photo("hat/hat-2.jpg"), place.photo("moved.jpg")).unwrap();
    fs::remove_file(place.photo("hat/hat-3.jpg")).unwrap();
    let summary = place.index();
    let counts = ["indexed", "unchanged", "failed", "removed"].map(|count| summary[count].as_u64().unwrap());
    assert_eq!(counts, [3, 3, 0, 1], "{summary}");
    assert_eq!(place.json(&["verify"])["sound"], true);

    // A file that could not be read for a reason of the moment is tried again at once.
    let catalog = rusqlite::Connection::open(place.data().join("catalog.db")).unwrap();
    let stamp = "INSERT INTO failure (folder_id, path, size, modified_ns, code, reason, failed_at) \
                 VALUES (1, CAST('hat/hat-4.jpg' AS BLOB), -1, ?1, 'unreadable', 'a reason', ?2)";
    catalog.execute(stamp, [i64::MIN, i64::MAX / 2]).unwrap();
    drop(catalog);
    assert_eq!(place.index()["failed"], 0);
}
