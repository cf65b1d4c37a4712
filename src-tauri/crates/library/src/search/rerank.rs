//! Puts photos that are about equally alike to a query in a better order, by what the other results are like.
//!
//! A photo of the same kind has neighbours of that kind. So each result is compared as the mean of itself and its
//! nearest among the results, and the query as the mean of itself and its nearest: database-side augmentation and
//! query expansion (Arandjelović and Zisserman, 2012; Gordo et al., 2017), kept to what a search has found anyway.
//! Photos change places within their band only. Bands and similarities stay true, and so do photos that are found by a
//! region: what is like them as a whole says nothing of the thing in them.

use crate::engine::model::Band;

/// Results that are put in order, the best of all.
pub(crate) const RERANKED: usize = 200;
/// Nearest results that a result, and the query, is averaged with.
const NEIGHBORS: usize = 10;
/// Weights are similarities to this power: what is not alike hardly counts.
const POWER: i32 = 3;

/// What is known of a result that was found as a whole.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Its place among all results.
    pub(crate) place: usize,
    pub(crate) vector: Vec<i8>,
    pub(crate) similarity: f32,
    pub(crate) band: Band,
}

/// The candidates, which come best first, in their new order: which one goes to the place of each.
///
/// Near-identical and very similar ones stay where they are: no neighbours tell more than that.
pub(crate) fn order(query: &[i8], candidates: &[Candidate]) -> Vec<usize> {
    let similarities = pairwise(candidates);
    let units: Vec<Vec<f32>> = candidates.iter().map(|candidate| unit(&candidate.vector)).collect();
    let nearest_to_query: Vec<(usize, f32)> = candidates
        .iter()
        .enumerate()
        // The query's own photo, and copies of it, tell nothing new.
        .filter(|(_, candidate)| candidate.similarity < 0.9999)
        .map(|(place, candidate)| (place, candidate.similarity))
        .take(NEIGHBORS)
        .collect();
    let query = mean(unit(query), &nearest_to_query, &units);
    let score = |place: usize| {
        let nearest = nearest(&similarities[place], place);
        let augmented = mean(units[place].clone(), &nearest, &units);
        augmented.iter().zip(&query).map(|(a, b)| a * b).sum::<f32>()
    };
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    for band in order.chunk_by_mut(|a, b| candidates[*a].band == candidates[*b].band) {
        if band.first().is_some_and(|first| candidates[*first].band > Band::VerySimilar) {
            band.sort_by_cached_key(|place| std::cmp::Reverse(Score(score(*place))));
        }
    }
    order
}

/// Similarities that sort.
#[derive(PartialEq)]
struct Score(f32);

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Of each candidate to each.
fn pairwise(candidates: &[Candidate]) -> Vec<Vec<f32>> {
    let mut similarities = vec![vec![1.0; candidates.len()]; candidates.len()];
    for (one, first) in candidates.iter().enumerate() {
        for (other, second) in candidates.iter().enumerate().take(one) {
            // A damaged vector is like nothing.
            let cosine = vector_index::cosine(&first.vector, &second.vector).unwrap_or_default();
            similarities[one][other] = cosine;
            similarities[other][one] = cosine;
        }
    }
    similarities
}

/// The candidates most alike to one of them, with how alike they are.
fn nearest(similarities: &[f32], one: usize) -> Vec<(usize, f32)> {
    let mut others: Vec<(usize, f32)> =
        similarities.iter().copied().enumerate().filter(|(other, _)| *other != one).collect();
    others.sort_by(|a, b| b.1.total_cmp(&a.1));
    others.truncate(NEIGHBORS);
    others
}

/// The weighted mean of a vector and of some of others, at unit length.
fn mean(mut vector: Vec<f32>, with: &[(usize, f32)], others: &[Vec<f32>]) -> Vec<f32> {
    for (place, similarity) in with {
        let weight = similarity.max(0.0).powi(POWER);
        vector.iter_mut().zip(&others[*place]).for_each(|(sum, value)| *sum += weight * value);
    }
    scale_to_unit(vector)
}

fn unit(vector: &[i8]) -> Vec<f32> {
    scale_to_unit(vector.iter().map(|&value| f32::from(value)).collect())
}

fn scale_to_unit(mut vector: Vec<f32>) -> Vec<f32> {
    let norm = vector.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    for value in &mut vector {
        *value /= norm;
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(place: usize, vector: [i8; 4], similarity: f32, band: Band) -> Candidate {
        Candidate { place, vector: vector.to_vec(), similarity, band }
    }

    const QUERY: [i8; 4] = [100, 20, 0, 0];

    #[test]
    fn one_among_its_kind_passes_a_stranger_that_is_a_little_more_alike() {
        let stranger = candidate(0, [80, 0, 0, 60], 0.8, Band::Similar);
        let mut candidates = vec![stranger];
        let kind = [[58, 70, 0, 0], [58, 70, 9, 0], [58, 70, -9, 0], [57, 70, 5, 0]];
        candidates
            .extend((1..).zip(kind).map(|(place, vector)| candidate(place, vector, 0.79, Band::Similar)));
        let order = order(&QUERY, &candidates);
        assert_eq!(order.len(), 5);
        assert_eq!(order.last(), Some(&0), "{order:?}");
    }

    #[test]
    fn bands_stay_and_what_is_very_similar_stays_where_it_is() {
        let bands = [Band::NearIdentical, Band::VerySimilar, Band::VerySimilar, Band::Similar, Band::Related];
        let vectors = [[100, 1, 0, 0], [90, 0, 0, 44], [89, 45, 0, 0], [60, 80, 0, 0], [50, 86, 0, 0]];
        let candidates: Vec<_> = bands
            .iter()
            .zip(vectors)
            .enumerate()
            .map(|(place, (band, vector))| candidate(place, vector, 0.9 - place as f32 / 10.0, *band))
            .collect();
        assert_eq!(order(&QUERY, &candidates), [0, 1, 2, 3, 4]);
        assert!(order(&QUERY, &[]).is_empty());
    }
}
