//! The library's end of a reader process.

use std::io;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::channel::Channel;
use super::protocol::{Answer, Reply, Request};
use super::role::ROLE;
use super::{Input, PATIENCE, Unread};
use crate::BuiltInModel;
use crate::profile::Stopwatch;

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

    pub(crate) fn is_alive(&self) -> bool {
        self.alive
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
        let answered = self.send(request, input).and_then(|()| self.receive(patience(request)));
        match answered {
            Ok(answer) => {
                stopwatch.add(&answer.times);
                answer.reply.map_err(Unread::Refused)
            }
            Err(error) => {
                tracing::warn!(%error, ?request, "a reader is ended");
                self.end();
                Err(match error.kind() {
                    io::ErrorKind::TimedOut => Unread::TookTooLong,
                    _ => Unread::Died,
                })
            }
        }
    }

    fn wait_until_ready(&mut self) -> io::Result<()> {
        let refused = |refusal: super::Refusal| io::Error::other(refusal.reason());
        match self.receive(Some(PATIENCE))?.reply.map_err(refused)? {
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

    fn send(&mut self, request: &Request, input: Option<&Input>) -> io::Result<()> {
        let body = postcard::to_stdvec(request).map_err(io::Error::other)?;
        self.channel.send(&body, input)
    }

    fn receive(&mut self, within: Option<Duration>) -> io::Result<Answer> {
        let (body, _) = self.channel.receive(within)?;
        postcard::from_bytes(&body).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    fn end(&mut self) {
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

/// Reading a file may take as long as its drive does; all else is our own doing.
fn patience(request: &Request) -> Option<Duration> {
    match request {
        Request::Load => None,
        #[cfg(debug_assertions)]
        _ if super::fault::are_asked_for() => Some(super::fault::PATIENCE),
        _ => Some(PATIENCE),
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
