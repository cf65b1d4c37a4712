//! The one place that opens a person's photos, for reading only.
//!
//! Nothing here, and so nothing in the library, can write, move or delete an original. On Linux not even
//! its access time changes, where the system lets us ask for that.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use catalog::ContentHash;
use catalog::photo::{Mark, Stamp};

use crate::system::mark;

/// Bytes that are hashed at a time.
const PART: usize = 256 << 10;

/// Bytes by which a picture is told from other files.
const BEGINNING: u64 = 4096;

/// Why an original could not be read whole.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The file is not there any more.
    Vanished,
    /// The file changed while it was read: somebody is still writing it.
    Unsettled,
    /// It is a pipe, a socket or a device.
    NotAFile,
    /// The file is larger than `limit` bytes.
    TooLarge { limit: u64 },
    /// Nobody waits for it any more.
    Stopped,
    /// The system refused.
    Io(io::Error),
}

/// Size and modification time of a file.
pub(crate) fn stamp(metadata: &Metadata) -> Stamp {
    Stamp { size: metadata.len(), modified_ns: metadata.modified().map_or(0, nanoseconds) }
}

/// A time in nanoseconds since 1970; one too far away for that (before 1677 or after 2262) is the furthest there is.
fn nanoseconds(time: SystemTime) -> i64 {
    let limited = |duration: Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
    time.duration_since(UNIX_EPOCH).map_or_else(|before| -limited(before.duration()), limited)
}

/// Reads a file into `buffer` and returns the stamp it had throughout.
pub(crate) fn read(path: &Path, limit: u64, buffer: &mut Vec<u8>) -> Result<Stamp, ReadError> {
    buffer.clear();
    let original = Original::open(path, limit)?;
    buffer.reserve_exact(original.stamp.size as usize);
    (&*original.file).take(limit + 1).read_to_end(buffer)?;
    original.stamp_after(buffer.len() as u64)
}

/// An open file, and what it was when it was opened.
#[derive(Debug)]
pub(crate) struct Original {
    pub(crate) file: Arc<File>,
    pub(crate) stamp: Stamp,
    pub(crate) mark: Mark,
}

impl Original {
    /// Opens a file of at most `limit` bytes.
    pub(crate) fn open(path: &Path, limit: u64) -> Result<Self, ReadError> {
        // To open a pipe wakes whoever writes to it, and to open a device does whatever that device does.
        if !fs::metadata(path)?.is_file() {
            return Err(ReadError::NotAFile);
        }
        let file = open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(ReadError::NotAFile);
        }
        if metadata.len() > limit {
            return Err(ReadError::TooLarge { limit });
        }
        let mark = mark::of_file(&file, &metadata);
        Ok(Self { file: Arc::new(file), stamp: stamp(&metadata), mark })
    }

    /// The file's hash, which is no matter of trust: whoever reads the file for us gets it only from us. It is read once
    /// more, mostly from memory, and at places of its own: whoever holds the same descriptor can move a common one.
    pub(crate) fn hash(&self, given_up: &dyn Fn() -> bool) -> Result<(ContentHash, Stamp), ReadError> {
        let mut hasher = blake3::Hasher::new();
        let (mut part, mut read) = (vec![0; PART], 0);
        while read <= self.stamp.size {
            if given_up() {
                return Err(ReadError::Stopped);
            }
            match read_at(&self.file, &mut part, read) {
                Ok(0) => break,
                Ok(count) => {
                    hasher.update(&part[..count]);
                    read += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok((*hasher.finalize().as_bytes(), self.stamp_after(read)?))
    }

    /// The stamp that the file had all the while that `read` bytes, all of them, were read.
    pub(crate) fn stamp_after(&self, read: u64) -> Result<Stamp, ReadError> {
        let after = stamp(&self.file.metadata()?);
        if self.stamp != after || after.size != read {
            return Err(ReadError::Unsettled);
        }
        Ok(after)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Whether a file begins as pictures do, whatever it is called. One that cannot be read does not.
pub(crate) fn begins_as_picture(path: &Path) -> bool {
    let mut beginning = Vec::with_capacity(BEGINNING as usize);
    let read = open(path).and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning));
    read.is_ok() && imaging::Format::of(&beginning).is_some()
}

/// Opens an original for reading.
#[cfg(target_os = "linux")]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // O_NONBLOCK: a FIFO put in a photo's place must not hold the worker. O_NOATIME is for owners only.
    let quiet = OpenOptions::new().read(true).custom_flags(libc::O_NOATIME | libc::O_NONBLOCK).open(path);
    match quiet {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)
        }
        other => other,
    }
}

/// Opens an original for reading.
#[cfg(not(target_os = "linux"))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

impl ReadError {
    /// A stable name for the reason.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Vanished => "file_missing",
            Self::Unsettled => "file_changing",
            Self::NotAFile => "not_a_file",
            Self::TooLarge { .. } => "file_too_large",
            Self::Stopped => "stopped",
            Self::Io(_) => "unreadable",
        }
    }

    /// The reason in words.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Vanished => "there is no such file".to_owned(),
            Self::Unsettled => "it changed while it was read: something is still writing it".to_owned(),
            Self::NotAFile => "this is no file, but a pipe, a socket or a device".to_owned(),
            Self::TooLarge { limit } => format!("the file is larger than {} MB", limit >> 20),
            Self::Stopped => "reading it was stopped".to_owned(),
            Self::Io(error) => error.to_string(),
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Vanished,
            _ => Self::Io(error),
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests change what they like")]
mod tests {
    use std::io::{Seek, SeekFrom};

    use super::*;

    #[test]
    fn a_time_that_no_number_can_tell_is_the_furthest() {
        let after = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(nanoseconds(after(9_000_000_000)), 9_000_000_000_000_000_000);
        assert_eq!(nanoseconds(after(20_000_000_000)), i64::MAX);
        assert_eq!(nanoseconds(UNIX_EPOCH - Duration::from_secs(1)), -1_000_000_000);
        assert_eq!(nanoseconds(UNIX_EPOCH - Duration::from_secs(20_000_000_000)), -i64::MAX);
    }

    #[test]
    fn whoever_holds_the_same_descriptor_has_no_say_in_the_hash() {
        let folder = tempfile::tempdir().unwrap();
        let (path, bytes) = (folder.path().join("photo.jpg"), vec![7; 2 * PART + 1]);
        fs::write(&path, &bytes).unwrap();
        let original = Original::open(&path, 1 << 20).unwrap();
        (&*original.file).seek(SeekFrom::Start(9)).unwrap();
        let (hash, stamp) = original.hash(&|| false).unwrap();
        assert_eq!((hash, stamp.size), (*blake3::hash(&bytes).as_bytes(), bytes.len() as u64));
        assert!(matches!(original.hash(&|| true), Err(ReadError::Stopped)));
        fs::write(&path, vec![7; 3 * PART]).unwrap();
        assert!(matches!(original.hash(&|| false), Err(ReadError::Unsettled)));
    }
}
