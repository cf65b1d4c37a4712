//! What Linux tells of file systems: `mountinfo` says what is mounted where (`proc_pid_mountinfo(5)`).

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::fmt::Write;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{AtFlags, CWD, StatxFlags};

use super::{Identity, Seen};
use crate::system::file_id::FileId;

const MOUNTS: &str = "/proc/self/mountinfo";
/// Names of file systems that are on disks, as links to these, by their own identities.
const BY_UUID: &str = "/dev/disk/by-uuid";

/// What is mounted somewhere.
#[derive(Debug, Clone)]
struct Mount {
    device: u64,
    /// The part of the file system that is mounted.
    root: PathBuf,
    /// Where it is mounted.
    point: PathBuf,
    kind: String,
    /// A disk, a share, or some word.
    source: String,
}

/// What is mounted, as far as it was asked for.
#[derive(Debug, Default)]
pub(super) struct System {
    table: Table,
    mounts: HashMap<u64, Mount>,
    identities: HashMap<u64, Option<Identity>>,
}

impl System {
    pub(super) fn look(directory: &Path) -> io::Result<Seen> {
        let flags = StatxFlags::BASIC_STATS | StatxFlags::MNT_ID;
        let Ok(seen) = rustix::fs::statx(CWD, directory, AtFlags::empty(), flags) else {
            // Also where a filter of system calls does not know it.
            let metadata = fs::metadata(directory)?;
            return Ok(Seen { file: FileId::of_metadata(&metadata), mount: metadata.dev() });
        };
        let device = rustix::fs::makedev(seen.stx_dev_major, seen.stx_dev_minor);
        let tells_mount = StatxFlags::from_bits_retain(seen.stx_mask).contains(StatxFlags::MNT_ID);
        let mount = if tells_mount { seen.stx_mnt_id } else { device };
        Ok(Seen { file: FileId::new(device, seen.stx_ino), mount })
    }

    /// The file system of a directory, and the directory's place on it.
    pub(super) fn identify(&mut self, directory: &Path) -> Option<(Identity, PathBuf)> {
        let path = fs::canonicalize(directory).ok()?;
        let seen = Self::look(&path).ok()?;
        self.refresh();
        let mount = self.mounts.get(&seen.mount).cloned();
        let identity = self.identities.entry(seen.mount).or_insert_with(|| identity(&path, mount.as_ref()));
        // Joining nothing leaves a separator at the end, which is not part of the place.
        let place = mount.and_then(|mount| {
            Some(mount.root.join(path.strip_prefix(&mount.point).ok()?).components().collect())
        });
        Some((identity.clone()?, place.unwrap_or_default()))
    }

    /// Reads what is mounted, unless nothing has changed. The numbers of mounts are given out again.
    fn refresh(&mut self) {
        if let Some(mounts) = self.table.read_if_changed() {
            self.identities.clear();
            self.mounts = mounts;
        }
    }
}

/// The table of what is mounted.
#[derive(Debug, Default)]
struct Table(Option<File>);

impl Table {
    /// Reads it, unless nothing has been mounted or unmounted since it was read.
    fn read_if_changed(&mut self) -> Option<HashMap<u64, Mount>> {
        if let Some(table) = &self.0 {
            let mut changes = [PollFd::new(table, PollFlags::PRI | PollFlags::ERR)];
            let now = Timespec { tv_sec: 0, tv_nsec: 0 };
            if matches!(rustix::event::poll(&mut changes, Some(&now)), Ok(0)) {
                return None;
            }
        }
        let mut lines = Vec::new();
        let read = self.0.take().map_or_else(|| File::open(MOUNTS), Ok).and_then(|mut table| {
            table.rewind()?;
            table.read_to_end(&mut lines)?;
            Ok(table)
        });
        self.0 = read.ok();
        Some(lines.split(|byte| *byte == b'\n').filter_map(parse).collect())
    }
}

/// Tells where something was mounted or unmounted.
#[derive(Debug, Default)]
pub(crate) struct MountTable {
    table: Table,
    /// Where something is mounted, and its number; nothing before it was looked at.
    known: Option<BTreeSet<(PathBuf, u64)>>,
}

impl MountTable {
    /// Where that happened since this was asked before.
    pub(crate) fn changes(&mut self) -> BTreeSet<PathBuf> {
        let Some(mounts) = self.table.read_if_changed() else { return BTreeSet::new() };
        let now: BTreeSet<_> = mounts.into_iter().map(|(number, mount)| (mount.point, number)).collect();
        let before = self.known.replace(now.clone()).unwrap_or_else(|| now.clone());
        now.symmetric_difference(&before).map(|(point, _)| point.clone()).collect()
    }
}

/// A line of the table: number, that of the mount above, device, root, point, options, any number of fields, a dash, kind,
/// source.
fn parse(line: &[u8]) -> Option<(u64, Mount)> {
    let mut fields = line.split(|byte| *byte == b' ');
    let number = text(fields.next()?).parse().ok()?;
    let device = text(fields.nth(1)?);
    let (major, minor) = device.split_once(':')?;
    let device = rustix::fs::makedev(major.parse().ok()?, minor.parse().ok()?);
    let (root, point) = (path(fields.next()?), path(fields.next()?));
    let mut rest = fields.skip_while(|field| *field != b"-").skip(1);
    let (kind, source) = (text(rest.next()?), text(path(rest.next()?).as_os_str().as_bytes()));
    Some((number, Mount { device, root, point, kind, source }))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A path in which blanks, line breaks and backslashes are written as three octal digits.
fn path(field: &[u8]) -> PathBuf {
    let (mut bytes, mut rest) = (Vec::with_capacity(field.len()), field);
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..3).filter(|_| *first == b'\\');
        let byte = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &behind[3..] } else { behind };
    }
    OsString::from_vec(bytes).into()
}

/// Who a file system is, by the best that it tells. `directory` is one on it.
fn identity(directory: &Path, mount: Option<&Mount>) -> Option<Identity> {
    let lasting = |name| Some(Identity { name, is_lasting: true });
    if let Some(uuid) = uuid(directory).or_else(|| uuid_of_disk(mount?)) {
        return lasting(format!("uuid:{uuid}"));
    }
    // A share is called after the computer that it is on.
    if let Some(Mount { kind, source, .. }) = mount
        && (source.contains(':') || source.starts_with("//") || matches!(kind.as_str(), "9p" | "virtiofs"))
    {
        return lasting(format!("share:{kind}:{source}"));
    }
    let device = fs::metadata(directory).ok()?.dev();
    if let Some(id) = own_id(directory).filter(|id| mount.is_none_or(|mount| !is_number(*id, mount.device)))
        && !is_number(id, device)
    {
        return lasting(format!("id:{id:x}"));
    }
    let kind = mount.map_or("", |mount| mount.kind.as_str());
    Some(Identity { name: format!("number:{device}:{kind}"), is_lasting: false })
}

/// What `FS_IOC_GETFSUUID` answers (`linux/fs.h`, since Linux 6.9).
#[repr(C)]
struct Uuid {
    length: u8,
    bytes: [u8; 16],
}

fn uuid(directory: &Path) -> Option<String> {
    const ASK: rustix::ioctl::Opcode = rustix::ioctl::opcode::read::<Uuid>(0x15, 0);
    let directory = File::open(directory).ok()?;
    // SAFETY: the request is the one above, and the kernel writes a structure of this layout.
    let answer = unsafe { rustix::ioctl::ioctl(&directory, rustix::ioctl::Getter::<ASK, Uuid>::new()) };
    let Uuid { length, bytes } = answer.ok()?;
    if length != 16 || bytes == [0; 16] {
        return None;
    }
    let mut uuid = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            uuid.push('-');
        }
        // Writing to a string does not fail.
        let _ = write!(uuid, "{byte:02x}");
    }
    Some(uuid)
}

/// The name that the system has for the file system on a disk: of FAT and NTFS their serial number.
fn uuid_of_disk(mount: &Mount) -> Option<String> {
    let disk = fs::canonicalize(&mount.source).ok();
    let is_disk = |link: &Path| {
        fs::metadata(link).is_ok_and(|metadata| metadata.rdev() == mount.device)
            || (disk.is_some() && fs::canonicalize(link).ok() == disk)
    };
    let mut links = fs::read_dir(BY_UUID).ok()?.flatten();
    links.find(|link| is_disk(&link.path())).and_then(|link| link.file_name().into_string().ok())
}

/// The number that a file system has for itself; some make it of the number of their device.
fn own_id(directory: &Path) -> Option<u64> {
    let id = File::open(directory).ok().and_then(|file| rustix::fs::fstatvfs(file).ok())?.f_fsid;
    (id != 0).then_some(id)
}

/// Whether an id of a file system is a device's number, in the kernel's own spelling of it (`linux/kdev_t.h`).
fn is_number(id: u64, device: u64) -> bool {
    let (major, minor) = (u64::from(rustix::fs::major(device)), u64::from(rustix::fs::minor(device)));
    let spelled = (minor & 0xFF) | (major << 8) | ((minor & !0xFF) << 12);
    id == spelled || id == device || id.rotate_left(32) == spelled
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn a_line_of_the_table_tells_part_place_kind_and_source() {
        let line =
            br"36 35 98:1 /a\040b /mnt/new\012line rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=x";
        let (number, mount) = parse(line).unwrap();
        assert_eq!(number, 36);
        assert_eq!(
            (mount.root.as_path(), mount.point.as_path()),
            (Path::new("/a b"), Path::new("/mnt/new\nline"))
        );
        assert_eq!((mount.kind.as_str(), mount.source.as_str()), ("ext3", "/dev/root"));
        assert_eq!(mount.device, rustix::fs::makedev(98, 1));
        assert!(parse(b"").is_none() && parse(b"1 2 3").is_none());
    }

    #[test]
    fn an_id_made_of_a_devices_number_is_seen_through() {
        let device = rustix::fs::makedev(8, 0x1234);
        assert!(is_number(0x0120_0834, device), "minor, major, rest of minor");
        assert!(!is_number(0x0BAD_CAFE_0120_0834, device));
    }

    #[test]
    fn a_directory_is_found_on_what_is_mounted() {
        let directory = tempfile::tempdir().unwrap();
        let mut system = System::default();
        let (identity, place) = system.identify(directory.path()).unwrap();
        let below = directory.path().join("below");
        #[expect(clippy::disallowed_methods, reason = "tests change what they like")]
        fs::create_dir(&below).unwrap();
        assert_eq!(system.identify(&below).unwrap(), (identity, place.join("below")));
    }

    #[test]
    fn names_are_compared_as_bytes() {
        assert_eq!(path(br"\134x\9").as_os_str(), OsStr::new(r"\x\9"));
    }
}
