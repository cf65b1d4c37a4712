//! Starts a command, waits for a phase, kills, and tells in which phase the kill fell.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::library::Place;

/// Something that takes longer never happens: a trial must fail rather than hang.
const PATIENCE: Duration = Duration::from_mins(3);

/// What the command does at a moment, as its log tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Indexing,
    Building,
    Compacting,
    Migrating,
    Snapshot,
    /// Starting, ending, and what lies between the phases.
    Between,
}

impl Phase {
    /// What the log says when it begins and when it is over.
    fn marks(self) -> (&'static str, &'static str) {
        match self {
            Self::Indexing | Self::Between => ("folders are being read", "folders were read"),
            Self::Building | Self::Compacting => ("the graph is being built", "the graph was built"),
            Self::Migrating => ("a database is being migrated", "the database was migrated"),
            Self::Snapshot => ("a snapshot is being written", "the snapshot was written"),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Indexing => "reading photos into the library",
            Self::Building => "building the graph",
            Self::Compacting => "compacting the graph",
            Self::Migrating => "migrating an old catalog",
            Self::Snapshot => "writing a snapshot",
            Self::Between => "between these",
        }
    }
}

/// How long the phase takes when nothing disturbs it.
pub(crate) fn usual_time(place: &Place, phase: Phase, command: &[&str]) -> Duration {
    let (mut child, lines) = start(place, command);
    let (first, last) = phase.marks();
    let mut began = None;
    let mut took = Duration::from_millis(50);
    for (at, line) in &lines {
        if line.contains(first) {
            began.get_or_insert(at);
        } else if let Some(began) = began.filter(|_| line.contains(last)) {
            took = at - began;
        }
    }
    assert!(child.wait().unwrap().success());
    took.max(Duration::from_millis(2))
}

/// Kills the command some time after the phase began, which it must. Returns the phase in which it really died; none if
/// it was done before.
pub(crate) fn at(place: &Place, phase: Phase, command: &[&str], wait: Duration) -> Option<Phase> {
    let (mut child, lines) = start(place, command);
    let (mut log, mut has_begun) = (Vec::new(), false);
    let mut deadline = Instant::now() + PATIENCE;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok((at, line)) => {
                if line.contains(phase.marks().0) {
                    deadline = deadline.min(at + wait);
                    has_begun = true;
                }
                log.push(line);
            }
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => {
                child.wait().unwrap();
                return None;
            }
        }
    }
    child.kill().unwrap();
    let killed = child.wait().unwrap().code().is_none();
    log.extend(lines.iter().map(|(_, line)| line));
    assert!(has_begun, "not {} after {PATIENCE:?}: {log:?}", phase.name());
    assert!(!log.iter().any(|line| line.contains("panicked")), "{log:?}");
    killed.then(|| last_phase(&log, phase))
}

/// The phase that had begun and was not over.
fn last_phase(log: &[String], meant: Phase) -> Phase {
    let building = if meant == Phase::Compacting { Phase::Compacting } else { Phase::Building };
    let mut now = Phase::Between;
    for line in log {
        for phase in [Phase::Indexing, building, Phase::Migrating, Phase::Snapshot] {
            if line.contains(phase.marks().0) {
                now = phase;
            } else if line.contains(phase.marks().1) {
                now = Phase::Between;
            }
        }
    }
    now
}

fn start(place: &Place, command: &[&str]) -> (Child, Receiver<(Instant, String)>) {
    let mut child = place
        .command()
        .args(command)
        .env("LOOKALIKE_LOG", "info")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (sender, lines) = channel();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    std::thread::spawn(move || {
        stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send((Instant::now(), line)))
    });
    (child, lines)
}
