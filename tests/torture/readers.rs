//! Readers are ended and stopped from outside while a library is made.
//!
//! That costs no photo and ends no run, and keeps nobody from ending it.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::library::{self, Known, Place};
use crate::random::Random;
use crate::results::Results;

/// All that may end a reader.
const ENDING: [&str; 12] =
    ["INT", "HUP", "QUIT", "TERM", "KILL", "ABRT", "SEGV", "BUS", "FPE", "XCPU", "USR1", "ALRM"];
/// Those that a fault of its own causes, too.
const FAULTS: [&str; 4] = ["SEGV", "ABRT", "BUS", "ILL"];
const STOPPING: [&str; 4] = ["STOP", "TSTP", "TTIN", "TTOU"];
/// How long a run may take to end that was told to.
const AT_ONCE: Duration = Duration::from_secs(5);
/// No run takes longer.
const PATIENCE: Duration = Duration::from_mins(3);

/// Photos, and what a library that was left alone knows of them.
struct Trial {
    place: Place,
    expected: BTreeMap<(Vec<u8>, Vec<u8>), Vec<Known>>,
}

impl Trial {
    fn new() -> Self {
        let place = Place::with_photos(12);
        place.run(&["index", place.photos().to_str().unwrap()]);
        let expected = place.dump();
        Self { place, expected }
    }

    /// A new library of these photos, and a run that makes it.
    fn begin(&self) -> (Place, Child) {
        let stormed = self.place.with_data("stormed");
        let _ = std::fs::remove_dir_all(stormed.data());
        let mut command = stormed.command();
        command.arg("index").arg(self.place.photos()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        (stormed, child)
    }

    /// Waits for a run, and tells what is wrong with its end or with the library.
    fn judge(&self, stormed: &Place, mut child: Child, what: &str) -> Option<String> {
        let started = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if started.elapsed() > PATIENCE {
                let _ = child.kill();
                return Some(format!("{what} holds up the run for ever"));
            }
            thread::sleep(Duration::from_millis(5));
        }
        match child.wait().unwrap() {
            status if !status.success() => Some(format!("{what} ends the run")),
            _ if stormed.dump() != self.expected => Some(format!("{what} costs photos")),
            _ => None,
        }
    }
}

fn send(signal: &str, run: &Child) {
    let readers = library::children(run.id());
    if !readers.is_empty() {
        let readers = readers.iter().map(u32::to_string);
        let _ = Command::new("kill").args(["-s", signal]).args(readers).stderr(Stdio::null()).status();
    }
}

/// Sends signals to all readers of a run so long, with such pauses.
fn storm(signals: &[&str], run: &mut Child, how_long: Duration, mut pause: impl FnMut() -> Duration) {
    let started = Instant::now();
    for signal in signals.iter().cycle() {
        if started.elapsed() > how_long || run.try_wait().unwrap().is_some() {
            return;
        }
        send(signal, run);
        thread::sleep(pause());
    }
}

/// Has readers ended again and again.
pub(crate) fn end(trials: usize, random: &mut Random, results: &mut Results) {
    let trial = Trial::new();
    for number in 0..trials {
        let signal = ENDING[(number + random.below(2)) % ENDING.len()];
        let (stormed, mut child) = trial.begin();
        let pause = || Duration::from_millis(random.below(150) as u64);
        storm(&[signal], &mut child, Duration::from_secs(1), pause);
        let fault = trial.judge(&stormed, child, &format!("SIG{signal}"));
        results.note_attack("readers ended from outside by twelve signals", fault);
    }
}

/// Has readers ended faster than they start, by what looks like a fault of their own.
pub(crate) fn end_fast(trials: usize, random: &mut Random, results: &mut Results) {
    let trial = Trial::new();
    for _ in 0..trials {
        let (stormed, mut child) = trial.begin();
        let how_long = Duration::from_millis(1_000 + random.below(3_000) as u64);
        storm(&FAULTS, &mut child, how_long, || Duration::from_millis(10));
        let fault = trial.judge(&stormed, child, "a fault sent every ten milliseconds");
        results.note_attack("readers sent faults every ten milliseconds", fault);
    }
}

/// Has readers stopped, for a while, or until the run is to end.
pub(crate) fn stop(trials: usize, random: &mut Random, results: &mut Results) {
    let trial = Trial::new();
    for number in 0..trials {
        let signal = STOPPING[number / 2 % STOPPING.len()];
        let (stormed, mut child) = trial.begin();
        let how_long = Duration::from_millis(100 + random.below(1_500) as u64);
        storm(&[signal], &mut child, how_long, || Duration::from_millis(10));
        if number % 2 == 0 {
            let fault = trial.judge(&stormed, child, &format!("SIG{signal}"));
            results.note_attack("readers stopped for a while by four signals", fault);
            continue;
        }
        let fault = end_while_stopped(signal, &mut child);
        let again = stormed.run(&["--json", "index", trial.place.photos().to_str().unwrap()]);
        let fault = fault.or_else(|| {
            (stormed.dump() != trial.expected).then(|| format!("SIG{signal} costs photos: {again}"))
        });
        results.note_attack("readers stopped by four signals while the run is told to end", fault);
    }
}

/// Tells a run to end while its readers are stopped, and goes on stopping them.
fn end_while_stopped(signal: &str, run: &mut Child) -> Option<String> {
    send(signal, run);
    let _ = Command::new("kill").args(["-s", "TERM", &run.id().to_string()]).stderr(Stdio::null()).status();
    storm(&[signal], run, AT_ONCE, || Duration::from_millis(1));
    if run.try_wait().unwrap().is_some() {
        return None;
    }
    run.kill().unwrap();
    run.wait().unwrap();
    Some(format!("a run with readers that SIG{signal} stopped does not end within {AT_ONCE:?}"))
}
