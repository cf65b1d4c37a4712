//! Kills the built `lookalike` command at random moments, hundreds of times, and looks for anything lost.
//!
//! Data folders are attacked while nobody has them open, and readers ended and stopped while they read.
//!
//! `cargo test` runs a few trials; `cargo xtask torture [TRIALS]` runs many and writes `RESULTS.md`. A trial waits for
//! a phase to begin (the command's log tells), lets a random part of its usual time pass, and kills. After each kill
//! the databases must pass SQLite's own checks; in the end the libraries must be what undisturbed ones are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests change what they like")]
#![cfg(unix)]

mod data_folder;
mod kill;
mod library;
mod random;
mod readers;
mod results;

use std::fs;

use kill::Phase;
use library::Place;
use random::Random;
use results::Results;

/// Set by `cargo xtask torture`.
const TRIALS: &str = "LOOKALIKE_TORTURE_TRIALS";
/// What `cargo test` runs.
const FEW: usize = 12;
/// From here on there is time for graphs, too.
const MANY: usize = 100;
/// A kill that comes too late is tried again, so many times at most.
const ATTEMPTS: usize = 10;
/// Vectors of an unplugged drive: a graph is worth it from 20,000 on, and after a quarter of them went a new one.
const VECTORS: usize = 25_600;
const REMOVED: usize = 5_500;
/// Formats of the catalog before the newest.
const OLDER_FORMATS: u32 = 3;

#[test]
fn a_library_that_is_killed_again_and_again_ends_like_one_left_alone() {
    let asked = std::env::var(TRIALS).ok().map(|trials| trials.parse::<usize>().unwrap());
    let trials = asked.unwrap_or(FEW);
    let mut results = Results::default();
    let mut random = Random(0x5EED);
    index_changing_photos(trials * 35 / 100, &mut random, &mut results);
    let graphs = if trials >= MANY { trials / 10 } else { 0 };
    keep_a_large_library(trials, graphs, &mut random, &mut results);
    data_folder::attack(trials, &mut random, &mut results);
    readers::end(trials / 6, &mut random, &mut results);
    readers::end_fast(trials / 12, &mut random, &mut results);
    readers::stop(trials / 6, &mut random, &mut results);
    if asked.is_some() {
        results.write();
    }
    results.assert_nothing_lost();
}

/// Photos come, change, move and go between kills of `index` and `watch`.
fn index_changing_photos(trials: usize, random: &mut Random, results: &mut Results) {
    let place = Place::with_photos(if trials >= 30 { 120 } else { 40 });
    let span = kill::usual_time(&place, Phase::Indexing, &["index", place.photos().to_str().unwrap()]);
    fs::remove_dir_all(place.data()).unwrap();
    // The changed photos take less time than all of them.
    let span = span / 3;
    let photos = place.photos();
    let photos = photos.to_str().unwrap();
    repeat(&place, Phase::Indexing, trials, results, |killed| {
        place.change_photos(random);
        let command = if killed % 2 == 0 { ["index", photos] } else { ["watch", photos] };
        kill::at(&place, Phase::Indexing, &command, random.part_of(span))
    });
    // Runs that end early leave ever more deleted photos, until more are gone than there are; then the person is asked.
    place.run(&["index", "--confirm-removed", photos]);
    let undisturbed = place.with_data("undisturbed");
    undisturbed.run(&["index", photos]);
    results.compare(Phase::Indexing, &place, &undisturbed);
}

/// A library with thousands of vectors builds its graph, writes snapshots, compacts, and is brought to a new format.
fn keep_a_large_library(trials: usize, graphs: usize, random: &mut Random, results: &mut Results) {
    let place = Place::with_photos(20);
    place.run(&["index", place.photos().to_str().unwrap()]);
    place.add_unplugged_drive(if graphs > 0 { VECTORS } else { VECTORS / 10 }, random);
    let undisturbed = place.copied_to("undisturbed");
    let index = place.data().join("index");

    let span = kill::usual_time(&place, Phase::Building, &["index"]);
    let built = place.copied_to("built");
    repeat(&place, Phase::Building, graphs, results, |_| {
        let _ = fs::remove_dir_all(&index);
        kill::at(&place, Phase::Building, &["index"], random.part_of(span))
    });
    place.run(&["index"]);
    let span = kill::usual_time(&place, Phase::Snapshot, &["index"]);
    repeat(&place, Phase::Snapshot, trials / 4, results, |_| {
        kill::at(&place, Phase::Snapshot, &["index"], random.part_of(span))
    });

    if graphs > 0 {
        place.forget_vectors(REMOVED);
        undisturbed.forget_vectors(REMOVED);
        let before = built.data().join("index");
        let span = kill::usual_time(&place, Phase::Compacting, &["index"]);
        repeat(&place, Phase::Compacting, graphs, results, |_| {
            let _ = fs::remove_dir_all(&index);
            library::copy_directory(&before, &index);
            kill::at(&place, Phase::Compacting, &["index"], random.part_of(span))
        });
    }
    place.downgrade(1);
    let span = kill::usual_time(&place, Phase::Migrating, &["status"]);
    let kills = (trials / 5).max(OLDER_FORMATS as usize);
    repeat(&place, Phase::Migrating, kills, results, |killed| {
        // From each older format in turn, as far as the one before was left.
        place.downgrade(OLDER_FORMATS - killed as u32 % OLDER_FORMATS);
        kill::at(&place, Phase::Migrating, &["status"], random.part_of(span))
    });

    place.run(&["index"]);
    undisturbed.run(&["index"]);
    results.compare(Phase::Building, &place, &undisturbed);
}

/// Kills until so many kills have hit a running process, one of them at least in the phase that is meant. `kill` hears
/// how many have, and tells where its own fell.
fn repeat(
    place: &Place,
    phase: Phase,
    kills: usize,
    results: &mut Results,
    mut kill: impl FnMut(usize) -> Option<Phase>,
) {
    let (mut killed, mut as_meant) = (0, kills == 0);
    for _ in 0..kills * ATTEMPTS {
        let fell_in = kill(killed);
        killed += usize::from(results.note(place, fell_in));
        as_meant |= fell_in == Some(phase);
        if killed >= kills && as_meant {
            return;
        }
    }
    assert!(killed >= kills && as_meant, "{killed} kills, none while {}", phase.name());
}
