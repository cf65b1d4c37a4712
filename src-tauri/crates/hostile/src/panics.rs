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
    if places().insert(place) {
        eprintln!("{panic}");
    }
}

/// Where code of this repository has panicked. Packages are built where cargo keeps them, whose paths are absolute;
/// this very function fails by a panic too, in its caller's name.
pub(crate) fn ours() -> Vec<String> {
    let is_ours = |place: &&String| place.replace('\\', "/").contains("src-tauri/");
    places().iter().filter(is_ours).cloned().collect()
}

/// Where any code has panicked.
pub(crate) fn all() -> Vec<String> {
    places().iter().cloned().collect()
}

fn places() -> MutexGuard<'static, BTreeSet<String>> {
    PLACES.lock().unwrap_or_else(PoisonError::into_inner)
}
