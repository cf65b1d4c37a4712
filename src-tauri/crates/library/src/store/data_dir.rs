//! The one directory we write to, and the lock that keeps a second process out of it.
//!
//! It is the person's alone: others can neither read it nor hold its lock. What belongs to others in a directory that was
//! given to us stays as it is, and so does the directory then.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use data_files::Kind;

use crate::store::finding::Finding;
use crate::system::drive::Drives;
use crate::system::file_id::FileId;
use crate::{LibraryError, Result};

const LOCK: &str = "lock";
const CATALOG: &str = "catalog.db";
const THUMBNAILS: &str = "thumbnails.db";
const MODELS: &str = "models";
const INDEX: &str = "index";
/// What SQLite keeps beside a database file.
const SIDECARS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What the names of files of ours end in, in the folders of the index and of models.
const KINDS: [&str; 5] = ["json", "new", "bin", "tflite", "part"];

/// An open data directory. The lock lasts as long as this value, also when the process is killed.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    lock: File,
}

impl Drop for DataDir {
    fn drop(&mut self) {
        // Closing alone is not enough: a process that is being started at this moment, by the web view for instance,
        // holds copies of all our open files until it runs its own program.
        if let Err(error) = self.lock.unlock() {
            tracing::debug!(%error, "the lock goes with its file");
        }
    }
}

impl DataDir {
    /// Makes the directory where needed and locks it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let path = find_or_make(path)?;
        refuse_strangers_files(&path)?;
        if let Err(error) = tighten(&path) {
            tracing::warn!(%error, "others may be able to read the data folder");
        }
        Self::lock(path)
    }

    /// The same, and puts aside what is in the place of our files and can be made again. Returns what that was.
    pub(crate) fn open_and_mend(path: &Path) -> Result<(Self, Vec<Finding>)> {
        let path = find_or_make(path)?;
        let mut findings = mend_lock(&path)?;
        let data = Self::open(&path)?;
        for place in data.places()? {
            if let Some(found) = place.instead().map_err(failed(&place.path))? {
                findings.push(put_aside(&place.path, found)?);
            }
        }
        Ok((data, findings))
    }

    fn lock(path: PathBuf) -> Result<Self> {
        let lock_path = path.join(LOCK);
        let lock = data_files::open_or_create(&lock_path).map_err(failed(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, lock }),
            Err(TryLockError::WouldBlock) => Err(LibraryError::InUse { path }),
            Err(TryLockError::Error(source)) => Err(LibraryError::DataDir { path: lock_path, source }),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn catalog(&self) -> PathBuf {
        self.path.join(CATALOG)
    }

    pub(crate) fn thumbnails(&self) -> PathBuf {
        self.path.join(THUMBNAILS)
    }

    pub(crate) fn models(&self) -> PathBuf {
        self.path.join(MODELS)
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.path.join(INDEX)
    }

    /// Whether there is anything that a library leaves once it has a catalog: then that must be there, too.
    pub(crate) fn has_traces(&self) -> bool {
        let catalogs_own = [CATALOG, "catalog.db-wal", "catalog.db-shm", "catalog.db-journal"];
        let is_trace =
            |name: &OsStr| is_ours(name) && !is_lock(name) && !catalogs_own.iter().any(|own| name == *own);
        // One that cannot be listed cannot be opened, which tells why.
        let mut entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries.any(|entry| is_trace(&entry.file_name()))
    }

    /// Where things are that can be made again, or hold nothing that outlasts a start. The catalog is none of them.
    fn places(&self) -> Result<Vec<Place>> {
        let file = |path| Place { path, may_be_link: true, is_directory: false };
        let index = Place { path: self.index(), may_be_link: false, is_directory: true };
        let models = Place { path: self.models(), may_be_link: true, is_directory: true };
        let mut places = vec![file(self.thumbnails()), index, models];
        for database in [CATALOG, THUMBNAILS] {
            let sidecars = SIDECARS.map(|suffix| self.path.join(format!("{database}{suffix}")));
            places.extend(sidecars.map(|path| Place { path, may_be_link: false, is_directory: false }));
        }
        for folder in [self.index(), self.models()].into_iter().filter(|folder| folder.is_dir()) {
            for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
                let path = entry.map_err(failed(&folder))?.path();
                places.extend(is_ours_inside(&path).then(|| file(path)));
            }
        }
        Ok(places)
    }
}

/// Where something of ours belongs.
struct Place {
    path: PathBuf,
    is_directory: bool,
    may_be_link: bool,
}

impl Place {
    /// What is there instead, if something is.
    fn instead(&self) -> io::Result<Option<&'static str>> {
        if !self.may_be_link && fs::symlink_metadata(&self.path).is_ok_and(|metadata| metadata.is_symlink()) {
            return Ok(Some("a link"));
        }
        let kind = Kind::of(&self.path)?;
        Ok(if self.is_directory { kind.instead_of_directory() } else { kind.instead_of_file() })
    }
}

/// Where the system keeps application data: `~/.local/share/lookalike` on Linux,
/// `~/Library/Application Support/Lookalike` on macOS, `AppData\Local\Lookalike\data` on Windows.
pub fn default_data_dir() -> Result<PathBuf> {
    directories::ProjectDirs::from("", "", "Lookalike")
        .map(|directories| directories.data_local_dir().to_path_buf())
        .ok_or(LibraryError::NoDataDir)
}

/// The directory's own path. One that is on a drive that is not there is not made elsewhere, and one in which something is
/// mounted in the place of a file of ours is not used.
fn find_or_make(path: &Path) -> Result<PathBuf> {
    match Kind::of(path).map_err(failed(path))? {
        Kind::Away(target) => return Err(LibraryError::DataDirAway { path: path.into(), target }),
        Kind::Odd(what) => return Err(failed(path)(io::Error::other(format!("it is {what}, not a folder")))),
        _ => {}
    }
    if let Some(drive) = missing_drive(path) {
        return Err(LibraryError::DataDirAway { path: path.into(), target: drive });
    }
    data_files::create_directory(path).map_err(failed(path))?;
    let path = dunce::canonicalize(path).map_err(failed(path))?;
    match mounted(&path).map_err(failed(&path))? {
        Some(file) => Err(failed(&file)(io::Error::other(MOUNTED))),
        None => Ok(path),
    }
}

/// What is said of something that is mounted in the place of a file of ours.
const MOUNTED: &str = "it is something else that is mounted there, which is left as it is; unmount it";

/// What is mounted in the place of a file of ours, if something is. It is somebody's in another place, and cannot be put
/// aside. The folders of the index and of models may be on another drive.
fn mounted(directory: &Path) -> io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(directory)? {
        let (name, path) = entry.map(|entry| (entry.file_name(), entry.path()))?;
        if !is_ours(&name) {
            continue;
        }
        let is_folder = (name == INDEX || name == MODELS) && path.is_dir();
        if !is_folder && data_files::is_mounted(&path) {
            return Ok(Some(path));
        }
        // One that cannot be listed is for others to tell of.
        let inner = is_folder.then(|| fs::read_dir(&path)).into_iter().flatten().flatten().flatten();
        let is_mounted = |path: &PathBuf| is_ours_inside(path) && data_files::is_mounted(path);
        if let Some(file) = inner.map(|entry| entry.path()).find(is_mounted) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// Fails with [`LibraryError::DataInsideFolder`] where a data directory lies in one of these folders, or would if it were
/// made. Nothing is made for that; what is no folder is passed over.
pub fn check_data_dir(data_dir: &Path, folders: &[PathBuf]) -> Result<()> {
    let folders = folders.iter().filter_map(|folder| dunce::canonicalize(folder).ok());
    folders.filter(|folder| folder.is_dir()).try_for_each(|folder| check_outside(data_dir, &folder))
}

/// The same for one folder, by its own path. The data directory is known by its path, by the directories that it is in, and by
/// its place on its drive: mounts give a directory other paths.
pub(crate) fn check_outside(data_dir: &Path, folder: &Path) -> Result<()> {
    let path = std::path::absolute(data_dir).map_err(failed(data_dir))?;
    let there = path.ancestors().find_map(|above| Some((above, dunce::canonicalize(above).ok()?)));
    let Some((above, there)) = there else { return Ok(()) };
    let rest = path.strip_prefix(above).unwrap_or(Path::new(""));
    let id = FileId::of(folder).ok();
    let mut drives = Drives::default();
    let is_inside = there.join(rest).starts_with(folder)
        || there.ancestors().any(|above| id.is_some() && FileId::of(above).ok() == id)
        || drives.of(folder, folder).is_some_and(|drive| drives.all_above(&there).contains(&drive));
    if is_inside {
        return Err(LibraryError::DataInsideFolder { folder: folder.into(), data_dir: data_dir.into() });
    }
    Ok(())
}

/// Where systems show drives, each by a folder of its name, below that of its user where there is one.
const DRIVES: &[(&str, usize)] = &[("/media", 2), ("/run/media", 2), ("/mnt", 1), ("/Volumes", 1)];

/// The drive that the path is on, by where systems show drives, if that is not there.
fn missing_drive(path: &Path) -> Option<PathBuf> {
    let missing = path.ancestors().take_while(|ancestor| fs::symlink_metadata(ancestor).is_err()).last()?;
    let is_drive = DRIVES.iter().any(|(shown, depth)| {
        missing.strip_prefix(shown).is_ok_and(|name| (1..=*depth).contains(&name.components().count()))
    });
    // A data folder right below where drives are shown is one to be made.
    (is_drive && missing != path).then(|| missing.to_path_buf())
}

/// Takes from others what they may do with what is ours; also with the directory, where nothing else is in it.
fn tighten(path: &Path) -> io::Result<()> {
    let mut is_ours_alone = true;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if !is_ours(&entry.file_name()) {
            is_ours_alone = false;
            continue;
        }
        // What a link leads to may be anything, and so may what is mounted.
        if data_files::is_mounted(&entry.path()) {
            continue;
        }
        data_files::tighten(&entry.path())?;
        if entry.file_type()?.is_dir() {
            for inner in fs::read_dir(entry.path())? {
                data_files::tighten(&inner?.path())?;
            }
        }
    }
    let is_by_default =
        default_data_dir().is_ok_and(|default| dunce::canonicalize(default).is_ok_and(|it| it == path));
    if is_ours_alone || is_by_default { data_files::tighten(path) } else { Ok(()) }
}

/// Refuses a directory in which somebody else has made a file that we would write to.
fn refuse_strangers_files(directory: &Path) -> Result<()> {
    for entry in fs::read_dir(directory).map_err(failed(directory))? {
        let path = entry.map_err(failed(directory))?.path();
        if path.file_name().is_some_and(is_ours) && data_files::is_strangers(&path) {
            return Err(failed(&path)(io::Error::other("it belongs to another user")));
        }
    }
    Ok(())
}

/// Whether a file of this name in the data directory is one of ours.
fn is_ours(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let beginnings = [CATALOG, "catalog-damaged-", THUMBNAILS];
    is_lock(OsStr::new(name))
        || beginnings.iter().any(|beginning| name.starts_with(beginning))
        || [MODELS, INDEX].iter().any(|folder| {
            name.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(".aside"))
        })
}

/// Whether a file in the folder of the index or of models is one of ours, by its name.
fn is_ours_inside(path: &Path) -> bool {
    path.extension().is_some_and(|kind| KINDS.iter().any(|ours| kind == *ours))
}

fn is_lock(name: &OsStr) -> bool {
    let rest = name.to_str().and_then(|name| name.strip_prefix(LOCK));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(".aside"))
}

/// Puts aside what is in the place of the lock. Two processes that do so at a time wait for each other: one would put the
/// other's lock aside.
fn mend_lock(path: &Path) -> Result<Vec<Finding>> {
    let lock = path.join(LOCK);
    let odd = || data_files::instead_of_own_file(&lock).map_err(failed(&lock));
    if odd()?.is_none() {
        return Ok(Vec::new());
    }
    #[cfg(unix)]
    let directory = File::open(path).map_err(failed(path))?;
    #[cfg(unix)]
    directory.lock().map_err(failed(path))?;
    odd()?.map(|found| put_aside(&lock, found)).into_iter().collect()
}

fn put_aside(path: &Path, found: &str) -> Result<Finding> {
    let aside = data_files::put_aside(path).map_err(failed(path))?;
    let detail = format!("{} was {found}; it is kept as {}", path.display(), aside.display());
    Ok(Finding { code: "object_put_aside", detail, repaired: true })
}

fn failed(path: &Path) -> impl Fn(io::Error) -> LibraryError + use<> {
    let path = path.to_path_buf();
    move |source| LibraryError::DataDir { path: path.clone(), source }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_drive_that_is_not_there_is_told_from_a_folder_to_be_made() {
        let missing = |path: &str| missing_drive(Path::new(path));
        assert_eq!(missing("/mnt/no-such-drive/lookalike"), Some("/mnt/no-such-drive".into()));
        assert_eq!(missing("/mnt/no-such-folder"), None);
        let place = tempfile::tempdir().unwrap();
        assert_eq!(missing_drive(&place.path().join("a/b/c")), None);
        assert_eq!(missing_drive(place.path()), None);
    }
}
