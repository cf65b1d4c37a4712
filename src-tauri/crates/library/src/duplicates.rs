//! Groups of photos that show the same picture: copies to the byte, and near-identical ones by embedding.
//!
//! Groups are complete: every two pictures in one are as alike as asked. A chain in which A is like B and B
//! like C does not make A and C duplicates. Nothing is ever deleted here.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::thread;

use catalog::{embedding, photo};
use vector_index::{TieredIndex, VectorIndex};

use crate::{Library, LibraryError, Result};

/// Near-identical pictures considered for each one: a long burst.
const NEIGHBORS: usize = 64;

impl Library {
    /// Groups of two or more photos whose pictures are at least `min_similarity` alike (the model's limit for
    /// near-identical when none is given), largest groups first.
    pub fn duplicates(&self, min_similarity: Option<f32>) -> Result<Vec<Vec<PathBuf>>> {
        let min_similarity = min_similarity.unwrap_or(self.model.bands.near_identical);
        let owners = self.whole_embeddings()?;
        let vectors = self.index.vectors()?;
        let mut pairs = self.similar_pairs(&vectors, &owners, min_similarity)?;
        pairs.sort_by(|a, b| {
            b.similarity.total_cmp(&a.similarity).then((a.one, a.other).cmp(&(b.one, b.other)))
        });
        let mut clusters = complete_linkage(&vectors, &pairs, min_similarity)?;
        let grouped: HashSet<i64> = clusters.iter().flatten().copied().collect();
        // A picture without a near-identical one may still have copies to the byte.
        clusters.extend(owners.keys().filter(|id| !grouped.contains(id)).map(|id| vec![*id]));
        let mut groups = self.catalog.read(|connection| {
            let mut groups = Vec::new();
            for cluster in clusters {
                let mut paths = Vec::new();
                for id in cluster {
                    let Some(content) = owners.get(&id) else { continue };
                    paths
                        .extend(photo::by_content(connection, *content)?.into_iter().map(|photo| photo.path));
                }
                groups.push(distinct_files(paths));
            }
            Ok(groups)
        })?;
        groups.retain(|paths| paths.len() > 1);
        groups.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        Ok(groups)
    }

    /// Pictures by embedding id.
    fn whole_embeddings(&self) -> Result<HashMap<i64, i64>> {
        Ok(self.catalog.read(|connection| embedding::whole_owners(connection, self.model_id))?)
    }

    fn similar_pairs(
        &self,
        vectors: &TieredIndex,
        owners: &HashMap<i64, i64>,
        min_similarity: f32,
    ) -> Result<Vec<Pair>> {
        let ids: Vec<i64> = owners.keys().copied().collect();
        thread::scope(|threads| {
            let chunks = ids.chunks(ids.len().div_ceil(self.threads).max(1));
            let searches: Vec<_> =
                chunks.map(|chunk| threads.spawn(move || pairs_of(vectors, chunk, min_similarity))).collect();
            let mut pairs = Vec::new();
            for search in searches {
                pairs.extend(search.join().unwrap_or(Err(LibraryError::WorkerDied))?);
            }
            Ok(pairs)
        })
    }
}

/// One path a file, sorted: a file that links make visible twice is no copy of itself.
fn distinct_files(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    paths.sort();
    let mut seen = HashSet::new();
    paths.retain(|path| seen.insert(dunce::canonicalize(path).unwrap_or_else(|_| path.clone())));
    paths
}

/// Two embeddings, the smaller id first.
#[derive(Debug, Clone, Copy)]
struct Pair {
    one: i64,
    other: i64,
    similarity: f32,
}

fn pairs_of(vectors: &TieredIndex, ids: &[i64], min_similarity: f32) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for &id in ids {
        let Some(vector) = vectors.vector(id) else { continue };
        for neighbor in vectors.search(&vector, NEIGHBORS, None)? {
            // Each pair is seen from both sides; an approximate index may see it from one only.
            if neighbor.id != id && neighbor.similarity >= min_similarity {
                let (one, other) = (id.min(neighbor.id), id.max(neighbor.id));
                pairs.push(Pair { one, other, similarity: neighbor.similarity });
            }
        }
    }
    Ok(pairs)
}

/// Joins clusters along the best pairs, as long as every two members stay alike.
fn complete_linkage(vectors: &TieredIndex, pairs: &[Pair], min_similarity: f32) -> Result<Vec<Vec<i64>>> {
    let mut clusters: Vec<Vec<i64>> = Vec::new();
    let mut cluster_of: HashMap<i64, usize> = HashMap::new();
    for pair in pairs {
        let one = cluster_index(pair.one, &mut clusters, &mut cluster_of);
        let other = cluster_index(pair.other, &mut clusters, &mut cluster_of);
        if one == other || !all_alike(vectors, &clusters[one], &clusters[other], min_similarity)? {
            continue;
        }
        let joined = std::mem::take(&mut clusters[other]);
        for id in &joined {
            cluster_of.insert(*id, one);
        }
        clusters[one].extend(joined);
    }
    clusters.retain(|cluster| !cluster.is_empty());
    Ok(clusters)
}

fn cluster_index(id: i64, clusters: &mut Vec<Vec<i64>>, cluster_of: &mut HashMap<i64, usize>) -> usize {
    *cluster_of.entry(id).or_insert_with(|| {
        clusters.push(vec![id]);
        clusters.len() - 1
    })
}

fn all_alike(vectors: &TieredIndex, a: &[i64], b: &[i64], min_similarity: f32) -> Result<bool> {
    for id in a {
        let Some(vector) = vectors.vector(*id) else { return Ok(false) };
        for other in b {
            let Some(other) = vectors.vector(*other) else { return Ok(false) };
            if vector_index::cosine(&vector, &other)? < min_similarity {
                return Ok(false);
            }
        }
    }
    Ok(true)
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
        let mut pairs = pairs_of(&vectors, &[1, 2, 3], 0.9).unwrap();
        pairs.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        let groups = complete_linkage(&vectors, &pairs, 0.9).unwrap();
        assert!(groups.iter().all(|group| group.len() <= 2), "{groups:?}");
        assert!(groups.iter().any(|group| group.len() == 2), "{groups:?}");
    }
}
