//! The library's end of a reader process.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::channel::{Attachment, Channel};
use super::protocol::{Answer, Reply, Request};
use super::role::ROLE;
use super::{Input, PATIENCE, Unread};
use crate::BuiltInModel;
use crate::original::ReadError;
use crate::profile::Stopwatch;

/// How long the drives of files may take.
const LOADING: Duration = Duration::from_mins(20);
/// How long the system may take to tell how a process has ended.
const LAST_WORD: Duration = Duration::from_secs(2);

/// A process that reads images; it ends with this.
#[derive(Debug)]
pub(crate) struct ReaderProcess {
    channel: Channel,
    child: Child,
    /// Whether it has said that its model is loaded.
    ready: bool,
    alive: bool,
}

impl ReaderProcess {
    /// Starts this program in the role of a reader. It loads its model while the caller goes on.
    pub(crate) fn start(model: BuiltInModel) -> io::Result<Self> {
        let mut command = Command::new(this_program()?);
        command.arg(ROLE);
        if std::env::var_os("LOOKALIKE_LOG").is_none() {
            command.stderr(Stdio::null());
        }
        detach(&mut command);
        let (channel, child) = Channel::start(&mut command)?;
        let mut process = Self { channel, child, ready: false, alive: true };
        process.send(&Request::Start { model }, None)?;
        Ok(process)
    }

    /// Whether it runs, as far as the system knows now.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.alive && matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks, and waits for the answer. After any error but a refusal the reader is dead.
    pub(crate) fn ask(
        &mut self,
        request: &Request,
        input: Option<&Input>,
        stopwatch: &Stopwatch,
    ) -> Result<Reply, Unread> {
        if !self.ready {
            self.wait_until_ready().inspect_err(|_| self.end()).map_err(Unread::NoReader)?;
        }
        // What the file's drive, or this process, refuses is no fault of the reader's.
        let along = input.map(Attachment::new).transpose().map_err(ReadError::Io)?;
        let longest = request.longest_answer();
        let answered =
            self.send(request, along.as_ref()).and_then(|()| self.receive(Some(patience(request)), longest));
        match answered {
            Ok(answer) => {
                stopwatch.add(&answer.times);
                answer.reply.map_err(Unread::Refused)
            }
            Err(error) => {
                tracing::warn!(%error, ?request, "a reader is ended");
                Err(self.autopsy(&error, request))
            }
        }
    }

    /// Ends the reader and tells what it died of.
    fn autopsy(&mut self, error: &io::Error, request: &Request) -> Unread {
        if error.kind() == io::ErrorKind::TimedOut {
            self.end();
            return match request {
                Request::Load => Unread::File(ReadError::Io(io::ErrorKind::TimedOut.into())),
                _ => Unread::TookTooLong,
            };
        }
        // Its end of the channel closes a moment before the system has its last word.
        let deadline = Instant::now() + LAST_WORD;
        while self.is_alive() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        let killed = matches!(self.child.try_wait(), Ok(Some(status)) if is_from_outside(status));
        self.end();
        if killed { Unread::Killed } else { Unread::Died }
    }

    fn wait_until_ready(&mut self) -> io::Result<()> {
        let refused = |refusal: super::Refusal| io::Error::other(refusal.reason());
        match self.receive(Some(PATIENCE), Request::Load.longest_answer())?.reply.map_err(refused)? {
            Reply::Ready { unconfined } => {
                if let Some(reason) = unconfined {
                    tracing::warn!(reason, "readers are processes of their own, but not confined");
                }
                self.ready = true;
                Ok(())
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn send(&mut self, request: &Request, along: Option<&Attachment>) -> io::Result<()> {
        let body = postcard::to_stdvec(request).map_err(io::Error::other)?;
        self.channel.send(&body, along)
    }

    fn receive(&mut self, within: Option<Duration>, longest: usize) -> io::Result<Answer> {
        let (body, _) = self.channel.receive(within, longest)?;
        postcard::from_bytes(&body).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Ends it, whatever it does.
    pub(crate) fn end(&mut self) {
        self.alive = false;
        // Dead already, or about to be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for ReaderProcess {
    fn drop(&mut self) {
        self.end();
    }
}

/// Reading a file takes as long as its drive does; all else is our own doing.
fn patience(request: &Request) -> Duration {
    match request {
        Request::Load => LOADING,
        #[cfg(debug_assertions)]
        _ if super::fault::are_asked_for() => super::fault::PATIENCE,
        _ => PATIENCE,
    }
}

/// The very file that runs, also when an update has put another in its place.
#[cfg(target_os = "linux")]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn this_program() -> io::Result<std::path::PathBuf> {
    Ok("/proc/self/exe".into())
}

#[cfg(not(target_os = "linux"))]
fn this_program() -> io::Result<std::path::PathBuf> {
    std::env::current_exe()
}

/// Whether somebody ended it: the system, when memory runs out, or a person. Faults over a file end with other signals.
#[cfg(unix)]
fn is_from_outside(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    let (kill, terminate) = (rustix::process::Signal::KILL, rustix::process::Signal::TERM);
    status.signal().is_some_and(|signal| [kill.as_raw(), terminate.as_raw()].contains(&signal))
}

#[cfg(not(unix))]
fn is_from_outside(_status: ExitStatus) -> bool {
    false
}

/// Keeps the terminal's Ctrl+C from it: the library ends it when it is done with it.
#[cfg(unix)]
fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0).arg0("lookalike-reader");
}

/// Keeps it from opening a console window.
#[cfg(windows)]
fn detach(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    /// `CREATE_NO_WINDOW`, <https://learn.microsoft.com/windows/win32/procthread/process-creation-flags>.
    const NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(NO_WINDOW);
}
