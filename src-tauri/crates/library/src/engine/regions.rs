//! Finds photos by a part of them: those in which some region looks like the query.
//!
//! Codes of one bit a component say which photos to look at; the stored vectors then say how alike, and where.

use catalog::tiling::{self, Tiling};
use catalog::{Connection, Region};
use vector_index::CodeIndex;

use crate::engine::look::Parts;
use crate::engine::tiles::TILING;
use crate::{Library, Result};

/// Photos whose regions are compared exactly, at least and at most.
const COMPARED: std::ops::RangeInclusive<usize> = 200..=2000;

/// How far estimates fall short of the cosine at most, give or take the odd one.
const ESTIMATE_ERROR: f32 = 0.06;

/// A picture that has something of a query, and how much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub(crate) content_id: i64,
    /// Of a region, discounted.
    pub(crate) similarity: f32,
    pub(crate) by: FoundBy,
    /// Whether the query was cut from it: then their pixels agree.
    pub(crate) is_excerpt: bool,
}

/// What of a picture is like a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum FoundBy {
    /// All of it; the id of its vector.
    Whole(i64),
    /// A part of it.
    Region(Region),
}

impl Library {
    /// The pictures with a region that looks like `query`, best first: about `count`, all more alike than `bar`.
    pub(crate) fn pictures_with(
        &self,
        connection: &Connection,
        codes: &CodeIndex,
        query: &[i8],
        (count, bar): (usize, f32),
        accept: Option<vector_index::Accept<'_>>,
    ) -> Result<Vec<Found>> {
        let discount = self.model.discount();
        let compared = count.clamp(*COMPARED.start(), *COMPARED.end());
        let candidates = codes.candidates(query, compared, accept)?;
        let is_promising = |candidate: &vector_index::Neighbor| {
            discounted(candidate.similarity + ESTIMATE_ERROR, discount) > bar
        };
        let mut found = Vec::new();
        for candidate in candidates.into_iter().take_while(is_promising) {
            let regions = tiling::regions(connection, candidate.id, self.model_id)?;
            // A damaged vector is as good as none.
            let compared = regions.iter().filter_map(|(region, vector)| {
                Some((*region, discounted(vector_index::cosine(query, vector).ok()?, discount)))
            });
            if let Some((region, similarity)) = compared.max_by(|a, b| a.1.total_cmp(&b.1))
                && similarity > bar
            {
                let by = FoundBy::Region(region);
                found.push(Found { content_id: candidate.id, similarity, by, is_excerpt: false });
            }
        }
        found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
        Ok(found)
    }
}

/// As similar as a part counts that is so many times as far away as it is.
fn discounted(similarity: f32, discount: f32) -> f32 {
    (1.0 - (1.0 - similarity) * discount).clamp(-1.0, 1.0)
}

/// Stores the parts of a picture, in place of any that it has of this model. Returns the codes they are searched by.
pub(crate) fn store(
    connection: &Connection,
    content_id: i64,
    model_id: i64,
    parts: &Parts,
) -> catalog::Result<Vec<u8>> {
    // No part is a vector of zeros, which is all that could fail.
    let codes = parts.iter().filter_map(|(_, vector)| vector_index::encode(vector).ok());
    let codes: Vec<u8> = codes.flatten().collect();
    tiling::replace(
        connection,
        content_id,
        model_id,
        Tiling { version: TILING, regions: parts, codes: &codes },
    )?;
    Ok(codes)
}

/// Puts pictures found as a whole and those found by a region, each best first, in one order. A picture comes once, as
/// what it is the most alike as.
pub(crate) fn merge(whole: Vec<Found>, regions: Vec<Found>) -> Vec<Found> {
    let mut merged = whole;
    merged.extend(regions);
    // Stable: of equals the whole comes first.
    merged.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    let mut seen = std::collections::HashSet::new();
    merged.retain(|found| seen.insert(found.content_id));
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_comes_once_as_what_it_is_most_alike_as() {
        let region = FoundBy::Region(Region { x: 1, y: 2, width: 3, height: 4 });
        let found = |content_id, similarity, by| Found { content_id, similarity, by, is_excerpt: false };
        let by_whole =
            |content_id, similarity| found(content_id, similarity, FoundBy::Whole(content_id + 10));
        let whole = vec![by_whole(1, 0.9), by_whole(2, 0.5), by_whole(3, 0.4)];
        let regions = vec![found(3, 0.7, region), found(1, 0.9, region), found(4, 0.45, region)];
        let expected = [by_whole(1, 0.9), found(3, 0.7, region), by_whole(2, 0.5), found(4, 0.45, region)];
        assert_eq!(merge(whole, regions), expected);
    }

    #[test]
    fn what_is_equal_stays_equal() {
        assert!((discounted(1.0, 1.15) - 1.0).abs() < f32::EPSILON);
        assert!(discounted(0.4, 1.15) < 0.35 && discounted(0.8, 1.15) > 0.75);
        assert!((discounted(0.4, 1.0) - 0.4).abs() < 1e-6);
    }
}
