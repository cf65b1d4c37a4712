//! The share of fuzzing that every run of the tests does: the seeds and a fixed number of variants of them.

use std::collections::BTreeSet;
use std::path::Path;

use hostile::{Mutator, note_panics, targets};

/// Variants of each target's seeds.
const VARIANTS: usize = 2_000;

#[test]
fn seeds_and_variants_of_them_do_no_harm() {
    note_panics();
    for target in targets::ALL {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        for seed in &seeds {
            (target.run)(seed);
        }
        let mut mutator = Mutator::new(0x9E37_79B9_7F4A_7C15);
        for _ in 0..VARIANTS {
            (target.run)(&mutator.variant(&seeds));
        }
    }
}

#[test]
fn every_target_is_fuzzed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/targets");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let fuzzed: BTreeSet<String> =
        files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(fuzzed, targets::ALL.iter().map(|target| target.name.to_owned()).collect());
}
