//! The whole run without a network: this program starts itself again in a network namespace of its own, where nothing
//! but the loopback interface is, over which WebDriver and the app's page are spoken to.
//!
//! Where the system allows no such namespace the tests run all the same, but not in CI.

use std::env;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Set for the second start.
const MARK: &str = "LOOKALIKE_TESTS_ISOLATED";

/// Ways into a namespace: as the superuser, and as anybody where the system lets everybody have one.
const WAYS: [&[&str]; 2] = [&["--net"], &["--net", "--map-root-user"]];

/// Goes where there is no network, if it can.
pub(crate) fn enter() {
    if env::var_os(MARK).is_some() {
        raise_loopback().unwrap();
        assert_eq!(routes(), Vec::<String>::new(), "there is a network after all");
        return;
    }
    let works = |way: &&&[&str]| {
        let mut trial = Command::new("unshare");
        trial.args(**way).arg("true").stderr(Stdio::null());
        trial.status().is_ok_and(|status| status.success())
    };
    let Some(way) = WAYS.iter().find(works) else {
        assert!(env::var_os("CI").is_none(), "the system allows no network namespace, and CI must have one");
        eprintln!("the system allows no network namespace: the tests run beside the network");
        return;
    };
    let mut again = Command::new("unshare");
    again.args(*way).arg(env::current_exe().unwrap()).args(env::args_os().skip(1)).env(MARK, "1");
    panic!("it does not start again: {}", again.exec());
}

/// Ways out of this namespace. Some systems put tunnels that are down into each, over which nothing goes.
fn routes() -> Vec<String> {
    let table = fs::read_to_string("/proc/self/net/route").unwrap();
    table.lines().skip(1).map(str::to_owned).collect()
}

/// A new namespace's loopback interface is down.
fn raise_loopback() -> io::Result<()> {
    // SAFETY: a call without pointers; what it returns is checked.
    let socket = unsafe { libc::socket(libc::AF_INET, libc::SOCK_DGRAM, 0) };
    if socket < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: all zeros are a valid value of this plain C structure.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(*b"lo") {
        *to = from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: the request names an interface and its flags as this call takes them, and outlives it.
    let status = unsafe { libc::ioctl(socket, libc::SIOCSIFFLAGS, &raw const request) };
    let outcome = if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) };
    // SAFETY: the socket was opened above and is not used any more.
    unsafe { libc::close(socket) };
    outcome
}
