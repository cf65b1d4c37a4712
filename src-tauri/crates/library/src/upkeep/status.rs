//! What the library holds, in numbers.

use std::path::PathBuf;

use catalog::{absent, damage, failure, folder, photo};
use serde::Serialize;
use vector_index::VectorIndex;

use crate::base::json::{is_none, lossy_path};
use crate::engine::index::{RECALL_AT, RECALL_SAMPLE};
use crate::models::switch::Switching;
use crate::{Library, Result};

/// The library at a glance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// Searchable photos, offline ones included.
    pub photos: u64,
    /// Files that cannot be read as photos.
    pub failed: u64,
    /// Photos of which a part is missing.
    pub damaged: u64,
    /// The folders, by path.
    pub folders: Vec<FolderStatus>,
    /// Name of the model that answers.
    pub model: String,
    /// The model that is to answer once it has read all photos, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switching: Option<Switching>,
    /// The vector index.
    pub index: IndexStatus,
    /// Bytes on disk.
    pub bytes: DiskBytes,
}

/// A folder's line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FolderStatus {
    /// Absolute path.
    #[serde(serialize_with = "lossy_path")]
    pub path: PathBuf,
    /// `online` or `offline`, as it is now, or `changed` where the person is asked about photos.
    pub state: &'static str,
    /// Its photos.
    pub photos: u64,
    /// Those of them that are not there although the folder is.
    #[serde(skip_serializing_if = "is_none")]
    pub absent: u64,
    /// Those of them of which the person is asked whether they were deleted.
    #[serde(skip_serializing_if = "is_none")]
    pub in_question: u64,
    /// Whether they are embedded in parts, too.
    pub looked_into: bool,
}

/// The vector index's line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndexStatus {
    /// `hnsw` when a graph answers, `exact` when a scan does.
    pub kind: &'static str,
    /// Vectors it finds.
    pub vectors: u64,
    /// Parts of photos that have a vector of their own.
    pub regions: u64,
    /// Pictures that are yet to be embedded in parts.
    pub to_look_into: u64,
    /// Share of the true ten nearest neighbours it finds, by a sample; none for an empty index.
    pub recall: Option<f32>,
}

/// Bytes on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiskBytes {
    /// Folders, photos and vectors.
    pub catalog: u64,
    /// Thumbnails.
    pub thumbnails: u64,
    /// The vector index's snapshot.
    pub index: u64,
}

impl Library {
    /// What the library holds now.
    pub fn status(&self) -> Result<Status> {
        let looks_inside = self.looks_inside()?;
        let (folders, failed, damaged) = self.catalog.read(|connection| {
            let mut folders = Vec::new();
            let counts = absent::count_by_folder(connection)?;
            for folder in folder::all(connection)? {
                let photos = photo::count_in(connection, folder.id)?;
                let absent = counts.get(&folder.id).copied().unwrap_or_default();
                let state = match folder.online && folder.path.is_dir() {
                    true if absent.in_question > 0 => "changed",
                    true => "online",
                    false => "offline",
                };
                let looked_into = folder.looked_into.unwrap_or(looks_inside);
                let absent::Count { all: absent, in_question } = absent;
                let path = folder.path;
                folders.push(FolderStatus { path, state, photos, absent, in_question, looked_into });
            }
            Ok((folders, failure::count(connection)?, damage::count(connection)?))
        })?;
        let vectors = self.index.vectors()?;
        let recall = match vectors.len() {
            0 => None,
            _ => Some(vectors.recall(RECALL_SAMPLE, RECALL_AT)?.recall),
        };
        Ok(Status {
            photos: folders.iter().map(|folder| folder.photos).sum(),
            failed,
            damaged,
            folders,
            model: self.model.name.clone(),
            switching: self.switching()?,
            index: IndexStatus {
                kind: if vectors.graph_len() > 0 { "hnsw" } else { "exact" },
                vectors: vectors.len() as u64,
                regions: self.index.regions()?.len() as u64,
                to_look_into: self.to_look_into()?,
                recall,
            },
            bytes: self.disk_bytes(),
        })
    }

    pub(crate) fn disk_bytes(&self) -> DiskBytes {
        DiskBytes {
            catalog: self.catalog.disk_bytes(),
            thumbnails: self.thumbnails.disk_bytes(),
            index: self.index.disk_bytes(),
        }
    }
}
