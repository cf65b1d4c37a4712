//! Walks a folder and says which files a scan should look at.
//!
//! A file is taken for a photo by the ending of its name; one without an ending by its first bytes, unless it lies among
//! thousands of files, as mail and caches do.
//!
//! Skips what is left out by the rules (`exclusions.rs`), loops, and files that live only in the cloud. Compares nothing: that is
//! the reconciliation's part.
//!
//! A directory that contains itself by a link or a mount, or the folder that is walked, is a loop. A walk that begins
//! below the folder knows the way there, so that it finds what a walk of all of the folder would find there.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use catalog::photo::{DriveId, Mark, Stamp};
use walkdir::WalkDir;

use crate::reading::exclusions::Rules;
use crate::reading::original;
use crate::system::drive::Drives;
use crate::system::file_id::FileId;
use crate::system::mark;

/// What a walk comes upon. Paths are relative to the folder.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A file that may be a photo. The drive is that of its directory: links to files are as good as files.
    File { path: PathBuf, stamp: Stamp, mark: Mark, drive: Option<DriveId> },
    /// A file that is taken for no photo.
    Other(PathBuf),
    /// A photo's name whose bytes are in the cloud; reading it would download it.
    Placeholder(PathBuf),
    /// A directory, link or file that the system did not let us look at, or a link to a place that is not there
    /// now: nothing is known of what lies below. The reason is the system's; none for such a link.
    Unreadable { path: PathBuf, reason: Option<String> },
}

/// In a directory of more entries than this, files without an ending are not looked into.
const MANY: usize = 5_000;

/// Walks `prefix` below `root`; an empty prefix walks all of it. A prefix may also name one file.
pub(crate) fn walk<'a>(root: &'a Path, prefix: &Path, rules: &'a Rules, drives: &'a mut Drives) -> Walk<'a> {
    let start = if prefix.as_os_str().is_empty() { root.to_path_buf() } else { root.join(prefix) };
    let way = Way::to(root, prefix.parent(), drives);
    // Behind a loop there is nothing: what lies there is found elsewhere.
    let entries =
        way.is_some().then(|| WalkDir::new(start).sort_by_file_name().follow_links(true).into_iter());
    let way = way.unwrap_or_default();
    Walk { root, rules, entries, begins: way.0.len(), way, crowd: Crowd::default(), drives }
}

/// A walk that is under way.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    root: &'a Path,
    rules: &'a Rules,
    entries: Option<walkdir::IntoIter>,
    way: Way,
    /// Directories on the way before the walk begins.
    begins: usize,
    crowd: Crowd,
    drives: &'a mut Drives,
}

impl Iterator for Walk<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        loop {
            let entries = self.entries.as_mut()?;
            let entry = match entries.next()? {
                Ok(entry) => entry,
                Err(error) => match unreadable(self.root, &error) {
                    Some(entry) => return Some(entry),
                    None => continue,
                },
            };
            let is_skipped = entry.depth() > 0
                && (self.rules.leave_out_itself(entry.path()) || has_hidden_attribute(&entry));
            self.way.0.truncate(self.begins + entry.depth());
            if entry.file_type().is_dir() {
                let is_link = entry.path_is_symlink();
                if is_skipped || !self.way.enter(self.root, entry.path(), is_link, self.drives) {
                    entries.skip_current_dir();
                }
            } else if !is_skipped
                && let Some(entry) = classify(self.root, &entry, self.way.drive(), &mut self.crowd)
            {
                return Some(entry);
            }
        }
    }
}

/// The directories from the top of the file system to one in a folder.
#[derive(Debug, Default)]
struct Way(Vec<Step>);

#[derive(Debug, Clone, Copy)]
struct Step {
    /// Nothing where the system did not let us look.
    file: Option<FileId>,
    mount: u64,
    drive: Option<DriveId>,
}

impl Way {
    /// The way to a directory of a folder: `below` is relative to the folder; nothing is the way to the folder itself,
    /// without it. Fails with nothing where the way comes by a directory twice.
    fn to(root: &Path, below: Option<&Path>, drives: &mut Drives) -> Option<Self> {
        let mut above: Vec<&Path> = root.ancestors().skip(1).collect();
        above.reverse();
        let step = |path: &Path| match Drives::look(path) {
            Ok(seen) => Step { file: Some(seen.file), mount: seen.mount, drive: None },
            Err(_) => Step { file: None, mount: 0, drive: None },
        };
        let mut way = Self(above.into_iter().map(step).collect());
        let Some(below) = below else { return Some(way) };
        let mut directory = root.to_path_buf();
        if !way.enter(root, &directory, false, drives) {
            return None;
        }
        for name in below {
            directory.push(name);
            if !way.enter(root, &directory, directory.is_symlink(), drives) {
                return None;
            }
        }
        Some(way)
    }

    /// Goes on to the directory at `path`. Returns whether it is another one than all before.
    fn enter(&mut self, root: &Path, path: &Path, is_link: bool, drives: &mut Drives) -> bool {
        let before = self.0.last().copied().filter(|_| path != root);
        let Ok(seen) = Drives::look(path) else {
            let drive = before.and_then(|before| before.drive);
            self.0.push(Step { file: None, mount: 0, drive });
            return true;
        };
        // Only links and mounts lead astray. File systems have been known that give all directories the same number.
        let is_elsewhere = is_link || before.is_none_or(|before| before.mount != seen.mount);
        if is_elsewhere && path != root && self.0.iter().any(|step| step.file == Some(seen.file)) {
            return false;
        }
        let drive = match before {
            Some(before) if !is_elsewhere => before.drive,
            _ => drives.of(root, path),
        };
        self.0.push(Step { file: Some(seen.file), mount: seen.mount, drive });
        true
    }

    fn drive(&self) -> Option<DriveId> {
        self.0.last().and_then(|step| step.drive)
    }
}

/// What is come upon while directories are visited. Paths are absolute.
#[cfg(target_os = "linux")]
#[derive(Debug, Clone, Copy)]
pub(crate) enum Visited<'a> {
    /// A directory that a walk enters. What is in it has not been looked at yet.
    Directory { path: &'a Path, is_link: bool },
    /// A link that leads nowhere now, or to a directory that contains it.
    Link(&'a Path),
}

/// Visits the directories that a walk enters from one of a folder on; ends with the first error.
#[cfg(target_os = "linux")]
pub(crate) fn visit_directories<E>(
    root: &Path,
    from: &Path,
    rules: &Rules,
    drives: &mut Drives,
    visit: &mut dyn FnMut(Visited<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let above = from.strip_prefix(root).ok().and_then(Path::parent);
    let Some(mut way) = Way::to(root, above, drives) else { return Ok(()) };
    let begins = way.0.len();
    let mut waiting = vec![(from.to_path_buf(), 0, from != root && from.is_symlink())];
    while let Some((path, depth, is_link)) = waiting.pop() {
        way.0.truncate(begins + depth);
        if !path.is_dir() || !way.enter(root, &path, is_link, drives) {
            if is_link && (path.is_dir() || !path.exists()) {
                visit(Visited::Link(&path))?;
            }
            continue;
        }
        visit(Visited::Directory { path: &path, is_link })?;
        let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| !rules.leave_out_itself(&entry.path())) {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() || kind.is_symlink() {
                waiting.push((entry.path(), depth + 1, kind.is_symlink()));
            }
        }
    }
    Ok(())
}

/// Whether the way to a file of a folder comes by a directory twice.
pub(crate) fn is_behind_loop(root: &Path, path: &Path, drives: &mut Drives) -> bool {
    let below = path.strip_prefix(root).ok().and_then(Path::parent);
    below.is_some() && Way::to(root, below, drives).is_none()
}

/// Whether the directory of a file has so many entries that its files are not looked into one by one.
#[derive(Debug, Default)]
struct Crowd(Option<(PathBuf, bool)>);

impl Crowd {
    fn is_around(&mut self, file: &Path) -> bool {
        let Some(directory) = file.parent() else { return false };
        if self.0.as_ref().is_none_or(|(known, _)| known != directory) {
            let count = std::fs::read_dir(directory).map_or(0, |entries| entries.take(MANY + 1).count());
            self.0 = Some((directory.to_path_buf(), count > MANY));
        }
        self.0.as_ref().is_some_and(|(_, is_crowd)| *is_crowd)
    }
}

/// What a file is. Pipes and devices with a photo's ending are files, too: whoever is to read one says what it is, and does
/// not open it. Without an ending they are none.
fn classify(
    root: &Path,
    entry: &walkdir::DirEntry,
    drive: Option<DriveId>,
    crowd: &mut Crowd,
) -> Option<Entry> {
    let path = relative_to(root, entry.path());
    let has_ending = entry.path().extension().is_some();
    if has_ending && !imaging::is_candidate(entry.path()) {
        return Some(Entry::Other(path));
    }
    Some(match entry.metadata() {
        // What it is could be told by its bytes only.
        Ok(metadata) if !has_ending && (!metadata.is_file() || is_placeholder(&metadata)) => return None,
        Ok(metadata) if is_placeholder(&metadata) => Entry::Placeholder(path),
        Ok(_)
            if !has_ending
                && (crowd.is_around(entry.path()) || !original::begins_as_picture(entry.path())) =>
        {
            Entry::Other(path)
        }
        Ok(metadata) => {
            let (stamp, mark) = (original::stamp(&metadata), mark::of(entry.path(), &metadata));
            Entry::File { path, stamp, mark, drive }
        }
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
        found_below(root, "")
    }

    fn found_below(root: &Path, prefix: &str) -> BTreeSet<PathBuf> {
        let mut drives = Drives::default();
        let rules = Rules::default();
        let files = walk(root, Path::new(prefix), &rules, &mut drives).filter_map(|entry| match entry {
            Entry::File { path, .. } => Some(path),
            _ => None,
        });
        files.collect()
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
            "README",
        ] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        let expected = ["a.jpg", "2019/b.HEIC", "Größe/ç.png", "photo.jpg/inside.jpg"];
        assert_eq!(found(root.path()), expected.iter().map(PathBuf::from).collect());
    }

    #[test]
    fn a_file_without_an_ending_is_a_photo_by_its_first_bytes_unless_it_is_one_of_thousands() {
        let root = tempfile::tempdir().unwrap();
        let jpeg = [0xFF, 0xD8, 0xFF, 0xE0];
        for directory in ["few", "many"] {
            fs::create_dir(root.path().join(directory)).unwrap();
            fs::write(root.path().join(directory).join("IMG_0001"), jpeg).unwrap();
            fs::write(root.path().join(directory).join("Makefile"), "all:").unwrap();
        }
        for number in 0..MANY {
            fs::write(root.path().join(format!("many/{number}.txt")), "").unwrap();
        }
        assert_eq!(found(root.path()), BTreeSet::from([PathBuf::from("few/IMG_0001")]));
        let path = root.path().join("few/IMG_0001");
        assert_eq!(found_below(root.path(), "few/IMG_0001").len(), 1);
        fs::write(path, "no picture any more").unwrap();
        assert_eq!(found(root.path()).len(), 0);
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
        let mut drives = Drives::default();
        let rules = Rules::default();
        let unreadable =
            walk(root.path(), Path::new(""), &rules, &mut drives).filter_map(|entry| match entry {
                Entry::Unreadable { path, .. } => Some(path),
                _ => None,
            });
        assert_eq!(
            unreadable.collect::<Vec<_>>(),
            [Path::new("broken.jpg")],
            "it may lead to an unplugged drive"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_walk_that_begins_below_finds_what_a_walk_of_all_finds_there() {
        use std::os::unix::fs::symlink;
        let place = tempfile::tempdir().unwrap();
        let root = place.path().canonicalize().unwrap().join("photos");
        fs::create_dir_all(root.join("sub/deep")).unwrap();
        for file in ["a.jpg", "sub/b.jpg", "sub/deep/c.jpg"] {
            fs::write(root.join(file), b"x").unwrap();
        }
        symlink("..", root.join("sub/loop")).unwrap();
        symlink("../..", root.join("sub/deep/above")).unwrap();
        symlink("../deep", root.join("sub/deep/self")).unwrap();
        symlink("sub", root.join("other")).unwrap();
        let all = found(&root);
        let expected = ["a.jpg", "sub/b.jpg", "sub/deep/c.jpg", "other/b.jpg", "other/deep/c.jpg"];
        assert_eq!(all, expected.iter().map(PathBuf::from).collect());
        let mut drives = Drives::default();
        for prefix in [
            "sub",
            "sub/loop",
            "sub/loop/a.jpg",
            "sub/loop/sub",
            "sub/loop/sub/b.jpg",
            "sub/deep/above",
            "sub/deep/above/photos/a.jpg",
            "sub/deep/self/c.jpg",
            "other",
            "other/loop/a.jpg",
            "other/deep",
        ] {
            let below = all.iter().filter(|path| path.starts_with(prefix)).cloned();
            assert_eq!(found_below(&root, prefix), below.collect(), "{prefix}");
            let is_loop = ["loop", "above", "self"].iter().any(|part| prefix.contains(part));
            let inside = root.join(prefix).join("x.jpg");
            assert_eq!(is_behind_loop(&root, &inside, &mut drives), is_loop, "{prefix}");
        }
    }
}
