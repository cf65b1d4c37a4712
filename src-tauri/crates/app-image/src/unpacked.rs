//! The folder that an image is unpacked into, once: whole or not at all, and nobody else's.
//!
//! It lies in the person's cache, under the image's id. Whoever runs from it holds a lock on it; a newer image removes those
//! of older ones that nobody holds.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::image::Image;

/// The folder of all images, in the cache.
const FOLDER: &str = "lookalike/app-image";
/// A file that is locked by whoever runs from beside it.
const LOCK: &str = "in-use";

/// An unpacked image that stays as long as this does.
#[derive(Debug)]
pub(crate) struct Unpacked {
    folder: PathBuf,
    lock: File,
}

/// Where images are unpacked, by what the environment says.
pub(crate) fn cache(variable: impl Fn(&str) -> Option<PathBuf>) -> Result<PathBuf> {
    let absolute = |name| variable(name).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    cache.map(|cache| cache.join(FOLDER)).ok_or(Error::NoHome)
}

impl Unpacked {
    /// Unpacks an image below a folder, unless it was unpacked before.
    pub(crate) fn of(image: &Image, cache: &Path) -> Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(cache).map_err(Error::of(cache))?;
        check_private(cache)?;
        let folder = cache.join(image.id());
        if !folder.exists() {
            unpack(image, &folder)?;
            remove_others(cache, &folder);
        }
        let path = folder.join(LOCK);
        let lock = File::open(&path).map_err(Error::of(&path))?;
        lock.lock_shared().map_err(Error::of(&path))?;
        Ok(Self { folder, lock })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Has the lock outlive the start of another program in this one's place.
    pub(crate) fn keep_locked(&self) -> Result<()> {
        rustix::io::fcntl_setfd(&self.lock, rustix::io::FdFlags::empty())
            .map_err(|error| Error::File { path: self.folder.join(LOCK), source: error.into() })
    }
}

/// Removes all unpacked images that nobody runs from.
pub(crate) fn remove_unused(cache: &Path) {
    remove_others(cache, Path::new(""));
    // Goes only when nothing is left in it, as does the folder above.
    let _ = fs::remove_dir(cache);
    let _ = cache.parent().map(fs::remove_dir);
}

/// What could be exchanged by others is not started.
fn check_private(folder: &Path) -> Result<()> {
    let metadata = fs::symlink_metadata(folder).map_err(Error::of(folder))?;
    let is_own = metadata.uid() == rustix::process::geteuid().as_raw();
    if metadata.is_dir() && is_own && metadata.mode() & 0o022 == 0 {
        Ok(())
    } else {
        Err(Error::NotPrivate { path: folder.into() })
    }
}

/// Beside its place first: what is at its place is whole.
fn unpack(image: &Image, folder: &Path) -> Result<()> {
    let beside = folder.with_extension(std::process::id().to_string());
    let unpacked = image.unpack(&beside).and_then(|()| {
        let lock = beside.join(LOCK);
        File::create_new(&lock).map_err(Error::of(&lock))?;
        match fs::rename(&beside, folder) {
            // Two starts at a time: the other one was quicker.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            renamed => renamed.map_err(Error::of(folder)),
        }
    });
    // Where it failed or came late, something is left.
    let _ = fs::remove_dir_all(&beside);
    unpacked
}

/// Removes what older images left, unless somebody runs from it. What cannot be removed stays for the next time.
fn remove_others(cache: &Path, but: &Path) {
    let Ok(entries) = fs::read_dir(cache) else { return };
    for folder in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|folder| folder != but) {
        let is_in_use = match File::open(folder.join(LOCK)) {
            Ok(lock) => matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
            // Without a lock it is being unpacked, or was when the power failed.
            Err(_) => is_being_unpacked(&folder),
        };
        if !is_in_use {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// Whether the process that a folder is named after is still there.
fn is_being_unpacked(folder: &Path) -> bool {
    let process = folder.extension().and_then(|extension| extension.to_str());
    process.is_some_and(|process| Path::new("/proc").join(process).exists())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::tests::app_image;

    #[test]
    fn an_image_is_unpacked_once_and_goes_when_nobody_runs_from_it() {
        let place = tempfile::tempdir().unwrap();
        let cache = place.path().join("cache");
        let image = Image::behind(&app_image(place.path())).unwrap();
        let unpacked = Unpacked::of(&image, &cache).unwrap();
        let program = unpacked.folder().join("usr/program");
        let first = fs::metadata(&program).unwrap().modified().unwrap();
        let again = Unpacked::of(&image, &cache).unwrap();
        assert_eq!(fs::metadata(&program).unwrap().modified().unwrap(), first);
        drop(again);
        remove_unused(&cache);
        assert!(program.exists(), "somebody runs from it");
        drop(unpacked);
        remove_unused(&cache);
        assert!(!cache.exists());
    }

    #[test]
    fn a_folder_that_others_may_write_to_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let cache = place.path().join("cache");
        fs::create_dir(&cache).unwrap();
        fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).unwrap();
        let image = Image::behind(&app_image(place.path())).unwrap();
        assert!(matches!(Unpacked::of(&image, &cache), Err(Error::NotPrivate { .. })));
    }

    #[test]
    fn what_was_cut_short_is_removed_by_the_next_image() {
        let place = tempfile::tempdir().unwrap();
        let cache = place.path().join("cache");
        // No process has such a number.
        let left = cache.join("0123.4194305");
        DirBuilder::new().recursive(true).mode(0o700).create(&left).unwrap();
        let image = Image::behind(&app_image(place.path())).unwrap();
        Unpacked::of(&image, &cache).unwrap();
        assert!(!left.exists());
    }

    #[test]
    fn the_cache_is_where_the_environment_says() {
        let only =
            |known: &'static str, at: &'static str| move |name: &str| (name == known).then(|| at.into());
        assert_eq!(
            cache(only("HOME", "/home/ada")).unwrap(),
            Path::new("/home/ada/.cache/lookalike/app-image")
        );
        assert_eq!(cache(only("XDG_CACHE_HOME", "/c")).unwrap(), Path::new("/c/lookalike/app-image"));
        assert!(matches!(cache(only("HOME", "ada")), Err(Error::NoHome)));
    }
}
