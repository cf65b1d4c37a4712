//! Starts processes, also while somebody stops whatever this one starts.
//!
//! A process that is stopped before it has become another program holds whoever starts it, and nobody has its number yet.
//! So that is done on a thread of its own, and a process that is held there is ended.

use std::fs;
use std::thread;
use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;
use rustix::process::{Pid, Signal, kill_process};

/// No process takes longer to become another program.
const LOOK: Duration = Duration::from_millis(200);

/// Does `start`, which starts a process.
pub(super) fn unheld<T: Send>(start: impl FnOnce() -> T + Send) -> T {
    let (starting, started) = crossbeam_channel::bounded::<()>(0);
    thread::scope(|threads| {
        let thread = threads.spawn(move || {
            let value = start();
            drop(starting);
            value
        });
        while started.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            end_held();
        }
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Ends processes that are stopped and still this program as it was called.
fn end_held() {
    let Ok(own) = fs::read("/proc/self/cmdline") else { return };
    let of_thread = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("children")).ok();
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists: Vec<String> = threads.filter_map(of_thread).collect();
    for id in lists.iter().flat_map(|list| list.split_whitespace()) {
        let is_ours = fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| line == own);
        if is_ours
            && is_stopped(id)
            && let Some(id) = id.parse().ok().and_then(Pid::from_raw)
        {
            tracing::warn!(?id, "a process that somebody stopped while it started is ended");
            // It may have been let go on.
            let _ = kill_process(id, Signal::KILL);
        }
    }
}

/// The state comes behind the name, which may hold anything (`proc_pid_stat(5)`).
fn is_stopped(id: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
}
