//! What a running update or watch tells about its progress. Serialises to one JSON object an event.

use std::path::PathBuf;

use serde::Serialize;

use crate::base::endings::WithoutPhotos;
use crate::base::json::lossy_path;

/// Something a person watching would want to know.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A folder is about to be walked.
    Scanning {
        /// The folder.
        #[serde(serialize_with = "lossy_path")]
        path: PathBuf,
    },
    /// How far the update is. `total` grows while folders are still being walked.
    Progress {
        /// Files dealt with, of those that needed it.
        done: u64,
        /// Files that needed it, as far as known.
        total: u64,
        /// Whether folders are still being walked.
        walking: bool,
    },
    /// A photo is searchable: new, changed, or embedded anew.
    Indexed {
        /// The photo's id.
        photo: i64,
        /// Where it is.
        #[serde(serialize_with = "lossy_path")]
        path: PathBuf,
    },
    /// A photo was found again at another place; its embedding was kept.
    Moved {
        /// The photo's id.
        photo: i64,
        /// Where it was.
        #[serde(serialize_with = "lossy_path")]
        from: PathBuf,
        /// Where it is.
        #[serde(serialize_with = "lossy_path")]
        path: PathBuf,
    },
    /// A file could not be read as a photo.
    Failed {
        /// Where it is.
        #[serde(serialize_with = "lossy_path")]
        path: PathBuf,
        /// Stable name of the reason.
        code: String,
        /// The reason in words.
        reason: String,
    },
    /// A photo's file is gone from a folder that is there.
    Removed {
        /// The photo's id.
        photo: i64,
        /// Where it was.
        #[serde(serialize_with = "lossy_path")]
        path: PathBuf,
    },
    /// So many photos are gone from a folder at once that another drive may be there. They stay until the person says that
    /// they were deleted, or they are there again.
    InQuestion {
        /// The folder.
        #[serde(serialize_with = "lossy_path")]
        path: PathBuf,
        /// How many.
        photos: u64,
    },
    /// A folder is not there; its photos stay.
    Offline {
        /// The folder.
        #[serde(serialize_with = "lossy_path")]
        path: PathBuf,
    },
    /// Nothing in a folder was taken for a photo.
    WithoutPhotos(WithoutPhotos),
    /// A folder that is not there seems to have been renamed: its photos are at another place. Adding that has it go on there.
    Renamed {
        /// The folder.
        #[serde(serialize_with = "lossy_path")]
        path: PathBuf,
        /// Where its photos are.
        #[serde(serialize_with = "lossy_path")]
        to: PathBuf,
    },
    /// A folder that was offline is back.
    Online {
        /// The folder.
        #[serde(serialize_with = "lossy_path")]
        path: PathBuf,
    },
    /// The graph for fast search is being built; exact search answers meanwhile.
    BuildingIndex {
        /// Vectors in the graph so far.
        done: u64,
        /// Vectors it will hold.
        total: u64,
    },
    /// Pictures are being compared with all others, for duplicates.
    Comparing {
        /// Pictures dealt with.
        done: u64,
        /// Pictures that were not compared before.
        total: u64,
    },
    /// Photos are being read once more, for the embeddings of their parts: a thing in them can be found then.
    LookingInside {
        /// Photos looked into.
        done: u64,
        /// Photos there are to look into.
        total: u64,
    },
    /// Photos are being read for a model that is to take over; the one before answers meanwhile.
    Switching {
        /// Name of the model that is to take over.
        model: String,
        /// Name of the model that answers meanwhile.
        answers: String,
        /// Pictures it has read.
        done: u64,
        /// Pictures it is to read.
        total: u64,
    },
    /// The limits of a model's bands are being measured on the library's pictures.
    Calibrating {
        /// Name of the model.
        model: String,
        /// Pictures looked at.
        done: u64,
        /// Pictures to look at.
        total: u64,
    },
    /// A model has read all photos and takes over when the library is opened anew.
    Switched {
        /// Name of the model.
        model: String,
    },
    /// A model that was to take over cannot be used. The one before goes on answering.
    SwitchFailed {
        /// Name of the model.
        model: String,
        /// Why, in words.
        reason: String,
    },
    /// The system gives no live events for a folder; it is walked from time to time instead.
    NotLive {
        /// The folder.
        #[serde(serialize_with = "lossy_path")]
        path: PathBuf,
        /// Why, in the system's words.
        reason: String,
    },
    /// Everything known of is dealt with; the next event comes when something changes.
    UpToDate,
}
