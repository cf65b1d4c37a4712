//! Files at places that the person chose: pages, lists, copies of photos. Nothing else writes outside the data
//! directory.
//!
//! None is written where originals are, by whatever way that place is named, nor onto an original; each is there whole or
//! not at all, and what it replaces stays until then. What is in the files is not looked at here.

#![expect(clippy::disallowed_methods, reason = "writes where the person asked for it")]

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::{OsStr, OsString};
use std::fs::{File, FileTimes};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use catalog::photo::DriveId;
use catalog::{folder, photo};
use walkdir::WalkDir;

#[cfg(unix)]
use self::unix::Directory;
#[cfg(windows)]
use self::windows::Directory;
use crate::drive::Drives;
use crate::file_id::FileId;
use crate::{Library, LibraryError, Result};

/// What bears a name in a directory.
struct Entry {
    /// Whether it is a file or a link, rather than a directory, a pipe or a device.
    is_ordinary: bool,
    /// Which file it is, where it is one.
    id: Option<FileId>,
}

/// A directory in which we may write, held open.
#[derive(Debug)]
pub(crate) struct ChosenFolder {
    path: PathBuf,
    directory: Directory,
}

/// A file that is to be written.
#[derive(Debug)]
pub struct ChosenFile {
    folder: ChosenFolder,
    name: OsString,
}

impl Library {
    /// A place for a file that the person wants to have. Whatever file or link bears the name is replaced by
    /// [`ChosenFile::write`]; what a link leads to, and what else the file is called, stay.
    ///
    /// Fails with [`LibraryError::ExportIntoLibrary`] in a folder of the library, or in one that lies in it behind a link
    /// or a mount, and with [`LibraryError::ExportFailed`] where the name is that of an original or of no file.
    pub fn chosen_file(&self, path: &Path) -> Result<ChosenFile> {
        let failed = |source| LibraryError::ExportFailed { path: path.into(), source };
        let (Some(parent), Some(name)) = (path.parent(), path.file_name().filter(|name| is_name(name)))
        else {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "it is no name of a file")));
        };
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let (folder, way) = open(parent)?;
        let there = folder.directory.entry(name).map_err(failed)?;
        self.check_place(&folder, &way, there.as_ref().and_then(|entry| entry.id))?;
        if there.is_some_and(|entry| !entry.is_ordinary) {
            return Err(failed(io::Error::new(io::ErrorKind::AlreadyExists, "there is something else")));
        }
        Ok(ChosenFile { folder, name: name.into() })
    }

    /// A directory for copies.
    ///
    /// Fails with [`LibraryError::ExportIntoLibrary`] in a folder of the library, or in one that lies in it behind a link
    /// or a mount.
    pub(crate) fn chosen_folder(&self, path: &Path) -> Result<ChosenFolder> {
        let (folder, way) = open(path)?;
        self.check_place(&folder, &way, None)?;
        Ok(folder)
    }

    /// Fails where a directory, to which `way` leads, lies in a folder of the library or in the data directory, or where
    /// `file` is an original.
    fn check_place(&self, folder: &ChosenFolder, way: &[FileId], file: Option<FileId>) -> Result<()> {
        let is_on_way =
            |path: &Path| folder.path.starts_with(path) || FileId::of(path).is_ok_and(|id| way.contains(&id));
        let (folders, drives) =
            self.catalog.read(|connection| Ok((folder::all(connection)?, photo::drives(connection)?)))?;
        // Folders that are away, under another name: by what is known of the drives that they are on.
        let is_known = |drive: &DriveId| drives.contains(drive);
        let mut originals = folders.into_iter();
        if is_on_way(self.data.path())
            || Drives::default().all_above(&folder.path).iter().any(is_known)
            || originals.any(|originals| is_on_way(&originals.path) || leads_to(&originals.path, way, file))
        {
            return Err(LibraryError::ExportIntoLibrary { path: folder.path.clone() });
        }
        Ok(())
    }
}

/// Opens a directory, and tells the way to it.
fn open(path: &Path) -> Result<(ChosenFolder, Vec<FileId>)> {
    let missing = || LibraryError::FolderMissing { path: path.into() };
    let resolved = dunce::canonicalize(path).map_err(|_| missing())?;
    if !resolved.is_dir() {
        return Err(missing());
    }
    let failed = |source| LibraryError::ExportFailed { path: path.into(), source };
    let (directory, way) = Directory::open(&resolved).map_err(failed)?;
    Ok((ChosenFolder { path: resolved, directory }, way))
}

/// Whether a folder of originals holds one of the directories of a way, or a link to `file`. It is looked through for
/// that, as links and mounts may have come since the last time.
fn leads_to(originals: &Path, way: &[FileId], file: Option<FileId>) -> bool {
    WalkDir::new(originals).follow_links(true).into_iter().flatten().any(|entry| {
        if entry.file_type().is_dir() {
            FileId::of(entry.path()).is_ok_and(|id| way.contains(&id))
        } else {
            // A file in another directory is an original only by a link to it. Another name of the same bytes is none: it
            // is the name that is replaced.
            entry.path_is_symlink() && file.is_some() && FileId::of(entry.path()).ok() == file
        }
    })
}

/// Whether a file can be called so. On Windows, `photo.jpg:page.html` would be a part of `photo.jpg`, and dots and spaces
/// at the end are left out.
fn is_name(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    !cfg!(windows) || !(name.contains(&b':') || name.ends_with(b".") || name.ends_with(b" "))
}

impl ChosenFile {
    /// Writes the file, whole or not at all.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let Self { folder: ChosenFolder { path, directory }, name } = self;
        let written = Draft::fill(directory, |file| file.write_all(bytes))
            .and_then(|draft| directory.rename(&draft.name, name).map(|()| draft.keep()));
        directory.sync();
        written.map_err(|source| LibraryError::ExportFailed { path: path.join(name), source })
    }
}

impl ChosenFolder {
    /// Copies a file, with its time. A name that is taken becomes `name (2)` and so on.
    pub(crate) fn copy(&self, from: &mut File, times: FileTimes, original: &Path) -> Result<()> {
        let failed = |source| LibraryError::ExportFailed {
            path: self.path.join(original.file_name().unwrap_or_default()),
            source,
        };
        let draft = Draft::fill(&self.directory, |file| {
            io::copy(from, file)?;
            file.set_times(times)
        });
        let draft = draft.map_err(failed)?;
        for number in 1_u32.. {
            match self.directory.rename_to_free(&draft.name, &numbered(original, number)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => {
                    other.map_err(failed)?;
                    break;
                }
            }
        }
        draft.keep();
        self.directory.sync();
        Ok(())
    }
}

/// A file under a name for the time being, removed unless it is kept.
struct Draft<'a> {
    directory: &'a Directory,
    name: OsString,
    is_kept: bool,
}

impl<'a> Draft<'a> {
    /// Makes a new file, has it written and puts it on the disk.
    fn fill(directory: &'a Directory, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let (draft, mut file) = loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = OsString::from(format!(".lookalike-{}-{number}.part", std::process::id()));
            match directory.create(&name) {
                Ok(file) => break (Self { directory, name, is_kept: false }, file),
                // Left by a process of the same number that was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        };
        write(&mut file).and_then(|()| file.sync_all())?;
        Ok(draft)
    }

    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.directory.remove(&self.name);
        }
    }
}

/// The name of a copy.
fn numbered(original: &Path, number: u32) -> OsString {
    if number == 1 {
        return original.file_name().unwrap_or_default().into();
    }
    let mut name = original.file_stem().unwrap_or_default().to_owned();
    name.push(format!(" ({number})"));
    if let Some(extension) = original.extension() {
        name.push(".");
        name.push(extension);
    }
    name
}
