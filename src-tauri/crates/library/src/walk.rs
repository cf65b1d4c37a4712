//! Walks a folder and says which files a scan should look at.
//!
//! Skips what is not a photo folder's business: hidden names, thumbnails and recycle bins of NAS systems,
//! version control, package trees, symlink loops and files that live only in the cloud. Compares nothing:
//! that is the reconciliation's part.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use catalog::photo::Stamp;
use walkdir::WalkDir;

use crate::original;

/// Directories that hold no photos of the person's: written by NAS systems, tools and trash cans.
const SKIPPED_NAMES: &[&str] =
    &["@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found", "node_modules"];

/// What a walk comes upon. Paths are relative to the folder.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A file that may be a photo.
    File { path: PathBuf, stamp: Stamp, device: Option<u64> },
    /// A photo's name whose bytes are in the cloud; reading it would download it.
    Placeholder(PathBuf),
    /// A directory, link or file that the system did not let us look at, or a link to a place that is not there
    /// now: nothing is known of what lies below. The reason is the system's; none for such a link.
    Unreadable { path: PathBuf, reason: Option<String> },
}

/// Walks `prefix` below `root`; an empty prefix walks all of it. A prefix may also name one file.
pub(crate) fn walk<'a>(root: &'a Path, prefix: &Path) -> impl Iterator<Item = Entry> + 'a {
    let start = if prefix.as_os_str().is_empty() { root.to_path_buf() } else { root.join(prefix) };
    WalkDir::new(start)
        .sort_by_file_name()
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| {
            entry.depth() == 0 || !(is_skipped_name(entry.file_name()) || has_hidden_attribute(entry))
        })
        .filter_map(move |entry| match entry {
            Ok(entry) => classify(root, &entry),
            Err(error) => unreadable(root, &error),
        })
}

/// Whether some part of a relative path is skipped, and with it everything below.
pub(crate) fn is_skipped(relative: &Path) -> bool {
    relative.iter().any(is_skipped_name)
}

fn is_skipped_name(name: &OsStr) -> bool {
    // A leading dot also covers `.git` and the `._*` files that macOS leaves on foreign drives.
    name.as_encoded_bytes().first() == Some(&b'.') || SKIPPED_NAMES.iter().any(|skipped| name == *skipped)
}

fn classify(root: &Path, entry: &walkdir::DirEntry) -> Option<Entry> {
    // FIFOs and device nodes are not files; opening one could wait for ever.
    if !entry.file_type().is_file() || !imaging::is_candidate(entry.path()) {
        return None;
    }
    let path = relative_to(root, entry.path());
    Some(match entry.metadata() {
        Ok(metadata) if is_placeholder(&metadata) => Entry::Placeholder(path),
        Ok(metadata) => Entry::File { path, stamp: original::stamp(&metadata), device: device(&metadata) },
        Err(error) => Entry::Unreadable { path, reason: Some(error.to_string()) },
    })
}

fn unreadable(root: &Path, error: &walkdir::Error) -> Option<Entry> {
    if error.loop_ancestor().is_some() {
        return None;
    }
    let path = error.path().map(|path| relative_to(root, path)).unwrap_or_default();
    let missing = error.io_error().is_some_and(|io| io.kind() == std::io::ErrorKind::NotFound);
    if !missing {
        let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
        return Some(Entry::Unreadable { path, reason: Some(reason) });
    }
    // A link that leads nowhere may lead to an unplugged drive; anything else vanished during the walk.
    error.path().is_some_and(Path::is_symlink).then_some(Entry::Unreadable { path, reason: None })
}

#[cfg(windows)]
fn has_hidden_attribute(entry: &walkdir::DirEntry) -> bool {
    // FILE_ATTRIBUTE_HIDDEN (Windows SDK, winnt.h).
    const HIDDEN: u32 = 0x2;
    let attributes = |metadata| std::os::windows::fs::MetadataExt::file_attributes(&metadata);
    entry.metadata().is_ok_and(|metadata| attributes(metadata) & HIDDEN != 0)
}

#[cfg(not(windows))]
fn has_hidden_attribute(_: &walkdir::DirEntry) -> bool {
    false
}

fn relative_to(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_path_buf()
}

/// The number of the file system that holds `metadata`'s file, where the system tells.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not tell")]
pub(crate) fn device(metadata: &Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::dev(metadata))
}

/// The number of the file system that holds `metadata`'s file, where the system tells.
#[cfg(not(unix))]
pub(crate) fn device(_: &Metadata) -> Option<u64> {
    None
}

#[cfg(windows)]
pub(crate) fn is_placeholder(metadata: &Metadata) -> bool {
    // FILE_ATTRIBUTE_OFFLINE, _RECALL_ON_OPEN, _RECALL_ON_DATA_ACCESS (Windows SDK, winnt.h).
    const IN_CLOUD: u32 = 0x1000 | 0x0004_0000 | 0x0040_0000;
    std::os::windows::fs::MetadataExt::file_attributes(metadata) & IN_CLOUD != 0
}

#[cfg(target_os = "macos")]
pub(crate) fn is_placeholder(metadata: &Metadata) -> bool {
    // SF_DATALESS (macOS SDK, sys/stat.h).
    const DATALESS: u32 = 0x4000_0000;
    std::os::macos::fs::MetadataExt::st_flags(metadata) & DATALESS != 0
}

#[cfg(not(any(windows, target_os = "macos")))]
pub(crate) fn is_placeholder(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests change what they like")]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    fn found(root: &Path) -> BTreeSet<PathBuf> {
        walk(root, Path::new(""))
            .filter_map(|entry| match entry {
                Entry::File { path, .. } => Some(path),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn finds_photos_and_leaves_out_what_is_none_of_ours() {
        let root = tempfile::tempdir().unwrap();
        for file in [
            "a.jpg",
            "2019/b.HEIC",
            "Größe/ç.png",
            "photo.jpg/inside.jpg",
            ".hidden/c.jpg",
            "._a.jpg",
            "@eaDir/a.jpg",
            "x/node_modules/y.png",
            ".git/z.png",
            "notes.txt",
        ] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        let expected = ["a.jpg", "2019/b.HEIC", "Größe/ç.png", "photo.jpg/inside.jpg"];
        assert_eq!(found(root.path()), expected.iter().map(PathBuf::from).collect());
        assert!(is_skipped(Path::new("x/.git/y.jpg")) && !is_skipped(Path::new("x/y.jpg")));
    }

    #[cfg(unix)]
    #[test]
    fn symlink_loops_end_and_linked_photos_are_found() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("far.jpg"), b"x").unwrap();
        fs::create_dir(root.path().join("sub")).unwrap();
        std::os::unix::fs::symlink(root.path(), root.path().join("sub/loop")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), root.path().join("linked")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.path().join("broken.jpg")).unwrap();
        assert_eq!(found(root.path()), BTreeSet::from([PathBuf::from("linked/far.jpg")]));
        let unreadable = walk(root.path(), Path::new("")).filter_map(|entry| match entry {
            Entry::Unreadable { path, .. } => Some(path),
            _ => None,
        });
        assert_eq!(
            unreadable.collect::<Vec<_>>(),
            [Path::new("broken.jpg")],
            "it may lead to an unplugged drive"
        );
    }
}
