//! Copies of files of ours. Holes in a file are holes in its copy, and so is whatever is nothing but zeros: the copy takes
//! no more room than what there is to copy, however long the file calls itself.

#![expect(clippy::disallowed_methods, reason = "copies files in the data directory")]

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use crate::{create, open};

/// Bytes that are copied at a time, or left out when all are zeros.
const BLOCK: usize = 64 << 10;

/// Copies a file, for its owner alone.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let (mut from, mut to) = (open(from)?, create(to)?);
    let length = from.metadata()?.len();
    let mut end = 0;
    while let Some(data) = next_data(&from, end..length) {
        end = data.end;
        copy_range(&mut from, &mut to, data)?;
    }
    to.set_len(length)
}

/// Bytes that a file takes on its disk, which is about what a copy would take.
pub fn room(path: &Path) -> u64 {
    #[cfg(unix)]
    let bytes = |metadata: fs::Metadata| std::os::unix::fs::MetadataExt::blocks(&metadata) * 512;
    #[cfg(not(unix))]
    let bytes = |metadata: fs::Metadata| metadata.len();
    fs::metadata(path).map_or(0, bytes)
}

fn copy_range(from: &mut File, to: &mut File, range: Range<u64>) -> io::Result<()> {
    from.seek(SeekFrom::Start(range.start))?;
    let (mut at, mut block) = (range.start, vec![0; BLOCK]);
    while at < range.end {
        let most = (range.end - at).min(BLOCK as u64) as usize;
        let read = from.read(&mut block[..most])?;
        if read == 0 {
            break;
        }
        if block[..read].iter().any(|byte| *byte != 0) {
            to.seek(SeekFrom::Start(at))?;
            to.write_all(&block[..read])?;
        }
        at += read as u64;
    }
    Ok(())
}

/// The next part of a range of a file that is no hole; nothing when there is none.
#[cfg(target_os = "linux")]
fn next_data(file: &File, range: Range<u64>) -> Option<Range<u64>> {
    use rustix::fs::{SeekFrom, seek};
    use rustix::io::Errno;
    if range.is_empty() {
        return None;
    }
    match seek(file, SeekFrom::Data(range.start)) {
        Ok(start) if start < range.end => {
            let end = seek(file, SeekFrom::Hole(start)).unwrap_or(range.end).min(range.end);
            Some(start..end)
        }
        Ok(_) | Err(Errno::NXIO) => None,
        // Not every file system tells.
        Err(_) => Some(range),
    }
}

/// The next part of a range of a file that is no hole, as far as the system tells.
#[cfg(not(target_os = "linux"))]
fn next_data(_file: &File, range: Range<u64>) -> Option<Range<u64>> {
    (!range.is_empty()).then_some(range)
}

/// Has a file of ours that has other names as well, which may be somebody's, be a file of its own: a copy takes this name,
/// and the others keep what they had.
pub fn make_own(path: &Path) -> io::Result<()> {
    if !has_other_names(path) {
        return Ok(());
    }
    let mut draft = path.as_os_str().to_owned();
    draft.push(".own");
    let draft = Path::new(&draft);
    let made = copy(path, draft).and_then(|()| File::open(draft)?.sync_all());
    made.and_then(|()| fs::rename(draft, path)).inspect_err(|_| {
        // Half a copy helps nobody; the next start tries again.
        let _ = fs::remove_file(draft);
    })
}

/// Whether the path is a file's and not its only name.
#[cfg(unix)]
pub fn has_other_names(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.nlink() > 1)
}

/// Whether the path is a file's and not its only name.
#[cfg(windows)]
pub fn has_other_names(path: &Path) -> bool {
    let links = || {
        let file = winapi_util::Handle::from_path(path)?;
        io::Result::Ok(winapi_util::file::information(file)?.number_of_links())
    };
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
        && links().is_ok_and(|links| links > 1)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_copy_is_the_same_and_takes_no_room_for_holes() {
        let place = tempfile::tempdir().unwrap();
        let (path, copied) = (place.path().join("file"), place.path().join("copy"));
        let mut file = File::create(&path).unwrap();
        file.write_all(b"begin").unwrap();
        file.seek(SeekFrom::Start(1 << 20)).unwrap();
        file.write_all(&vec![0; 3 * BLOCK]).unwrap();
        file.write_all(b"middle").unwrap();
        file.set_len(3 << 20).unwrap();
        copy(&path, &copied).unwrap();
        assert!(fs::read(&copied).unwrap() == fs::read(&path).unwrap());
        // As good as without end, and at once.
        file.set_len(1 << 42).unwrap();
        copy(&path, &copied).unwrap();
        let metadata = fs::metadata(&copied).unwrap();
        assert_eq!(metadata.len(), 1 << 42);
        assert!(metadata.blocks() * 512 < 1 << 20, "{} blocks", metadata.blocks());
    }

    #[test]
    fn a_file_with_another_name_gets_a_copy_and_leaves_the_other_alone() {
        let place = tempfile::tempdir().unwrap();
        let (ours, other) = (place.path().join("ours"), place.path().join("other"));
        fs::write(&other, "bytes").unwrap();
        fs::hard_link(&other, &ours).unwrap();
        make_own(&ours).unwrap();
        assert_eq!(fs::read(&ours).unwrap(), b"bytes");
        fs::write(&ours, "changed").unwrap();
        assert_eq!(fs::read(&other).unwrap(), b"bytes");
        let before = fs::metadata(&ours).unwrap().ino();
        make_own(&ours).unwrap();
        assert_eq!(fs::metadata(&ours).unwrap().ino(), before, "it is its own already");
    }
}
