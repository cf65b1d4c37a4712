//! Made-up embeddings that resemble real ones: positive, clustered, of fewer degrees of freedom than components.

use std::ops::ControlFlow;

use vector_index::{BuildPlan, BuiltIndex, TieredIndex, VectorId, VectorIndex, quantize};

pub(crate) const DIMENSION: usize = 32;
const LATENT: usize = 16;
const CLUSTER: usize = 40;

/// A small deterministic generator (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// From -1 to 1.
    pub(crate) fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }
}

/// `count` float vectors in clusters of about forty.
pub(crate) fn embeddings(count: usize, seed: u64) -> Vec<Vec<f32>> {
    let random = &mut Random::new(seed);
    let mut matrix = |rows: usize, columns: usize| -> Vec<Vec<f32>> {
        (0..rows).map(|_| (0..columns).map(|_| random.next()).collect()).collect()
    };
    let mixing = matrix(DIMENSION, LATENT);
    let centres = matrix(count.div_ceil(CLUSTER), LATENT);
    let offsets = matrix(count, LATENT);
    let embed = |(n, offset): (usize, &Vec<f32>)| -> Vec<f32> {
        let centre = &centres[n % centres.len()];
        let latent: Vec<f32> = centre.iter().zip(offset).map(|(c, o)| c + 0.4 * o).collect();
        let mix = |row: &Vec<f32>| row.iter().zip(&latent).map(|(a, b)| a * b).sum::<f32>();
        mixing.iter().map(|row| mix(row).max(0.0) + 0.01).collect()
    };
    offsets.iter().enumerate().map(embed).collect()
}

/// The same, as an index takes them.
pub(crate) fn vectors(count: usize, seed: u64) -> Vec<Vec<i8>> {
    embeddings(count, seed).iter().map(|vector| quantize(vector).unwrap()).collect()
}

/// Inserts the vectors under the ids from 0 on.
pub(crate) fn fill(index: &impl VectorIndex, vectors: &[Vec<i8>]) {
    for (id, vector) in vectors.iter().enumerate() {
        index.insert(id as VectorId, vector).unwrap();
    }
}

/// An index whose vectors are all in its graph.
pub(crate) fn built_index(vectors: &[Vec<i8>]) -> TieredIndex {
    let index = TieredIndex::new(vectors[0].len()).unwrap().with_exact_limit(100);
    fill(&index, vectors);
    index.adopt(build(index.snapshot_for_build())).unwrap();
    assert_eq!(index.graph_len(), vectors.len());
    index
}

pub(crate) fn build(plan: BuildPlan) -> BuiltIndex {
    plan.build(2, &|_, _| ControlFlow::Continue(())).unwrap()
}

pub(crate) fn ids(index: &impl VectorIndex, query: &[i8], k: usize) -> Vec<VectorId> {
    index.search(query, k, None).unwrap().iter().map(|neighbor| neighbor.id).collect()
}
