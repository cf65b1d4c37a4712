//! What a hostile file might make a decoder do, for the tests of the end-to-end kind. Not in release builds.
//!
//! With `LOOKALIKE_FAULTS` set, a file that begins with `LOOKALIKE-FAULT` and the name of a fault has the reader commit
//! it.

use std::fs::File;
use std::io::Read;
use std::time::Duration;

use super::desk::Desk;
use super::protocol::Request;

/// Tests do not wait as long as people do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);
/// Nor do they have as many photos.
pub(crate) const MOST_FILES: u32 = 4;

const MARK: &[u8] = b"LOOKALIKE-FAULT ";

pub(crate) fn are_asked_for() -> bool {
    std::env::var_os("LOOKALIKE_FAULTS").is_some()
}

/// Does what the file says, if it says something. What the system refuses ends nothing.
#[expect(clippy::disallowed_methods, reason = "the system must refuse it")]
pub(crate) fn commit(request: &Request, desk: &Desk) {
    if !are_asked_for() {
        return;
    }
    let Some(name) = desk.bytes().strip_prefix(MARK) else { return };
    let is_loading = matches!(request, Request::Load);
    match name.trim_ascii_end() {
        // As a drive does that does not answer.
        b"drive" if is_loading => loop {
            std::thread::park();
        },
        _ if is_loading => {}
        b"crash" => std::process::abort(),
        b"stack" => _ = overflow(0),
        // It does not end; that it keeps a core busy meanwhile would only slow other tests down.
        b"loop" => loop {
            std::thread::sleep(Duration::from_millis(1));
        },
        b"memory" => hoard(),
        b"read" => die_if(&File::open("/etc/passwd").and_then(|mut file| file.read(&mut [0; 1]))),
        b"write" => die_if(&std::fs::write("lookalike-escaped", "")),
        b"connect" => die_if(&std::net::UdpSocket::bind("127.0.0.1:0")),
        #[cfg(unix)]
        b"local-socket" => die_if(&std::os::unix::net::UnixDatagram::unbound()),
        #[cfg(target_os = "linux")]
        b"signal" => die_if(&signal_parent()),
        #[cfg(target_os = "linux")]
        b"limit" => die_if(&limit_parent()),
        b"run" => die_if(&std::process::Command::new("true").status()),
        _ => {}
    }
}

/// A test sees by the reader's death that it was not stopped.
fn die_if<T>(escaped: &std::io::Result<T>) {
    if escaped.is_ok() {
        std::process::abort();
    }
}

/// Asks the system to interrupt whoever started this process.
#[cfg(target_os = "linux")]
fn signal_parent() -> std::io::Result<()> {
    let parent = std::os::unix::process::parent_id() as libc::pid_t;
    // SAFETY: plain numbers, no memory.
    let refused = unsafe { libc::syscall(libc::SYS_tgkill, parent, parent, libc::SIGINT) } != 0;
    if refused { Err(std::io::Error::last_os_error()) } else { Ok(()) }
}

/// Asks the system to let whoever started this process open no more files.
#[cfg(target_os = "linux")]
fn limit_parent() -> std::io::Result<()> {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let parent = std::os::unix::process::parent_id() as libc::pid_t;
    // SAFETY: the limit is a live value of the right type, and no old one is asked for.
    let refused =
        unsafe { libc::prlimit(parent, libc::RLIMIT_NOFILE, &raw const none, std::ptr::null_mut()) } != 0;
    if refused { Err(std::io::Error::last_os_error()) } else { Ok(()) }
}

#[expect(unconditional_recursion, reason = "that is what is asked for")]
fn overflow(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 512]);
    overflow(frame[7] + 1) + frame[511]
}

fn hoard() {
    let mut hoard = Vec::new();
    loop {
        hoard.push(vec![1_u8; 64 << 20]);
        std::hint::black_box(&hoard);
    }
}
