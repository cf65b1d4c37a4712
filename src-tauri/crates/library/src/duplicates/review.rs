//! What a person decided about groups of duplicates: which photos to keep, and which groups need no further look.
//!
//! A decision is kept in the catalog by the hashes of the pictures, one setting a group, so that it outlasts renamed
//! files, a restart and a catalog that was saved from. It is a note and no more: nothing is ever deleted here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use catalog::{content, setting};
use serde::{Deserialize, Serialize};

use crate::duplicates::group::DuplicateGroup;
use crate::{Library, Result};

/// What the keys of the settings begin with that hold decisions.
pub(crate) const PREFIX: &str = "duplicates/";

/// Whether a group needs a look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nobody has said anything yet.
    #[default]
    Open,
    /// The person chose what to keep.
    Settled,
    /// The person wants all of these photos: they are no duplicates of each other.
    NotDuplicates,
}

/// What a person decided about a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The photos to keep: those that the person marked, or those that are suggested.
    pub keep: Vec<i64>,
    /// Whether the group needs a look.
    pub verdict: Verdict,
}

/// A decision as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    verdict: Verdict,
    photos: Vec<StoredPhoto>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredPhoto {
    /// Tells copies to the byte apart. Another catalog may have given the id to another photo.
    id: i64,
    hash: String,
    keep: bool,
}

impl Library {
    /// What was decided about each group. A group that lost photos since then keeps its decision; one that gained some
    /// is open again.
    pub fn reviews(&self, groups: &[DuplicateGroup]) -> Result<Vec<Review>> {
        let texts = self.catalog.read(|connection| setting::with_prefix(connection, PREFIX))?;
        // What does not parse was written by another version.
        let stored: Vec<Stored> =
            texts.iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).collect();
        if stored.is_empty() {
            return Ok(groups.iter().map(suggested).collect());
        }
        let mut by_hash: HashMap<&str, Vec<&Stored>> = HashMap::new();
        for decision in &stored {
            let hashes: BTreeSet<&str> = decision.photos.iter().map(|photo| photo.hash.as_str()).collect();
            for hash in hashes {
                by_hash.entry(hash).or_default().push(decision);
            }
        }
        let review = |group: &DuplicateGroup| -> Result<Review> {
            let hashes = self.hashes(group)?;
            let about_it = hashes.first().and_then(|hash| by_hash.get(hash.as_str()));
            // The one about the fewest photos is the newest: a group only loses photos.
            let decision = about_it
                .into_iter()
                .flatten()
                .filter(|decision| covers(decision, &hashes))
                .min_by_key(|decision| decision.photos.len());
            Ok(decision.map_or_else(|| suggested(group), |decision| decided(group, &hashes, decision)))
        };
        groups.iter().map(review).collect()
    }

    /// Notes what was decided about a group, in place of what was before.
    pub fn set_review(&self, group: &DuplicateGroup, review: &Review) -> Result<()> {
        let hashes = self.hashes(group)?;
        let photos = group.photos.iter().zip(&hashes).map(|(photo, hash)| StoredPhoto {
            id: photo.photo,
            hash: hash.clone(),
            keep: review.keep.contains(&photo.photo),
        });
        let text =
            serde_json::json!(Stored { verdict: review.verdict, photos: photos.collect() }).to_string();
        Ok(self.catalog.write(|connection| setting::set(connection, &key(&hashes), &text))?)
    }

    /// The hash of each photo's picture in the group, in its order. A picture that is gone meanwhile has an empty one.
    fn hashes(&self, group: &DuplicateGroup) -> Result<Vec<String>> {
        Ok(self.catalog.read(|connection| {
            let hash = |id: i64| -> catalog::Result<String> {
                let known = content::by_id(connection, id)?;
                Ok(known.map(|known| blake3::Hash::from_bytes(known.hash).to_string()).unwrap_or_default())
            };
            group.photos.iter().map(|photo| hash(photo.content_id)).collect()
        })?)
    }
}

/// What holds until the person decides.
fn suggested(group: &DuplicateGroup) -> Review {
    Review { keep: group.kept(), verdict: Verdict::Open }
}

fn decided(group: &DuplicateGroup, hashes: &[String], decision: &Stored) -> Review {
    let is_kept = |id: i64, hash: &str| {
        decision.photos.iter().any(|stored| stored.keep && stored.id == id && stored.hash == hash)
    };
    let ids = group.photos.iter().map(|photo| photo.photo);
    let keep: Vec<i64> = ids.zip(hashes).filter(|(id, hash)| is_kept(*id, hash)).map(|(id, _)| id).collect();
    match decision.verdict {
        // What was to be kept is gone: somebody should look.
        Verdict::Open | Verdict::Settled if keep.is_empty() => suggested(group),
        Verdict::NotDuplicates if keep.is_empty() => Review { verdict: decision.verdict, ..suggested(group) },
        verdict => Review { keep, verdict },
    }
}

/// Whether a decision was made about all of these pictures, each as often as it is there.
fn covers(decision: &Stored, hashes: &[String]) -> bool {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for photo in &decision.photos {
        *left.entry(&photo.hash).or_default() += 1;
    }
    hashes.iter().all(|hash| match left.get_mut(hash.as_str()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    })
}

/// The same for the same pictures, in whatever order.
fn key(hashes: &[String]) -> String {
    let mut hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
    hashes.sort_unstable();
    format!("{PREFIX}{}", blake3::hash(hashes.concat().as_bytes()))
}
