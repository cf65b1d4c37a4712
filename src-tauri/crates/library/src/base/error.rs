//! What can go wrong in the library as a whole. A single bad photo is not among it: that is recorded and
//! reported as a [`crate::FailedPhoto`], and the work goes on.

use std::path::{Path, PathBuf};

use catalog::Region;

/// Shorthand for results of this crate.
pub type Result<T, E = LibraryError> = std::result::Result<T, E>;

/// An error of a whole operation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// The data directory cannot be made, read or written.
    #[error("the data folder {} cannot be used: {source}", path.display())]
    DataDir {
        /// The data directory, or the file in it.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The data directory, or the drive that it is on, is not there.
    #[error("the data folder {} is not there: there is no {}; bring its drive back", path.display(), target.display())]
    DataDirAway {
        /// The data directory.
        path: PathBuf,
        /// Where its link leads, or where its drive would be.
        target: PathBuf,
    },
    /// The system names no place for application data and none was given.
    #[error("this system names no folder for application data; name one with --data-dir")]
    NoDataDir,
    /// Another process has this data directory open.
    #[error("another Lookalike is using the data folder {}; close it first", path.display())]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// The folder to add is not there, or is not a folder.
    #[error("there is no folder {}", path.display())]
    FolderMissing {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A folder that the new one would take over is not there.
    #[error("{} contains {}, which is offline; bring it back or remove it from the library first", outer.display(), path.display())]
    FolderOffline {
        /// The folder that is offline.
        path: PathBuf,
        /// The folder to add.
        outer: PathBuf,
    },
    /// Photos of which the person says that they were deleted are on another drive than is there.
    #[error(
        "another drive is in the place of the one that {photos} photos of {} are on, so they stay; to forget them, remove the \
         folder from the library and add it again",
        path.display()
    )]
    OtherDrive {
        /// The folder.
        path: PathBuf,
        /// How many photos stay.
        photos: u64,
    },
    /// The folder to forget was never added.
    #[error("{} is not one of the library's folders", path.display())]
    FolderUnknown {
        /// The path as it was given.
        path: PathBuf,
    },
    /// No folder has this id.
    #[error("no folder has the id {id}")]
    FolderIdUnknown {
        /// The id.
        id: i64,
    },
    /// The data directory lies in the folder: we would write below a watched folder.
    #[error("the data folder {} lies inside {}; keep it outside your photos", data_dir.display(), folder.display())]
    DataInsideFolder {
        /// The folder to add.
        folder: PathBuf,
        /// The data directory.
        data_dir: PathBuf,
    },
    /// What is to be left out, or taken in, is neither a pattern nor a place in one of the folders.
    #[error(
        "{pattern:?} is neither a name or pattern such as \"Exports\" or \"*.bak\" nor the path of a place inside one of the folders"
    )]
    ExclusionUnfit {
        /// The pattern as it was given.
        pattern: String,
    },
    /// Nothing of this name is left out.
    #[error("{pattern:?} is not left out; `lookalike exclude` lists what is")]
    ExclusionUnknown {
        /// The pattern.
        pattern: String,
    },
    /// No photo has this id.
    #[error("no photo has the id {id}")]
    PhotoUnknown {
        /// The id.
        id: i64,
    },
    /// The photo's file is out of reach: its drive is not there, or it was moved or deleted since the last look.
    #[error("{} is out of reach", path.display())]
    PhotoOffline {
        /// Where it was.
        path: PathBuf,
    },
    /// What should name a folder within a folder names none.
    #[error("there is no such folder in the library")]
    SubfolderUnknown,
    /// No file that could not be read has this key.
    #[error("there is no such failure")]
    FailureUnknown,
    /// A text that is no day.
    #[error("{text:?} is no day; write it like 2026-03-31")]
    DayInvalid {
        /// The text.
        text: String,
    },
    /// Nothing is written where originals are.
    #[error("{} belongs to the library; choose a folder outside it", path.display())]
    ExportIntoLibrary {
        /// The folder that was chosen.
        path: PathBuf,
    },
    /// Something bears the name that was chosen, and is not to be replaced.
    #[error("{} is {found}; Lookalike replaces only pages and lists that it wrote itself, so choose another name", path.display())]
    ExportTaken {
        /// The file that was chosen.
        path: PathBuf,
        /// What it is, in words.
        found: &'static str,
    },
    /// A list is of a kind that we do not write.
    #[error("{} ends neither in .csv nor in .txt", path.display())]
    ExportFormat {
        /// The file that was chosen.
        path: PathBuf,
    },
    /// A copy or a list could not be written.
    #[error("{} cannot be written: {source}", path.display())]
    ExportFailed {
        /// The copy or the list.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A query's image cannot be read.
    #[error("{} cannot be read: {reason}", path.display())]
    QueryUnreadable {
        /// The image.
        path: PathBuf,
        /// Stable name of the reason.
        code: String,
        /// The reason in words.
        reason: String,
    },
    /// A query's crop is empty or leaves the image.
    #[error(
        "the crop {x},{y},{width},{height} does not lie inside the image of {image_width} x {image_height} pixels"
    )]
    CropOutOfBounds {
        /// Left edge.
        x: u32,
        /// Top edge.
        y: u32,
        /// Width.
        width: u32,
        /// Height.
        height: u32,
        /// Width of the upright image.
        image_width: u32,
        /// Height of the upright image.
        image_height: u32,
    },
    /// A query without examples, or with examples and counter-examples that cancel each other out.
    #[error("the query leaves nothing to look for")]
    EmptyQuery,
    /// An example that would count for nothing, or for all of its query.
    #[error("{weight} is no weight; it is a number from {least} to {most}")]
    WeightInvalid {
        /// The number.
        weight: f32,
        /// The least weight.
        least: f32,
        /// The most.
        most: f32,
    },
    /// The catalog or the thumbnail store.
    #[error(transparent)]
    Catalog(#[from] catalog::CatalogError),
    /// The model.
    #[error("the model cannot be used: {0}")]
    Model(#[from] image_embedder::Error),
    /// No model is called so.
    #[error("there is no model {name:?}; `lookalike model` lists them")]
    ModelUnknown {
        /// The name as it was given.
        name: String,
    },
    /// Another model is called so, or no model may be.
    #[error("{name:?} cannot be the name of another model; choose one of your own, of 60 letters at most")]
    ModelNameTaken {
        /// The name as it was given.
        name: String,
    },
    /// The model runs and gives nothing that can be searched by.
    #[error("the model cannot be used: {reason}")]
    ModelUnfit {
        /// Why.
        reason: String,
    },
    /// The copy of a model in the data directory is not as it was.
    #[error("the file of the model {name:?} is missing or damaged; import it again")]
    ModelFileDamaged {
        /// The model.
        name: String,
    },
    /// A model that answers, or is about to, cannot be removed.
    #[error("the model {name:?} is in use; use another one first")]
    ModelInUse {
        /// The model.
        name: String,
    },
    /// A model cannot be copied into the data directory.
    #[error("the model cannot be kept as {}: {source}", path.display())]
    ModelNotKept {
        /// The copy.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The vector index.
    #[error("the vector index failed: {0}")]
    Index(#[from] vector_index::Error),
    /// No process that reads images can be had.
    #[error("images cannot be read: the program for it does not start: {0}")]
    NoReader(std::io::Error),
    /// A thread of ours died; what was committed stays.
    #[error("a worker stopped unexpectedly; run again to go on")]
    WorkerDied,
}

impl LibraryError {
    /// A query's image that does not decode.
    pub(crate) fn unreadable(path: &Path, error: &imaging::ImageError) -> Self {
        Self::QueryUnreadable { path: path.into(), code: error.code().to_owned(), reason: error.to_string() }
    }

    /// A region that leaves an image of this width and height.
    pub(crate) fn crop_out_of_bounds(region: Region, image_width: u32, image_height: u32) -> Self {
        let Region { x, y, width, height } = region;
        Self::CropOutOfBounds { x, y, width, height, image_width, image_height }
    }

    /// A stable name for the kind of error.
    pub fn code(&self) -> &str {
        match self {
            Self::DataDir { .. } => "data_dir",
            Self::DataDirAway { .. } => "data_dir_away",
            Self::NoDataDir => "no_data_dir",
            Self::InUse { .. } => "in_use",
            Self::FolderMissing { .. } => "folder_missing",
            Self::FolderOffline { .. } => "folder_offline",
            Self::OtherDrive { .. } => "other_drive",
            Self::FolderUnknown { .. } | Self::FolderIdUnknown { .. } | Self::SubfolderUnknown => {
                "folder_unknown"
            }
            Self::DataInsideFolder { .. } => "data_inside_folder",
            Self::ExclusionUnfit { .. } => "exclusion_unfit",
            Self::ExclusionUnknown { .. } => "exclusion_unknown",
            Self::PhotoUnknown { .. } => "photo_unknown",
            Self::PhotoOffline { .. } => "photo_offline",
            Self::FailureUnknown => "failure_unknown",
            Self::DayInvalid { .. } => "day_invalid",
            Self::ExportIntoLibrary { .. } => "export_into_library",
            Self::ExportFailed { .. } => "export_failed",
            Self::ExportFormat { .. } => "export_format",
            Self::ExportTaken { .. } => "export_taken",
            Self::QueryUnreadable { code, .. } => code,
            Self::CropOutOfBounds { .. } => "crop_out_of_bounds",
            Self::EmptyQuery => "empty_query",
            Self::WeightInvalid { .. } => "weight_invalid",
            Self::Catalog(error) => error.code(),
            Self::Model(error) => error.code(),
            Self::ModelUnknown { .. } => "model_unknown",
            Self::ModelNameTaken { .. } => "model_name_taken",
            Self::ModelUnfit { .. } => "model_unfit",
            Self::ModelFileDamaged { .. } => "model_file_damaged",
            Self::ModelInUse { .. } => "model_in_use",
            Self::ModelNotKept { .. } => "model_not_kept",
            Self::Index(error) => error.code(),
            Self::NoReader(_) => "no_reader",
            Self::WorkerDied => "worker_died",
        }
    }
}
