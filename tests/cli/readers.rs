//! Image files are read in processes of their own: what a file does to its reader costs that file and nothing else.
//!
//! Debug builds commit the faults that a hostile file might cause in a decoder when such a file asks for them by name
//! (`library::reader::fault`); the processes, and what confines them, are the real ones.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::place::{Place, samples};

/// A library of six hats, and a file for each fault.
fn place_with_faults(faults: &[&str]) -> Place {
    let place = Place::with_classes(&["hat"]).with_environment("LOOKALIKE_FAULTS", "1");
    for fault in faults {
        fs::write(place.photo(&format!("{fault}.jpg")), format!("LOOKALIKE-FAULT {fault}\n")).unwrap();
    }
    place
}

fn reason(summary: &Value, fault: &str) -> String {
    let failures = summary["failures"].as_array().unwrap();
    let name = format!("{fault}.jpg");
    let failure = failures.iter().find(|failure| failure["path"].as_str().unwrap().ends_with(&name));
    failure.unwrap_or_else(|| panic!("{name} is not listed: {failures:?}"))["reason"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Starts to watch the photo folder, in the place's own folder. The lines are what it tells.
fn watch(place: &Place) -> (Child, impl Iterator<Item = String>) {
    let mut command = place.command();
    command.arg("watch").arg(place.photos()).current_dir(place.root()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    (child, lines)
}

/// Readers of who watches this place that have not been seen to end: they work in the same folder.
fn readers(place: &Place) -> BTreeSet<u32> {
    let ours = |id: &u32| {
        let is_reader = status_file(*id, "cmdline").starts_with("lookalike-reader\0");
        is_reader && fs::read_link(format!("/proc/{id}/cwd")).is_ok_and(|folder| folder == place.root())
    };
    let entries =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    entries.filter_map(|name| name.parse().ok()).filter(ours).collect()
}

/// What the kernel tells of a process; nothing of one that has ended.
fn status_file(id: u32, name: &str) -> String {
    let bytes = fs::read(format!("/proc/{id}/{name}")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn signal(name: &str, id: u32) {
    let _ = Command::new("kill").args(["-s", name, &id.to_string()]).status();
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(30), "not so after half a minute: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_file_that_takes_its_reader_down_costs_itself_only() {
    let place = place_with_faults(&["crash", "stack", "loop", "memory"]);
    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&6.into(), &4.into()), "{summary}");
    for fault in ["crash", "stack", "memory"] {
        assert!(
            reason(&summary, fault).contains("crashed the reader"),
            "{fault}: {}",
            reason(&summary, fault)
        );
    }
    assert!(reason(&summary, "loop").contains("took longer"), "{}", reason(&summary, "loop"));
    let query = samples().join("hat/hat-1.jpg");
    assert_eq!(place.search(&[query.to_str().unwrap(), "-n", "1"]), ["hat/hat-1.jpg"]);
}

#[test]
fn a_file_that_took_a_reader_down_is_left_alone_until_it_changes() {
    let place = place_with_faults(&["crash"]);
    assert_eq!(place.index()["failed"], 1);
    let index_again = || {
        let output = place
            .command()
            .env("LOOKALIKE_LOG", "warn")
            .args(["index"])
            .arg(place.photos())
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(!index_again().contains("a reader is ended"), "it is not read again");
    fs::write(place.photo("crash.jpg"), "LOOKALIKE-FAULT crash\n\n").unwrap();
    assert!(index_again().contains("a reader is ended"), "it has changed");
    fs::copy(samples().join("shoes/shoes-1.jpg"), place.photo("crash.jpg")).unwrap();
    assert_eq!(place.index()["failed"], 0);
}

#[test]
fn a_query_that_takes_its_reader_down_says_so() {
    let place = place_with_faults(&[]);
    place.index();
    let query = place.root().join("query.jpg");
    fs::write(&query, "LOOKALIKE-FAULT crash").unwrap();
    let output = place.run(&["search", query.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("query.jpg") && message.contains("crashed the reader"), "{message}");
}

#[test]
fn a_reader_can_neither_open_files_nor_sockets_nor_reach_other_processes() {
    let faults = ["read", "write", "connect", "local-socket", "run", "signal", "limit"];
    let place = place_with_faults(&faults);
    let output = place
        .command()
        .env("LOOKALIKE_LOG", "warn")
        .args(["--json", "index"])
        .arg(place.photos())
        .current_dir(place.root())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!log.contains("not confined"), "{log}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&6.into(), &faults.len().into()), "{summary}");
    for fault in faults {
        // One that got through would have ended its reader.
        let reason = reason(&summary, fault);
        assert!(!reason.contains("crashed"), "{fault}: {reason}");
    }
    assert!(!place.root().join("lookalike-escaped").exists());
}

#[test]
fn readers_are_confined_and_know_nothing_of_who_runs_them() {
    let place = Place::with_classes(&["hat"]).with_environment("LOOKALIKE_TEST_SECRET", "1");
    let (mut child, mut lines) = watch(&place);
    lines.find(|line| line.contains("up_to_date")).unwrap();
    // There is one that has read a photo; another may still be starting.
    let confined = |id: u32| {
        let status = status_file(id, "status");
        ["NoNewPrivs:\t1", "Seccomp:\t2"].iter().all(|line| status.lines().any(|told| told == *line))
    };
    until("every reader is confined", || {
        let readers = readers(&place);
        !readers.is_empty() && readers.iter().all(|id| confined(*id))
    });
    for id in readers(&place) {
        for variable in status_file(id, "environ").split_terminator('\0') {
            assert!(
                variable.starts_with("LD_LIBRARY_PATH=") || variable.starts_with("LOOKALIKE_LOG="),
                "{variable}"
            );
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn no_reader_reads_on_for_ever() {
    // Four files are enough where faults are asked for.
    let place = place_with_faults(&[]);
    let (mut child, mut lines) = watch(&place);
    // Those that are there while photos are looked into: they end when they have rested for a while.
    let some_readers = || {
        let mut some = readers(&place);
        until("there is a reader", || {
            some = readers(&place);
            !some.is_empty()
        });
        some
    };
    lines.find(|line| line.contains("\"indexed\"")).unwrap();
    let before = some_readers();
    lines.find(|line| line.contains("up_to_date")).unwrap();
    for class in ["dress", "pants", "shoes"] {
        place.add_class(class);
    }
    assert_eq!(lines.by_ref().filter(|line| line.contains("\"indexed\"")).take(18).count(), 18);
    assert_ne!(some_readers(), before);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_drive_that_does_not_answer_keeps_nobody_from_ending() {
    let place = place_with_faults(&["drive"]);
    let (mut child, mut lines) = watch(&place);
    lines.find(|line| line.contains("\"done\":6,\"total\":7,\"walking\":false")).unwrap();
    signal("TERM", child.id());
    until("it has ended", || child.try_wait().unwrap().is_some());
    assert!(child.wait().unwrap().success());
    assert_eq!(place.library().len(), 6);
}

#[test]
fn another_version_does_not_read_for_this_one() {
    let mut other = Command::new(env!("CARGO_BIN_EXE_lookalike"));
    other.args(["--read-images-for-lookalike", "0.0.0"]).stdin(Stdio::null());
    assert_eq!(other.output().unwrap().status.code(), Some(86));
}

#[test]
fn readers_end_with_the_library_also_when_it_is_killed() {
    let place = place_with_faults(&["loop"]);
    let (mut child, mut lines) = watch(&place);
    lines.find(|line| line.contains("\"indexed\"")).unwrap();
    assert!(!readers(&place).is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    until("no reader is left, not even the one in a loop", || readers(&place).is_empty());
}

#[test]
fn killed_readers_cost_no_photo() {
    let place = Place::with_classes(&["dress", "hat", "pants", "shoes"]);
    let (mut child, mut lines) = watch(&place);
    lines.find(|line| line.contains("\"indexed\"")).unwrap();
    // As the system does to programs when memory runs out.
    for reader in readers(&place) {
        signal("KILL", reader);
    }
    lines.find(|line| line.contains("up_to_date")).unwrap();
    // And while they have nothing to do.
    for reader in readers(&place) {
        signal("KILL", reader);
    }
    fs::copy(samples().join("skirt/skirt-1.jpg"), place.photo("later.jpg")).unwrap();
    lines.find(|line| line.contains("\"indexed\"") || line.contains("\"failed\"")).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(place.library().len(), 25);
    assert_eq!(place.json(&["status"])["failed"], 0);
}

#[test]
fn no_signal_from_outside_is_held_against_a_photo_or_ends_a_run() {
    // As often as it takes to hit readers that start, wait, read and answer.
    let storms = ["INT", "HUP", "QUIT", "TERM", "KILL", "ABRT", "SEGV", "XCPU", "USR1"];
    for name in storms {
        let place = Place::with_classes(&["dress", "hat", "pants", "shoes"]);
        let mut command = place.command();
        command.args(["--json", "index"]).arg(place.photos()).current_dir(place.root());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        until("there is a reader", || !readers(&place).is_empty());
        for _ in 0..8 {
            for reader in readers(&place) {
                signal(name, reader);
            }
            thread::sleep(Duration::from_millis(125));
        }
        let output = child.wait_with_output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{name}: {message}");
        let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&summary["indexed"], &summary["failed"]), (&24.into(), &0.into()), "{name}: {summary}");
    }
}

#[test]
fn a_reader_that_somebody_holds_is_replaced() {
    let place = place_with_faults(&[]);
    for class in ["dress", "pants", "shoes"] {
        place.add_class(class);
    }
    let (mut child, mut lines) = watch(&place);
    until("there is a reader", || !readers(&place).is_empty());
    for reader in readers(&place) {
        signal("STOP", reader);
    }
    lines.find(|line| line.contains("up_to_date")).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(place.library().len(), 24);
    assert_eq!(place.json(&["status"])["failed"], 0);
}

#[test]
fn readers_that_are_ended_without_end_keep_nobody_from_ending() {
    let place = Place::with_classes(&["dress", "hat", "pants", "shoes"]);
    let mut command = place.command();
    command.arg("index").arg(place.photos()).current_dir(place.root());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let kill = || readers(&place).into_iter().for_each(|reader| signal("KILL", reader));
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(2) {
        kill();
        assert!(child.try_wait().unwrap().is_none(), "the run goes on");
    }
    signal("TERM", child.id());
    let told = Instant::now();
    until("it has ended", || {
        kill();
        child.try_wait().unwrap().is_some()
    });
    assert!(told.elapsed() < Duration::from_secs(5), "it does not wait for its pauses to end");
    // What was not read is read the next time.
    assert_eq!(place.index()["failed"], 0);
    assert_eq!(place.library().len(), 24);
}

/// Sends signals to all readers of a place, without a pause but this one, until the test has seen enough.
fn while_readers_get<T>(names: &[&str], (place, pause): (&Place, Duration), work: impl FnOnce() -> T) -> T {
    let enough = AtomicBool::new(false);
    thread::scope(|threads| {
        threads.spawn(|| {
            for name in names.iter().cycle() {
                if enough.load(Ordering::Acquire) {
                    break;
                }
                let readers = readers(place).into_iter().map(|id| id.to_string());
                let _ = Command::new("kill").args(["-s", name]).args(readers).stderr(Stdio::null()).status();
                thread::sleep(pause);
            }
        });
        // Also when it panics: a test must fail rather than hang.
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        enough.store(true, Ordering::Release);
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Asks a command to end, and waits until it has.
fn end(mut child: Child, by: &str) {
    signal(by, child.id());
    let told = Instant::now();
    until("it has ended", || child.try_wait().unwrap().is_some());
    assert!(told.elapsed() < Duration::from_secs(4), "it took {:?}", told.elapsed());
}

#[test]
fn readers_that_are_stopped_keep_nobody_from_ending() {
    for (number, stop) in ["STOP", "TSTP", "TTIN", "TTOU"].into_iter().enumerate() {
        for arguments in [&["index"][..], &["watch"], &["verify", "--repair"]] {
            // Each has something to read, however quick the one before was.
            let place = Place::with_classes(&["dress", "hat", "pants", "shoes"]);
            let mut command = place.command();
            command.args(arguments).current_dir(place.root()).stdout(Stdio::null()).stderr(Stdio::null());
            if arguments[0] == "verify" {
                // It has something to read anew.
                place.index();
                fs::remove_file(place.data().join("thumbnails.db")).unwrap();
            } else {
                command.arg(place.photos());
            }
            let child = command.spawn().unwrap();
            until("there is a reader", || !readers(&place).is_empty());
            let by = if number % 2 == 0 { "TERM" } else { "INT" };
            while_readers_get(&[stop], (&place, Duration::from_millis(1)), || {
                thread::sleep(Duration::from_millis(700));
                end(child, by);
            });
            until("no reader is left", || readers(&place).is_empty());
            let summary = place.index();
            assert_eq!(summary["failed"], 0, "{stop}: {summary}");
            assert_eq!(place.library().len(), 24);
        }
    }
}

#[test]
fn readers_that_are_stopped_for_a_while_cost_no_photo() {
    let place = Place::with_classes(&["dress", "hat", "pants", "shoes"]);
    let mut command = place.command();
    command.args(["--json", "index"]).arg(place.photos()).current_dir(place.root());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    while_readers_get(&["STOP"], (&place, Duration::from_millis(10)), || {
        thread::sleep(Duration::from_secs(3));
    });
    let output = child.wait_with_output().unwrap();
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&24.into(), &0.into()), "{summary}");
}

#[test]
fn a_query_does_not_wait_for_a_reader_that_is_stopped() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let query = samples().join("hat/hat-1.jpg");
    let mut command = place.command();
    command.arg("search").arg(&query).current_dir(place.root()).stdout(Stdio::null());
    let child = command.spawn().unwrap();
    let output = while_readers_get(&["STOP"], (&place, Duration::from_millis(10)), || {
        thread::sleep(Duration::from_secs(1));
        child
    });
    assert!(output.wait_with_output().unwrap().status.success());
}

#[test]
fn faults_that_are_sent_a_hundred_times_a_second_are_held_against_no_photo_and_end_no_run() {
    let place = Place::with_classes(&["dress", "hat", "pants", "shoes"]);
    let mut command = place.command();
    command.args(["--json", "index"]).arg(place.photos()).current_dir(place.root());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while_readers_get(&["SEGV", "ABRT", "BUS", "ILL"], (&place, Duration::from_millis(10)), || {
        thread::sleep(Duration::from_secs(5));
        assert!(child.try_wait().unwrap().is_none(), "the run goes on");
    });
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{message}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&24.into(), &0.into()), "{summary}");
}
