//! An open directory on Windows: while it is open, nobody can rename it or put another in its place.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::Entry;
use crate::system::file_id::FileId;

/// FILE_SHARE_READ and FILE_SHARE_WRITE, but not FILE_SHARE_DELETE (Windows SDK, winnt.h).
const SHARED: u32 = 0x1 | 0x2;
/// FILE_FLAG_BACKUP_SEMANTICS, without which no directory opens (Windows SDK, winbase.h).
const DIRECTORY: u32 = 0x0200_0000;

/// An open directory.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    _held: File,
}

impl Directory {
    /// Opens a directory by a path without links in it. Comes with all directories from the root to this one.
    pub(super) fn open(resolved: &Path) -> io::Result<(Self, Vec<FileId>)> {
        let held = OpenOptions::new().read(true).share_mode(SHARED).custom_flags(DIRECTORY).open(resolved)?;
        let way = resolved.ancestors().map(FileId::of).collect::<io::Result<_>>()?;
        Ok((Self { path: resolved.into(), _held: held }, way))
    }

    /// What bears this name.
    pub(super) fn look(&self, name: &OsStr) -> io::Result<Entry> {
        let path = self.path.join(name);
        match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Entry::Free),
            Err(error) => Err(error),
            Ok(there) if there.is_symlink() => Ok(Entry::Other("a link")),
            Ok(there) if there.is_dir() => Ok(Entry::Other("a folder")),
            Ok(there) if !there.is_file() => Ok(Entry::Other("no file")),
            Ok(_) => Ok(File::open(&path).map_or(Entry::Other("a file that cannot be read"), Entry::File)),
        }
    }

    /// Files have names here from the beginning.
    #[expect(clippy::unused_self, reason = "other systems need it")]
    pub(super) fn create_unnamed(&self) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// There is no file without a name.
    #[expect(clippy::unused_self, reason = "other systems need it")]
    pub(super) fn link(&self, _file: &File, _name: &OsStr) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Makes a new file.
    pub(super) fn create(&self, name: &OsStr) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(self.path.join(name))
    }

    /// Renames a file in here; it takes the place of another.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        std::fs::rename(self.path.join(from), self.path.join(to))
    }

    /// Renames a file in here; fails where the name is taken.
    pub(super) fn rename_to_free(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        drop(self.create(to)?);
        self.rename(from, to).inspect_err(|_| self.remove(to))
    }

    /// Removes a file that is ours.
    pub(super) fn remove(&self, name: &OsStr) {
        // Nothing is to be done about one that stays.
        let _ = std::fs::remove_file(self.path.join(name));
    }

    /// Names outlast a power cut by themselves.
    #[expect(clippy::unused_self, reason = "other systems need it")]
    pub(super) fn sync(&self) {}
}
