//! Tells drives apart, so that a folder whose drive is away is not taken for one that was emptied.
//!
//! A drive is known by its file system's own identity, and by the place on it where a folder, or what is mounted or
//! linked in one, begins: two parts of one file system can be mounted at the same place one after the other. Numbers
//! that the system gives to drives as they come are not trusted where there is anything better; they recur.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(all(unix, not(target_os = "linux")))]
mod unix;
#[cfg(windows)]
mod windows;

use std::io;
use std::path::Path;

use catalog::photo::DriveId;

#[cfg(target_os = "linux")]
pub(crate) use self::linux::MountTable;
#[cfg(target_os = "linux")]
use self::linux::System;
#[cfg(all(unix, not(target_os = "linux")))]
use self::unix::System;
#[cfg(windows)]
use self::windows::System;
use crate::system::file_id::FileId;

/// In every id of ours. Programs before this one noted the system's number for the drive, which has it not.
const OURS: i64 = i64::MIN;
/// In ids of file systems that tell who they are. Others are known until they are unplugged.
const LASTING: i64 = 1 << 62;
/// Bits for the file system, and as many for the place on it.
const BITS: u32 = 31;

/// A directory, and what it is mounted by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) file: FileId,
    /// Another number than that of the directory above says that something is mounted here.
    pub(crate) mount: u64,
}

/// What the system tells of a file system.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    name: String,
    /// Whether it will be the same when the drive is plugged in again.
    is_lasting: bool,
}

/// The drives that are there.
#[derive(Debug, Default)]
pub(crate) struct Drives(System);

impl Drives {
    /// Looks at a directory, behind links.
    pub(crate) fn look(directory: &Path) -> io::Result<Seen> {
        System::look(directory)
    }

    /// The drive that a directory of a folder lies on, which is the same for all directories below it as far as neither
    /// links nor mounts come between. Nothing where the system does not tell.
    pub(crate) fn of(&mut self, folder: &Path, directory: &Path) -> Option<DriveId> {
        let (identity, place) = self.0.identify(beginning(folder, directory))?;
        Some(id(&identity, &place))
    }

    /// The drive that a folder would be on that is not there: where its path leads as far as it is there. A folder that was on
    /// this drive, at this place, is gone from it; a drive that is away leaves another one there, or another place.
    pub(crate) fn of_missing(&mut self, folder: &Path) -> Option<DriveId> {
        let there = folder.ancestors().find(|directory| directory.is_dir())?;
        let (identity, mut place) = self.0.identify(there)?;
        if place.is_absolute() {
            place.push(folder.strip_prefix(there).ok()?);
        }
        Some(id(&identity, &place))
    }

    /// The ids that photos have whose folder begins at a directory or at one above it, by whatever path it is known.
    pub(crate) fn all_above(&mut self, directory: &Path) -> Vec<DriveId> {
        match self.0.identify(directory) {
            Some((identity, place)) if place.is_absolute() => {
                place.ancestors().map(|place| id(&identity, place)).collect()
            }
            // Where the place is not told, all that lies on the drive would be above.
            _ => Vec::new(),
        }
    }
}

/// What a photo's drive was, beside the drive where it would be now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// The same.
    Same,
    /// Another part of the same file system.
    OtherPart,
    /// Another drive.
    Other,
    /// One of the two cannot be told from others.
    Unknown,
}

/// Compares two drives.
pub(crate) fn compare(one: Option<DriveId>, other: Option<DriveId>) -> Comparison {
    match (one, other) {
        _ if one == other => Comparison::Same,
        (Some(one), Some(other)) if is_lasting(one) && is_lasting(other) => {
            if one.0 >> BITS == other.0 >> BITS { Comparison::OtherPart } else { Comparison::Other }
        }
        _ => Comparison::Unknown,
    }
}

/// Whether a drive tells who it is, so that it is known when it is plugged in again.
pub(crate) fn is_lasting(drive: DriveId) -> bool {
    drive.0 & (OURS | LASTING) == OURS | LASTING
}

fn id(identity: &Identity, beginning: &Path) -> DriveId {
    let part = |bytes: &[u8]| {
        let hash = blake3::hash(bytes);
        let bytes = hash.as_bytes();
        i64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) >> 1)
    };
    let kind = if identity.is_lasting { OURS | LASTING } else { OURS };
    let file_system = part(identity.name.as_bytes());
    DriveId(kind | file_system << BITS | part(beginning.as_os_str().as_encoded_bytes()))
}

/// The directory of a folder at which the link or the mount leads elsewhere that `directory` lies behind; the folder
/// itself where there is none.
fn beginning<'a>(folder: &'a Path, directory: &'a Path) -> &'a Path {
    let mount = |directory: &Path| System::look(directory).map(|seen| seen.mount).ok();
    let mut place = directory;
    while let Some(above) = place.parent().filter(|_| place != folder) {
        if place.is_symlink() || mount(place) != mount(above) {
            return place;
        }
        place = above;
    }
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drive(name: &str, is_lasting: bool, beginning: &str) -> DriveId {
        id(&Identity { name: name.to_owned(), is_lasting }, Path::new(beginning))
    }

    #[test]
    fn a_drive_is_told_from_others_and_from_other_parts_of_itself() {
        let [card, part, other] = [("uuid:1", "/"), ("uuid:1", "/a"), ("uuid:2", "/")]
            .map(|(name, beginning)| Some(drive(name, true, beginning)));
        assert_eq!(compare(card, card), Comparison::Same);
        assert_eq!(compare(card, part), Comparison::OtherPart);
        assert_eq!(compare(card, other), Comparison::Other);
        let number = Some(drive("8:1", false, "/"));
        assert_eq!(compare(number, number), Comparison::Same);
        // As programs before this one wrote it, and where nothing was written.
        for unknown in [number, Some(DriveId(2049)), None] {
            assert_eq!(compare(card, unknown), Comparison::Unknown);
            assert_eq!(compare(unknown, card), Comparison::Unknown);
        }
    }

    #[cfg(unix)]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "tests change what they like")]
    fn all_of_a_folder_is_on_one_drive_and_what_lies_behind_a_link_on_another_part_of_it() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("photos");
        let (below, elsewhere) = (folder.join("2019/may"), place.path().join("elsewhere/2019/may"));
        for directory in [&below, &elsewhere] {
            std::fs::create_dir_all(directory).unwrap();
        }
        std::os::unix::fs::symlink(place.path().join("elsewhere"), folder.join("elsewhere")).unwrap();
        let mut drives = Drives::default();
        let whole = drives.of(&folder, &folder);
        assert_eq!(drives.of(&folder, &below), whole);
        let linked = drives.of(&folder, &folder.join("elsewhere"));
        assert_eq!(drives.of(&folder, &folder.join("elsewhere/2019/may")), linked);
        assert_ne!(linked, whole);
        let above = drives.all_above(&elsewhere);
        assert!(above.contains(&linked.unwrap()) && !above.contains(&whole.unwrap()));
    }
}
