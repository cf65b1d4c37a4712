//! Groups of photos that show the same picture: copies to the byte, and those that [`crate::copies`] finds.
//!
//! Groups are complete: every two pictures in one are as alike as asked. A chain in which A is like B and B
//! like C does not make A and C duplicates. Nothing is ever deleted here.

use std::collections::HashSet;
use std::path::PathBuf;

use catalog::content::Content;
use catalog::photo::Photo;
use catalog::{content, copies, photo, print};

use crate::keeper::{self, Candidate, KeepReason};
use crate::linkage::complete_linkage;
use crate::{Control, Library, Result, parallel};

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
            Ok(looked_at <= MOST_LOOKED_AT && pictures.are_copies(one, other)?)
        })
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
        // A file that links make visible twice is no copy of itself. It has the same bytes both times.
        let (mut pictures, mut twice) = (HashSet::new(), HashSet::new());
        twice.extend(members.iter().map(|(photo, _)| photo.content_id).filter(|id| !pictures.insert(*id)));
        let mut seen = HashSet::new();
        members.retain(|(photo, _)| {
            !twice.contains(&photo.content_id)
                || seen.insert(dunce::canonicalize(&photo.path).unwrap_or_else(|_| photo.path.clone()))
        });
        if members.len() < 2 {
            return Ok(None);
        }
        let (keep, reason) = keeper::choose(&self.candidates(&members)?);
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

    fn candidates(&self, members: &[(Photo, Content)]) -> Result<Vec<Candidate>> {
        let candidate = |(photo, content): &(Photo, Content)| -> Result<Candidate> {
            // A picture whose thumbnail is damaged or missing has no print until both are made anew.
            let print = self.catalog.read(|connection| print::get(connection, photo.content_id))?;
            Ok(Candidate {
                pixels: u64::from(content.width) * u64::from(content.height),
                sharpness: print.map(|print| print.sharpness),
                online: photo.online,
                has_date: content.captured_at.is_some(),
                bytes: photo.stamp.size,
                modified_ns: photo.stamp.modified_ns,
            })
        };
        members.iter().map(candidate).collect()
    }
}
