//! What macOS tells of file systems: each volume has an identity of its own. Other systems tell the number of the device.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Identity, Seen};
use crate::system::file_id::FileId;

#[derive(Debug, Default)]
pub(super) struct System;

impl System {
    pub(super) fn look(directory: &Path) -> io::Result<Seen> {
        let metadata = fs::metadata(directory)?;
        Ok(Seen { file: FileId::of_metadata(&metadata), mount: metadata.dev() })
    }

    /// The file system of a directory. Parts of one are not mounted by themselves here.
    #[expect(clippy::unused_self, reason = "other systems keep what they have read")]
    pub(super) fn identify(&mut self, directory: &Path) -> Option<(Identity, PathBuf)> {
        let device = fs::metadata(directory).ok()?.dev();
        let identity = match uuid(directory) {
            Some(uuid) => Identity { name: format!("uuid:{uuid}"), is_lasting: true },
            None => Identity { name: format!("number:{device}"), is_lasting: false },
        };
        Some((identity, PathBuf::new()))
    }
}

/// The volume's UUID (getattrlist(2)).
#[cfg(target_os = "macos")]
fn uuid(directory: &Path) -> Option<String> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;

    #[repr(C, packed(4))]
    struct Answer {
        length: u32,
        uuid: [u8; 16],
    }

    let path = CString::new(directory.as_os_str().as_bytes()).ok()?;
    let mut wanted = libc::attrlist {
        bitmapcount: libc::ATTR_BIT_MAP_COUNT,
        reserved: 0,
        commonattr: 0,
        volattr: libc::ATTR_VOL_INFO | libc::ATTR_VOL_UUID,
        dirattr: 0,
        fileattr: 0,
        forkattr: 0,
    };
    let mut answer = Answer { length: 0, uuid: [0; 16] };
    // SAFETY: the path ends with a zero, and the system writes no more than the size of the answer that it is given.
    let failed = unsafe {
        libc::getattrlist(
            path.as_ptr(),
            (&raw mut wanted).cast(),
            (&raw mut answer).cast(),
            size_of::<Answer>(),
            0,
        )
    };
    let uuid = answer.uuid;
    if failed != 0 || uuid == [0; 16] {
        return None;
    }
    Some(uuid.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(not(target_os = "macos"))]
fn uuid(_: &Path) -> Option<String> {
    None
}
