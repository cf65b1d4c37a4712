//! The most memory that this process has held since it was asked to forget. Linux tells; elsewhere it is always nothing.

/// Forgets, and returns what is held now.
#[cfg(target_os = "linux")]
pub(crate) fn reset() -> u64 {
    // Means "set the peak to the present", see proc(5).
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    now()
}

/// The peak, in bytes.
#[cfg(target_os = "linux")]
pub(crate) fn now() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn reset() -> u64 {
    0
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn now() -> u64 {
    0
}
