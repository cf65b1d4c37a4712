//! Two pipes, for systems on which descriptors cannot go along; the library reads the file and sends its bytes.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::super::protocol::LONGEST;
use super::super::{GivenUp, Input};
use super::{LOOK, head, length};

/// Bytes of a file that are read at a time.
const PART: u64 = 1 << 20;

type Message = (Vec<u8>, Option<Input>);

/// One end.
pub(crate) struct Channel {
    to: Box<dyn Write + Send>,
    /// A thread reads the other pipe: what is waited for can come too late, and a pipe has no deadline.
    from: Receiver<io::Result<Message>>,
}

impl Channel {
    /// `at_end` is called when the other end is closed.
    fn over(from: impl Read + Send + 'static, to: impl Write + Send + 'static, at_end: fn()) -> Self {
        let (sender, receiver) = crossbeam_channel::bounded(1);
        thread::spawn(move || {
            let mut from = from;
            loop {
                let message = receive(&mut from);
                let last = message.is_err();
                if sender.send(message).is_err() || last {
                    break;
                }
            }
            at_end();
        });
        Self { to: Box::new(to), from: receiver }
    }

    /// Starts a process that has the other end.
    pub(crate) fn start(command: &mut Command) -> io::Result<(Self, Child)> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        match (child.stdout.take(), child.stdin.take()) {
            (Some(from), Some(to)) => Ok((Self::over(from, to, || {}), child)),
            _ => Err(io::Error::other("the process has no pipes")),
        }
    }

    /// The end of a process that was started with one.
    #[cfg(not(unix))]
    pub(crate) fn of_this_process() -> io::Result<Self> {
        // Also while it is busy with a file that nobody waits for any more.
        Ok(Self::over(io::stdin(), io::stdout(), || std::process::exit(0)))
    }

    /// Waits until the other end is closed; here the thread that reads the pipe sees to that.
    #[cfg(not(unix))]
    pub(crate) fn wait_for_end(&self) -> io::Result<impl FnOnce() + Send + 'static> {
        Ok(|| {
            loop {
                thread::park();
            }
        })
    }

    pub(crate) fn send(&mut self, body: &[u8], along: Option<&Attachment>) -> io::Result<()> {
        let along = along.map(|Attachment(bytes)| &bytes[..]);
        self.to.write_all(&head(body)?)?;
        self.to.write_all(body)?;
        // One more than there are bytes, or 0 for no file.
        self.to.write_all(&along.map_or(0, |bytes| bytes.len() as u64 + 1).to_le_bytes())?;
        self.to.write_all(along.unwrap_or_default())?;
        self.to.flush()
    }

    /// The next message, for which none waits for ever. An error is of kind `TimedOut` when it is not whole in time, and
    /// `Interrupted` when it was given up.
    pub(crate) fn receive(
        &mut self,
        within: Option<(Duration, GivenUp<'_>)>,
        longest: usize,
    ) -> io::Result<Message> {
        let message = match within {
            Some((within, given_up)) => self.wait(Instant::now() + within, given_up)?,
            None => self.from.recv().map_err(|_| io::ErrorKind::UnexpectedEof)?,
        }?;
        if message.0.len() > longest {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the message is too long"));
        }
        Ok(message)
    }

    fn wait(&self, deadline: Instant, given_up: GivenUp<'_>) -> io::Result<io::Result<Message>> {
        loop {
            match self.from.recv_timeout(LOOK) {
                Ok(message) => return Ok(message),
                Err(RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(RecvTimeoutError::Timeout) if given_up() => {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// A file that is ready to go along.
#[derive(Debug)]
pub(crate) struct Attachment(Arc<[u8]>);

impl Attachment {
    /// Reads a file to its end, and no further than files may go.
    pub(crate) fn new(input: &Input, given_up: GivenUp<'_>) -> io::Result<Self> {
        match input {
            Input::Bytes(bytes) => Ok(Self(Arc::clone(bytes))),
            Input::File(file) => {
                let mut bytes = Vec::new();
                let mut rest = (&**file).take(imaging::Limits::default().max_file_bytes + 1);
                while rest.by_ref().take(PART).read_to_end(&mut bytes)? > 0 {
                    if given_up() {
                        return Err(io::ErrorKind::Interrupted.into());
                    }
                }
                Ok(Self(bytes.into()))
            }
        }
    }
}

fn receive(from: &mut impl Read) -> io::Result<Message> {
    let mut head = [0; 4];
    from.read_exact(&mut head)?;
    let mut body = vec![0; length(head, LONGEST)?];
    from.read_exact(&mut body)?;
    let mut along = [0; 8];
    from.read_exact(&mut along)?;
    let input = match u64::from_le_bytes(along).checked_sub(1) {
        Some(bytes) if bytes <= imaging::Limits::default().max_file_bytes + 1 => {
            let mut file = vec![0; bytes as usize];
            from.read_exact(&mut file)?;
            Some(Input::Bytes(Arc::from(file)))
        }
        Some(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is too long")),
        None => None,
    };
    Ok((body, input))
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_files_come_back_as_they_went() {
        // `cat` gives back whatever it is given.
        let (mut channel, mut child) = Channel::start(&mut Command::new("cat")).unwrap();
        let file = Attachment::new(&Input::Bytes(Arc::from(&b"pixels"[..])), &|| false).unwrap();
        for (body, input) in [(&b"hello"[..], Some(&file)), (b"", None)] {
            channel.send(body, input).unwrap();
            let (received, along) = channel.receive(None, 5).unwrap();
            assert_eq!(received, body);
            let along = along.map(|along| match along {
                Input::Bytes(bytes) => bytes,
                Input::File(_) => panic!("bytes were sent"),
            });
            assert_eq!(along.as_deref(), input.map(|_| &b"pixels"[..]));
        }
        let late = channel.receive(Some((Duration::from_millis(1), &|| false)), 5);
        assert_eq!(late.unwrap_err().kind(), io::ErrorKind::TimedOut);
        let given_up = channel.receive(Some((Duration::from_mins(1), &|| true)), 5);
        assert_eq!(given_up.unwrap_err().kind(), io::ErrorKind::Interrupted);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(channel.receive(None, 5).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
