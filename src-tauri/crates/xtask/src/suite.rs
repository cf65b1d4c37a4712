//! Builds the test programs and runs them, two at a time: none of them keeps two cores busy to its end.
//!
//! What a program says is kept in `target/tests`, and shown when it fails: engine and decoders complain at length of the
//! damaged files that they are tried with. All programs run, also after one has failed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::shell::{answer, cargo_at_once, describe, say, start_error};

/// The programs that take the longest, which therefore begin: the window's tests mostly wait, the command's compute.
const SLOWEST: [&str; 2] = ["lookalike-app-window", "cli-end_to_end"];

/// Programs that run at a time. Each has a thread for every core.
const LANES: usize = 2;

/// A program whose tests wait for what comes half the time, and so many of them at a time.
const WAITS: (&str, &str) = (SLOWEST[1], "4");

/// A program of tests.
#[derive(Debug, PartialEq)]
struct Program {
    package: String,
    /// Of package and target.
    name: String,
    executable: PathBuf,
    /// Where its package is: what its tests take for the working directory.
    directory: PathBuf,
}

/// Builds the tests that `selection` names in cargo's words, and runs those of the packages that are concerned.
pub(crate) fn run(selection: &[&str], is_concerned: impl Fn(&str) -> bool) -> Result<()> {
    let mut programs = build(selection)?;
    programs.retain(|program| is_concerned(&program.package));
    run_side_by_side(programs)
}

/// Builds the tests and returns their programs.
fn build(selection: &[&str]) -> Result<Vec<Program>> {
    let mut command = cargo_at_once(&["test", "--quiet", "--locked", "--no-run"]);
    command.arg("--message-format=json-render-diagnostics").args(selection);
    say(&format!("> {}", describe(&command)));
    answer(&mut command)?.lines().filter_map(|line| program(line).transpose()).collect()
}

/// The test program that a line of cargo's tells of.
fn program(line: &str) -> Result<Option<Program>> {
    let told: Value =
        serde_json::from_str(line).map_err(|source| Error::Json { text: line.to_owned(), source })?;
    let text = |value: &Value| value.as_str().map(PathBuf::from);
    let (Some(executable), Some(manifest)) = (text(&told["executable"]), text(&told["manifest_path"])) else {
        return Ok(None);
    };
    if told["profile"]["test"] != true {
        return Ok(None);
    }
    let directory = manifest.parent().unwrap_or(Path::new("")).to_owned();
    let id = told["package_id"].as_str().unwrap_or_default();
    let package = package_name(id, &directory);
    let target = told["target"]["name"].as_str().unwrap_or_default();
    let kind = told["target"]["kind"][0].as_str().unwrap_or_default();
    let name = if kind == "test" { format!("{package}-{target}") } else { format!("{package}-{kind}") };
    Ok(Some(Program { package, name, executable, directory }))
}

/// The package of an id such as `path+file:///code/src-tauri#lookalike-app@0.1.0`; where the name is that of the
/// directory the id leaves it out.
fn package_name(id: &str, directory: &Path) -> String {
    let after = id.rsplit_once('#').map_or("", |(_, after)| after);
    match after.split_once('@') {
        Some((name, _)) => name.to_owned(),
        None => directory.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    }
}

/// Runs all of them, the slowest first, and names those that failed.
fn run_side_by_side(mut programs: Vec<Program>) -> Result<()> {
    let output = crate::root().join("target/tests");
    fs::create_dir_all(&output).map_err(|source| Error::File { path: output.clone(), source })?;
    programs.sort_by_key(|program| {
        SLOWEST.iter().position(|slowest| *slowest == program.name).unwrap_or(SLOWEST.len())
    });
    let queue = Mutex::new(programs.iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let shown = Mutex::new(());
    let run_some = || -> Result<Vec<String>> {
        let mut failed = Vec::new();
        while let Some(program) = next() {
            if !run_one(program, &output, &shown)? {
                failed.push(program.name.clone());
            }
        }
        Ok(failed)
    };
    let lanes: Vec<_> = thread::scope(|threads| {
        let lanes: Vec<_> = (0..LANES).map(|_| threads.spawn(run_some)).collect();
        lanes.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let mut failed = Vec::new();
    for lane in lanes {
        failed.extend(lane.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
    }
    failed.sort();
    if failed.is_empty() { Ok(()) } else { Err(Error::TestsFailed(failed.join(", "))) }
}

/// Runs a program, shows how it ended, and returns whether all its tests passed.
fn run_one(program: &Program, output: &Path, shown: &Mutex<()>) -> Result<bool> {
    let log = output.join(&program.name).with_extension("log");
    let file_error = |source| Error::File { path: log.clone(), source };
    let file = File::create(&log).map_err(file_error)?;
    let begun = Instant::now();
    let mut command = Command::new(&program.executable);
    command
        .arg("--quiet")
        .current_dir(&program.directory)
        .stdin(Stdio::null())
        .stdout(file.try_clone().map_err(file_error)?)
        .stderr(file);
    if program.name == WAITS.0 {
        command.args(["--test-threads", WAITS.1]);
    }
    let status = command.status().map_err(|source| start_error(&command, source))?;
    let said = fs::read(&log).map_err(file_error)?;
    let _one_at_a_time = shown.lock();
    let said = String::from_utf8_lossy(&said);
    let took = begun.elapsed().as_secs_f64();
    say(&format!("> {}, {took:.0} s, {}", program.name, counts(&said).unwrap_or("no counts")));
    if !status.success() {
        say(said.trim());
        say(&format!("{} ended with {status}", program.name));
    }
    Ok(status.success())
}

/// How many tests passed and failed, as the program says when it ends.
fn counts(said: &str) -> Option<&str> {
    said.lines().rev().find_map(|line| line.strip_prefix("test result: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_programs_of_tests_are_run() {
        let artifact = |test: bool, kind: &str, executable: &str| {
            let line = format!(
                r#"{{"reason":"compiler-artifact","package_id":"path+file:///code/crates/cli#0.1.0","manifest_path":"/code/crates/cli/Cargo.toml",
                "target":{{"kind":["{kind}"],"name":"end_to_end"}},"profile":{{"test":{test}}},
                "executable":{executable}}}"#
            );
            program(&line).unwrap().map(|program| program.name)
        };
        assert_eq!(artifact(true, "test", r#""/target/end_to_end""#).as_deref(), Some("cli-end_to_end"));
        assert_eq!(artifact(true, "bin", r#""/target/lookalike""#).as_deref(), Some("cli-bin"));
        assert_eq!(artifact(false, "bin", r#""/target/lookalike""#), None, "what the tests run");
        assert_eq!(artifact(false, "lib", "null"), None);
        assert_eq!(program(r#"{"reason":"build-finished","success":true}"#).unwrap(), None);
    }

    #[test]
    fn counts_are_told_of_what_a_program_says() {
        let said =
            "running 1 test\nERROR: a model\n.\ntest result: ok. 1 passed; 0 failed; finished in 0.00s\n\n";
        assert_eq!(counts(said), Some("ok. 1 passed; 0 failed; finished in 0.00s"));
        assert_eq!(counts("killed before"), None);
    }

    #[cfg(unix)]
    #[test]
    fn all_programs_run_and_those_that_fail_are_named() {
        let program = |name: &str, executable: &str| Program {
            package: "suite".to_owned(),
            name: format!("suite-{name}"),
            executable: executable.into(),
            directory: "/".into(),
        };
        let sound = || vec![program("one", "true"), program("two", "true"), program("three", "true")];
        assert!(run_side_by_side(sound()).is_ok());
        let mut unsound = sound();
        unsound.insert(0, program("first", "false"));
        unsound.push(program("last", "false"));
        let failed = run_side_by_side(unsound).unwrap_err().to_string();
        assert_eq!(failed, "tests failed: suite-first, suite-last");
    }

    #[test]
    fn a_package_is_named_by_its_id_or_its_directory() {
        let directory = Path::new("/code/src-tauri");
        assert_eq!(
            package_name("path+file:///code/src-tauri#lookalike-app@0.1.0", directory),
            "lookalike-app"
        );
        assert_eq!(package_name("path+file:///code/src-tauri#0.1.0", directory), "src-tauri");
    }
}
