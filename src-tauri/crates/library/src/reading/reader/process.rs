//! The library's end of a reader process.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::channel::{Attachment, Channel};
use super::protocol::{Answer, Reply, Request, StartWith, VERSION};
use super::role::{OTHER_VERSION, ROLE};
#[cfg(target_os = "linux")]
use super::unheld::unheld;
use super::{GivenUp, Input, PATIENCE, Unread};
use crate::base::profile::Stopwatch;
use crate::engine::model::ModelFile;
use crate::reading::original::ReadError;

/// How long the drives of files may take.
const LOADING: Duration = Duration::from_mins(20);
/// How long the system may take to tell how a process has ended.
const LAST_WORD: Duration = Duration::from_secs(2);
/// How long a reader may take to let go of a file.
const LETTING_GO: Duration = Duration::from_secs(5);
/// A reader reads so many files, and then another takes its place, so that one that a file has taken over does not last.
/// A new one is there within 50 ms.
const MOST_FILES: u32 = 500;
/// What readers need to know of the environment: where libraries are, and what to log.
const ENVIRONMENT: &[&str] = &[
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "LOOKALIKE_LOG",
    #[cfg(debug_assertions)]
    "LOOKALIKE_FAULTS",
    #[cfg(windows)]
    "PATH",
    #[cfg(windows)]
    "SystemRoot",
];

/// A process that reads images; it ends with this.
#[derive(Debug)]
pub(crate) struct ReaderProcess {
    channel: Channel,
    child: Child,
    /// Whether it has said that it tells others' signals from its own faults.
    tells_apart: bool,
    /// Whether it has said that its model is loaded.
    ready: bool,
    alive: bool,
    /// Files it has been handed.
    files: u32,
}

impl ReaderProcess {
    /// Starts this program in the role of a reader. It loads its model while the caller goes on.
    pub(crate) fn start(model: &ModelFile) -> io::Result<Self> {
        let mut command = Command::new(this_program()?);
        command.args([ROLE, VERSION]).env_clear();
        command.envs(ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        if std::env::var_os("LOOKALIKE_LOG").is_none() {
            command.stderr(Stdio::null());
        }
        detach(&mut command);
        Self::begin(command, model)
    }

    fn begin(mut command: Command, model: &ModelFile) -> io::Result<Self> {
        let (channel, child) = unheld(|| Channel::start(&mut command))?;
        // It holds the reader's end of the channel, which is to close with the reader.
        drop(command);
        let mut process = Self { channel, child, tells_apart: false, ready: false, alive: true, files: 0 };
        let (model, along) = match model {
            ModelFile::BuiltIn(model) => (StartWith::BuiltIn(*model), None),
            ModelFile::Earlier(model) => (StartWith::Earlier(*model), None),
            ModelFile::Brought { bytes, normalization } => {
                let normalization = normalization.map(|given| (given.mean(), given.std()));
                let along = Attachment::new(&Input::Bytes(Arc::clone(bytes)), &|| false)?;
                (StartWith::Brought { normalization }, Some(along))
            }
        };
        // One that does not listen tells why by its end.
        let _ = process.send(&Request::Start { model }, along.as_ref());
        Ok(process)
    }

    /// Whether it runs, as far as the system knows now, and has not read enough.
    pub(crate) fn is_fit(&mut self) -> bool {
        self.files < most_files() && self.is_alive() && !is_held(&self.child)
    }

    fn is_alive(&mut self) -> bool {
        self.alive && matches!(self.child.try_wait(), Ok(None))
    }

    /// Hands it a file, and waits until it is read or given up. After any error but a refusal the reader is dead.
    pub(crate) fn load(
        &mut self,
        input: &Input,
        given_up: GivenUp<'_>,
        stopwatch: &Stopwatch,
    ) -> Result<Reply, Unread> {
        self.be_ready(given_up)?;
        self.files += 1;
        let along = match Attachment::new(input, given_up) {
            Ok(along) => along,
            Err(_) if given_up() => return Err(ReadError::Stopped.into()),
            // What the file's drive, or this process, refuses is no fault of the reader's.
            Err(error) => return Err(ReadError::Io(error).into()),
        };
        let sent = self.send(&Request::Load, Some(&along));
        self.answer(&Request::Load, sent, given_up, stopwatch)
    }

    /// Asks, and waits for the answer, unless it is given up. After any error but a refusal the reader is dead.
    pub(crate) fn ask(
        &mut self,
        request: &Request,
        given_up: GivenUp<'_>,
        stopwatch: &Stopwatch,
    ) -> Result<Reply, Unread> {
        self.be_ready(given_up)?;
        let sent = self.send(request, None);
        self.answer(request, sent, given_up, stopwatch)
    }

    /// The answer to what was `asked`.
    fn answer(
        &mut self,
        request: &Request,
        asked: io::Result<()>,
        given_up: GivenUp<'_>,
        stopwatch: &Stopwatch,
    ) -> Result<Reply, Unread> {
        let within = match request {
            Request::Load => LOADING,
            Request::PutDown => LETTING_GO,
            _ => patience(),
        };
        match asked.and_then(|()| self.receive(within, request.longest_answer(), given_up)) {
            Ok(answer) => {
                stopwatch.add(&answer.times);
                answer.reply.map_err(Unread::Refused)
            }
            Err(error) => {
                tracing::warn!(%error, ?request, "a reader is ended");
                Err(self.autopsy(error, Some(request), given_up))
            }
        }
    }

    /// Ends the reader and tells what it died of. What was `asked` is nothing before it is ready.
    fn autopsy(&mut self, error: io::Error, asked: Option<&Request>, given_up: GivenUp<'_>) -> Unread {
        let held = is_held(&self.child);
        let waited = matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::Interrupted);
        let ended = if held || waited { None } else { self.last_word() };
        self.end();
        match (error.kind(), asked) {
            _ if held || ended.is_some_and(|status| self.is_from_outside(status)) => Unread::Killed,
            (io::ErrorKind::Interrupted, _) if given_up() => ReadError::Stopped.into(),
            // It was held, and goes on already.
            (io::ErrorKind::Interrupted, _) => Unread::Killed,
            (_, None) if ended.and_then(|status| status.code()) == Some(OTHER_VERSION.into()) => {
                let reason = "Lookalike was updated while it ran; please start it again";
                Unread::NoReader(io::Error::other(reason))
            }
            (_, None) => Unread::NoReader(error),
            (io::ErrorKind::TimedOut, Some(Request::Load)) => {
                Unread::File(ReadError::Io(io::ErrorKind::TimedOut.into()))
            }
            (io::ErrorKind::TimedOut, Some(_)) => Unread::TookTooLong,
            _ => Unread::Died,
        }
    }

    /// Whether somebody ended it. Until it tells that apart any signal is taken for somebody's: there is no file yet.
    fn is_from_outside(&self, status: ExitStatus) -> bool {
        is_from_outside(status) || (!self.tells_apart && status.code().is_none())
    }

    /// How it has ended, if it has. Its end of the channel closes a moment before the system knows.
    fn last_word(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + LAST_WORD;
        while self.is_alive() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        self.child.try_wait().ok()?
    }

    fn be_ready(&mut self, given_up: GivenUp<'_>) -> Result<(), Unread> {
        if self.ready {
            return Ok(());
        }
        self.wait_until_ready(given_up).map_err(|error| {
            tracing::warn!(%error, "a reader does not start");
            self.autopsy(error, None, given_up)
        })
    }

    fn wait_until_ready(&mut self, given_up: GivenUp<'_>) -> io::Result<()> {
        let refused = |refusal: super::Refusal| io::Error::other(refusal.reason());
        while !self.ready {
            let answer = self.receive(PATIENCE, Request::Load.longest_answer(), given_up)?;
            match answer.reply.map_err(refused)? {
                Reply::Here if !self.tells_apart => self.tells_apart = true,
                Reply::Ready { unconfined } => {
                    if let Some(reason) = unconfined {
                        tracing::warn!(reason, "readers are processes of their own, but not confined");
                    }
                    self.ready = true;
                }
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        Ok(())
    }

    fn send(&mut self, request: &Request, along: Option<&Attachment>) -> io::Result<()> {
        let body = postcard::to_stdvec(request).map_err(io::Error::other)?;
        self.channel.send(&body, along)
    }

    /// An answer, unless it is given up or somebody stops the reader.
    fn receive(&mut self, within: Duration, longest: usize, given_up: GivenUp<'_>) -> io::Result<Answer> {
        let child = &self.child;
        let (body, _) = self.channel.receive(Some((within, &|| is_held(child) || given_up())), longest)?;
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

/// Whether somebody has stopped a process, so that it could go on.
#[cfg(unix)]
fn is_held(child: &Child) -> bool {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let look = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(Pid::from_child(child)), look)
        .is_ok_and(|status| status.is_some_and(|status| status.stopped()))
}

#[cfg(not(unix))]
fn is_held(_: &Child) -> bool {
    false
}

/// By then the file has come from its drive; all else is our own doing.
fn patience() -> Duration {
    #[cfg(debug_assertions)]
    if super::fault::are_asked_for() {
        return super::fault::PATIENCE;
    }
    PATIENCE
}

fn most_files() -> u32 {
    #[cfg(debug_assertions)]
    if super::fault::are_asked_for() {
        return super::fault::MOST_FILES;
    }
    MOST_FILES
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

/// Whether somebody ended it: the system, when memory runs out, or a person. Faults over a file end with certain signals,
/// and those may be sent, too, which a reader on Linux tells by its code.
#[cfg(unix)]
fn is_from_outside(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;

    use rustix::process::Signal;
    let faults =
        [Signal::SEGV, Signal::BUS, Signal::ILL, Signal::FPE, Signal::SYS, Signal::TRAP, Signal::ABORT];
    let sent = status.signal().is_some_and(|signal| !faults.map(Signal::as_raw).contains(&signal));
    #[cfg(target_os = "linux")]
    let sent = sent || status.code() == Some(super::signals::SENT_FOR.into());
    sent
}

/// A process that is ended from outside gives the code that whoever does it likes, by custom 1; a fault gives one with its
/// highest bits set.
#[cfg(not(unix))]
fn is_from_outside(status: ExitStatus) -> bool {
    status.code() == Some(1)
}

/// Starts a process.
#[cfg(not(target_os = "linux"))]
fn unheld<T>(start: impl FnOnce() -> T) -> T {
    start()
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::engine::model::BuiltInModel;

    #[test]
    fn a_reader_of_another_version_is_refused_with_a_reason_that_says_so() {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exit {OTHER_VERSION}")]);
        let mut process =
            ReaderProcess::begin(command, &ModelFile::BuiltIn(BuiltInModel::default())).unwrap();
        let unread = process.ask(&Request::Size, &|| false, &Stopwatch::default()).unwrap_err();
        assert!(unread.reason().contains("was updated"), "{}", unread.reason());
    }
}
