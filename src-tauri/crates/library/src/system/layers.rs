//! Tells file systems that have files of their own from those that may show the files of others: stacked ones (overlayfs,
//! and what FUSE does: mergerfs, bindfs, sshfs) and shares. There one file has several numbers, and numbers tell nothing
//! apart.
//!
//! What is not known to have files of its own is taken for one of the others.

use std::path::Path;

/// Whether all files that are found at a path belong to the file system there, and to no other.
#[cfg(target_os = "linux")]
pub(crate) fn has_own_files(path: &Path) -> bool {
    let (Ok(system), Ok(file)) = (rustix::fs::statfs(path), rustix::fs::stat(path)) else { return false };
    is_of_its_own(system.f_type as u32, rustix::fs::major(file.st_dev) != 0)
}

/// File systems on disks and in memory, by the numbers that the kernel gives them (`linux/magic.h`, and each one's source).
#[cfg(target_os = "linux")]
const OWN: [u32; 24] = [
    0xEF53,      // ext2, ext3, ext4
    0x9123_683E, // Btrfs
    0x5846_5342, // XFS
    0xF2F5_2010, // F2FS
    0x2FC1_2FC1, // ZFS
    0xCA45_1A4E, // bcachefs
    0x3153_464A, // JFS
    0x5265_4973, // ReiserFS
    0x3434,      // NILFS
    0x2405_1905, // UBIFS
    0x4D44,      // FAT
    0x2011_BAB0, // exFAT
    0x5346_544E, // NTFS
    0x7366_746E, // NTFS, by the newer driver
    0x4244,      // HFS
    0x482B,      // HFS+
    0x9660,      // ISO 9660
    0x1501_3346, // UDF
    0x7371_7368, // SquashFS
    0xE0F5_E1E2, // EROFS
    0x28CD_3D45, // cramfs
    0x7275,      // romfs
    0x0102_1994, // tmpfs
    0x8584_58F6, // ramfs
];

#[cfg(target_os = "linux")]
const FUSE: u32 = 0x6573_5546;

/// What FUSE drives on a disk (NTFS and exFAT by drivers outside the kernel) is as good as what the kernel does.
#[cfg(target_os = "linux")]
fn is_of_its_own(kind: u32, is_on_a_disk: bool) -> bool {
    OWN.contains(&kind) || (kind == FUSE && is_on_a_disk)
}

/// Whether all files that are found at a path belong to the file system there, and to no other.
#[cfg(target_os = "macos")]
pub(crate) fn has_own_files(path: &Path) -> bool {
    const OWN: &[&str] = &["apfs", "hfs", "exfat", "msdos", "ntfs", "udf", "cd9660"];
    let Ok(system) = rustix::fs::statfs(path) else { return false };
    let kind = system.f_fstypename.iter().map(|&letter| letter as u8 as char);
    let kind: String = kind.take_while(|&letter| letter != '\0').collect();
    OWN.contains(&kind.as_str())
}

/// Whether all files that are found at a path belong to the file system there, and to no other.
#[cfg(windows)]
pub(crate) fn has_own_files(path: &Path) -> bool {
    crate::system::network::share(path).is_none()
}

/// Whether all files that are found at a path belong to the file system there, and to no other: other systems do not tell.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub(crate) fn has_own_files(_: &Path) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_may_show_the_files_of_others_is_told_from_disks() {
        let (ext4, overlay, nfs, smb, unheard_of) = (0xEF53, 0x794C_7630, 0x6969, 0xFE53_4D42, 0x1234_5678);
        assert!(is_of_its_own(ext4, true) && is_of_its_own(FUSE, true));
        for kind in [overlay, nfs, smb, FUSE, unheard_of] {
            assert!(!is_of_its_own(kind, false), "{kind:x}");
        }
        assert!(!has_own_files(Path::new("/no/such/place")));
    }
}
