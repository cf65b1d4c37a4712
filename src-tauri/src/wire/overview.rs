//! The library at a glance: its folders, what goes on, what is left out of it, and where it lives.

use library::{shown_name, shown_path};
use serde::Serialize;
use ts_rs::TS;

use super::{count, id};
use crate::activity::Progress;

/// The library at a glance.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// Photos that can be browsed and found, offline ones included.
    pub photos: u32,
    /// Photos that the model in use has read; the others are not found until it has.
    pub read: u32,
    /// Files that could not be read as photos.
    pub failed: u32,
    /// Photos of which a part is missing.
    pub damaged: u32,
    /// The folders, by path.
    pub folders: Vec<Folder>,
    /// File formats among the photos, most frequent first.
    pub formats: Vec<FormatCount>,
}

/// A folder within a folder, at any depth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Subfolder {
    /// Names it in commands.
    pub key: String,
    /// The path's last part.
    pub name: String,
    /// Photos in it, at any depth.
    pub photos: u32,
    /// Whether there are folders within it.
    pub has_subfolders: bool,
}

/// What a folder within a folder is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SubfolderName {
    /// Names it in commands.
    pub key: String,
    /// The path's last part.
    pub name: String,
}

impl From<library::SubfolderOverview> for Subfolder {
    fn from(overview: library::SubfolderOverview) -> Self {
        let SubfolderName { key, name } = (&overview.subfolder).into();
        Self { key, name, photos: count(overview.photos), has_subfolders: overview.has_subfolders }
    }
}

impl From<&library::Subfolder> for SubfolderName {
    fn from(subfolder: &library::Subfolder) -> Self {
        Self { key: subfolder.to_string(), name: shown_name(subfolder.name()) }
    }
}

/// A folder of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Folder {
    /// The folder's id.
    pub id: u32,
    /// Absolute path.
    pub path: String,
    /// The path's last part.
    pub name: String,
    /// Its photos.
    pub photos: u32,
    /// Those of them that are not there although the folder is.
    pub absent: u32,
    /// Those of them of which the person is asked whether they were deleted.
    pub in_question: u32,
    /// How it is.
    pub state: FolderState,
    /// When it was last there, Unix milliseconds.
    #[ts(type = "number | null")]
    pub last_seen: Option<i64>,
    /// The endings of files in it, where nothing was taken for a photo: those seen most first.
    pub without_photos: Option<Vec<String>>,
    /// The path where its photos seem to be, if it is not there.
    pub renamed_to: Option<String>,
    /// Whether things inside its photos are found.
    pub look_inside: bool,
}

/// How a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum FolderState {
    /// There; changes show up by themselves.
    Watching,
    /// There, but the system gives no live events: it is looked through from time to time.
    Polling,
    /// Being looked through now.
    Scanning,
    /// Not there. Its photos stay.
    Offline,
}

/// How many photos are of a file format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FormatCount {
    /// Lower-case name.
    pub format: String,
    /// Photos of it.
    pub photos: u32,
}

/// What goes on in the background.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// The kind of work.
    pub work: Work,
    /// Whether it is held.
    pub paused: bool,
    /// Name of the folder that is being looked through.
    pub folder: Option<String>,
    /// Name of the model that the work is for, where it is for one.
    pub model: Option<String>,
    /// Name of the model that answers while another one is to take over.
    pub answers: Option<String>,
    /// Files dealt with, or vectors placed.
    pub done: u32,
    /// Of how many, as far as known.
    pub total: u32,
    /// Files a second lately.
    pub per_second: Option<f32>,
    /// Seconds left at that rate; none while the total still grows.
    pub seconds_left: Option<f32>,
}

/// The kind of work that goes on in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Nothing to do.
    Idle,
    /// Looking through folders.
    Scanning,
    /// Reading photos.
    Indexing,
    /// Building the graph for fast search.
    Building,
    /// Comparing new photos with all others, for duplicates.
    Comparing,
    /// Reading the parts of photos, so that things inside them are found.
    LookingInside,
    /// Reading photos for a model that is to take over.
    Switching,
    /// Measuring where the bands of a model begin.
    Calibrating,
}

/// Something that is left out of folders, or that the person takes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Exclusion {
    /// The pattern, or a path.
    pub pattern: String,
    /// Stable name of the reason; none of what the person chose.
    pub kind: Option<String>,
    /// What makes such folders, by name.
    pub by: Option<String>,
    /// Whether it is left out now.
    pub active: bool,
}

/// Where the library's data lives and how big it is.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// The data folder.
    pub path: String,
    /// Folders, photos and vectors, in bytes.
    #[ts(type = "number")]
    pub catalog: u64,
    /// Thumbnails, in bytes.
    #[ts(type = "number")]
    pub thumbnails: u64,
    /// The vector index, in bytes.
    #[ts(type = "number")]
    pub index: u64,
    /// Whether a graph answers searches, or an exact scan.
    pub graph: bool,
    /// Vectors that a search finds.
    pub vectors: u32,
}

/// Something changed in the library; ask again for what is on show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each says that one list on show is out of date")]
pub struct Changed {
    /// Photos came, went, moved or changed.
    pub photos: bool,
    /// Folders came, went or changed their state.
    pub folders: bool,
    /// Failures came or went.
    pub failures: bool,
    /// Models came or went, or another one answers.
    pub models: bool,
}

impl Overview {
    /// As it is while this goes on.
    pub(crate) fn of(overview: library::Overview, progress: &Progress) -> Self {
        let folder = |folder: library::FolderOverview| Folder {
            id: id(folder.id),
            name: shown_name(&folder.path),
            state: if folder.online { progress.folder_state(&folder.path) } else { FolderState::Offline },
            path: shown_path(&folder.path),
            photos: count(folder.photos),
            absent: count(folder.absent),
            in_question: count(folder.in_question),
            last_seen: folder.last_seen_at,
            without_photos: folder.without_photos.map(|seen| {
                seen.endings
                    .into_iter()
                    .map(|(ending, _)| ending)
                    .filter(|ending| !ending.is_empty())
                    .collect()
            }),
            renamed_to: folder.renamed_to.as_deref().map(shown_path),
            look_inside: folder.looked_into,
        };
        let format = |(format, photos)| FormatCount { format, photos: count(photos) };
        Self {
            photos: count(overview.photos),
            read: count(overview.read),
            failed: count(overview.failed),
            damaged: count(overview.damaged),
            folders: overview.folders.into_iter().map(folder).collect(),
            formats: overview.formats.into_iter().map(format).collect(),
        }
    }
}

impl Exclusion {
    /// The list, what the person leaves out, and the places that they take in.
    pub(crate) fn all(exclusions: library::Exclusions) -> Vec<Self> {
        let library::Exclusions { excluded, included } = exclusions;
        let excluded = excluded
            .into_iter()
            .map(|library::Exclusion { pattern, kind, by, active, .. }| Self { pattern, kind, by, active });
        let taken = |pattern| Self { pattern, kind: None, by: None, active: false };
        excluded.chain(included.into_iter().map(taken)).collect()
    }
}

impl From<&library::Storage> for Storage {
    fn from(storage: &library::Storage) -> Self {
        Self {
            path: shown_path(&storage.path),
            catalog: storage.bytes.catalog,
            thumbnails: storage.bytes.thumbnails,
            index: storage.bytes.index,
            graph: storage.graph,
            vectors: count(storage.vectors),
        }
    }
}
