//! A pair of sockets; files go along as descriptors, so that their bytes need not.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags,
};

use super::super::{GivenUp, Input, PATIENCE};
use super::{LOOK, head, length};

/// How long the rest of a message may take that has begun to come, at least.
const REST: Duration = Duration::from_secs(5);

/// One end.
#[derive(Debug)]
pub(crate) struct Channel {
    stream: UnixStream,
}

/// A file that is ready to go along.
#[derive(Debug)]
pub(crate) struct Attachment(Arc<File>);

impl Attachment {
    pub(crate) fn new(input: &Input, _given_up: GivenUp<'_>) -> io::Result<Self> {
        match input {
            Input::File(file) => Ok(Self(Arc::clone(file))),
            Input::Bytes(bytes) => Ok(Self(Arc::new(in_memory(bytes)?))),
        }
    }
}

impl Channel {
    /// Starts a process that has the other end.
    pub(crate) fn start(command: &mut Command) -> io::Result<(Self, Child)> {
        let (ours, theirs) = UnixStream::pair()?;
        let child = command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null()).spawn()?;
        // One that does not read what it is asked is as good as dead.
        ours.set_write_timeout(Some(PATIENCE))?;
        Ok((Self { stream: ours }, child))
    }

    /// The end of a process that was started with one.
    pub(crate) fn of_this_process() -> io::Result<Self> {
        Ok(Self { stream: io::stdin().as_fd().try_clone_to_owned()?.into() })
    }

    /// Waits until the other end is closed.
    pub(crate) fn wait_for_end(&self) -> io::Result<impl FnOnce() + Send + 'static> {
        let stream = self.stream.try_clone()?;
        Ok(move || {
            let ended = PollFlags::HUP | PollFlags::ERR;
            let mut polled = [PollFd::from_borrowed_fd(stream.as_fd(), ended)];
            while !polled[0].revents().intersects(ended) {
                if !matches!(poll(&mut polled, None), Ok(_) | Err(rustix::io::Errno::INTR)) {
                    break;
                }
            }
        })
    }

    pub(crate) fn send(&mut self, body: &[u8], along: Option<&Attachment>) -> io::Result<()> {
        let file = along.map(|Attachment(file)| file);
        let head = head(body)?;
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut along = SendAncillaryBuffer::new(&mut space);
        let descriptors = file.map(|file| [file.as_fd()]);
        if let Some(descriptors) = &descriptors {
            along.push(SendAncillaryMessage::ScmRights(descriptors));
        }
        // Rust programs ignore SIGPIPE: a dead reader is an error here, not a signal that ends us.
        let parts = [IoSlice::new(&head)];
        let announce = || rustix::net::sendmsg(&self.stream, &parts, &mut along, SendFlags::empty());
        let sent = rustix::io::retry_on_intr(announce)?;
        self.stream.write_all(&head[sent..])?;
        self.stream.write_all(body)
    }

    /// Whether there is something to read, if only the end; waits so long for it.
    fn has_more(&self, within: Duration) -> io::Result<bool> {
        let within = Timespec::try_from(within).map_err(io::Error::other)?;
        let mut polled = [PollFd::from_borrowed_fd(self.stream.as_fd(), PollFlags::IN)];
        match poll(&mut polled, Some(&within)) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The next message, for which none waits for ever. An error is of kind `TimedOut` when it is not whole in time, and
    /// `Interrupted` when it was given up.
    pub(crate) fn receive(
        &mut self,
        within: Option<(Duration, GivenUp<'_>)>,
        longest: usize,
    ) -> io::Result<(Vec<u8>, Option<Input>)> {
        let until = within.map(|(within, given_up)| (Instant::now() + within, given_up));
        let mut head = [0; 4];
        self.wait(until)?;
        let (received, file) = self.receive_head(&mut head)?;
        // What has begun to come is nearly there, also where this process itself was held while it came.
        let until = until.map(|(deadline, given_up)| (deadline.max(Instant::now() + REST), given_up));
        self.fill(&mut head[received..], until)?;
        let mut body = vec![0; length(head, longest)?];
        self.fill(&mut body, until)?;
        Ok((body, file.map(|file| Input::File(Arc::new(file)))))
    }

    fn receive_head(&self, head: &mut [u8; 4]) -> io::Result<(usize, Option<File>)> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut along = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(head)];
        let receive = || rustix::net::recvmsg(&self.stream, &mut parts, &mut along, RecvFlags::empty());
        let received = rustix::io::retry_on_intr(receive)?;
        if received.bytes == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let file = along.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut files) => files.next().map(File::from),
            _ => None,
        });
        Ok((received.bytes, file))
    }

    fn fill(&mut self, mut buffer: &mut [u8], until: Option<(Instant, GivenUp<'_>)>) -> io::Result<()> {
        while !buffer.is_empty() {
            self.wait(until)?;
            match self.stream.read(buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => buffer = &mut buffer[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits until the next read need not wait. Without a deadline it is the read that waits.
    fn wait(&self, until: Option<(Instant, GivenUp<'_>)>) -> io::Result<()> {
        let Some((deadline, given_up)) = until else { return Ok(()) };
        while !self.has_more(LOOK)? {
            if given_up() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if Instant::now() >= deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
        Ok(())
    }
}

/// A file of these bytes that no directory knows.
#[cfg(target_os = "linux")]
fn in_memory(bytes: &[u8]) -> io::Result<File> {
    let file = File::from(rustix::fs::memfd_create("image", rustix::fs::MemfdFlags::CLOEXEC)?);
    write_and_rewind(file, bytes)
}

/// A file of these bytes that no directory knows.
#[cfg(not(target_os = "linux"))]
fn in_memory(bytes: &[u8]) -> io::Result<File> {
    write_and_rewind(tempfile::tempfile()?, bytes)
}

fn write_and_rewind(mut file: File, bytes: &[u8]) -> io::Result<File> {
    use std::io::Seek;
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}
