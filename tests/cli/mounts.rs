//! Runs of the command where a test may mount what it likes: in a namespace of its own, of which nobody else knows.

use std::process::Command;

use crate::place::{Place, passed_over, samples, skipped};

/// What every script begins with: the command, and how it is asked.
const BEGIN: &str = r#"
set -e
program=$1 data=$2 root=$3 photos=$3/photos samples=$4
lookalike() { "$program" --data-dir "$data" "$@"; }
index() { lookalike --json index "$photos" "$@"; }
"#;

/// Runs a script of the shell. In it, `lookalike` is the command with the place's data directory, `index` brings the
/// place's photos up to date and prints the summary as JSON, and `$root`, `$photos` and `$samples` are folders. Returns
/// what it prints; nothing where the system allows no such namespace.
pub(crate) fn run(place: &Place, script: &str) -> Option<String> {
    let unshare = ["unshare", "--user", "--map-root-user", "--mount"];
    let trial = namespace(place, &unshare, "mount -t tmpfs none \"$3/photos\"").output();
    if !trial.is_ok_and(|output| output.status.success()) {
        skipped("this system allows no namespace of mounts");
        return None;
    }
    Some(printed(namespace(place, &unshare, &format!("{BEGIN}{script}"))))
}

/// The same where the script makes file systems with this program and mounts them, as only the superuser may.
pub(crate) fn run_with_disks(place: &Place, program: &str, script: &str) -> Option<String> {
    let unshare = ["unshare", "--mount"];
    let trial = format!(
        "command -v {program} && truncate -s 120M \"$3/trial\" && {program} -q \"$3/trial\" \
         && mount -o loop \"$3/trial\" \"$3/photos\""
    );
    if !namespace(place, &unshare, &trial).output().is_ok_and(|output| output.status.success()) {
        passed_over(&format!("this system has no {program}, or does not let the tests mount disks"));
        return None;
    }
    Some(printed(namespace(place, &unshare, &format!("{BEGIN}{script}"))))
}

fn namespace(place: &Place, unshare: &[&str], script: &str) -> Command {
    // A test must fail rather than hang.
    let mut command = Command::new("timeout");
    command.arg("120").args(unshare).args(["sh", "-c", script, "sh"]);
    command.arg(env!("CARGO_BIN_EXE_lookalike")).arg(place.data()).arg(place.root()).arg(samples());
    command
}

fn printed(mut command: Command) -> String {
    let output = command.output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    stdout.into_owned()
}

/// The JSON documents that a script printed, one a line.
pub(crate) fn documents(printed: &str) -> Vec<serde_json::Value> {
    printed.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}
