//! What a path leads to, whatever it is called: the same directory has many names, by links, mounts and the case of
//! letters.
//!
//! The numbers serve to compare what is there at the same time. They are given out again once a file or a drive is gone.

use std::io;
use std::path::Path;

/// A file or a directory, as long as it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FileId {
    device: u64,
    number: u64,
}

impl FileId {
    /// What a path leads to, behind links.
    #[cfg(unix)]
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|metadata| Self::of_metadata(&metadata))
    }

    /// The device that it is on.
    pub(crate) fn device(self) -> u64 {
        self.device
    }

    /// The file of this number on this device.
    #[cfg(target_os = "linux")]
    pub(crate) fn new(device: u64, number: u64) -> Self {
        Self { device, number }
    }

    /// What was looked at.
    #[cfg(unix)]
    pub(crate) fn of_metadata(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device: metadata.dev(), number: metadata.ino() }
    }

    /// What a path leads to, behind links.
    #[cfg(windows)]
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let information = winapi_util::file::information(winapi_util::Handle::from_path_any(path)?)?;
        Ok(Self { device: information.volume_serial_number(), number: information.file_index() })
    }
}
