//! The cosine of two vectors, and searches of some thousand.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::ops::ControlFlow;

use divan::{Bencher, black_box};
use vector_index::{CodeIndex, TieredIndex, VectorIndex, cosine, encode};

const DIMENSION: usize = 1280;
const COUNT: i64 = 5000;

fn main() {
    divan::main();
}

/// Around one of fifty centres.
fn vector(id: i64) -> Vec<i8> {
    let noise = |seed: i64| (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64) >> 56) as i8;
    let component = |n: i64| noise(id % 50 * 5000 + n) / 2 + noise(id * 7000 + n) / 3;
    (0..DIMENSION as i64).map(component).collect()
}

fn index() -> TieredIndex {
    let index = TieredIndex::new(DIMENSION).unwrap().with_exact_limit(1);
    (0..COUNT).for_each(|id| index.insert(id, &vector(id)).unwrap());
    index
}

#[divan::bench(args = [256, 1280])]
fn cosine_of(bencher: Bencher<'_, '_>, dimension: usize) {
    let (a, b) = (&vector(1)[..dimension], &vector(2)[..dimension]);
    bencher.bench_local(|| cosine(black_box(a), black_box(b)).unwrap());
}

#[divan::bench]
fn exact_top_50(bencher: Bencher<'_, '_>) {
    let (index, query) = (index(), vector(COUNT));
    bencher.bench_local(|| index.search(black_box(&query), 50, None).unwrap());
}

#[divan::bench]
fn graph_top_50(bencher: Bencher<'_, '_>) {
    let (index, query) = (index(), vector(COUNT));
    index.adopt(index.snapshot_for_build().build(2, &|_, _| ControlFlow::Continue(())).unwrap()).unwrap();
    bencher.bench_local(|| index.search(black_box(&query), 50, None).unwrap());
}

/// A hundred thousand photos with seven regions each.
#[divan::bench(sample_count = 20)]
fn candidates_of_100_000_groups(bencher: Bencher<'_, '_>) {
    let index = CodeIndex::new(DIMENSION).unwrap();
    let codes: Vec<Vec<u8>> = (0..1000).map(|id| encode(&vector(id)).unwrap()).collect();
    for group in 0..100_000_i64 {
        let group_codes = (0..7).flat_map(|n| codes[(group * 7 + n) as usize % codes.len()].clone());
        index.insert(group, &group_codes.collect::<Vec<_>>()).unwrap();
    }
    let query = vector(COUNT);
    bencher.bench_local(|| index.candidates(black_box(&query), 200, None).unwrap());
}

#[divan::bench]
fn code_of(bencher: Bencher<'_, '_>) {
    let vector = vector(1);
    bencher.bench_local(|| encode(black_box(&vector)).unwrap());
}
