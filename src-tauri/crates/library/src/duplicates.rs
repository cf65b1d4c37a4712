//! Groups of photos that show the same picture: copies to the byte, and near-identical ones by embedding.
//!
//! Groups are complete: every two pictures in one are as alike as asked. A chain in which A is like B and B
//! like C does not make A and C duplicates. Nothing is ever deleted here.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::thread;

use catalog::content::Content;
use catalog::photo::Photo;
use catalog::{content, embedding, photo};
use vector_index::{TieredIndex, VectorIndex};

use crate::keeper::{self, Candidate, KeepReason};
use crate::{Library, LibraryError, Result};

/// Near-identical pictures considered for each one: a long burst.
const NEIGHBORS: usize = 64;

/// A photo among duplicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The photo.
    pub photo: i64,
    /// Where it is.
    pub path: PathBuf,
    /// Its picture: photos with the same one are copies to the byte.
    pub content_id: i64,
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// Size of the file.
    pub bytes: u64,
}

/// Photos that show the same picture, two or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateGroup {
    /// By path.
    pub photos: Vec<Duplicate>,
    /// The position of the one that is suggested to be kept.
    pub keep: usize,
    /// Why that one.
    pub reason: KeepReason,
}

impl Library {
    /// Groups of two or more photos whose pictures are at least `min_similarity` alike (the model's limit for
    /// near-identical when none is given), largest groups first.
    pub fn duplicates(&self, min_similarity: Option<f32>) -> Result<Vec<DuplicateGroup>> {
        let min_similarity = min_similarity.unwrap_or(self.model.bands().near_identical);
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
        let mut groups = Vec::new();
        for cluster in clusters {
            let contents: Vec<i64> = cluster.iter().filter_map(|id| owners.get(id).copied()).collect();
            groups.extend(self.group(&contents)?);
        }
        groups.sort_by(|a, b| {
            let paths = |group: &DuplicateGroup| group.photos.first().map(|photo| photo.path.clone());
            b.photos.len().cmp(&a.photos.len()).then_with(|| paths(a).cmp(&paths(b)))
        });
        Ok(groups)
    }

    /// The photos of these pictures, if there are two or more.
    fn group(&self, contents: &[i64]) -> Result<Option<DuplicateGroup>> {
        let mut members = self.catalog.read(|connection| {
            let mut members = Vec::new();
            for &id in contents {
                let photos = photo::by_content(connection, id)?;
                // Most pictures have one photo and are like no other: ask for no more of them.
                if contents.len() == 1 && photos.len() < 2 {
                    continue;
                }
                let Some(content) = content::by_id(connection, id)? else { continue };
                members.extend(photos.into_iter().map(|photo| (photo, content.clone())));
            }
            Ok(members)
        })?;
        members.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        // A file that links make visible twice is no copy of itself.
        let mut seen = HashSet::new();
        members.retain(|(photo, _)| {
            seen.insert(dunce::canonicalize(&photo.path).unwrap_or_else(|_| photo.path.clone()))
        });
        if members.len() < 2 {
            return Ok(None);
        }
        let (keep, reason) = keeper::choose(&self.candidates(&members));
        let photos = members.into_iter().map(|(photo, content)| Duplicate {
            photo: photo.id,
            path: photo.path,
            content_id: photo.content_id,
            width: content.width,
            height: content.height,
            bytes: photo.stamp.size,
        });
        Ok(Some(DuplicateGroup { photos: photos.collect(), keep, reason }))
    }

    fn candidates(&self, members: &[(Photo, Content)]) -> Vec<Candidate> {
        let mut sharpness = HashMap::new();
        for (photo, content) in members {
            if let Entry::Vacant(entry) = sharpness.entry(photo.content_id) {
                // A thumbnail that is damaged or missing is made anew by the next whole update.
                let jpeg = self.thumbnails.get(&content.hash).unwrap_or_default();
                entry.insert(jpeg.and_then(|jpeg| crate::photo::sharpness(&jpeg).ok()));
            }
        }
        let candidate = |(photo, content): &(Photo, Content)| Candidate {
            pixels: u64::from(content.width) * u64::from(content.height),
            sharpness: sharpness.get(&photo.content_id).copied().flatten(),
            online: photo.online,
            has_date: content.captured_at.is_some(),
            bytes: photo.stamp.size,
            modified_ns: photo.stamp.modified_ns,
        };
        members.iter().map(candidate).collect()
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
