//! What goes into a walk of a folder and what comes out: scopes to look at, jobs to read, and findings.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use catalog::folder::Folder;
use catalog::photo::{DriveId, Mark, Stamp};

use crate::base::endings::WithoutPhotos;

/// A folder, or a part of one, to bring up to date.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) folder: Folder,
    /// Relative to the folder; empty for all of it. May name a file, or something that is gone.
    pub(crate) prefix: PathBuf,
    /// Whether live events tell of each thing that changed there: what is gone was deleted or moved just now.
    pub(crate) is_told: bool,
}

impl Scope {
    /// All of a folder.
    pub(crate) fn whole(folder: Folder) -> Self {
        Self { folder, prefix: PathBuf::new(), is_told: false }
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.prefix.as_os_str().is_empty()
    }
}

/// A file that must be read.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) folder_id: i64,
    /// The folder's path.
    pub(crate) folder: Arc<Path>,
    /// Relative to the folder.
    pub(crate) relative: PathBuf,
    pub(crate) stamp: Stamp,
    pub(crate) mark: Mark,
    /// The drive it is on, where the system tells.
    pub(crate) drive: Option<DriveId>,
}

impl Job {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(&self.relative)
    }
}

/// What a walk of one scope found besides the jobs it sent.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Whether the folder is there. An empty mount point of a drive that is not, is not the folder.
    pub(crate) present: bool,
    /// Ids of photos whose files are gone, beyond doubt.
    pub(crate) missing: Vec<i64>,
    /// Ids of photos in places that are left out, whether their files are there or not.
    pub(crate) left_out: Vec<i64>,
    /// Photos whose files are gone unless it is another drive that looks like the one they were on, and that drive.
    pub(crate) vanished: Vec<(i64, Option<DriveId>)>,
    /// Photos that are not there and stay, and of each whether the person is to be asked about it.
    pub(crate) kept: HashMap<i64, bool>,
    /// How many known photos are there on each drive.
    pub(crate) left: HashMap<Option<DriveId>, u64>,
    /// Photos that were absent before and are there.
    pub(crate) returned: Vec<i64>,
    /// Failures whose files are gone: folder and relative path.
    pub(crate) resolved: Vec<(i64, PathBuf)>,
    /// Directories and files that the system did not let the walk look at, with its reason.
    pub(crate) unreadable: Vec<(PathBuf, String)>,
    /// Photos kept although the folder is not there.
    pub(crate) offline: u64,
    /// Photos that are on another drive now, or on the same that tells more of itself.
    pub(crate) drives: Vec<(i64, Option<DriveId>)>,
    /// What there is instead, where there are no photos in a folder, and none are known.
    pub(crate) without_photos: Option<WithoutPhotos>,
    /// What is to be noted of files that need not be read.
    pub(crate) marks: Marks,
}

/// What the file system has of files whose bytes are as they were, in place of what was noted of them, if anything was.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// By photo.
    pub(crate) photos: Vec<(i64, Stamp, Mark)>,
    /// By path in the folder.
    pub(crate) failures: Vec<(PathBuf, Mark)>,
}

/// Counts that grow while walks go on.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Files looked at.
    pub(crate) scanned: AtomicU64,
    /// Files as the catalog knows them.
    pub(crate) unchanged: AtomicU64,
    /// Files known to be unreadable and not changed since.
    pub(crate) still_failing: AtomicU64,
    /// Jobs sent.
    pub(crate) jobs: AtomicU64,
}
