//! A proximity graph over the slots of a store: each vector is linked to some that are similar to it.
//!
//! [`crate::build`] finds the links. They are kept as `hnsw_rs` has them on its bottom layer, in plain arrays of slots:
//! about 150 bytes a vector where `hnsw_rs` takes 2,500, twice as fast to search, and safe to read from a file, which
//! `hnsw_rs` answers with `process::exit` when the file is damaged. In place of the upper layers a search starts from
//! a sample of all slots. Links hold both ways and every connected part has a start, so nothing is out of reach;
//! in `hnsw_rs` a vector with many duplicates, or in a tight group, can be.
//!
//! What is inserted after a build is scanned until the next, see [`crate::TieredIndex`].

use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use crate::build::{Neighbors, find_neighbors};
use crate::store::{Query, Slot, VectorStore};
use crate::top_k::{Ranked, TopK};
use crate::{Accept, Error, Result};

/// A search gives up after visiting as many vectors as this share of those that a scan would compare. A step along the
/// graph costs about four times a step of the scan, so trying and then scanning takes half as long again as scanning.
const VISITED_SHARE: usize = 8;

/// Is told how many vectors of how many are done, and may stop the build.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) -> ControlFlow<()> + Sync);

#[derive(Debug)]
pub(crate) struct Graph {
    /// Where each slot's links begin in `links`, and where the last one's end.
    starts: Vec<usize>,
    links: Vec<Slot>,
    /// Slots from which a search sets out.
    entries: Vec<Slot>,
}

impl Graph {
    /// Links every slot of a store without dead slots, on `threads` threads of its own. `known` is a graph of the
    /// first slots, to go on from.
    pub(crate) fn build(
        store: &VectorStore,
        known: Option<&Self>,
        threads: usize,
        progress: Progress<'_>,
    ) -> Result<Self> {
        let threads = threads.max(1);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|n| format!("index-build-{n}"))
            .build()
            .map_err(|error| Error::BuildThreads { threads, reason: error.to_string() })?;
        // `hnsw_rs` also frees its memory in parallel, so all of its life is spent in the pool.
        let neighbors = pool.install(|| find_neighbors(store, known, progress))?;
        Ok(Self::from_neighbors(neighbors))
    }

    /// Makes the links hold both ways and lays them out.
    fn from_neighbors(mut neighbors: Neighbors) -> Self {
        let one_way: Vec<usize> = neighbors.iter().map(Vec::len).collect();
        for slot in 0..neighbors.len() {
            for link in 0..one_way[slot] {
                let neighbor = neighbors[slot][link];
                neighbors[neighbor as usize].push(slot as Slot);
            }
        }
        let mut degrees = Vec::with_capacity(neighbors.len());
        let mut links = Vec::with_capacity(one_way.iter().sum());
        for mut linked in neighbors {
            linked.sort_unstable();
            linked.dedup();
            degrees.push(linked.len() as u32);
            links.append(&mut linked);
        }
        Self::lay_out(&degrees, links)
    }

    /// Restores a graph from its degrees and links. Says what is wrong when they do not describe one.
    pub(crate) fn from_parts(degrees: &[u32], links: Vec<Slot>) -> std::result::Result<Self, &'static str> {
        if degrees.iter().map(|&degree| u64::from(degree)).sum::<u64>() != links.len() as u64 {
            return Err("the numbers of links do not add up");
        }
        if links.iter().any(|&link| link as usize >= degrees.len()) {
            return Err("a link leads out of the graph");
        }
        Ok(Self::lay_out(degrees, links))
    }

    fn lay_out(degrees: &[u32], links: Vec<Slot>) -> Self {
        let mut end = 0;
        let ends = degrees.iter().map(|&degree| {
            end += degree as usize;
            end
        });
        let mut graph = Self { starts: std::iter::once(0).chain(ends).collect(), links, entries: Vec::new() };
        graph.choose_entries();
        graph
    }

    /// An even sample, about the square root of all slots, and one slot of every connected part the sample misses.
    fn choose_entries(&mut self) {
        let mut reached = Visited::new(self.len());
        let sample = (0..self.len() as Slot).step_by(self.len().isqrt().max(1));
        let mut entries: Vec<Slot> = sample.collect();
        let mut open = entries.clone();
        for slot in 0..self.len() as Slot {
            while let Some(next) = open.pop() {
                if reached.insert(next) {
                    open.extend(self.links(next));
                }
            }
            if reached.insert(slot) {
                entries.push(slot);
                open.extend(self.links(slot));
            }
        }
        self.entries = entries;
    }

    /// The number of linked slots: the first so many of the store.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(crate) fn degrees(&self) -> impl Iterator<Item = u32> {
        self.starts.windows(2).map(|bounds| (bounds[1] - bounds[0]) as u32)
    }

    /// The slots from which a search sets out.
    pub(crate) fn entries(&self) -> &[Slot] {
        &self.entries
    }

    /// The links of all slots, one slot after the other.
    pub(crate) fn all_links(&self) -> &[Slot] {
        &self.links
    }

    /// The slots that one is linked to.
    pub(crate) fn links(&self, slot: Slot) -> &[Slot] {
        &self.links[self.starts[slot as usize]..self.starts[slot as usize + 1]]
    }

    /// Follows the links towards the query and offers the accepted vectors on the way to `found`, whose limit is the
    /// breadth of the search: the larger, the slower and the surer.
    ///
    /// Returns whether it came to an end. It gives up where a scan is as fast: when few vectors are accepted, which
    /// the entries show, or the breadth is a large part of all.
    pub(crate) fn search(
        &self,
        store: &VectorStore,
        query: Query<'_>,
        accept: Option<Accept<'_>>,
        found: &mut TopK,
    ) -> bool {
        let accepted = self.entries.iter().filter(|&&entry| store.accepts(entry, accept)).count();
        let mut budget = self.len() * accepted / self.entries.len().max(1) / VISITED_SHARE;
        let mut visited = Visited::new(self.len());
        let mut frontier = BinaryHeap::new();
        let mut slots = self.entries.as_slice();
        loop {
            for &slot in slots {
                if !visited.insert(slot) {
                    continue;
                }
                let Some(left) = budget.checked_sub(1) else { return false };
                budget = left;
                let neighbor = store.neighbor(query, slot);
                if found.bar().is_none_or(|bar| neighbor.similarity > bar) {
                    frontier.push(Ranked { key: slot, similarity: neighbor.similarity });
                    if store.accepts(slot, accept) {
                        found.offer(neighbor);
                    }
                }
            }
            match frontier.pop() {
                Some(next) if found.bar().is_none_or(|bar| next.similarity >= bar) => {
                    slots = self.links(next.key);
                }
                _ => return true,
            }
        }
    }
}

/// A set of slots.
pub(crate) struct Visited(Vec<u64>);

impl Visited {
    pub(crate) fn new(slots: usize) -> Self {
        Self(vec![0; slots.div_ceil(64)])
    }

    /// Returns whether the slot is new.
    pub(crate) fn insert(&mut self, slot: Slot) -> bool {
        let word = &mut self.0[slot as usize / 64];
        let bit = 1 << (slot % 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_hold_both_ways_and_no_part_is_without_an_entry() {
        // Of the last three, two link to each other and one is linked by nobody.
        let mut neighbors: Vec<Vec<Slot>> = (0..50).map(|slot| vec![(slot + 1) % 50, 0]).collect();
        neighbors.extend([vec![51], vec![], vec![7]]);
        let graph = Graph::from_neighbors(neighbors);
        assert_eq!(graph.links(7), [0, 6, 8, 52]);
        assert_eq!(graph.links(51), [50]);
        for slot in 0..53 {
            assert!(graph.links(slot).iter().all(|&link| graph.links(link).contains(&slot)));
        }
        // The sample is every seventh slot.
        assert_eq!(graph.entries, [0, 7, 14, 21, 28, 35, 42, 49, 50]);
    }

    #[test]
    fn parts_that_are_no_graph_are_refused() {
        assert!(Graph::from_parts(&[1, 1], vec![1, 0]).is_ok());
        assert!(Graph::from_parts(&[1, 1], vec![1]).is_err());
        assert!(Graph::from_parts(&[1, 1], vec![1, 2]).is_err());
        assert!(Graph::from_parts(&[u32::MAX, 3], vec![1, 0]).is_err());
    }
}
