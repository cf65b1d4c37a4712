//! Groups of duplicates, what the person decided of them, and what was written of them.

use std::path::PathBuf;

use library::shown_name;
use serde::Serialize;
use ts_rs::TS;

use super::{KeepReason, Photo, count, id};

/// The groups of duplicates in few bytes: a large library has tens of thousands. Groups are named by their position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Duplicates {
    /// Names this list in commands: groups may have other positions in the next one.
    pub version: u32,
    /// How many there are.
    pub groups: u32,
    /// Those in which all files have the same bytes.
    pub copies: Vec<u32>,
    /// Those for which the person chose what to keep.
    pub settled: Vec<u32>,
    /// Those that the person wants all photos of.
    pub not_duplicates: Vec<u32>,
}

/// Photos that show the same picture.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DuplicateGroup {
    /// By path.
    pub photos: Vec<Photo>,
    /// The photo that is suggested to be kept.
    pub suggested: u32,
    /// Why that one.
    pub reason: KeepReason,
    /// The photo of which the reason is said.
    pub over: u32,
    /// What is kept beside the suggested one unless the person says otherwise: pieces of the same shot, RAWs and coloured
    /// pictures for which no other stands in, and what may be the same file.
    pub beside: Vec<u32>,
    /// Pieces of one shot each, such as a RAW and its JPEG.
    pub pairs: Vec<Vec<u32>>,
    /// The photos that the person wants to keep; the suggested ones until they choose.
    pub keep: Vec<u32>,
}

/// What came of writing paths for another program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// Groups of a list, or paths on the clipboard.
    pub count: u32,
    /// Photos that are left out, as their names hold line breaks.
    pub refused: Vec<String>,
    /// Photos that are left out, as they or what is kept in their place are out of reach or have changed, or as both may be
    /// one file.
    pub out_of_reach: u32,
}

impl DuplicateGroup {
    /// A group with what is known of its photos; those that are gone since it was found are left out.
    pub(crate) fn of(
        group: &library::DuplicateGroup,
        review: &library::Review,
        photos: Vec<library::PhotoDetails>,
    ) -> Self {
        let id_at = |at: usize| group.photos.get(at).map_or(0, |photo| id(photo.photo));
        let suggested = id_at(group.keep);
        let mut shots: Vec<usize> = group.photos.iter().filter_map(|photo| photo.shot).collect();
        shots.sort_unstable();
        shots.dedup();
        let pieces = |shot: &usize| {
            let pieces = group.photos.iter().filter(|photo| photo.shot == Some(*shot));
            pieces.map(|photo| id(photo.photo)).collect()
        };
        Self {
            photos: photos.into_iter().map(Photo::from).collect(),
            suggested,
            reason: group.reason,
            over: id_at(group.over),
            beside: group.kept().into_iter().map(id).filter(|kept| *kept != suggested).collect(),
            pairs: shots.iter().map(pieces).collect(),
            keep: review.keep.iter().map(|photo| id(*photo)).collect(),
        }
    }
}

impl Written {
    /// So many were written, and these were not.
    pub(crate) fn of(number: u64, refused: &[PathBuf], out_of_reach: u64) -> Self {
        let refused = refused.iter().map(|path| shown_name(path)).collect();
        Self { count: count(number), refused, out_of_reach: count(out_of_reach) }
    }
}
