//! Vectors in numbered slots, their ids, and the exact scan over them.
//!
//! Slots are only appended; a removed vector leaves a dead slot behind until [`VectorStore::compact`]. Vectors lie in
//! blocks that clones share, so a background build works on a clone without a second copy of everything.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::dot::dot;
use crate::quantize::{check_dimension, cosine_from_dot, squared_norm};
use crate::top_k::TopK;
use crate::{Accept, Error, Neighbor, Result, VectorId};

/// A position in the store. 32 bits halve the size of a graph over slots and still number four billion vectors.
pub(crate) type Slot = u32;

/// Slots per block: a block that has to be copied before a change is about 1 MB at 1280 dimensions.
const BLOCK: usize = 1024;

/// A query whose dimension and norm have been checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query<'a> {
    vector: &'a [i8],
    squared_norm: i32,
}

#[derive(Debug, Clone)]
pub(crate) struct VectorStore {
    dimension: usize,
    /// All blocks but the last hold [`BLOCK`] vectors.
    blocks: Vec<Arc<Vec<i8>>>,
    ids: Vec<VectorId>,
    squared_norms: Vec<i32>,
    live: Vec<bool>,
    slot_of: HashMap<VectorId, Slot>,
}

impl VectorStore {
    pub(crate) fn new(dimension: usize) -> Result<Self> {
        check_dimension(dimension)?;
        Ok(Self {
            dimension,
            blocks: Vec::new(),
            ids: Vec::new(),
            squared_norms: Vec::new(),
            live: Vec::new(),
            slot_of: HashMap::new(),
        })
    }

    pub(crate) fn dimension(&self) -> usize {
        self.dimension
    }

    /// The number of slots, dead ones included.
    pub(crate) fn slots(&self) -> Slot {
        self.ids.len() as Slot
    }

    /// The number of live vectors.
    pub(crate) fn len(&self) -> usize {
        self.slot_of.len()
    }

    pub(crate) fn slot_of(&self, id: VectorId) -> Option<Slot> {
        self.slot_of.get(&id).copied()
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = VectorId> {
        self.slot_of.keys().copied()
    }

    pub(crate) fn vector(&self, slot: Slot) -> &[i8] {
        let start = slot as usize % BLOCK * self.dimension;
        &self.blocks[slot as usize / BLOCK][start..start + self.dimension]
    }

    /// The ids and vectors of the live slots in a range.
    pub(crate) fn live_vectors(&self, slots: Range<Slot>) -> impl Iterator<Item = (VectorId, &[i8])> {
        slots
            .filter(|&slot| self.live[slot as usize])
            .map(|slot| (self.ids[slot as usize], self.vector(slot)))
    }

    /// The ids of all slots, in order.
    pub(crate) fn slot_ids(&self) -> &[VectorId] {
        &self.ids
    }

    /// Which slots are live, in order.
    pub(crate) fn slot_lives(&self) -> &[bool] {
        &self.live
    }

    /// The vectors of all slots, in order and in pieces.
    pub(crate) fn slot_vectors(&self) -> impl Iterator<Item = &[i8]> {
        self.blocks.iter().map(|block| block.as_slice())
    }

    /// Adds a vector. An older one with the same id dies; an equal one stays where it is.
    pub(crate) fn insert(&mut self, id: VectorId, vector: &[i8]) -> Result<()> {
        if self.slot_of(id).is_some_and(|slot| self.vector(slot) == vector) {
            return Ok(());
        }
        self.append(id, true, vector)
    }

    /// Fills the next slot. A live one takes the id over from an earlier one.
    pub(crate) fn append(&mut self, id: VectorId, is_live: bool, vector: &[i8]) -> Result<()> {
        let squared_norm = squared_norm(vector, self.dimension)?;
        let slot = self.slots();
        if slot == Slot::MAX {
            return Err(Error::Full { limit: Slot::MAX as usize });
        }
        if self.ids.len().is_multiple_of(BLOCK) {
            self.blocks.push(Arc::default());
        }
        if let Some(block) = self.blocks.last_mut() {
            Arc::make_mut(block).extend_from_slice(vector);
        }
        if is_live {
            self.remove(id);
            self.slot_of.insert(id, slot);
        }
        self.ids.push(id);
        self.squared_norms.push(squared_norm);
        self.live.push(is_live);
        Ok(())
    }

    pub(crate) fn remove(&mut self, id: VectorId) -> bool {
        let slot = self.slot_of.remove(&id);
        if let Some(slot) = slot {
            self.live[slot as usize] = false;
        }
        slot.is_some()
    }

    /// Moves vectors from the end into dead slots until none is dead. Slot numbers change.
    pub(crate) fn compact(&mut self) {
        let mut slot = 0;
        while slot < self.slots() {
            if self.live[slot as usize] {
                slot += 1;
            } else {
                self.swap_remove(slot);
            }
        }
    }

    /// Drops a dead slot and puts the last one, dead or alive, in its place.
    fn swap_remove(&mut self, slot: Slot) {
        let last = self.slots() - 1;
        if slot != last {
            let moved = self.vector(last).to_vec();
            let start = slot as usize % BLOCK * self.dimension;
            let block = Arc::make_mut(&mut self.blocks[slot as usize / BLOCK]);
            block[start..start + self.dimension].copy_from_slice(&moved);
        }
        self.ids.swap_remove(slot as usize);
        self.squared_norms.swap_remove(slot as usize);
        self.live.swap_remove(slot as usize);
        if slot != last && self.live[slot as usize] {
            self.slot_of.insert(self.ids[slot as usize], slot);
        }
        if (last as usize).is_multiple_of(BLOCK) {
            self.blocks.pop();
        } else if let Some(block) = self.blocks.last_mut() {
            Arc::make_mut(block).truncate(last as usize % BLOCK * self.dimension);
        }
    }

    pub(crate) fn query<'a>(&self, vector: &'a [i8]) -> Result<Query<'a>> {
        Ok(Query { vector, squared_norm: squared_norm(vector, self.dimension)? })
    }

    /// Compares the query with every accepted vector of a range of slots.
    pub(crate) fn scan(
        &self,
        query: Query<'_>,
        slots: Range<Slot>,
        accept: Option<Accept<'_>>,
        best: &mut TopK,
    ) {
        for slot in slots {
            if self.accepts(slot, accept) {
                best.offer(self.neighbor(query, slot));
            }
        }
    }

    /// Whether a slot may be among the results.
    pub(crate) fn accepts(&self, slot: Slot, accept: Option<Accept<'_>>) -> bool {
        self.live[slot as usize] && accept.is_none_or(|accept| accept(self.ids[slot as usize]))
    }

    pub(crate) fn neighbor(&self, query: Query<'_>, slot: Slot) -> Neighbor {
        let dot = dot(query.vector, self.vector(slot));
        let similarity = cosine_from_dot(dot, query.squared_norm, self.squared_norms[slot as usize]);
        Neighbor { id: self.ids[slot as usize], similarity }
    }

    /// The cosine of the vectors of two slots.
    pub(crate) fn similarity(&self, a: Slot, b: Slot) -> f32 {
        let dot = dot(self.vector(a), self.vector(b));
        cosine_from_dot(dot, self.squared_norms[a as usize], self.squared_norms[b as usize])
    }
}
