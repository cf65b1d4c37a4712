//! Each of the files comes to what it is to come to, in reasonable time and memory.

use std::time::{Duration, Instant};

use hostile::pictures::{self, Fate, Picture};
use imaging::{Limits, Target, decode, thumbnail};

use crate::{alone, peak};

/// What the library asks for.
const TARGET: Target = Target { short_side: 224, long_side: 320 };
/// Much more than any of them takes, also where many tests run.
const PATIENCE: Duration = Duration::from_secs(10);
/// Much more than their pixels take.
const MEMORY: u64 = 200 << 20;

#[test]
fn strange_pictures_are_shown_and_bad_ones_refused_for_the_right_reason() {
    let _alone = alone();
    let wrong: Vec<String> =
        pictures::all().iter().chain(&pictures::halves()).filter_map(what_is_wrong).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn what_is_wrong(picture: &Picture) -> Option<String> {
    let before = peak::reset();
    let begun = Instant::now();
    let decoded = decode(&picture.bytes, Some(TARGET), &Limits::default());
    let outcome = decoded.and_then(|decoded| thumbnail(&decoded.image, 320, 78)).map(|_| ());
    let (taken, memory) = (begun.elapsed(), peak::now().saturating_sub(before));
    let is_right = match (&outcome, picture.fate) {
        (Ok(()), Fate::Shown) => true,
        (Err(error), Fate::Refused(codes)) => codes.contains(&error.code()),
        _ => false,
    };
    let is_fine = is_right && taken < PATIENCE && memory < MEMORY;
    (!is_fine).then(|| format!("{}: {outcome:?} after {taken:?} and {} MB", picture.name, memory >> 20))
}
