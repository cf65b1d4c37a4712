//! The reader's end: this program, started with one certain argument.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use image_embedder::Normalization;

use super::Input;
use super::channel::Channel;
use super::desk::{Desk, PANICKED};
use super::protocol::{Answer, LONGEST, Refusal, Reply, Request, StartWith, VERSION};
use crate::base::profile::Stopwatch;
use crate::engine::model::{Model, ModelFile};

/// The argument that asks for the role. No command of ours and hardly a file is called so.
pub(crate) const ROLE: &str = "--read-images-for-lookalike";
/// How this program ends when another version of it asks for the role: the two may not understand each other.
pub(crate) const OTHER_VERSION: u8 = 86;

/// Reads images for another process of this program if that is what this one was started for, and returns how it ended.
/// None when it was not: go on as ever.
///
/// A program that opens libraries with [`Options::isolated`](crate::Options::isolated) calls this before anything
/// else.
pub fn serve_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let asked = arguments.next().as_deref() == Some(OsStr::new(ROLE));
    let by_its_like = arguments.next().as_deref() == Some(OsStr::new(VERSION));
    asked.then(|| match by_its_like.then(serve) {
        None => ExitCode::from(OTHER_VERSION),
        Some(Ok(())) => ExitCode::SUCCESS,
        // The library is gone, or has had enough of this reader.
        Some(Err(_)) => ExitCode::FAILURE,
    })
}

fn serve() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        super::signals::tell_apart();
        super::sandbox::leave_everything_behind();
    }
    let mut channel = Channel::of_this_process()?;
    send(&mut channel, &Answer { reply: Ok(Reply::Here), times: Stopwatch::default().times() })?;
    let (request, along) = receive(&mut channel)?;
    let Request::Start { model } = request else { return Err(io::ErrorKind::InvalidData.into()) };
    // LiteRT opens what it needs when it loads and runs its first image; after this nothing can be opened.
    let loaded =
        Model::load("", model_file(&model, along)?).and_then(|model| model.warm_up().map(|()| model));
    let model = match loaded {
        Ok(model) => model,
        Err(error) => {
            let refusal = Refusal::Embedding { code: error.code().to_owned(), reason: error.to_string() };
            send(&mut channel, &Answer { reply: Err(refusal), times: Stopwatch::default().times() })?;
            return Err(io::Error::other(error));
        }
    };
    let mut desk = Desk::new(Arc::new(model));
    let (confinement, unconfined) = match confine() {
        Ok((confinement, missing)) => (Some(confinement), missing),
        Err(error) => (None, Some(error)),
    };
    // A reader that is busy does not see that nobody waits for it any more.
    let ended = channel.wait_for_end()?;
    thread::spawn(move || {
        ended();
        std::process::exit(0);
    });
    let unconfined = unconfined.map(|error| error.to_string());
    let ready = Answer { reply: Ok(Reply::Ready { unconfined }), times: Stopwatch::default().times() };
    send(&mut channel, &ready)?;
    loop {
        let (request, input) = receive(&mut channel)?;
        if let Some(confinement) = &confinement {
            confinement.allow_memory(desk.memory_for(&request));
        }
        let stopwatch = Stopwatch::default();
        let reply = desk.answer(&request, input, &stopwatch);
        #[cfg(debug_assertions)]
        super::fault::commit(&request, &desk);
        let stumbled = matches!(&reply, Err(refusal) if refusal.code() == PANICKED);
        send(&mut channel, &Answer { reply, times: stopwatch.times() })?;
        if stumbled {
            // What the panic left behind is not to be relied on.
            return Ok(());
        }
    }
}

fn model_file(model: &StartWith, along: Option<Input>) -> io::Result<ModelFile> {
    let normalization = match model {
        StartWith::BuiltIn(model) => return Ok(ModelFile::BuiltIn(*model)),
        StartWith::Earlier(model) => return Ok(ModelFile::Earlier(*model)),
        StartWith::Brought { normalization } => normalization,
    };
    let bytes = match along {
        Some(Input::Bytes(bytes)) => bytes,
        Some(Input::File(file)) => {
            let mut bytes = Vec::new();
            (&*file).read_to_end(&mut bytes)?;
            bytes.into()
        }
        None => return Err(io::ErrorKind::InvalidData.into()),
    };
    let normalization = normalization.as_ref().map(|(mean, std)| Normalization::new(mean, std)).transpose();
    Ok(ModelFile::Brought { bytes, normalization: normalization.map_err(io::Error::other)? })
}

#[cfg(target_os = "linux")]
fn confine() -> io::Result<(super::sandbox::Confinement, Option<io::Error>)> {
    super::sandbox::confine()
}

/// Windows and macOS: a process of its own, and no more than that yet.
#[cfg(not(target_os = "linux"))]
mod unconfined {
    pub(super) enum Confinement {}

    impl Confinement {
        pub(super) fn allow_memory(&self, _bytes: u64) {
            match *self {}
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn confine() -> io::Result<(unconfined::Confinement, Option<io::Error>)> {
    Err(io::Error::other("this system's way to confine a process is not used yet"))
}

fn receive(channel: &mut Channel) -> io::Result<(Request, Option<Input>)> {
    let (body, input) = channel.receive(None, LONGEST)?;
    let request = postcard::from_bytes(&body).map_err(io::Error::other)?;
    Ok((request, input))
}

fn send(channel: &mut Channel, answer: &Answer) -> io::Result<()> {
    channel.send(&postcard::to_stdvec(answer).map_err(io::Error::other)?, None)
}
