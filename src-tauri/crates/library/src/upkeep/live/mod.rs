//! Live events of the system about folders: asks for them, and says why a folder gets none.
//!
//! Events are hints where to look. What to make of them is the watch's part.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod tree;

use std::path::PathBuf;

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::Live;
#[cfg(target_os = "linux")]
pub(crate) use linux::Live;

/// What happened in the file system.
#[derive(Debug)]
pub(crate) enum Notice {
    /// Something at or below these paths. `gone` says that it may be the paths themselves that went.
    Changed { paths: Vec<PathBuf>, gone: bool },
    /// Events were lost: look everywhere.
    Lost,
    /// There are more directories than the system lets us watch: these, and perhaps others, give no events.
    Full { paths: Vec<PathBuf> },
}
