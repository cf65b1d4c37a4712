//! Why a task could not be done.

use std::io;
use std::path::PathBuf;

/// Shorthand for results of this crate.
pub(crate) type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{program} could not be started: {source}")]
    Start { program: String, source: io::Error },
    #[error("{command} failed")]
    Failed { command: String },
    #[error("the bundler made no {kind} package")]
    NoPackage { kind: &'static str },
    #[error("{} has {bytes} bytes, more than {most}", path.display())]
    TooLarge { path: PathBuf, bytes: u64, most: u64 },
    #[error("the package does not do what it should: {0}")]
    PackageUnfit(String),
    #[error("no window “{title}” with photos came")]
    NoWindow { title: &'static str },
    #[error("git tells no history of this folder")]
    NoHistory,
    #[error("rooms of the library are out of order:\n{0}")]
    RoomsInDisorder(String),
    #[error("{file}: {source}")]
    NotRust { file: String, source: syn::Error },
    #[error("tests failed: {0}")]
    TestsFailed(String),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{0} is not a number")]
    NoNumber(String),
    #[error("{source}: {text}")]
    Json { text: String, source: serde_json::Error },
    #[error("please install: {0}")]
    MissingTools(String),
    #[error(
        "there is no LiteRT library for {os} on {arch}; build with `--no-default-features --features tflite-runtime`"
    )]
    NoRuntime { os: &'static str, arch: &'static str },
    #[error("the exports of {} cannot be read: {source}", path.display())]
    Exports { path: PathBuf, source: object::Error },
}

impl Error {
    /// An error of a file, for `map_err`.
    pub(crate) fn of(path: &std::path::Path) -> impl Fn(io::Error) -> Self + '_ {
        |source| Self::File { path: path.into(), source }
    }
}
