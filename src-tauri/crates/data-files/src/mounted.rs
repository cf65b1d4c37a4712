//! What is mounted in the place of something of ours. It is found in another place, too, where it may be somebody's photo.

use std::path::Path;

/// Whether something is mounted at the path itself, a link not followed; always false where the system does not tell.
#[cfg(target_os = "linux")]
pub fn is_mounted(path: &Path) -> bool {
    use rustix::fs::AtFlags;
    let above = match path.parent() {
        Some(above) if above.as_os_str().is_empty() => Path::new("."),
        Some(above) => above,
        None => return false,
    };
    match (mount(path, AtFlags::SYMLINK_NOFOLLOW), mount(above, AtFlags::empty())) {
        (Some(here), Some(above)) => here != above,
        _ => false,
    }
}

/// Whether something is mounted at the path itself; the system does not mount single files.
#[cfg(not(target_os = "linux"))]
pub fn is_mounted(_path: &Path) -> bool {
    false
}

/// The number of the mount that a path is on.
#[cfg(target_os = "linux")]
fn mount(path: &Path, flags: rustix::fs::AtFlags) -> Option<u64> {
    use rustix::fs::{CWD, StatxFlags, statx};
    let seen = statx(CWD, path, flags, StatxFlags::MNT_ID).ok()?;
    StatxFlags::from_bits_retain(seen.stx_mask).contains(StatxFlags::MNT_ID).then_some(seen.stx_mnt_id)
}
