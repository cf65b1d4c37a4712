//! The share of fuzzing that every run of the tests does: the seeds and a fixed number of variants of them.

use std::collections::BTreeSet;
use std::path::Path;

use hostile::{Mutator, note_panics, targets};

use crate::beside_others;

/// Variants of each target's seeds.
const VARIANTS: usize = 2_000;

/// A test for each target, so that they run side by side.
macro_rules! tests {
    ($($target:ident),* $(,)?) => {
        const TESTED: &[&str] = &[$(stringify!($target)),*];

        mod seeds_and_variants_of_them_do_no_harm {
            $(
                #[test]
                fn $target() {
                    super::does_no_harm(stringify!($target));
                }
            )*
        }
    };
}
tests![jpeg, png, webp, gif, bmp, tiff, heic, avif, jxl, raw, exif, model, snapshot, photo_address];

fn does_no_harm(name: &str) {
    let _beside_others = beside_others();
    note_panics();
    let target = targets::ALL.iter().find(|target| target.name == name).unwrap();
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "{name} has no seeds");
    for seed in &seeds {
        (target.run)(seed);
    }
    let mut mutator = Mutator::new(0x9E37_79B9_7F4A_7C15);
    for _ in 0..VARIANTS {
        (target.run)(&mutator.variant(&seeds));
    }
}

#[test]
fn every_target_is_tested_and_fuzzed() {
    let targets: BTreeSet<&str> = targets::ALL.iter().map(|target| target.name).collect();
    assert_eq!(targets, TESTED.iter().copied().collect());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/targets");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let fuzzed: BTreeSet<String> =
        files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(fuzzed, targets.into_iter().map(str::to_owned).collect());
}
