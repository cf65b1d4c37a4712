//! Groups of photos that show the same picture: copies to the byte, and those that [`crate::duplicates::copies`] finds.
//!
//! What becomes of a group is told in [`crate::duplicates::group`]. Groups are complete: every two pictures in one are as alike as asked. A chain in which A is like B and B
//! like C does not make A and C duplicates. Nothing is ever deleted here.

use std::collections::HashSet;

use catalog::{copies, photo};

use crate::base::control::Control;
use crate::base::parallel;
use crate::duplicates::close_up::Likeness;
use crate::duplicates::group::DuplicateGroup;
use crate::duplicates::linkage::complete_linkage;
use crate::{Library, Result};

/// Pairs that are in no list, as one is the edited copy of another edited copy, whose pixels are compared, at most: some
/// seconds. A library with more has thousands of pictures that are all alike, and smaller groups of them.
const MOST_LOOKED_AT: usize = 2_000;

impl Library {
    /// Groups of two or more photos that show the same picture, largest groups first: copies to the byte, and edited
    /// copies, whose pixels agree. With `min_similarity`, only edited copies whose embeddings are that alike as well: those
    /// that were changed little. However alike they are, embeddings alone make no duplicates.
    ///
    /// Pictures that were not compared yet are compared first, see [`Self::find_copies`].
    pub fn duplicates(&self, min_similarity: Option<f32>) -> Result<Vec<DuplicateGroup>> {
        let mut clusters = self.copies(min_similarity)?;
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

    /// Clusters of pictures every two of which are copies of each other, and whose embeddings are that alike.
    fn copies(&self, min_similarity: Option<f32>) -> Result<Vec<Vec<i64>>> {
        self.find_copies(&Control::default(), &|_| {})?;
        let mut pairs = self.catalog.read(|connection| copies::all(connection, self.model_id))?;
        let pictures = self.pictures()?;
        let is_alike = |one: i64, other: i64| match min_similarity {
            Some(limit) => pictures.are_alike(one, other, limit),
            None => Ok(true),
        };
        let known: HashSet<(i64, i64)> = pairs.iter().map(|pair| (pair.one, pair.other)).collect();
        let mut refused = Vec::new();
        for pair in &pairs {
            refused.push(!is_alike(pair.one, pair.other)?);
        }
        let mut refused = refused.into_iter();
        pairs.retain(|_| !refused.next().unwrap_or_default());
        let mut looked_at = 0;
        complete_linkage(&mut pairs, |one, other| {
            if !is_alike(one, other)? {
                return Ok(false);
            }
            if known.contains(&(one.min(other), one.max(other))) {
                return Ok(true);
            }
            looked_at += 1;
            Ok(looked_at <= MOST_LOOKED_AT && matches!(pictures.likeness(one, other)?, Likeness::Copies(_)))
        })
    }
}
