//! The files of a data directory: opened without waiting for what is no file, read within bounds, made for their owner
//! alone, and put aside rather than written or deleted when something else is in their place: a link, a pipe, a photo.
//!
//! What the files mean is for those to know who keep them; photos are none of them.

#![expect(clippy::disallowed_methods, reason = "makes files and puts them aside, in the data directory")]

mod copy;
mod mounted;
mod picture;
mod private;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub use copy::{copy, has_other_names, make_own, room};
pub use mounted::is_mounted;
pub use picture::holds_picture;
pub use private::{create, create_directory, is_own, is_strangers, open_or_create, tighten};

/// Links that are followed before they are taken to lead nowhere, as the systems have it.
const MOST_LINKS: usize = 40;

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Missing,
    /// A file, or a link to one.
    File,
    /// A directory, or a link to one.
    Directory,
    /// A link to something that is not there.
    Away(PathBuf),
    /// Something that is neither, in words.
    Odd(&'static str),
}

impl Kind {
    /// What is at this path.
    pub fn of(path: &Path) -> io::Result<Self> {
        let metadata = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Missing),
            other => other?,
        };
        let metadata = if metadata.is_symlink() {
            match fs::metadata(path) {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(error),
                Err(error) if leads_to_itself(&error) => return Ok(Self::Odd("a link to itself")),
                Err(_) => return Ok(Self::Away(target(path))),
            }
        } else {
            metadata
        };
        Ok(match metadata.file_type() {
            kind if kind.is_file() => Self::File,
            kind if kind.is_dir() => Self::Directory,
            kind => Self::Odd(odd(kind)),
        })
    }

    /// What it is instead of a file; none where there is a file or nothing.
    pub fn instead_of_file(&self) -> Option<&'static str> {
        match self {
            Self::Missing | Self::File => None,
            Self::Directory => Some("a folder"),
            Self::Away(_) => Some("a link to nowhere"),
            Self::Odd(what) => Some(what),
        }
    }

    /// What it is instead of a directory; none where there is a directory or nothing.
    pub fn instead_of_directory(&self) -> Option<&'static str> {
        match self {
            Self::Missing | Self::Directory => None,
            Self::File => Some("a file"),
            Self::Away(_) => Some("a link to nowhere"),
            Self::Odd(what) => Some(what),
        }
    }
}

#[cfg(unix)]
fn odd(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn odd(_kind: fs::FileType) -> &'static str {
    "a device"
}

#[cfg(unix)]
fn leads_to_itself(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
fn leads_to_itself(_error: &io::Error) -> bool {
    false
}

/// What is at the path itself instead of a file of its own; none where there is a file or nothing. A link is one of
/// those, and what is mounted there: who writes to them writes elsewhere.
pub fn instead_of_own_file(path: &Path) -> io::Result<Option<&'static str>> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        return Ok(Some("a link"));
    }
    if is_mounted(path) {
        return Ok(Some("something else that is mounted there"));
    }
    Ok(Kind::of(path)?.instead_of_file())
}

/// Where a link leads at last, there or not; the path itself where it is no link.
pub fn target(path: &Path) -> PathBuf {
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        let Ok(next) = fs::read_link(&path) else { break };
        // An absolute one takes the whole path's place.
        path = path.parent().unwrap_or(Path::new("")).join(next);
    }
    path
}

/// Opens a file for reading; an error at once when something else is there.
pub fn open(path: &Path) -> io::Result<File> {
    // Opening alone may mean something to a device.
    refuse_odd(path)?;
    let file = unhurried(OpenOptions::new().read(true)).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no file")) }
}

/// The bytes of a file that has `most` of them at most.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {most} bytes")));
    }
    Ok(bytes)
}

/// Gives what is at the path a name beside it that is free, and returns that.
pub fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let mut aside = path.to_path_buf();
    loop {
        aside.as_mut_os_string().push(".aside");
        match fs::symlink_metadata(&aside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            Err(error) => return Err(error),
            Ok(_) => {}
        }
    }
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// Removes a file of ours. What is none, or looks like a photo, is put aside.
pub fn discard(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(metadata) if metadata.is_file() && !holds_picture(path).unwrap_or(true) => fs::remove_file(path),
        Ok(_) => put_aside(path).map(drop),
    }
}

/// Gives a file of ours the name of another one, which goes. What is there and is none of ours is put aside.
pub fn replace(draft: &Path, path: &Path) -> io::Result<()> {
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    if !is_file || holds_picture(path).unwrap_or(true) {
        discard(path)?;
    }
    fs::rename(draft, path)
}

fn refuse_odd(path: &Path) -> io::Result<()> {
    match Kind::of(path)?.instead_of_file() {
        Some(what) => Err(io::Error::other(format!("it is {what}, not a file"))),
        None => Ok(()),
    }
}

/// Does not wait for the other end of a pipe that was put there a moment ago.
#[cfg(unix)]
fn unhurried(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.custom_flags((rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY).bits() as i32)
}

#[cfg(not(unix))]
fn unhurried(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn nothing_waits_for_what_is_no_file() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        mknodat(CWD, at("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let _socket = UnixListener::bind(at("socket")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        symlink("nothing", at("link")).unwrap();
        symlink("pipe", at("link to a pipe")).unwrap();
        for name in ["link to a pipe", "pipe", "socket", "folder", "link"] {
            assert!(Kind::of(&at(name)).unwrap().instead_of_file().is_some(), "{name}");
            assert!(read(&at(name), 10).is_err(), "{name}");
            assert!(open_or_create(&at(name)).is_err(), "{name}");
            // What is in a new file's way is kept.
            create(&at(name)).unwrap();
            assert_eq!(Kind::of(&at(name)).unwrap(), Kind::File, "{name}");
            assert!(fs::symlink_metadata(at(&format!("{name}.aside"))).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_a_link_leads_to_is_neither_written_nor_tightened() {
        let place = tempfile::tempdir().unwrap();
        let (original, link) = (place.path().join("original"), place.path().join("link"));
        fs::write(&original, "original").unwrap();
        let before = fs::metadata(&original).unwrap().permissions();
        symlink(&original, &link).unwrap();
        assert!(open_or_create(&link).is_err());
        tighten(&link).unwrap();
        create(&link).unwrap();
        assert_eq!(fs::read(&original).unwrap(), b"original");
        assert_eq!(fs::metadata(&original).unwrap().permissions(), before);
    }

    #[test]
    fn a_photo_under_a_name_of_ours_is_put_aside() {
        const PHOTO: &[u8] = b"\xFF\xD8\xFF\xE0photo";
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        let makes: [fn(&Path); 3] = [
            |path| drop(create(path).unwrap()),
            |path| discard(path).unwrap(),
            |path| {
                let draft = path.with_extension("draft");
                fs::write(&draft, "new").unwrap();
                replace(&draft, path).unwrap();
            },
        ];
        for (number, make) in makes.iter().enumerate() {
            let path = at(&number.to_string());
            fs::write(&path, PHOTO).unwrap();
            make(&path);
            assert_eq!(fs::read(at(&format!("{number}.aside"))).unwrap(), PHOTO);
            fs::write(&path, "ours").unwrap();
            make(&path);
            assert!(!at(&format!("{number}.aside.aside")).exists(), "what is ours goes");
        }
    }

    #[test]
    fn a_link_to_itself_is_no_drive_that_is_away() {
        let place = tempfile::tempdir().unwrap();
        let link = place.path().join("link");
        symlink(&link, &link).unwrap();
        assert_eq!(Kind::of(&link).unwrap().instead_of_file(), Some("a link to itself"));
        create(&link).unwrap();
        assert_eq!(Kind::of(&link).unwrap(), Kind::File);
    }

    #[test]
    fn no_more_is_read_than_may_be() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "12345").unwrap();
        assert_eq!(read(&file, 5).unwrap(), b"12345");
        assert_eq!(read(&file, 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
