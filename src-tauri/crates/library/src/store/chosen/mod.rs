//! Files at places that the person chose: pages, lists, copies of photos. Nothing else writes outside the data
//! directory.
//!
//! None is written where originals are, by whatever way that place is named. What is there already under the name stays,
//! unless it is a file that Lookalike wrote itself, which [`own`] tells by what is in it: links, pictures and whatever else
//! the person has are never replaced. Each file is there whole or not at all, and what it replaces stays until then.

#![expect(clippy::disallowed_methods, reason = "writes where the person asked for it")]

mod own;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::collections::HashMap;
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
use crate::system::drive::Drives;
use crate::system::file_id::FileId;
use crate::system::layers;
use crate::{Library, LibraryError, Result};

pub(crate) use own::HEADINGS;
pub use own::PAGE_BEGINNING;

/// What bears a name in a directory.
enum Entry {
    /// Nothing does.
    Free,
    /// A file, open for reading.
    File(File),
    /// Something else, in words. A link is what it is, whatever it leads to.
    Other(&'static str),
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
    /// A place for a file that the person wants to have. [`ChosenFile::write`] replaces an earlier page or list of ours that
    /// bears the name.
    ///
    /// Fails with [`LibraryError::ExportIntoLibrary`] in a folder of the library, or in one that lies in it behind a link, a
    /// mount or a layer of a file system, and with [`LibraryError::ExportTaken`] where the name is that of anything else.
    pub fn chosen_file(&self, path: &Path) -> Result<ChosenFile> {
        let failed = |source| LibraryError::ExportFailed { path: path.into(), source };
        let (Some(parent), Some(name)) = (path.parent(), path.file_name().filter(|name| is_name(name)))
        else {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "it is no name of a file")));
        };
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let (folder, way) = open(parent)?;
        self.check_place(&folder, &way)?;
        let file = ChosenFile { folder, name: name.into() };
        file.check_name()?;
        Ok(file)
    }

    /// A directory for copies.
    ///
    /// Fails with [`LibraryError::ExportIntoLibrary`] in a folder of the library, or in one that lies in it behind a link, a
    /// mount or a layer of a file system.
    pub(crate) fn chosen_folder(&self, path: &Path) -> Result<ChosenFolder> {
        let (folder, way) = open(path)?;
        self.check_place(&folder, &way)?;
        Ok(folder)
    }

    /// Fails where a directory, to which `way` leads, lies in a folder of the library or in the data directory.
    fn check_place(&self, folder: &ChosenFolder, way: &[FileId]) -> Result<()> {
        let is_on_way =
            |path: &Path| folder.path.starts_with(path) || FileId::of(path).is_ok_and(|id| way.contains(&id));
        let (folders, drives) =
            self.catalog.read(|connection| Ok((folder::all(connection)?, photo::drives(connection)?)))?;
        // Folders that are away, under another name: by what is known of the drives that they are on.
        let is_known = |drive: &DriveId| drives.contains(drive);
        let mut seen = HashMap::from([(None, layers::has_own_files(&folder.path))]);
        let is_among_originals = is_on_way(self.data.path())
            || self.is_in_a_folder_before(&folder.path, &folders)?
            || Drives::default().all_above(&folder.path).iter().any(is_known)
            || folders
                .iter()
                .any(|originals| is_on_way(&originals.path) || leads_to(&originals.path, way, &mut seen));
        // Where all file systems have files of their own, directories are known by their numbers.
        let are_known = seen.values().all(|has_own_files| *has_own_files);
        if is_among_originals || (!are_known && folder.shows_up_in(folders.iter().map(|it| &*it.path))?) {
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

/// Whether a folder of originals holds one of the directories of a way. It is looked through for that, as links and mounts
/// may have come since the last time. `seen` is told which devices it comes upon, and whether they have files of their own.
fn leads_to(originals: &Path, way: &[FileId], seen: &mut HashMap<Option<u64>, bool>) -> bool {
    directories(originals).any(|directory| {
        let Ok(id) = FileId::of(&directory) else { return false };
        seen.entry(Some(id.device())).or_insert_with(|| layers::has_own_files(&directory));
        way.contains(&id)
    })
}

/// All directories of a folder, itself and those behind links included.
fn directories(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = WalkDir::new(folder).follow_links(true).into_iter().flatten();
    entries.filter(|entry| entry.file_type().is_dir()).map(walkdir::DirEntry::into_path)
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
        let failed = |source| LibraryError::ExportFailed { path: path.join(name), source };
        let mut draft = Draft::fill(directory, |file| file.write_all(bytes)).map_err(failed)?;
        match draft.take_free(name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // What is there now may not be what was there when the work began.
                self.check_name()?;
                draft.take(name).map_err(failed)?;
            }
            other => other.map_err(failed)?,
        }
        directory.sync();
        Ok(())
    }

    /// Fails where something bears the name that is not to be replaced.
    fn check_name(&self) -> Result<()> {
        let Self { folder: ChosenFolder { path, directory }, name } = self;
        let found = directory.look(name).and_then(|entry| match entry {
            Entry::Free => Ok(None),
            Entry::File(mut file) => own::instead_of_ours(&mut file),
            Entry::Other(what) => Ok(Some(what)),
        });
        match found.map_err(|source| LibraryError::ExportFailed { path: path.join(name), source })? {
            Some(found) => Err(LibraryError::ExportTaken { path: path.join(name), found }),
            None => Ok(()),
        }
    }
}

impl ChosenFolder {
    /// Whether a file that is made in here shows up in one of these folders: file systems that show the files of others
    /// have numbers of their own for them. The file is empty, and gone when this returns.
    fn shows_up_in<'a>(&self, mut folders: impl Iterator<Item = &'a Path>) -> Result<bool> {
        let failed = |source| LibraryError::ExportFailed { path: self.path.clone(), source };
        let draft = Draft::named(&self.directory).map_err(failed)?;
        let Some(name) = &draft.name else { return Ok(false) };
        let shows = |directory: PathBuf| directory.join(name).symlink_metadata().is_ok();
        Ok(folders.any(|folder| directories(folder).any(shows)))
    }

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
        let mut draft = draft.map_err(failed)?;
        for number in 1_u32.. {
            match draft.take_free(&numbered(original, number)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => {
                    other.map_err(failed)?;
                    break;
                }
            }
        }
        self.directory.sync();
        Ok(())
    }
}

/// A file that is being written. It has no name until it is whole, where the system can make such a file: then nothing is
/// left of it, however the program ends. Elsewhere it has one for the time being.
struct Draft<'a> {
    directory: &'a Directory,
    file: File,
    /// Removed unless the file gets another.
    name: Option<OsString>,
}

impl<'a> Draft<'a> {
    /// Makes a new file, has it written and puts it on the disk.
    fn fill(directory: &'a Directory, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<Self> {
        let mut draft = match directory.create_unnamed() {
            Ok(file) => Self { directory, file, name: None },
            Err(_) => Self::named(directory)?,
        };
        write(&mut draft.file).and_then(|()| draft.file.sync_all())?;
        Ok(draft)
    }

    /// An empty file with a name for the time being.
    fn named(directory: &'a Directory) -> io::Result<Self> {
        let (file, name) = under_free_name(|name| directory.create(name))?;
        Ok(Self { directory, file, name: Some(name) })
    }

    /// Gives it a name; fails where that is taken.
    fn take_free(&mut self, name: &OsStr) -> io::Result<()> {
        match &self.name {
            Some(draft) => self.directory.rename_to_free(draft, name)?,
            None => self.directory.link(&self.file, name)?,
        }
        self.name = None;
        Ok(())
    }

    /// Gives it a name, also that of another file, which goes.
    fn take(&mut self, name: &OsStr) -> io::Result<()> {
        if self.name.is_none() {
            let ((), draft) = under_free_name(|name| self.directory.link(&self.file, name))?;
            self.name = Some(draft);
        }
        if let Some(draft) = &self.name {
            self.directory.rename(draft, name)?;
        }
        self.name = None;
        Ok(())
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            self.directory.remove(name);
        }
    }
}

/// Makes something under a name for the time being that nothing else has.
fn under_free_name<T>(make: impl Fn(&OsStr) -> io::Result<T>) -> io::Result<(T, OsString)> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = OsString::from(format!(".lookalike-{}-{number}.part", std::process::id()));
        match make(&name) {
            Ok(new) => return Ok((new, name)),
            // Left by a process of the same number that was killed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
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
