//! Whose code panics. A decoder that panics costs one photo, which is how it is meant to be; our own code that panics
//! is a mistake also where that is caught.

use std::collections::BTreeSet;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, MutexGuard, PoisonError};

static PLACES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// From now on panics are noted, those in other people's code once for each place.
pub fn note_panics() {
    std::panic::set_hook(Box::new(note));
}

#[expect(clippy::print_stderr, reason = "a panic is told there")]
fn note(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
    let ours = is_ours(&place);
    if places().insert(place) || ours {
        eprintln!("{panic}");
    }
}

/// Where code of this repository has panicked.
pub(crate) fn ours() -> Vec<String> {
    places().iter().filter(|place| is_ours(place)).cloned().collect()
}

/// Packages are built where cargo keeps them, outside this repository; a test that fails panics too, in its own name.
fn is_ours(place: &str) -> bool {
    let place = place.replace('\\', "/");
    place.contains("src-tauri/") && !place.contains("/tests/")
}

/// Where any code has panicked.
pub(crate) fn all() -> Vec<String> {
    places().iter().cloned().collect()
}

fn places() -> MutexGuard<'static, BTreeSet<String>> {
    PLACES.lock().unwrap_or_else(PoisonError::into_inner)
}
