//! Tells which paths lead to one file: by links of either kind, a folder mounted twice, a share under two names.
//!
//! A file is known by its file system and by its number there, which are looked up anew each time: drives come and go.
//! Where a file system may show the files of another one, numbers tell less, and two files of the same bytes may be one:
//! they are not held for two unless their times differ.
//!
//! Of a file that is out of reach nothing is known. Files whose bytes differ are never one; who asks sees to that.

use std::path::Path;

use catalog::photo::Stamp;

use crate::reading::original;
use crate::system::layers;

/// So far apart two file systems may tell the time of one file, as FAT does from the others.
const COARSEST_NS: u64 = 2_000_000_000;

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

    /// Whether two files of the same bytes cannot be told from one file: who deletes one of them may lose both.
    pub(crate) fn may_be_same(&self, other: &Self) -> bool {
        let apart = self.stamp.modified_ns.abs_diff(other.stamp.modified_ns);
        let are_of_a_time = self.stamp.size == other.stamp.size && apart < COARSEST_NS;
        self.is_same(other) || (are_of_a_time && self.identity.may_be_same(&other.identity))
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
    /// How many names it has.
    names: u64,
    /// Whether its file system shows no files of others.
    has_own_files: bool,
    /// Where links lead, looked up where there is no number.
    resolved: Option<std::path::PathBuf>,
}

#[cfg(unix)]
impl Identity {
    fn of(path: &Path, metadata: &std::fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let inode = metadata.ino();
        let resolved = if inode == 0 { Some(path.canonicalize().ok()?) } else { None };
        Some(Self {
            device: metadata.dev(),
            inode,
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            names: metadata.nlink(),
            has_own_files: layers::has_own_files(path),
            resolved,
        })
    }

    /// A share that is mounted twice may have two device numbers, and so may a layer and what is stacked on it; a file has
    /// the same number in both and was changed at the same moment, which those of two drives were not. Numbers that a
    /// driver makes up may collide; moments do not.
    fn is_same(&self, other: &Self) -> bool {
        if self.resolved.is_some() || other.resolved.is_some() {
            return self.resolved == other.resolved;
        }
        let on_one_device = self.device == other.device;
        self.inode == other.inode
            && self.changed == other.changed
            && (on_one_device || !self.has_own_files || !other.has_own_files)
    }

    /// Of two file systems one may show the files of the other under numbers, names and moments of its own; and a disk may
    /// be there twice, as an image is behind two loop devices. Within one file system, numbers tell files apart, unless its
    /// driver makes them up: by the path, for instance.
    fn may_be_same(&self, other: &Self) -> bool {
        if self.device != other.device {
            let is_there_twice = (self.inode, self.changed) == (other.inode, other.changed);
            return is_there_twice || !self.has_own_files || !other.has_own_files;
        }
        !self.has_own_files && (self.names > 1 || other.names > 1 || self.changed == other.changed)
    }
}

#[cfg(windows)]
#[derive(Debug, PartialEq)]
struct Identity {
    handle: same_file::Handle,
    volume: Option<u64>,
    /// Whether its file system shows no files of others.
    has_own_files: bool,
}

#[cfg(windows)]
impl Identity {
    fn of(path: &Path, _: &std::fs::Metadata) -> Option<Self> {
        let handle = same_file::Handle::from_path(path).ok()?;
        let volume =
            crate::system::file_id::FileId::of(path).ok().map(crate::system::file_id::FileId::device);
        Some(Self { handle, volume, has_own_files: layers::has_own_files(path) })
    }

    fn is_same(&self, other: &Self) -> bool {
        self.handle == other.handle
    }

    /// Of two volumes one may show the files of the other.
    fn may_be_same(&self, other: &Self) -> bool {
        self.volume != other.volume && !(self.has_own_files && other.has_own_files)
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

    const DISK: Identity = Identity {
        device: 1,
        inode: 7,
        changed: (1_700_000_000, 5),
        names: 1,
        has_own_files: true,
        resolved: None,
    };

    #[test]
    fn a_share_that_is_mounted_twice_is_seen_through_and_numbers_that_say_nothing_are_not_trusted() {
        let there = Identity { device: 2, ..DISK };
        assert!(DISK.is_same(&DISK) && !DISK.is_same(&there), "drives number their files alike");
        let mounted = |device| Identity { device, has_own_files: false, ..DISK };
        assert!(mounted(3).is_same(&mounted(4)) && DISK.is_same(&mounted(3)));
        assert!(!mounted(3).is_same(&Identity { inode: 8, ..mounted(4) }));
        assert!(
            !mounted(3).is_same(&Identity { changed: (1_700_000_001, 5), ..mounted(3) }),
            "a made-up number"
        );
        let unnumbered = |path: &str| Identity { inode: 0, resolved: Some(path.into()), ..DISK };
        assert!(unnumbered("/a").is_same(&unnumbered("/a")) && !unnumbered("/a").is_same(&unnumbered("/b")));
    }

    #[test]
    fn files_that_a_stacked_file_system_may_show_twice_are_not_held_for_two() {
        let seen = |identity: Identity, modified_ns| Seen { stamp: Stamp { size: 9, modified_ns }, identity };
        let disk = || seen(DISK, 1_000_000_123);
        let stacked = Identity { device: 2, inode: 99, changed: (1, 1), has_own_files: false, ..DISK };
        let other_disk = Identity { device: 2, inode: 99, ..DISK };
        assert!(disk().may_be_same(&seen(stacked.clone(), 1_000_000_123)), "whatever its number and moment");
        assert!(disk().may_be_same(&seen(stacked.clone(), 0)), "FAT tells every other second");
        assert!(!disk().may_be_same(&seen(stacked.clone(), 4_000_000_000)));
        assert!(!disk().may_be_same(&seen(other_disk, 1_000_000_123)), "two disks");
        let there_twice = Identity { device: 2, ..DISK };
        assert!(disk().may_be_same(&seen(there_twice.clone(), 1_000_000_123)), "one disk behind two devices");
        let changed_since = Identity { changed: (1_700_000_000, 6), ..there_twice };
        assert!(!disk().may_be_same(&seen(changed_since, 1_000_000_123)));
        // Within one.
        let beside = Identity { inode: 8, changed: (2, 2), ..stacked.clone() };
        assert!(!seen(stacked.clone(), 5).may_be_same(&seen(beside.clone(), 5)));
        for same in [Identity { names: 2, ..beside.clone() }, Identity { changed: stacked.changed, ..beside }]
        {
            assert!(seen(stacked.clone(), 5).may_be_same(&seen(same, 5)), "a number made of the path");
        }
        let copy = Identity { inode: 8, ..DISK };
        assert!(!disk().may_be_same(&seen(copy, 1_000_000_123)), "a disk's numbers are trusted");
    }
}
