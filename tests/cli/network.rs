//! Nothing leaves the machine: no command so much as opens a socket to the network.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use crate::offline::die_at_network_sockets;
use crate::place::Place;

#[test]
fn a_program_that_opens_a_network_socket_is_caught() {
    let mut shell = Command::new("bash");
    shell.args(["-c", "exec 3<>/dev/tcp/127.0.0.1/9"]);
    die_at_network_sockets(&mut shell);
    assert_eq!(shell.status().unwrap().signal(), Some(libc::SIGSYS));
}

#[test]
fn no_command_opens_a_network_socket() {
    let place = Place::with_classes(&["hat", "shoes"]).offline();
    place.use_every_command();
    assert!(place.watch_once().contains(&"up_to_date".to_owned()));
}
