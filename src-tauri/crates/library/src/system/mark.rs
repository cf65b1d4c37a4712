//! What a file system keeps of a file and no program sets, and what a change of it says of the file's bytes.
//!
//! Programs that edit a photo and give it its old time back (`exiftool -P`, `rsync -a`, a restored backup) leave size and
//! time as they were, but not the moment of the last change. Where a file system keeps none, a change of clocks moves all times by
//! whole hours, and a new mount gives all files new numbers: then the bytes of a few files tell for all.

use std::fs::Metadata;
use std::path::Path;

use catalog::photo::{Mark, Stamp};

/// Time zones differ by multiples of this, in nanoseconds.
const QUARTER_HOUR: i64 = 15 * 60 * 1_000_000_000;
/// The most that a clock is set forward or back between two time zones: from one side of the date line to the other.
const MOST_HOURS: i64 = 26 * 4 * QUARTER_HOUR;

/// What has become of a file since it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing.
    None,
    /// Nothing, as far as was noted.
    NotNoted,
    /// Its times moved by so many nanoseconds, perhaps by none, and its number may be another: so it is of all files when
    /// clocks are set, or a file system numbers its files anew. It may also be another file.
    Doubtful { shift: i64 },
    /// It may have other bytes.
    Perhaps,
}

/// Compares a file with what it was.
pub(crate) fn compare((stamp, mark): (Stamp, Option<Mark>), (stamp_now, mark_now): (Stamp, Mark)) -> Change {
    let Some(mark) = mark else {
        return if stamp == stamp_now { Change::NotNoted } else { Change::Perhaps };
    };
    if (stamp, mark) == (stamp_now, mark_now) {
        return Change::None;
    }
    let shift = stamp_now.modified_ns.saturating_sub(stamp.modified_ns);
    let moved = match (mark.changed_ns, mark_now.changed_ns) {
        (Some(before), Some(now)) => now.saturating_sub(before),
        (None, None) => shift,
        _ => return Change::Perhaps,
    };
    let is_clocks = shift % QUARTER_HOUR == 0 && shift.saturating_abs() <= MOST_HOURS;
    if stamp.size == stamp_now.size && moved == shift && is_clocks {
        Change::Doubtful { shift }
    } else {
        Change::Perhaps
    }
}

/// The mark of the file at `path`, behind links, of which this is known.
#[cfg(unix)]
pub(crate) fn of(_: &Path, metadata: &Metadata) -> Mark {
    of_metadata(metadata)
}

/// The mark of an open file, of which this is known.
#[cfg(unix)]
pub(crate) fn of_file(_: &std::fs::File, metadata: &Metadata) -> Mark {
    of_metadata(metadata)
}

#[cfg(unix)]
fn of_metadata(metadata: &Metadata) -> Mark {
    use std::os::unix::fs::MetadataExt;
    let seconds = metadata.ctime().checked_mul(1_000_000_000);
    let changed_ns = seconds.and_then(|ns| ns.checked_add(metadata.ctime_nsec()));
    let number = metadata.ino();
    // Some file systems have no numbers, and some no such time.
    Mark { number: (number != 0).then_some(number as i64), changed_ns: changed_ns.filter(|ns| *ns != 0) }
}

/// The mark of the file at `path`, behind links. It must be opened for that, though for nothing else than being asked.
#[cfg(windows)]
pub(crate) fn of(path: &Path, _: &Metadata) -> Mark {
    use std::os::windows::fs::OpenOptionsExt;
    use windows_sys::Win32::Storage::FileSystem::FILE_READ_ATTRIBUTES;
    let file = std::fs::OpenOptions::new().access_mode(FILE_READ_ATTRIBUTES).open(path);
    file.map_or(Mark::default(), |file| of_open(&file))
}

/// The mark of an open file.
#[cfg(windows)]
pub(crate) fn of_file(file: &std::fs::File, _: &Metadata) -> Mark {
    of_open(file)
}

#[cfg(windows)]
fn of_open(file: &std::fs::File) -> Mark {
    use std::os::windows::io::AsRawHandle;
    use windows_sys::Win32::Storage::FileSystem::{
        FILE_BASIC_INFO, FileBasicInfo, GetFileInformationByHandleEx,
    };
    let number = winapi_util::file::information(file).ok().map(|information| information.file_index());
    let mut basic = FILE_BASIC_INFO::default();
    // SAFETY: the handle is open as long as the file is borrowed, and the system writes no more than this structure.
    let told = unsafe {
        GetFileInformationByHandleEx(
            file.as_raw_handle(),
            FileBasicInfo,
            (&raw mut basic).cast(),
            size_of::<FILE_BASIC_INFO>() as u32,
        )
    };
    // In steps of 100 ns, from 1601 on; the beginning does not matter. FAT keeps none.
    let changed_ns = (told != 0 && basic.ChangeTime != 0).then(|| basic.ChangeTime.wrapping_mul(100));
    Mark { number: number.filter(|number| *number != 0).map(|number| number as i64), changed_ns }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 4 * QUARTER_HOUR;

    fn file(size: u64, modified_ns: i64, number: i64, changed_ns: i64) -> (Stamp, Mark) {
        let mark = Mark { number: Some(number), changed_ns: Some(changed_ns) };
        (Stamp { size, modified_ns }, mark)
    }

    fn changed(before: (Stamp, Mark), now: (Stamp, Mark)) -> Change {
        compare((before.0, Some(before.1)), now)
    }

    #[test]
    fn a_moment_of_change_that_moved_alone_says_that_bytes_may_be_others() {
        let before = file(9, 1_000, 7, 2_000);
        assert_eq!(changed(before, before), Change::None);
        assert_eq!(changed(before, file(9, 1_000, 7, 2_001)), Change::Perhaps, "an edit that kept the time");
        assert_eq!(changed(before, file(9, 1_000, 8, 3_000)), Change::Perhaps, "a file put in its place");
        assert_eq!(changed(before, file(8, 1_000, 7, 2_000)), Change::Perhaps);
        assert_eq!(changed(before, file(9, 1_001, 7, 2_001)), Change::Perhaps, "an ordinary edit");
        assert_eq!(changed(before, file(9, 1_000 + HOUR, 7, 2_001)), Change::Perhaps, "touched");
    }

    #[test]
    fn clocks_and_new_numbers_alone_are_doubtful() {
        let before = file(9, 1_000, 7, 1_000);
        assert_eq!(changed(before, file(9, 1_000, 8, 1_000)), Change::Doubtful { shift: 0 });
        for shift in [HOUR, -HOUR, QUARTER_HOUR, 26 * HOUR] {
            let now = file(9, 1_000 + shift, 7, 1_000 + shift);
            assert_eq!(changed(before, now), Change::Doubtful { shift });
        }
        assert_eq!(changed(before, file(9, 1_000 + 27 * HOUR, 7, 1_000 + 27 * HOUR)), Change::Perhaps);
        // As Windows has FAT.
        let bare = |modified_ns| (Stamp { size: 9, modified_ns }, Mark::default());
        assert_eq!(changed(bare(1_000), bare(1_000 + HOUR)), Change::Doubtful { shift: HOUR });
        assert_eq!(changed(bare(1_000), bare(1_001)), Change::Perhaps);
    }

    #[test]
    fn what_was_not_noted_is_no_change() {
        let (stamp, mark) = file(9, 1_000, 7, 1_000);
        assert_eq!(compare((stamp, None), (stamp, mark)), Change::NotNoted);
        assert_eq!(compare((Stamp { size: 8, ..stamp }, None), (stamp, mark)), Change::Perhaps);
    }

    #[cfg(unix)]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "tests change what they like")]
    fn a_file_has_another_mark_when_it_was_written_or_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.jpg"), folder.path().join("b.jpg"));
        let look = || of(&path, &path.metadata().unwrap());
        std::fs::write(&path, "one").unwrap();
        let before = look();
        assert_eq!(look(), before);
        std::fs::write(&other, "two").unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert_ne!(look().number, before.number);
    }
}
