//! Complete linkage: clusters every two members of which are alike. A chain in which A is like B and B like C does not
//! make A and C one cluster.

use std::collections::{HashMap, HashSet};

use catalog::copies::Copy;

use crate::Result;

/// Joins clusters along the best pairs, as long as every two members are alike. `are_alike` is asked for pairs that may be
/// among the given ones or not.
pub(crate) fn complete_linkage(
    pairs: &mut [Copy],
    mut are_alike: impl FnMut(i64, i64) -> Result<bool>,
) -> Result<Vec<Vec<i64>>> {
    pairs.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then((a.one, a.other).cmp(&(b.one, b.other))));
    let mut clusters = Clusters::default();
    for pair in pairs {
        let (one, other) = (clusters.of(pair.one), clusters.of(pair.other));
        if one == other || clusters.strangers[one].contains(&other) {
            continue;
        }
        if clusters.are_all_alike(one, other, &mut are_alike)? {
            clusters.join(one, other);
        } else {
            clusters.part(one, other);
        }
    }
    clusters.members.retain(|cluster| !cluster.is_empty());
    Ok(clusters.members)
}

#[derive(Default)]
struct Clusters {
    /// None of a cluster that has joined another.
    members: Vec<Vec<i64>>,
    of: HashMap<i64, usize>,
    /// Of each cluster, those that it will never join, however both grow: among thousands of pictures that are much alike,
    /// a pair is looked at once and not for every pair of their members.
    strangers: Vec<HashSet<usize>>,
}

impl Clusters {
    fn of(&mut self, id: i64) -> usize {
        *self.of.entry(id).or_insert_with(|| {
            self.members.push(vec![id]);
            self.strangers.push(HashSet::new());
            self.members.len() - 1
        })
    }

    fn are_all_alike(
        &self,
        one: usize,
        other: usize,
        are_alike: &mut impl FnMut(i64, i64) -> Result<bool>,
    ) -> Result<bool> {
        for &one in &self.members[one] {
            for &other in &self.members[other] {
                if !are_alike(one, other)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn part(&mut self, one: usize, other: usize) {
        self.strangers[one].insert(other);
        self.strangers[other].insert(one);
    }

    fn join(&mut self, one: usize, other: usize) {
        let is_larger = self.members[one].len() >= self.members[other].len();
        let (to, from) = if is_larger { (one, other) } else { (other, one) };
        let joined = std::mem::take(&mut self.members[from]);
        for &id in &joined {
            self.of.insert(id, to);
        }
        self.members[to].extend(joined);
        for stranger in std::mem::take(&mut self.strangers[from]) {
            self.strangers[stranger].remove(&from);
            self.part(to, stranger);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clusters of numbers, of which those are alike that differ by at most `limit`; and how often it was asked.
    fn clusters(numbers: &[i64], limit: i64) -> (Vec<Vec<i64>>, usize) {
        let mut pairs: Vec<Copy> = Vec::new();
        for (nth, &one) in numbers.iter().enumerate() {
            let others = numbers[nth + 1..].iter().filter(|other| (**other - one).abs() <= limit);
            pairs.extend(others.map(|&other| Copy {
                one: one.min(other),
                other: one.max(other),
                similarity: 1.0 / (other - one).abs() as f32,
            }));
        }
        let mut asked = 0;
        let mut clusters = complete_linkage(&mut pairs, |one, other| {
            asked += 1;
            Ok((one - other).abs() <= limit)
        })
        .unwrap();
        for cluster in &mut clusters {
            cluster.sort_unstable();
        }
        clusters.sort();
        (clusters, asked)
    }

    #[test]
    fn the_ends_of_a_chain_are_not_in_one_cluster() {
        assert_eq!(clusters(&[10, 13, 17, 30, 31, 32], 4).0, [vec![10, 13], vec![17], vec![30, 31, 32]]);
        assert_eq!(clusters(&[0, 100], 4).0, Vec::<Vec<i64>>::new());
    }

    #[test]
    fn clusters_that_part_are_not_compared_again() {
        // Two crowds; all of one are alike, and so are the last of one and the first of the other.
        let crowds: Vec<i64> = (0..40).chain(60..100).collect();
        let (found, asked) = clusters(&crowds, 60);
        assert!(found.iter().all(|cluster| cluster.last().unwrap() - cluster[0] <= 60), "{found:?}");
        // Fewer times than there are pairs to begin with; it would be 3,200 times if all were looked at again.
        assert!(asked < 2_380, "{asked}");
    }
}
