//! Files and directories for their owner alone, whatever the process's mask says. On Windows they have the rights of the
//! folder they are in: of `AppData`, those are the person's alone.

#![expect(clippy::disallowed_methods, reason = "makes files and tightens them, in the data directory")]

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(unix)]
use super::is_mounted;
use super::{discard, instead_of_own_file, unhurried};

/// Makes an empty file. A former one of ours is dropped; anything else in its place is put aside.
pub fn create(path: &Path) -> io::Result<File> {
    discard(path)?;
    let file = for_owner(OpenOptions::new().write(true).create_new(true)).open(path)?;
    settle(&file)?;
    Ok(file)
}

/// Opens a file for writing as it is, or makes an empty one; an error at once when something else is there.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    if let Some(what) = instead_of_own_file(path)? {
        return Err(io::Error::other(format!("it is {what}, not a file")));
    }
    let is_new = !path.exists();
    let mut options = OpenOptions::new();
    let file = for_owner(unhurried(options.write(true).create(true).truncate(false))).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if is_new {
        settle(&file)?;
    }
    Ok(file)
}

/// Makes a directory where there is none, and the directories above it as others would make them.
pub fn create_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    match directory_for_owner().create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => whole(path),
    }
}

#[cfg(unix)]
mod system {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};

    use super::{DirBuilder, File, OpenOptions, Path, fs, io, is_mounted};

    /// What anybody may do, and bits that say as whom.
    const ALL: u32 = 0o7777;
    const FILE: u32 = 0o600;
    const DIRECTORY: u32 = 0o700;

    pub(super) fn for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
        options.mode(FILE)
    }

    pub(super) fn directory_for_owner() -> DirBuilder {
        let mut builder = DirBuilder::new();
        builder.mode(DIRECTORY);
        builder
    }

    /// A mask may even take the owner's rights; file systems without rights take none of it.
    pub(super) fn settle(file: &File) -> io::Result<()> {
        if file.metadata()?.mode() & 0o777 == FILE {
            return Ok(());
        }
        tolerate(file.set_permissions(fs::Permissions::from_mode(FILE)))
    }

    pub(super) fn whole(directory: &Path) -> io::Result<()> {
        if fs::symlink_metadata(directory)?.mode() & 0o777 == DIRECTORY {
            return Ok(());
        }
        tolerate(fs::set_permissions(directory, fs::Permissions::from_mode(DIRECTORY)))
    }

    /// Whether this user owns what is at the path itself, a link not followed.
    pub fn is_own(path: &Path) -> bool {
        let own = rustix::process::geteuid().as_raw();
        fs::symlink_metadata(path).is_ok_and(|metadata| metadata.uid() == own)
    }

    /// Whether what is at the path belongs to neither this user nor the one whose directory it is in: they may hold it open, and
    /// read what is written to it.
    pub fn is_strangers(path: &Path) -> bool {
        let owner = |path: &Path| fs::symlink_metadata(path).map(|metadata| metadata.uid()).ok();
        let of_directory = path.parent().and_then(owner);
        !is_own(path) && owner(path).is_some_and(|owner| Some(owner) != of_directory)
    }

    /// Leaves of what may be done with a file or a directory of this user's what its owner needs, and nothing to others.
    /// Links and what is neither stay, as do files that are mounted there and what the file system has no rights for.
    pub fn tighten(path: &Path) -> io::Result<()> {
        let metadata = fs::symlink_metadata(path)?;
        // A file with another name, or from another place, may be somebody's original.
        let is_own_file = metadata.is_file() && metadata.nlink() == 1 && !is_mounted(path);
        let is_kept = metadata.is_dir() || is_own_file;
        let needed = if metadata.is_dir() { DIRECTORY } else { FILE };
        if !is_kept || metadata.mode() & ALL & !needed == 0 || !is_own(path) {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let opened = options.read(true).custom_flags(flags.bits() as i32).open(path)?;
        let mode = opened.metadata()?.mode() & needed;
        tolerate(opened.set_permissions(fs::Permissions::from_mode(mode)))
    }

    fn tolerate(changed: io::Result<()>) -> io::Result<()> {
        match changed {
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::PermissionDenied
                        | io::ErrorKind::Unsupported
                        | io::ErrorKind::ReadOnlyFilesystem
                ) =>
            {
                Ok(())
            }
            other => other,
        }
    }
}

#[cfg(not(unix))]
mod system {
    use super::{DirBuilder, File, OpenOptions, Path, io};

    pub(super) fn for_owner(options: &mut OpenOptions) -> &mut OpenOptions {
        options
    }

    pub(super) fn directory_for_owner() -> DirBuilder {
        DirBuilder::new()
    }

    pub(super) fn settle(_file: &File) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn whole(_directory: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Whether this user owns what is at the path.
    pub fn is_own(_path: &Path) -> bool {
        true
    }

    /// Never: files there have the rights of the folder above, whoever made them.
    pub fn is_strangers(_path: &Path) -> bool {
        false
    }

    /// Nothing: rights come from the folder above.
    pub fn tighten(_path: &Path) -> io::Result<()> {
        Ok(())
    }
}

use system::{directory_for_owner, for_owner, settle, whole};
pub use system::{is_own, is_strangers, tighten};
