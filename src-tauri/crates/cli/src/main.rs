//! The `lookalike` command: the library from a shell.
//!
//! Results go to stdout, as text or as one JSON document; progress and messages go to stderr. It parses,
//! calls the library, and prints; it decides nothing about photos.

mod args;
mod commands;
mod contact_sheet;
mod duplicates;
mod examples;
mod exclusions;
mod manual;
mod models;
mod output;
mod piped;
mod profile;
mod progress;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, Parser};
use library::Control;

use args::{Arguments, Command};
use output::Failure;

fn main() -> ExitCode {
    if let Some(code) = library::serve_if_asked() {
        return code;
    }
    library::outlast_file_limits();
    let arguments = Arguments::parse();
    // Errors reach the person through exit code and message; the log is for finding out why.
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("LOOKALIKE_LOG").unwrap_or_else(|_| "off".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).without_time().init();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output had enough, as in `lookalike search … | head`.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {}", library::shown(&error.to_string()));
            ExitCode::from(if matches!(error, Failure::Usage(_)) { 2 } else { 1 })
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    if let Command::Completions { shell } = arguments.command {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Arguments::command(), "lookalike", &mut script);
        return Ok(io::stdout().write_all(&script)?);
    }
    if let Command::Manual { page } = &arguments.command {
        return manual::print(page.as_deref());
    }
    let control = Arc::new(Control::default());
    if arguments.command.stops_in_order() {
        let on_signal = Arc::clone(&control);
        ctrlc::set_handler(move || {
            if on_signal.is_cancelled() || commands::is_interruptible() {
                // Asked twice, or in the middle of what only waits: whatever it is that takes so long, the catalog survives it.
                std::process::exit(130);
            }
            on_signal.cancel();
        })?;
    }
    commands::run(arguments, &control)
}
