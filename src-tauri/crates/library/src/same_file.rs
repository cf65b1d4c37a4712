//! Tells which paths lead to one file: by links of either kind, a folder mounted twice, a share under two names.
//!
//! A file is known by its file system and by its number there, which are looked up anew each time: drives come and go.
//! Of a file that is out of reach nothing is known. Files whose bytes differ are never one; who asks sees to that.

use std::path::Path;

use catalog::photo::Stamp;

use crate::{network, original};

/// A file as it is now, whatever its path.
#[derive(Debug)]
pub(crate) struct Seen {
    stamp: Stamp,
    identity: Identity,
}

impl Seen {
    /// Looks at a file, and reads nothing of it; none when it is not there.
    pub(crate) fn look(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
        Some(Self { stamp: original::stamp(&metadata), identity: Identity::of(path, &metadata)? })
    }

    /// Whether it has not changed since it was read.
    pub(crate) fn is_as_read(&self, stamp: Stamp) -> bool {
        self.stamp == stamp
    }

    /// Whether two files of the same bytes are one.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.stamp == other.stamp && self.identity.is_same(&other.identity)
    }
}

#[cfg(unix)]
#[derive(Debug, Clone, PartialEq)]
struct Identity {
    device: u64,
    /// 0 on file systems that have no such numbers.
    inode: u64,
    /// When the file was last changed in any way, which nobody can set: seconds and nanoseconds.
    changed: (i64, i64),
    on_share: bool,
    /// Where links lead, looked up where there is no number.
    resolved: Option<std::path::PathBuf>,
}

#[cfg(unix)]
impl Identity {
    fn of(path: &Path, metadata: &std::fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let inode = metadata.ino();
        let resolved = if inode == 0 { Some(path.canonicalize().ok()?) } else { None };
        let on_share = network::share(path).is_some();
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        Some(Self { device: metadata.dev(), inode, changed, on_share, resolved })
    }

    /// A share that is mounted twice may have two device numbers; its files have the same number and were changed at the
    /// same moment, which those of two drives were not. Numbers that a driver makes up may collide; moments do not.
    fn is_same(&self, other: &Self) -> bool {
        if self.resolved.is_some() || other.resolved.is_some() {
            return self.resolved == other.resolved;
        }
        let on_one_device = self.device == other.device;
        self.inode == other.inode
            && self.changed == other.changed
            && (on_one_device || self.on_share || other.on_share)
    }
}

#[cfg(windows)]
#[derive(Debug, PartialEq)]
struct Identity(same_file::Handle);

#[cfg(windows)]
impl Identity {
    fn of(path: &Path, _: &std::fs::Metadata) -> Option<Self> {
        same_file::Handle::from_path(path).ok().map(Self)
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::disallowed_methods, reason = "tests change what they like")]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn links_lead_to_one_file_and_copies_are_others() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        fs::write(place("photo.jpg"), "bytes").unwrap();
        fs::hard_link(place("photo.jpg"), place("hard.jpg")).unwrap();
        std::os::unix::fs::symlink(place("photo.jpg"), place("soft.jpg")).unwrap();
        fs::copy(place("photo.jpg"), place("copy.jpg")).unwrap();
        let look = |name: &str| Seen::look(&place(name)).unwrap();
        assert!(look("photo.jpg").is_same(&look("hard.jpg")) && look("soft.jpg").is_same(&look("photo.jpg")));
        assert!(!look("copy.jpg").is_same(&look("photo.jpg")));
        assert!(Seen::look(&place("gone.jpg")).is_none() && Seen::look(folder.path()).is_none());
    }

    #[test]
    fn a_share_that_is_mounted_twice_is_seen_through_and_numbers_that_say_nothing_are_not_trusted() {
        let here =
            Identity { device: 1, inode: 7, changed: (1_700_000_000, 5), on_share: false, resolved: None };
        let there = Identity { device: 2, ..here.clone() };
        assert!(here.is_same(&here.clone()) && !here.is_same(&there), "drives number their files alike");
        let mounted = |device| Identity { device, on_share: true, ..here.clone() };
        assert!(mounted(3).is_same(&mounted(4)) && here.is_same(&mounted(3)));
        assert!(!mounted(3).is_same(&Identity { inode: 8, ..mounted(4) }));
        assert!(
            !mounted(3).is_same(&Identity { changed: (1_700_000_001, 5), ..mounted(3) }),
            "a made-up number"
        );
        let unnumbered = |path: &str| Identity { inode: 0, resolved: Some(path.into()), ..here.clone() };
        assert!(unnumbered("/a").is_same(&unnumbered("/a")) && !unnumbered("/a").is_same(&unnumbered("/b")));
    }
}
