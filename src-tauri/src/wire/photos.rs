//! Photos: all of them, one of them, which to show, and what could not be read.

use library::{Day, shown_name, shown_path};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Problem, SubfolderName, base64, id};
use crate::problem::Result;

/// Everything known of a photo.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Photo {
    /// The photo's id.
    pub id: u32,
    /// Changes with the picture; part of its addresses.
    pub version: u32,
    /// Absolute path.
    pub path: String,
    /// File name.
    pub name: String,
    /// The folder it lies in.
    pub folder: u32,
    /// The folders within it around the photo, the outermost first.
    pub subfolders: Vec<SubfolderName>,
    /// Upright pixels.
    pub width: u32,
    /// Upright pixels.
    pub height: u32,
    /// Lower-case name of the file format.
    pub format: String,
    /// File size.
    #[ts(type = "number")]
    pub bytes: u64,
    /// When it was taken, `YYYY-MM-DDTHH:MM:SS` without a zone; else when the file was last changed.
    pub taken: String,
    /// Whether `taken` comes from the camera.
    pub taken_by_camera: bool,
    /// How much of the picture is missing, from 0 to 1.
    pub missing: f32,
    /// Whether the file is there.
    pub online: bool,
    /// Other paths to the same file.
    pub also_at: Vec<String>,
    /// Paths of what may be the same file, as nothing tells it apart.
    pub maybe_at: Vec<String>,
    /// Paths of files with the same bytes.
    pub copies: Vec<String>,
    /// ThumbHash of the picture, base64.
    pub placeholder: Option<String>,
}

/// A photo of which a part is missing.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Damaged {
    /// The photo's id.
    pub photo: u32,
    /// File name.
    pub name: String,
    /// Absolute path.
    pub path: String,
    /// How much is missing, from 0 to 1.
    pub missing: f32,
}

/// A file that could not be read as a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Names it in commands.
    pub key: String,
    /// Absolute path.
    pub path: String,
    /// File name.
    pub name: String,
    /// Stable name of the reason.
    pub code: String,
    /// The reason in English.
    pub reason: String,
}

/// Which photos to show or to search among. Empty lists mean all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filter {
    /// Folder ids.
    pub folders: Vec<u32>,
    /// The key of a folder within one of them.
    #[serde(default)]
    pub subfolder: Option<String>,
    /// First day, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    pub to: Option<String>,
    /// Lower-case names of file formats.
    pub formats: Vec<String>,
}

impl From<library::PhotoDetails> for Photo {
    fn from(details: library::PhotoDetails) -> Self {
        Self {
            id: id(details.id),
            version: id(details.content_id),
            name: shown_name(&details.path),
            path: shown_path(&details.path),
            folder: id(details.folder_id),
            subfolders: details.subfolders.iter().map(Into::into).collect(),
            width: details.width,
            height: details.height,
            format: details.format,
            bytes: details.bytes,
            taken: details.taken,
            taken_by_camera: details.taken_by_camera,
            missing: details.missing,
            online: details.online,
            also_at: details.also_at.iter().map(|path| shown_path(path)).collect(),
            maybe_at: details.maybe_at.iter().map(|path| shown_path(path)).collect(),
            copies: details.copies.iter().map(|path| shown_path(path)).collect(),
            placeholder: details.placeholder.map(|hash| base64(&hash)),
        }
    }
}

impl From<&library::DamagedPhoto> for Damaged {
    fn from(damaged: &library::DamagedPhoto) -> Self {
        Self {
            photo: id(damaged.photo),
            name: shown_name(&damaged.path),
            path: shown_path(&damaged.path),
            missing: damaged.missing,
        }
    }
}

impl From<library::Failure> for Failure {
    fn from(failure: library::Failure) -> Self {
        Self {
            key: failure.key.to_string(),
            name: shown_name(&failure.path),
            path: shown_path(&failure.path),
            code: failure.code,
            reason: failure.reason,
        }
    }
}

impl TryFrom<Filter> for library::Filter {
    type Error = Problem;

    fn try_from(filter: Filter) -> Result<Self> {
        let day = |text: Option<String>| text.map(|text| text.parse::<Day>()).transpose();
        Ok(Self {
            folders: filter.folders.into_iter().map(i64::from).collect(),
            subfolder: filter.subfolder.map(|key| key.parse()).transpose()?,
            from: day(filter.from)?,
            to: day(filter.to)?,
            formats: filter.formats,
        })
    }
}

/// All photos in few bytes: the columns in the order of `ui/src/lib/backend/timeline.ts`, little endian.
pub(crate) fn timeline(photos: &[library::TimelinePhoto]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + photos.len() * (4 * 4 + 1 + size_of::<library::Placeholder>()));
    bytes.extend((photos.len() as u32).to_le_bytes());
    bytes.extend(photos.iter().flat_map(|photo| id(photo.id).to_le_bytes()));
    bytes.extend(photos.iter().flat_map(|photo| id(photo.content_id).to_le_bytes()));
    bytes.extend(photos.iter().flat_map(|photo| photo.day.0.to_le_bytes()));
    bytes.extend(
        photos.iter().flat_map(|photo| (photo.width as f32 / photo.height.max(1) as f32).to_le_bytes()),
    );
    bytes.extend(photos.iter().map(|photo| u8::from(!photo.online)));
    for photo in photos {
        bytes.extend(photo.placeholder.unwrap_or_default());
    }
    bytes
}
