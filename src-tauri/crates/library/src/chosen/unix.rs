//! An open directory on Unix: what is done in it is done there, wherever its path leads by then.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RenameFlags};

use crate::file_id::FileId;

/// To go through a directory, it need not be readable.
#[cfg(target_os = "linux")]
const PASS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const PASS: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

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

    /// What bears this name, and whether it is a file or a link. Nothing when nothing does.
    pub(super) fn entry(&self, name: &OsStr) -> io::Result<Option<super::Entry>> {
        let there = match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            other => other?,
        };
        let kind = FileType::from_raw_mode(there.st_mode);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let id = match kind {
            FileType::RegularFile => rustix::fs::openat(&self.0, name, flags, Mode::empty())
                .ok()
                .and_then(|file| File::from(file).metadata().ok())
                .as_ref()
                .map(|metadata: &Metadata| FileId::of_metadata(metadata)),
            _ => None,
        };
        Ok(Some(super::Entry { is_ordinary: matches!(kind, FileType::RegularFile | FileType::Symlink), id }))
    }

    /// Makes a new file.
    pub(super) fn create(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::from_raw_mode(0o666))?.into())
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
