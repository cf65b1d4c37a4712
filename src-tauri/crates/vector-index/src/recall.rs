//! How many of the right answers the graph finds, and what to do about it.

use crate::quantize::quantize;
use crate::store::{Slot, VectorStore};
use crate::tiered::State;
use crate::{Result, TieredIndex};

/// The share of right neighbours that a library should aim for with [`TieredIndex::tune`].
pub const RECALL_GOAL: f32 = 0.99;

/// Searches much broader than this take as long as the scan.
const MAX_BREADTH: usize = 1024;

/// How well searches did on a sample of the stored vectors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecallReport {
    /// How many vectors were searched for.
    pub sampled: usize,
    /// How many neighbours of each were asked for.
    pub k: usize,
    /// The share of the exact results that the index found, from 0 to 1; 1 when there was nothing to find.
    pub recall: f32,
}

impl TieredIndex {
    /// Searches for about `sample` vectors and compares with the exact results.
    ///
    /// Each is a stored vector with a share of another: like a crop or an edit, it resembles what is stored without
    /// being equal. Vectors that are stored themselves are easier to find, and would flatter the index.
    ///
    /// The sample is drawn with a fixed seed, so the same index gives the same report. Each one costs an exact
    /// search. Other threads are not held up.
    pub fn recall(&self, sample: usize, k: usize) -> Result<RecallReport> {
        let state = self.state();
        Trial::new(&state, sample, k)?.run(&state)
    }

    /// Makes searches of the graph more thorough, and slower, until recall on a sample reaches `goal` or more would
    /// not help. Returns what it reached.
    ///
    /// Call it after a build, with the arguments of [`TieredIndex::recall`]. The setting is part of a snapshot.
    pub fn tune(&self, goal: f32, sample: usize, k: usize) -> Result<RecallReport> {
        let mut state = self.state();
        let trial = Trial::new(&state, sample, k)?;
        loop {
            let report = trial.run(&state)?;
            if report.recall >= goal || state.breadth >= MAX_BREADTH || state.graph.is_none() {
                self.set_breadth(state.breadth);
                return Ok(report);
            }
            state.breadth = state.breadth.max(1) * 2;
        }
    }
}

/// Queries and how similar their exact neighbours are.
struct Trial {
    k: usize,
    questions: Vec<Question>,
}

struct Question {
    query: Vec<i8>,
    /// How many neighbours there are, at most `k`.
    neighbors: usize,
    /// The similarity of the least similar of them. Whatever reaches it is as right an answer.
    least_similarity: f32,
}

impl Trial {
    fn new(state: &State, sample: usize, k: usize) -> Result<Self> {
        let mut questions = Vec::with_capacity(sample);
        for query in sample_queries(&state.store, sample) {
            let neighbors = state.scan(&query, k, None)?;
            let least_similarity = neighbors.last().map_or(1.0, |neighbor| neighbor.similarity);
            questions.push(Question { query, neighbors: neighbors.len(), least_similarity });
        }
        Ok(Self { k, questions })
    }

    fn run(&self, state: &State) -> Result<RecallReport> {
        let (mut found, mut expected) = (0, 0);
        for question in &self.questions {
            let results = state.search(&question.query, self.k, None)?;
            found += results.iter().filter(|found| found.similarity >= question.least_similarity).count();
            expected += question.neighbors;
        }
        let recall = if expected == 0 { 1.0 } else { found as f32 / expected as f32 };
        Ok(RecallReport { sampled: self.questions.len(), k: self.k, recall })
    }
}

/// Vectors drawn at random, each mixed with the one before. Draws that hit dead slots are left out.
fn sample_queries(store: &VectorStore, sample: usize) -> Vec<Vec<i8>> {
    let draw = |n| scramble(n).checked_rem(u64::from(store.slots())).map(|slot| slot as Slot);
    let drawn = (0..=sample as u64).filter_map(draw).filter(|&slot| store.accepts(slot, None));
    let drawn: Vec<&[i8]> = drawn.map(|slot| store.vector(slot)).collect();
    let mix = |pair: &[&[i8]]| {
        let parts = pair[0].iter().zip(pair[1]);
        quantize(&parts.map(|(&a, &b)| 0.75 * f32::from(a) + 0.25 * f32::from(b)).collect::<Vec<_>>()).ok()
    };
    drawn.windows(2).filter_map(mix).collect()
}

/// One step of the `SplitMix64` generator (Steele, Lea and Flood, 2014).
pub(crate) fn scramble(seed: u64) -> u64 {
    let mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::VectorIndex;

    #[test]
    fn tuning_raises_recall_to_the_goal() {
        let index = TieredIndex::new(32).unwrap().with_exact_limit(100);
        for id in 0..8000 {
            let component = |n| scramble(id as u64 * 32 + n) as i8;
            index.insert(id, &(0..32).map(component).collect::<Vec<_>>()).unwrap();
        }
        let built = index.snapshot_for_build().build(2, &|_, _| ControlFlow::Continue(())).unwrap();
        index.adopt(built).unwrap();
        index.set_breadth(1);
        let before = index.recall(100, 5).unwrap().recall;
        assert!(before < 0.999, "{before} leaves nothing to tune");
        let tuned = index.tune(0.999, 100, 5).unwrap();
        assert!(tuned.recall >= 0.999, "{tuned:?}");
        assert_eq!(index.recall(100, 5).unwrap(), tuned);
        assert!(index.state().breadth > 1);
    }
}
