//! Finds the links of a graph: the first vectors' with `hnsw_rs`, all others' in bulk.
//!
//! `hnsw_rs` inserts one vector after the other, under locks, and keeps 2,500 bytes for each. The first few thousand are
//! enough to give the graph its shape. The others come in batches: each vector of a batch looks for its neighbours in
//! the graph as it was before the batch, on all threads at once, and the links back follow when the batch is through.
//! So nothing waits for a lock, the outcome is the same whatever the number of threads, and it takes a fraction of the
//! time and the memory.
//!
//! A build can go on from the graph of an earlier one. Laying the links out for searching is the graph's part.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use hnsw_rs::anndists::dist::Distance;
use hnsw_rs::hnsw::Hnsw;
use rayon::prelude::*;

use crate::graph::{Graph, Progress, Visited};
use crate::recall::scramble;
use crate::store::{Slot, VectorStore};
use crate::top_k::Ranked;
use crate::{Error, Result};

/// Links sought for a new vector; a vector that others link to has up to twice as many.
const CONNECTIONS: usize = 16;
/// Candidates from which the links of a new vector are chosen. With 200 a build takes twice as long and a search finds
/// little more; a broader search makes up for that where it matters.
const CONSTRUCTION_BREADTH: usize = 100;
/// `hnsw_rs` numbers its layers from 0 and allows 16.
const LAYERS: usize = 16;
/// Vectors that `hnsw_rs` links.
const SEEDS: usize = 4096;
/// Vectors that `hnsw_rs` inserts between two looks at the caller's wish to stop.
const INSERTED_AT_ONCE: usize = 256;
/// A batch is this part of what is linked already: its vectors do not see each other, and miss few neighbours by that.
const BATCH_SHARE: usize = 50;

/// For each slot the slots it is linked to, one way or both.
pub(crate) type Neighbors = Vec<Vec<Slot>>;

/// Links all slots of a store, keeping the links that `known` has for the first of them.
pub(crate) fn find_neighbors(
    store: &VectorStore,
    known: Option<&Graph>,
    progress: Progress<'_>,
) -> Result<Neighbors> {
    let mut build = Build::new(store, known, progress);
    let mut order = build.link_copies(known.map_or(0, Graph::len) as Slot);
    // Photos of one event come one after the other; apart from each other they meet as neighbours.
    order.par_sort_unstable_by_key(|&slot| scramble(slot.into()));
    let seeds = if known.is_some() { 0 } else { SEEDS.min(order.len()) };
    let (seeds, mut rest) = order.split_at(seeds);
    if !seeds.is_empty() {
        build.link_seeds(seeds)?;
    }
    while !rest.is_empty() {
        let (batch, later) = rest.split_at((build.linked / BATCH_SHARE).clamp(1, rest.len()));
        build.link_batch(batch);
        build.report()?;
        rest = later;
    }
    Ok(build.neighbors)
}

struct Build<'a> {
    store: &'a VectorStore,
    progress: Progress<'a>,
    neighbors: Neighbors,
    /// Where searches for neighbours set out.
    entries: Vec<Slot>,
    linked: usize,
}

impl<'a> Build<'a> {
    fn new(store: &'a VectorStore, known: Option<&Graph>, progress: Progress<'a>) -> Self {
        let mut neighbors = vec![Vec::new(); store.slots() as usize];
        let mut entries = Vec::new();
        if let Some(graph) = known {
            for (slot, links) in neighbors.iter_mut().enumerate().take(graph.len()) {
                links.extend_from_slice(graph.links(slot as Slot));
            }
            entries.extend_from_slice(graph.entries());
        }
        Self { store, progress, neighbors, entries, linked: known.map_or(0, Graph::len) }
    }

    fn report(&self) -> Result<()> {
        let stop = (self.progress)(self.linked, self.neighbors.len()).is_break();
        if stop { Err(Error::BuildCancelled) } else { Ok(()) }
    }

    /// Links each slot from `first` on that has the vector of an earlier one to the last such. Returns the others.
    ///
    /// Among thousands of copies a search sees nothing else. A chain is followed only as far as its vector is wanted.
    fn link_copies(&mut self, first: Slot) -> Vec<Slot> {
        let mut last_copies = HashMap::with_capacity(self.neighbors.len());
        let mut distinct = Vec::new();
        for slot in 0..self.store.slots() {
            match last_copies.insert(self.store.vector(slot), slot) {
                _ if slot < first => {}
                Some(copy) => self.neighbors[slot as usize].push(copy),
                None => distinct.push(slot),
            }
        }
        self.linked = self.neighbors.len() - distinct.len();
        distinct
    }

    /// Lets `hnsw_rs` link the first slots.
    fn link_seeds(&mut self, seeds: &[Slot]) -> Result<()> {
        // The data points are slots, so there are no copies of the vectors.
        let points: Vec<[Slot; 1]> = seeds.iter().map(|&slot| [slot]).collect();
        let hnsw =
            Hnsw::new(CONNECTIONS, points.len(), LAYERS, CONSTRUCTION_BREADTH, SlotDistance(self.store));
        let copies = self.linked;
        // Alone, the first point becomes the entry that all others find; in parallel several could miss each other.
        let (first, rest) = points.split_at(1);
        for points in std::iter::once(first).chain(rest.chunks(INSERTED_AT_ONCE)) {
            let numbered: Vec<_> = points.iter().map(|point| (point.as_slice(), point[0] as usize)).collect();
            hnsw.parallel_insert_slice(&numbered);
            self.linked = copies + hnsw.get_nb_point();
            self.report()?;
        }
        for layer in 0..=hnsw.get_max_level_observed() {
            for point in hnsw.get_point_indexation().get_layer_iterator(layer.into()) {
                let slot = point.get_origin_id();
                let bottom = point.get_neighborhood_id().into_iter().next().unwrap_or_default();
                let others = bottom.iter().map(|n| n.d_id as Slot).filter(|&n| n as usize != slot);
                self.neighbors[slot].extend(others);
            }
        }
        self.entries = seeds.iter().copied().step_by(seeds.len().isqrt()).collect();
        Ok(())
    }

    /// Links slots to what is linked already, and that to them.
    fn link_batch(&mut self, batch: &[Slot]) {
        let chosen: Vec<Vec<Slot>> =
            batch.par_iter().map(|&slot| self.choose(slot, self.nearest(slot), CONNECTIONS)).collect();
        let mut back: Vec<(Slot, Slot)> = Vec::with_capacity(batch.len() * CONNECTIONS);
        for (&slot, chosen) in batch.iter().zip(chosen) {
            back.extend(chosen.iter().map(|&neighbor| (neighbor, slot)));
            self.neighbors[slot as usize] = chosen;
        }
        back.par_sort_unstable();
        let by_target: Vec<&[(Slot, Slot)]> = back.chunk_by(|a, b| a.0 == b.0).collect();
        let relinked: Vec<Vec<Slot>> = by_target.par_iter().map(|back| self.relink(back)).collect();
        for (back, links) in by_target.into_iter().zip(relinked) {
            self.neighbors[back[0].0 as usize] = links;
        }
        self.linked += batch.len();
    }

    /// The links of a slot with those back to new ones added: the best of them, if they are too many.
    fn relink(&self, back: &[(Slot, Slot)]) -> Vec<Slot> {
        let target = back[0].0;
        let new = back.iter().map(|&(_, slot)| slot);
        let links: Vec<Slot> = self.neighbors[target as usize].iter().copied().chain(new).collect();
        if links.len() <= 2 * CONNECTIONS {
            return links;
        }
        let mut ranked: Vec<_> = links.into_iter().map(|slot| self.ranked(target, slot)).collect();
        ranked.sort_unstable_by(|a, b| b.cmp(a));
        self.choose(target, ranked, 2 * CONNECTIONS)
    }

    /// What the graph has nearest to a slot that is not linked yet, best first.
    fn nearest(&self, slot: Slot) -> Vec<Ranked<Slot>> {
        let mut visited = Visited::new(self.neighbors.len());
        let mut frontier = BinaryHeap::new();
        let mut worst_on_top = BinaryHeap::with_capacity(CONSTRUCTION_BREADTH + 1);
        let mut slots = self.entries.as_slice();
        loop {
            for &other in slots.iter().filter(|&&other| visited.insert(other)) {
                let ranked = self.ranked(slot, other);
                let is_full = worst_on_top.len() == CONSTRUCTION_BREADTH;
                if is_full && worst_on_top.peek().is_some_and(|&Reverse(worst)| ranked <= worst) {
                    continue;
                }
                frontier.push(ranked);
                worst_on_top.push(Reverse(ranked));
                if is_full {
                    worst_on_top.pop();
                }
            }
            let is_full = worst_on_top.len() == CONSTRUCTION_BREADTH;
            match frontier.pop() {
                Some(next) if !is_full || worst_on_top.peek().is_none_or(|&Reverse(worst)| next >= worst) => {
                    slots = &self.neighbors[next.key as usize];
                }
                _ => break,
            }
        }
        worst_on_top.into_sorted_vec().into_iter().map(|Reverse(ranked)| ranked).collect()
    }

    /// Of candidates, best first, up to `most` that are more like `slot` than like one another: links to all sides,
    /// rather than to one crowd.
    fn choose(&self, slot: Slot, candidates: Vec<Ranked<Slot>>, most: usize) -> Vec<Slot> {
        let mut chosen = Vec::with_capacity(most);
        for candidate in candidates.into_iter().filter(|candidate| candidate.key != slot) {
            let is_apart = |&other: &Slot| self.store.similarity(candidate.key, other) < candidate.similarity;
            if chosen.len() < most && chosen.iter().all(is_apart) {
                chosen.push(candidate.key);
            }
        }
        chosen
    }

    fn ranked(&self, slot: Slot, other: Slot) -> Ranked<Slot> {
        Ranked { key: other, similarity: self.store.similarity(slot, other) }
    }
}

/// Cosine distance between the vectors of two slots.
struct SlotDistance<'a>(&'a VectorStore);

impl Distance<Slot> for SlotDistance<'_> {
    /// `hnsw_rs` panics on negative and NaN distances. The similarity is at most 1, and a stored vector is never zero.
    fn eval(&self, a: &[Slot], b: &[Slot]) -> f32 {
        1.0 - self.0.similarity(a[0], b[0])
    }
}
