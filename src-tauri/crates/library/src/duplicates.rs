//! Groups of photos that show the same picture: copies to the byte, and those that [`crate::copies`] finds.
//!
//! What becomes of a group is told in [`crate::duplicate_group`]. Groups are complete: every two pictures in one are as alike as asked. A chain in which A is like B and B
//! like C does not make A and C duplicates. Nothing is ever deleted here.

use std::collections::HashSet;

use catalog::copies::Copy;
use catalog::{copies, embedding, photo};
use vector_index::{TieredIndex, VectorIndex};

use crate::copies::NEIGHBORS;
use crate::linkage::complete_linkage;
use crate::{Control, DuplicateGroup, Library, Result, parallel};

/// Pairs that are in no list, as one is the edited copy of another edited copy, whose prints are looked at, at most: some
/// seconds. A library with more has thousands of pictures that are all alike, and smaller groups of them.
const MOST_LOOKED_AT: usize = 10_000;

impl Library {
    /// Groups of two or more photos that show the same picture, largest groups first: copies to the byte, edited copies
    /// and near-identical pictures. With `min_similarity`, those whose embeddings are that alike instead.
    ///
    /// Pictures that were not compared yet are compared first, see [`Self::find_copies`].
    pub fn duplicates(&self, min_similarity: Option<f32>) -> Result<Vec<DuplicateGroup>> {
        let mut clusters = match min_similarity {
            Some(limit) => self.alike_by_embedding(limit)?,
            None => self.copies()?,
        };
        let grouped: HashSet<i64> = clusters.iter().flatten().copied().collect();
        // A picture without a near-identical one may still have copies to the byte.
        let shared = self.catalog.read(photo::shared_contents)?;
        clusters.extend(shared.into_iter().filter(|id| !grouped.contains(id)).map(|id| vec![id]));
        self.enlarged.begin();
        let groups = parallel::map(self.threads, &clusters, |cluster| self.group(cluster))?;
        let mut groups: Vec<DuplicateGroup> = groups.into_iter().flatten().collect();
        groups.sort_by(|a, b| {
            let paths = |group: &DuplicateGroup| group.photos.first().map(|photo| photo.path.clone());
            b.photos.len().cmp(&a.photos.len()).then_with(|| paths(a).cmp(&paths(b)))
        });
        Ok(groups)
    }

    /// Clusters of pictures every two of which are copies of each other.
    fn copies(&self) -> Result<Vec<Vec<i64>>> {
        self.find_copies(&Control::default(), &|_| {})?;
        let mut pairs = self.catalog.read(|connection| copies::all(connection, self.model_id))?;
        let pictures = self.pictures()?;
        let known: HashSet<(i64, i64)> = pairs.iter().map(|pair| (pair.one, pair.other)).collect();
        let mut looked_at = 0;
        complete_linkage(&mut pairs, |one, other| {
            if known.contains(&(one.min(other), one.max(other))) || pictures.are_near_identical(one, other)? {
                return Ok(true);
            }
            looked_at += 1;
            Ok(looked_at <= MOST_LOOKED_AT && pictures.are_edited_copies(one, other)?)
        })
    }

    /// Clusters of pictures whose embeddings are alike.
    fn alike_by_embedding(&self, min_similarity: f32) -> Result<Vec<Vec<i64>>> {
        let owners = self.catalog.read(|connection| embedding::whole_owners(connection, self.model_id))?;
        let vectors = self.index.vectors()?;
        let ids: Vec<i64> = owners.keys().copied().collect();
        let pairs = parallel::map(self.threads, &ids, |id| pairs_of(&vectors, *id, min_similarity))?;
        let mut pairs: Vec<Copy> = pairs.into_iter().flatten().collect();
        let clusters =
            complete_linkage(&mut pairs, |one, other| alike(&vectors, (one, other), min_similarity))?;
        let contents = |cluster: Vec<i64>| cluster.iter().filter_map(|id| owners.get(id).copied()).collect();
        Ok(clusters.into_iter().map(contents).collect())
    }
}

fn pairs_of(vectors: &TieredIndex, id: i64, min_similarity: f32) -> Result<Vec<Copy>> {
    let Some(vector) = vectors.vector(id) else { return Ok(Vec::new()) };
    let neighbors = vectors.search(&vector, NEIGHBORS, None)?.into_iter();
    // Each pair is seen from both sides; an approximate index may see it from one only.
    let others = neighbors.filter(|other| other.id != id && other.similarity >= min_similarity);
    Ok(others
        .map(|other| Copy { one: id.min(other.id), other: id.max(other.id), similarity: other.similarity })
        .collect())
}

fn alike(vectors: &TieredIndex, (one, other): (i64, i64), min_similarity: f32) -> Result<bool> {
    let (Some(one), Some(other)) = (vectors.vector(one), vectors.vector(other)) else { return Ok(false) };
    Ok(vector_index::cosine(&one, &other)? >= min_similarity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_likenesses_is_not_one_group() {
        let vectors = TieredIndex::new(2).unwrap();
        // Directions 0, 20 and 40 degrees: neighbours are alike (cosine 0.94), the ends are not (0.77).
        for (id, degrees) in [(1, 0.0_f32), (2, 20.0), (3, 40.0)] {
            let (sin, cos) = degrees.to_radians().sin_cos();
            vectors.insert(id, &vector_index::quantize(&[cos, sin]).unwrap()).unwrap();
        }
        let mut pairs: Vec<Copy> =
            [1, 2, 3].iter().flat_map(|id| pairs_of(&vectors, *id, 0.9).unwrap()).collect();
        let groups = complete_linkage(&mut pairs, |one, other| alike(&vectors, (one, other), 0.9)).unwrap();
        assert!(groups.iter().all(|group| group.len() <= 2), "{groups:?}");
        assert!(groups.iter().any(|group| group.len() == 2), "{groups:?}");
    }
}
