//! An open directory on Unix: what is done in it is done there, wherever its path leads by then.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Component, Path};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RenameFlags};

use super::Entry;
use crate::system::file_id::FileId;

/// To go through a directory, it need not be readable.
#[cfg(target_os = "linux")]
const PASS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const PASS: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Leaves the access time of a file as it is.
#[cfg(target_os = "linux")]
const QUIETLY: OFlags = OFlags::NOATIME;
#[cfg(not(target_os = "linux"))]
const QUIETLY: OFlags = OFlags::empty();

/// Where a process finds its own open files (`proc_pid_fd(5)`).
const DESCRIPTORS: &str = "/proc/self/fd";

/// An open directory.
#[derive(Debug)]
pub(super) struct Directory(OwnedFd);

impl Directory {
    /// Opens a directory by a path without links in it, also if one is put there at this moment. Comes with all
    /// directories from the root to this one.
    pub(super) fn open(resolved: &Path) -> io::Result<(Self, Vec<FileId>)> {
        let mut directory: File = rustix::fs::openat(CWD, "/", PASS, Mode::empty())?.into();
        let mut way = vec![FileId::of_metadata(&directory.metadata()?)];
        for component in resolved.components() {
            if let Component::Normal(name) = component {
                directory = rustix::fs::openat(&directory, name, PASS, Mode::empty())?.into();
                way.push(FileId::of_metadata(&directory.metadata()?));
            }
        }
        Ok((Self(directory.into()), way))
    }

    /// What bears this name.
    pub(super) fn look(&self, name: &OsStr) -> io::Result<Entry> {
        let there = match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(rustix::io::Errno::NOENT) => return Ok(Entry::Free),
            other => other?,
        };
        match FileType::from_raw_mode(there.st_mode) {
            FileType::RegularFile => {}
            FileType::Symlink => return Ok(Entry::Other("a link")),
            FileType::Directory => return Ok(Entry::Other("a folder")),
            _ => return Ok(Entry::Other("no file")),
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let open = |flags| rustix::fs::openat(&self.0, name, flags, Mode::empty());
        // It may be an original, whose access time stays. Only its owner may ask for that.
        let Ok(file) = open(flags | QUIETLY).or_else(|_| open(flags)).map(File::from) else {
            return Ok(Entry::Other("a file that cannot be read"));
        };
        Ok(if file.metadata()?.is_file() { Entry::File(file) } else { Entry::Other("no file") })
    }

    /// Makes a new file.
    pub(super) fn create(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::from_raw_mode(0o666))?.into())
    }

    /// Makes a file without a name, which is gone with this process unless it gets one.
    #[cfg(target_os = "linux")]
    pub(super) fn create_unnamed(&self) -> io::Result<File> {
        if !Path::new(DESCRIPTORS).exists() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let flags = OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, ".", flags, Mode::from_raw_mode(0o666))?.into())
    }

    /// Makes a file without a name, where the system can.
    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "other systems need it")]
    pub(super) fn create_unnamed(&self) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Gives a file that was made without a name one; fails where that is taken.
    pub(super) fn link(&self, file: &File, name: &OsStr) -> io::Result<()> {
        let own = Path::new(DESCRIPTORS).join(file.as_raw_fd().to_string());
        Ok(rustix::fs::linkat(CWD, own, &self.0, name, AtFlags::SYMLINK_FOLLOW)?)
    }

    /// Renames a file in here; it takes the place of another.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Renames a file in here; fails where the name is taken.
    pub(super) fn rename_to_free(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        match rustix::fs::renameat_with(&self.0, from, &self.0, to, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            Err(rustix::io::Errno::EXIST) => Err(io::ErrorKind::AlreadyExists.into()),
            // Not every file system can: take the name first.
            Err(_) => {
                drop(self.create(to)?);
                self.rename(from, to).inspect_err(|_| self.remove(to))
            }
        }
    }

    /// Removes a file that is ours.
    pub(super) fn remove(&self, name: &OsStr) {
        // Nothing is to be done about one that stays.
        let _ = rustix::fs::unlinkat(&self.0, name, AtFlags::empty());
    }

    /// Has the names in here outlast a power cut, where the system can.
    pub(super) fn sync(&self) {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        if let Ok(readable) = rustix::fs::openat(&self.0, ".", flags, Mode::empty()) {
            let _ = rustix::fs::fsync(readable);
        }
    }
}
