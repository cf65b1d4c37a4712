//! A process that dies as soon as it asks the system for a socket to anything but this machine's own sockets by path.
//!
//! It shows that a program opens no connection rather than that none succeeds. Linux on x86-64 and ARM only.

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::process::Command;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

/// Families of sockets that lead to the network: IPv4, IPv6, raw packets.
const NETWORK: [i32; 3] = [libc::AF_INET, libc::AF_INET6, libc::AF_PACKET];

/// Has the command, and all that it starts, killed at the first network socket.
pub(crate) fn die_at_network_sockets(command: &mut Command) {
    let filter = filter();
    // SAFETY: between fork and exec only system calls are made; the filter was put together before.
    unsafe {
        command.pre_exec(move || seccompiler::apply_filter(&filter).map_err(std::io::Error::other));
    }
}

fn filter() -> BpfProgram {
    let to_family = |family: i32| {
        let is = SeccompCmpOp::Eq;
        let family = SeccompCondition::new(0, SeccompCmpArgLen::Dword, is, u64::from(family as u32)).unwrap();
        SeccompRule::new(vec![family]).unwrap()
    };
    let rules = BTreeMap::from([(libc::SYS_socket, NETWORK.map(to_family).to_vec())]);
    let target = std::env::consts::ARCH.try_into().unwrap();
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::KillProcess, target)
        .unwrap()
        .try_into()
        .unwrap()
}
