//! What `index --profile` tells: where the time went, stage by stage, and how much memory it took at most.

use std::io::{self, Write};
use std::time::Instant;

use library::StageTime;
use serde::Serialize;

use crate::output::Failure;

/// Where the time of a whole `index` went.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Profile {
    /// Summed over all threads; "graph", "compare" and "snapshot" follow when photos are read.
    stages: Vec<Row>,
    /// Most memory the process held, where the system tells.
    peak_bytes: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Row {
    stage: &'static str,
    seconds: f64,
}

impl Profile {
    /// Begins with the stages of an update.
    pub(crate) fn of(stages: &[StageTime]) -> Self {
        let row = |time: &StageTime| Row { stage: time.stage.as_str(), seconds: time.seconds };
        Self { stages: stages.iter().map(row).collect(), peak_bytes: None }
    }

    /// Does `work`, which is a stage of its own.
    pub(crate) fn time<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let value = work();
        self.stages.push(Row { stage, seconds: started.elapsed().as_secs_f64() });
        self.peak_bytes = peak_bytes();
        value
    }

    /// Prints a line a stage.
    pub(crate) fn print(&self) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let total: f64 = self.stages.iter().map(|row| row.seconds).sum();
        writeln!(out, "\nSeconds in each stage, all threads together:")?;
        for Row { stage, seconds } in &self.stages {
            let share = 100.0 * seconds / total.max(f64::EPSILON);
            writeln!(out, "  {stage:<10}{seconds:>9.2}{share:>7.1}%")?;
        }
        if let Some(bytes) = self.peak_bytes {
            writeln!(out, "Peak memory: {} MB", bytes / 1_000_000)?;
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(not(target_os = "linux"))]
fn peak_bytes() -> Option<u64> {
    None
}
