//! Many vectors a group, one bit a component: finds the groups that are worth a closer look.
//!
//! A photo that is embedded in parts has several vectors, and a library of them would fill memory and take hours to
//! link. Here a vector is the signs of its components after [rotation](crate::rotate), 160 bytes for 1280, which
//! are scanned. Against a query of four bits a component that gives the cosine to some 0.02, enough to tell which few
//! hundred groups the caller should compare exactly. The estimate is that of `RaBitQ` (Gao and Long, 2024), without
//! its centre: nothing is learned, so codes never go out of date.

use std::collections::HashMap;

use parking_lot::RwLock;
use rayon::prelude::*;

use crate::quantize::{check_dimension, squared_norm};
use crate::rotate::rotate;
use crate::top_k::TopK;
use crate::{Accept, Error, Neighbor, Result};

/// Bits of a query's components.
const PLANES: usize = 4;
/// What makes a query's components, -7 to 7, positive.
const OFFSET: i64 = 8;
/// Bytes of a code before its bits: the scale, a little-endian `f32`.
const HEAD: usize = size_of::<f32>();
/// Dead codes below this number are not worth moving the others.
const DEAD_LIMIT: usize = 4096;
/// Groups that a thread scans at a time.
const SCANNED_AT_ONCE: usize = 4096;

/// Bytes of the code of a vector of `dimension` components.
pub fn code_bytes(dimension: usize) -> usize {
    HEAD + words(dimension) * size_of::<u64>()
}

/// The code of a vector. Fails with [`Error::UnsupportedDimension`] or [`Error::ZeroVector`].
pub fn encode(vector: &[i8]) -> Result<Vec<u8>> {
    let rotated = rotated(vector)?;
    // What makes the code's product with its own vector 1.
    let scale = rotated.iter().map(|value| value.abs()).sum::<f32>().recip();
    let mut code = Vec::with_capacity(code_bytes(vector.len()));
    code.extend(scale.to_le_bytes());
    for chunk in rotated.chunks(64) {
        let word = chunk.iter().rev().fold(0_u64, |word, value| word << 1 | u64::from(*value > 0.0));
        code.extend(word.to_le_bytes());
    }
    Ok(code)
}

/// Groups of codes, scanned for those with a vector like a query's. It is shared between threads as it is.
#[derive(Debug)]
pub struct CodeIndex {
    dimension: usize,
    groups: RwLock<Groups>,
}

#[derive(Debug, Default)]
struct Groups {
    /// Id and number of codes of each group; dead ones keep their place until [`Groups::compact`].
    entries: Vec<Entry>,
    position: HashMap<i64, usize>,
    scales: Vec<f32>,
    words: Vec<u64>,
    dead_codes: usize,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    id: i64,
    first: usize,
    codes: u32,
    is_live: bool,
}

impl CodeIndex {
    /// An empty index for codes of vectors of `dimension` components. Fails with [`Error::UnsupportedDimension`].
    pub fn new(dimension: usize) -> Result<Self> {
        check_dimension(dimension)?;
        Ok(Self { dimension, groups: RwLock::default() })
    }

    /// Adds a group with the codes in `codes`, one after the other, or replaces the one with the same id. A group
    /// without codes is none.
    ///
    /// Fails with [`Error::CodeLength`] and changes nothing when these are not whole codes.
    pub fn insert(&self, group: i64, codes: &[u8]) -> Result<()> {
        let bytes = code_bytes(self.dimension);
        if !codes.len().is_multiple_of(bytes) {
            return Err(Error::CodeLength { expected: bytes, actual: codes.len() });
        }
        let mut groups = self.groups.write();
        groups.remove(group);
        if !codes.is_empty() {
            groups.append(group, codes, bytes);
        }
        Ok(())
    }

    /// Takes a group out. Returns whether it was there.
    pub fn remove(&self, group: i64) -> bool {
        self.groups.write().remove(group)
    }

    /// Drops all groups.
    pub fn clear(&self) {
        *self.groups.write() = Groups::default();
    }

    /// The number of codes that a search can meet.
    pub fn len(&self) -> usize {
        let groups = self.groups.read();
        groups.scales.len() - groups.dead_codes
    }

    /// Whether there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ids of all groups, in no order.
    pub fn groups(&self) -> Vec<i64> {
        self.groups.read().position.keys().copied().collect()
    }

    /// The `count` accepted groups whose best code is the most like the query, best first, each with an estimate of
    /// the cosine similarity that is good to some 0.02 at 1280 components.
    ///
    /// Fails with [`Error::DimensionMismatch`] or [`Error::ZeroVector`].
    pub fn candidates(
        &self,
        query: &[i8],
        count: usize,
        accept: Option<Accept<'_>>,
    ) -> Result<Vec<Neighbor>> {
        let query = Query::new(query, self.dimension)?;
        let groups = self.groups.read();
        let scan = |entries: &[Entry]| {
            let mut best = TopK::new(count);
            for entry in entries.iter().filter(|entry| entry.is_live) {
                if accept.is_none_or(|accept| accept(entry.id)) {
                    best.offer(Neighbor { id: entry.id, similarity: groups.best(entry, &query) });
                }
            }
            best.into_best_first(count)
        };
        let mut best = TopK::new(count);
        let found: Vec<_> = groups.entries.par_chunks(SCANNED_AT_ONCE).map(scan).collect();
        found.into_iter().flatten().for_each(|neighbor| best.offer(neighbor));
        Ok(best.into_best_first(count))
    }
}

impl Groups {
    fn append(&mut self, id: i64, codes: &[u8], bytes: usize) {
        let first = self.scales.len();
        for code in codes.chunks_exact(bytes) {
            let (scale, words) = code.split_at(HEAD);
            self.scales.extend(scale.as_chunks().0.iter().map(|scale| f32::from_le_bytes(*scale)));
            self.words.extend(words.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)));
        }
        self.position.insert(id, self.entries.len());
        let codes = (self.scales.len() - first) as u32;
        self.entries.push(Entry { id, first, codes, is_live: true });
    }

    fn remove(&mut self, id: i64) -> bool {
        let Some(position) = self.position.remove(&id) else { return false };
        let entry = &mut self.entries[position];
        entry.is_live = false;
        self.dead_codes += entry.codes as usize;
        if self.dead_codes > DEAD_LIMIT.max(self.scales.len() / 4) {
            self.compact();
        }
        true
    }

    /// Moves live groups to the front, over dead ones.
    fn compact(&mut self) {
        let words = self.words.len() / self.scales.len().max(1);
        let mut end = 0;
        self.entries.retain_mut(|entry| {
            if entry.is_live {
                let (first, codes) = (entry.first, entry.codes as usize);
                self.scales.copy_within(first..first + codes, end);
                self.words.copy_within(first * words..(first + codes) * words, end * words);
                entry.first = end;
                end += codes;
            }
            entry.is_live
        });
        self.scales.truncate(end);
        self.words.truncate(end * words);
        self.position = self.entries.iter().enumerate().map(|(at, entry)| (entry.id, at)).collect();
        self.dead_codes = 0;
    }

    /// The similarity of the group's best code.
    fn best(&self, entry: &Entry, query: &Query) -> f32 {
        let codes = entry.first..entry.first + entry.codes as usize;
        let bits = &self.words[codes.start * query.words..codes.end * query.words];
        (query.best(bits, &self.scales[codes]) * query.scale).clamp(-1.0, 1.0)
    }
}

/// A query's rotated components in [`PLANES`] bits each, bit by bit.
#[derive(Debug)]
struct Query {
    /// The lowest bits of all components, then their next bits, and so on, 64 components a word.
    planes: Vec<u64>,
    /// Words of a plane, and of a code.
    words: usize,
    /// The sum of all components.
    sum: i64,
    /// What one step of a component stands for.
    scale: f32,
}

impl Query {
    fn new(vector: &[i8], dimension: usize) -> Result<Self> {
        if vector.len() != dimension {
            return Err(Error::DimensionMismatch { expected: dimension, actual: vector.len() });
        }
        let rotated = rotated(vector)?;
        let largest = rotated.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        let steps = (OFFSET - 1) as f32;
        let components: Vec<i64> =
            rotated.iter().map(|value| (value / largest * steps).round() as i64).collect();
        let bit = |component: i64, plane: usize| (component + OFFSET) as u64 >> plane & 1;
        let word = |chunk: &[i64], plane| {
            chunk.iter().rev().fold(0, |word, component| word << 1 | bit(*component, plane))
        };
        let plane = |plane| components.chunks(64).map(move |chunk| word(chunk, plane));
        Ok(Self {
            planes: (0..PLANES).flat_map(plane).collect(),
            words: words(dimension),
            sum: components.iter().sum(),
            scale: largest / steps,
        })
    }

    /// The largest product of the query with a code, times the code's scale.
    fn best(&self, codes: &[u64], scales: &[f32]) -> f32 {
        #[cfg(target_arch = "x86_64")]
        {
            let counts_words = std::is_x86_feature_detected!("popcnt");
            let counts_vectors =
                std::is_x86_feature_detected!("avx512vpopcntdq") && std::is_x86_feature_detected!("avx512vl");
            if counts_words && counts_vectors {
                // SAFETY: the processor has these instructions.
                return unsafe { self.best_avx512(codes, scales) };
            }
            if counts_words {
                // SAFETY: the processor has this instruction.
                return unsafe { self.best_popcnt(codes, scales) };
            }
        }
        self.best_portable(codes, scales)
    }

    /// With these the compiler counts the bits of eight words at a time.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq,popcnt")]
    fn best_avx512(&self, codes: &[u64], scales: &[f32]) -> f32 {
        self.best_portable(codes, scales)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "popcnt")]
    fn best_popcnt(&self, codes: &[u64], scales: &[f32]) -> f32 {
        self.best_portable(codes, scales)
    }

    /// Loops rather than iterators' methods: these take on the instructions of the function that they are a part of.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "on its own it would have the plainest instructions")]
    fn best_portable(&self, codes: &[u64], scales: &[f32]) -> f32 {
        let mut best = f32::NEG_INFINITY;
        for (code, scale) in codes.chunks_exact(self.words).zip(scales) {
            // The additions wrap, as checked ones cannot be vectorised; numbers of bits are small.
            let (mut set, mut raised) = (0_i64, 0_i64);
            for word in code {
                set = set.wrapping_add(i64::from(word.count_ones()));
            }
            for (plane, bits) in self.planes.chunks_exact(self.words).enumerate() {
                let mut common = 0_i64;
                for (word, bits) in code.iter().zip(bits) {
                    common = common.wrapping_add(i64::from((word & bits).count_ones()));
                }
                raised += common << plane;
            }
            // The sum of the query's components, negated where the code's bit is not set.
            let product = 2 * (raised - OFFSET * set) - self.sum;
            best = best.max(product as f32 * scale);
        }
        best
    }
}

/// The vector at unit length, rotated.
fn rotated(vector: &[i8]) -> Result<Vec<f32>> {
    check_dimension(vector.len())?;
    let norm = (squared_norm(vector, vector.len())? as f32).sqrt();
    let mut rotated: Vec<f32> = vector.iter().map(|&component| f32::from(component) / norm).collect();
    rotate(&mut rotated);
    Ok(rotated)
}

fn words(dimension: usize) -> usize {
    dimension.div_ceil(64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosine;
    use crate::recall::scramble;

    const DIMENSION: usize = 1280;

    /// A vector like an embedding: most components small, all of one sign.
    fn vector(seed: u64) -> Vec<i8> {
        let component = |n| (scramble(seed * DIMENSION as u64 + n) % 127) as f32 / 127.0;
        (0..DIMENSION as u64).map(|n| (component(n).powi(4) * 127.0) as i8).collect()
    }

    fn mixed(a: &[i8], b: &[i8], share: f32) -> Vec<i8> {
        let mix = |(&a, &b): (&i8, &i8)| (f32::from(a) * share + f32::from(b) * (1.0 - share)) as i8;
        a.iter().zip(b).map(mix).collect()
    }

    #[test]
    fn estimates_come_close_to_the_cosine() {
        let query = vector(1);
        let index = CodeIndex::new(DIMENSION).unwrap();
        let vectors: Vec<_> = (0..200).map(|n| mixed(&query, &vector(n + 2), n as f32 / 200.0)).collect();
        for (n, vector) in vectors.iter().enumerate() {
            index.insert(n as i64, &encode(vector).unwrap()).unwrap();
        }
        let found = index.candidates(&query, 200, None).unwrap();
        let errors = found
            .iter()
            .map(|found| (found.similarity - cosine(&query, &vectors[found.id as usize]).unwrap()).abs());
        let errors: Vec<f32> = errors.collect();
        assert_eq!(errors.len(), 200);
        let mean = errors.iter().sum::<f32>() / 200.0;
        assert!(mean < 0.02 && errors.iter().all(|error| *error < 0.08), "{mean}, {errors:?}");
    }

    #[test]
    fn a_group_is_as_good_as_its_best_code() {
        let index = CodeIndex::new(DIMENSION).unwrap();
        let codes =
            |seeds: &[u64]| seeds.iter().flat_map(|&n| encode(&vector(n)).unwrap()).collect::<Vec<u8>>();
        index.insert(7, &codes(&[1, 2, 3])).unwrap();
        index.insert(8, &codes(&[4])).unwrap();
        index.insert(9, &[]).unwrap();
        assert_eq!((index.len(), index.groups().len()), (4, 2));
        let first = |seed, accept| index.candidates(&vector(seed), 1, accept).unwrap()[0].id;
        assert_eq!((first(2, None), first(4, None)), (7, 8));
        assert_eq!(first(2, Some(&|id| id != 7)), 8);
        index.insert(8, &codes(&[2])).unwrap();
        assert!(index.remove(7) && !index.remove(7));
        assert_eq!((first(2, None), index.len()), (8, 1));
        assert!(matches!(index.insert(1, &[0; 5]), Err(Error::CodeLength { .. })));
        assert_eq!(index.candidates(&vector(1), 5, None).unwrap().len(), 1);
    }

    #[test]
    fn removed_groups_free_their_memory_and_the_rest_stays() {
        let index = CodeIndex::new(64).unwrap();
        let vector = |n: i64| (0..64).map(|i| scramble((n * 64 + i) as u64) as i8).collect::<Vec<_>>();
        let count = 2 * DEAD_LIMIT as i64;
        (0..count).for_each(|n| index.insert(n, &encode(&vector(n)).unwrap()).unwrap());
        (0..count).filter(|n| n % 3 > 0).for_each(|n| assert!(index.remove(n)));
        assert_eq!(index.len(), count as usize / 3 + 1);
        assert!(index.groups.read().words.len() < count as usize / 2);
        for n in (0..count).step_by(999) {
            assert_eq!(index.candidates(&vector(n), 1, None).unwrap()[0].id, n);
        }
    }

    #[test]
    fn every_way_to_count_gives_the_same() {
        let query = Query::new(&vector(1), DIMENSION).unwrap();
        let codes: Vec<u64> = (0..3 * query.words as u64).map(scramble).collect();
        let scales = [0.5, 2.0, 1.0];
        assert!((query.best(&codes, &scales) - query.best_portable(&codes, &scales)).abs() < f32::EPSILON);
    }
}
