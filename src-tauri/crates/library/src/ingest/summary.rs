//! What an update did, as it is told when it ends.

use std::path::PathBuf;

use serde::Serialize;

use crate::base::endings::WithoutPhotos;
use crate::base::json::{is_none, lossy_path};
use crate::base::profile::StageTime;
use crate::folders::renamed::Renamed;
use crate::ingest::damaged::DamagedPhoto;

/// What an update did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Photo files looked at.
    pub scanned: u64,
    /// Photos new to the library, changed, moved, or embedded anew.
    pub indexed: u64,
    /// Photos as they were.
    pub unchanged: u64,
    /// Files that cannot be read as photos, those known before included. Folders that are offline do not count.
    pub failed: u64,
    /// Photos whose files are gone.
    pub removed: u64,
    /// Photos kept although they, or their folder, are not there.
    pub offline: u64,
    /// Folders in which nothing was taken for a photo.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_photos: Vec<WithoutPhotos>,
    /// Folders that are not there, of which the photos are somewhere else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Renamed>,
    /// Those of them of which the person is asked whether they were deleted.
    #[serde(skip_serializing_if = "is_none")]
    pub in_question: u64,
    /// Wall-clock time until photos were searchable.
    pub seconds: f64,
    /// Photos that were looked into after that, those included of which nothing came.
    pub looked_inside: u64,
    /// Wall-clock time that this took.
    pub seconds_inside: f64,
    /// All failures that stand in the library, those of offline folders included.
    pub failures: Vec<FailedPhoto>,
    /// All photos of which a part is missing, those of offline folders included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub damaged: Vec<DamagedPhoto>,
    /// Whether another model has taken over: open the library anew.
    #[serde(skip)]
    pub switched: bool,
    /// Where the time went.
    #[serde(skip)]
    pub profile: Vec<StageTime>,
}

/// A file that could not be read as a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedPhoto {
    /// Where it is.
    #[serde(serialize_with = "lossy_path")]
    pub path: PathBuf,
    /// Stable name of the reason.
    #[serde(skip)]
    pub code: String,
    /// The reason in words.
    pub reason: String,
}
