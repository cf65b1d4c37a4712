//! What Windows tells of file systems: each volume has a serial number of its own.

use std::io;
use std::path::{Path, PathBuf};

use super::{Identity, Seen};
use crate::system::file_id::FileId;

#[derive(Debug, Default)]
pub(super) struct System;

impl System {
    pub(super) fn look(directory: &Path) -> io::Result<Seen> {
        // Volumes in folders are links to them here.
        Ok(Seen { file: FileId::of(directory)?, mount: 0 })
    }

    /// The volume of a directory. Parts of one are not mounted by themselves here.
    #[expect(clippy::unused_self, reason = "other systems keep what they have read")]
    pub(super) fn identify(&mut self, directory: &Path) -> Option<(Identity, PathBuf)> {
        let handle = winapi_util::Handle::from_path_any(directory).ok()?;
        let serial = winapi_util::file::information(handle).ok()?.volume_serial_number();
        // Some network shares have none.
        let is_lasting = serial != 0;
        Some((Identity { name: format!("serial:{serial:x}"), is_lasting }, PathBuf::new()))
    }
}
