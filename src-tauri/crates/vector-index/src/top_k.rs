//! Ranking by similarity: the order of results, and the best few of many.

use std::cmp::{Ordering, Reverse};
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

/// Something with a similarity. The greater is the more similar; of equally similar ones the one with the lower key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ranked<K> {
    pub(crate) key: K,
    pub(crate) similarity: f32,
}

impl<K: Ord> Ord for Ranked<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.similarity.total_cmp(&other.similarity).then_with(|| other.key.cmp(&self.key))
    }
}

impl<K: Ord> PartialOrd for Ranked<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord> PartialEq for Ranked<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<K: Ord> Eq for Ranked<K> {}

/// Takes any number of neighbours and keeps the best `limit`.
#[derive(Debug)]
pub(crate) struct TopK {
    limit: usize,
    worst_on_top: BinaryHeap<Reverse<Ranked<VectorId>>>,
}

impl TopK {
    pub(crate) fn new(limit: usize) -> Self {
        // The limit is the caller's wish and may be far more than there is to find.
        Self { limit, worst_on_top: BinaryHeap::with_capacity(limit.min(1024)) }
    }

    pub(crate) fn offer(&mut self, Neighbor { id, similarity }: Neighbor) {
        let offered = Reverse(Ranked { key: id, similarity });
        if self.worst_on_top.len() < self.limit {
            self.worst_on_top.push(offered);
        } else if let Some(mut worst) = self.worst_on_top.peek_mut()
            && offered < *worst
        {
            *worst = offered;
        }
    }

    /// The similarity that a neighbour must reach to be kept: none while there is room for any.
    pub(crate) fn bar(&self) -> Option<f32> {
        if self.worst_on_top.len() < self.limit {
            return None;
        }
        Some(self.worst_on_top.peek().map_or(f32::INFINITY, |Reverse(worst)| worst.similarity))
    }

    /// The best `k` of the kept neighbours, best first.
    pub(crate) fn into_best_first(self, k: usize) -> Vec<Neighbor> {
        let ranked = self.worst_on_top.into_sorted_vec().into_iter().take(k);
        ranked.map(|Reverse(Ranked { key, similarity })| Neighbor { id: key, similarity }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_best_and_breaks_ties_by_id() {
        let mut best = TopK::new(3);
        for (id, similarity) in [(5, 0.5), (9, 0.9), (4, 0.5), (1, -1.0), (3, 0.5)] {
            best.offer(Neighbor { id, similarity });
        }
        assert_eq!(best.bar(), Some(0.5));
        let ids: Vec<_> = best.into_best_first(3).iter().map(|neighbor| neighbor.id).collect();
        assert_eq!(ids, [9, 3, 4]);
    }

    #[test]
    fn keeps_nothing_when_nothing_is_asked() {
        let mut best = TopK::new(0);
        best.offer(Neighbor { id: 1, similarity: 1.0 });
        assert!(best.into_best_first(0).is_empty());
    }
}
