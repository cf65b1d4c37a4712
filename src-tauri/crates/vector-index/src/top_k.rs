//! The best few of many neighbours, kept in a bounded heap.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::VectorId;

/// A vector found by a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbor {
    /// The id it was inserted with.
    pub id: VectorId,
    /// The cosine of the angle to the query, from -1 to 1.
    pub similarity: f32,
}

/// Orders neighbours from best to worst: by falling similarity, then by rising id.
#[derive(Debug, Clone, Copy)]
struct BestFirst(Neighbor);

impl Ord for BestFirst {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_similarity = other.0.similarity.total_cmp(&self.0.similarity);
        by_similarity.then(self.0.id.cmp(&other.0.id))
    }
}

impl PartialOrd for BestFirst {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for BestFirst {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for BestFirst {}

/// Takes any number of neighbours and keeps the best `limit`.
#[derive(Debug)]
pub(crate) struct TopK {
    limit: usize,
    worst_on_top: BinaryHeap<BestFirst>,
}

impl TopK {
    pub(crate) fn new(limit: usize) -> Self {
        // The limit is the caller's wish and may be far more than there is to find.
        Self { limit, worst_on_top: BinaryHeap::with_capacity(limit.min(1024)) }
    }

    pub(crate) fn offer(&mut self, neighbor: Neighbor) {
        let neighbor = BestFirst(neighbor);
        if self.worst_on_top.len() < self.limit {
            self.worst_on_top.push(neighbor);
        } else if let Some(mut worst) = self.worst_on_top.peek_mut()
            && neighbor < *worst
        {
            *worst = neighbor;
        }
    }

    /// The kept neighbours, best first.
    pub(crate) fn into_best_first(self) -> Vec<Neighbor> {
        self.worst_on_top.into_sorted_vec().into_iter().map(|BestFirst(neighbor)| neighbor).collect()
    }
}
