//! Runs programs: quietly, with their output shown only when they fail, or aloud.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use crate::error::{Error, Result};

/// Prints a line to stderr.
pub(crate) fn say(text: &str) {
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Runs a program with its output on ours.
pub(crate) fn aloud(command: &mut Command) -> Result<()> {
    let shown = describe(command);
    say(&format!("> {shown}"));
    let status = command.status().map_err(|source| start_error(command, source))?;
    if status.success() { Ok(()) } else { Err(Error::Failed { command: shown }) }
}

/// Runs a program and shows its output when it ends.
pub(crate) fn in_one_piece(command: &mut Command) -> Result<()> {
    let shown = describe(command);
    let output = command.stdin(Stdio::null()).output().map_err(|source| start_error(command, source))?;
    let texts = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    say(&format!("> {shown}\n{}", texts.concat().trim()));
    if output.status.success() { Ok(()) } else { Err(Error::Failed { command: shown }) }
}

/// Runs a program and shows its output only if it fails.
pub(crate) fn quietly(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().map_err(|source| start_error(command, source))?;
    if output.status.success() {
        return Ok(());
    }
    say(&String::from_utf8_lossy(&output.stdout));
    say(&String::from_utf8_lossy(&output.stderr));
    Err(Error::Failed { command: describe(command) })
}

/// Runs a program and returns what it prints.
pub(crate) fn answer(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| start_error(command, source))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Error::Failed { command: describe(command) })
    }
}

/// Whether a program is there and answers.
pub(crate) fn answers(program: &str, argument: &str) -> bool {
    let asked = Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// A cargo command in the repository's root. It finds what a shell would give it: with what cargo tells this program of its
/// package, some would be built anew each time one goes from here to there.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(crate::root());
    let is_of_package =
        |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|own| name.starts_with(own));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_of_package)) {
        command.env_remove(name);
    }
    command
}

/// The same for what is built as a whole: what would spare work after small changes costs time.
pub(crate) fn cargo_at_once(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    command.env("CARGO_INCREMENTAL", "0");
    command
}

pub(crate) fn describe(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let mut words = vec![program.file_stem().unwrap_or(command.get_program()).to_string_lossy()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy()));
    words.join(" ")
}

pub(crate) fn start_error(command: &Command, source: io::Error) -> Error {
    Error::Start { program: command.get_program().to_string_lossy().into_owned(), source }
}
