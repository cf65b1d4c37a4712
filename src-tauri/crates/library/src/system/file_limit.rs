//! A limit on the size of files (`ulimit -f`) that is reached: an error of what is written then, which is told, rather than
//! a signal that ends the program in the middle of it.

/// Has writing fail where a file would become larger than the system lets this process make one. Programs call it first.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub fn outlast_file_limits() {
    // SAFETY: no handler is given, and no other thread of ours sets one for this signal.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}

/// Nothing: there is no such signal.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub fn outlast_file_limits() {}
