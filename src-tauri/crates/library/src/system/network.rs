//! Tells folders on network shares: the system has no live events for what other machines change there.
//!
//! Only the folder itself is looked at, not what may be mounted below it.

use std::path::Path;

/// File systems that are shared over a network, by the numbers that the kernel gives them
/// (`linux/magic.h`, `fs/smb/client/cifsfs.c`).
#[cfg(target_os = "linux")]
const SHARED: &[(u32, &str)] = &[
    (0x6969, "NFS"),
    (0x517B, "SMB"),
    (0xFF53_4D42, "SMB"),
    (0xFE53_4D42, "SMB"),
    (0x0102_1997, "9P"),
    (0x00C3_6400, "Ceph"),
    (0x5346_414F, "AFS"),
    (0x7375_7245, "Coda"),
    (FUSE, "FUSE, such as SSHFS"),
];

#[cfg(target_os = "linux")]
const FUSE: u32 = 0x6573_5546;

/// The kind of network share that a folder is on, if it is on one.
#[cfg(target_os = "linux")]
pub(crate) fn share(folder: &Path) -> Option<&'static str> {
    let kind = rustix::fs::statfs(folder).ok()?.f_type as u32;
    let device = rustix::fs::stat(folder).ok()?.st_dev;
    share_of(kind, rustix::fs::major(device) != 0)
}

/// A FUSE file system on a disk (NTFS and exFAT by drivers outside the kernel) is as local as any other.
#[cfg(target_os = "linux")]
fn share_of(kind: u32, is_on_a_disk: bool) -> Option<&'static str> {
    let (_, name) = SHARED.iter().find(|(number, _)| *number == kind)?;
    (kind != FUSE || !is_on_a_disk).then_some(name)
}

/// The kind of network share that a folder is on, if it is on one.
#[cfg(target_os = "windows")]
pub(crate) fn share(folder: &Path) -> Option<&'static str> {
    use std::path::{Component, Prefix};
    match folder.components().next()? {
        Component::Prefix(prefix) => {
            matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)).then_some("SMB")
        }
        _ => None,
    }
}

/// The kind of network share that a folder is on, if it is on one.
#[cfg(target_os = "macos")]
pub(crate) fn share(folder: &Path) -> Option<&'static str> {
    const SHARED: &[(&str, &str)] =
        &[("smbfs", "SMB"), ("nfs", "NFS"), ("afpfs", "AFP"), ("webdav", "WebDAV")];
    let kind = rustix::fs::statfs(folder).ok()?.f_fstypename;
    let kind = kind.iter().map(|&letter| letter as u8 as char).take_while(|&letter| letter != '\0');
    let kind: String = kind.collect();
    SHARED.iter().find(|(name, _)| *name == kind).map(|(_, name)| *name)
}

/// The kind of network share that a folder is on; other systems are not asked.
#[cfg(not(any(target_os = "linux", target_os = "windows", target_os = "macos")))]
pub(crate) fn share(_: &Path) -> Option<&'static str> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_from_drives() {
        let ext4 = 0xEF53;
        assert_eq!(share_of(0x6969, false), Some("NFS"));
        assert_eq!(share_of(0xFE53_4D42, false), Some("SMB"));
        assert!(share_of(FUSE, false).is_some_and(|name| name.contains("SSHFS")));
        assert_eq!((share_of(FUSE, true), share_of(ext4, true)), (None, None));
        assert_eq!(share(tempfile::tempdir().unwrap().path()), None);
    }
}
