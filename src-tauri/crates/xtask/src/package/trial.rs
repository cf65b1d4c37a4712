//! Tries a Debian package: installed on a bare system, used by a person, removed. Other packages are used in the same way.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::bare_root::BareRoot;
use super::screen::Screen;
use crate::error::{Error, Result};
use crate::shell::{answer, quietly, say, start_error};

/// How both programs of a package are started: a program, and its first arguments.
pub(super) struct Programs<'a> {
    pub(super) command: &'a [&'a str],
    pub(super) window: &'a [&'a str],
}

/// Goes through all of it.
pub(super) fn run(bare: &BareRoot, deb: &Path) -> Result<()> {
    say("> installing the Debian package on a bare system");
    install(bare, deb)?;
    say("> using it");
    let programs = Programs { command: &["lookalike"], window: &["lookalike-app"] };
    use_command(bare, &programs)?;
    use_window(bare, &programs)?;
    say("> removing it");
    remove(bare)
}

/// With nothing but what the package says it needs.
fn install(bare: &BareRoot, deb: &Path) -> Result<()> {
    bare.give(deb, "/tmp/lookalike.deb")?;
    quietly(&mut bare.command("apt-get", &["update"]))?;
    let install = ["install", "--yes", "--no-install-recommends", "/tmp/lookalike.deb"];
    quietly(&mut bare.command("apt-get", &install))?;
    for program in ["/usr/bin/lookalike", "/usr/bin/lookalike-app", "/usr/lib/lookalike/libLiteRt.so"] {
        let libraries = answer(&mut bare.command("ldd", &[program]))?;
        expect(!libraries.contains("not found"), || format!("{program} lacks libraries:\n{libraries}"))?;
    }
    let files = answer(&mut bare.command("dpkg", &["--listfiles", "lookalike"]))?;
    for needed in [
        "/usr/share/applications/Lookalike.desktop",
        "/usr/share/bash-completion/completions/lookalike",
        "/usr/share/zsh/vendor-completions/_lookalike",
        "/usr/share/fish/vendor_completions.d/lookalike.fish",
        "/usr/share/man/man1/lookalike.1.gz",
        "/usr/share/man/man1/lookalike-index.1.gz",
        "/usr/share/doc/lookalike/copyright",
    ] {
        // Images without documentation leave some of them out; the package has them.
        expect(files.lines().any(|file| file == needed), || format!("the package has no {needed}"))?;
    }
    quietly(&mut bare.command("bash", &["-n", "/usr/share/bash-completion/completions/lookalike"]))
}

/// Reads the sample photos and asks for one of them.
pub(super) fn use_command(bare: &BareRoot, programs: &Programs<'_>) -> Result<()> {
    let (photos, query) = (pictures(), format!("{}/query.jpg", BareRoot::home()));
    let samples = crate::root().join("tests/fixtures/photos");
    bare.give(&samples, &photos)?;
    bare.give(&samples.join("hat/hat-1.jpg"), &query)?;
    let lookalike = |arguments: &[&str]| -> Result<Value> {
        let words = [programs.command, &["--json"], arguments].concat();
        let text = answer(&mut bare.persons(&[], words[0], &words[1..]))?;
        serde_json::from_str(&text).map_err(|source| Error::Json { text, source })
    };
    let summary = lookalike(&["index", &photos])?;
    expect(summary["indexed"] == 60 && summary["failed"] == 0, || format!("it indexed {summary}"))?;
    let found = lookalike(&["search", &query, "-n", "3"])?;
    let best = found["results"][0]["path"].as_str().unwrap_or_default();
    expect(best.ends_with("hat/hat-1.jpg"), || format!("it found {found}"))
}

/// Opens the window on what the command read.
pub(super) fn use_window(bare: &BareRoot, programs: &Programs<'_>) -> Result<()> {
    let screen = Screen::new()?;
    let environment = [screen.variable(), "GDK_BACKEND=x11".to_owned()];
    let mut app = bare.persons(&environment, programs.window[0], &programs.window[1..]);
    app.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut running = app.spawn().map_err(|source| start_error(&app, source))?;
    let shown = screen.shows_photos("^Lookalike$");
    // What was started in the root ends with what entered it.
    let _ = running.kill();
    let output = running.wait_with_output().map_err(|source| start_error(&app, source))?;
    if shown.is_err() {
        say(&String::from_utf8_lossy(&output.stderr));
    }
    shown
}

/// Takes the package off again. The person's library is the person's.
fn remove(bare: &BareRoot) -> Result<()> {
    let library = format!("{}/.local/share", BareRoot::home());
    let before = answer(&mut bare.command("find", &[&library, "-type", "f"]))?;
    expect(before.contains("catalog.db"), || format!("there is no library: {before}"))?;
    quietly(&mut bare.command("rm", &["/tmp/lookalike.deb"]))?;
    quietly(&mut bare.command("apt-get", &["purge", "--yes", "lookalike"]))?;
    quietly(&mut bare.command("apt-get", &["clean"]))?;
    let traces = bare.traces()?;
    expect(traces.is_empty(), || format!("it leaves {traces:?}"))?;
    let after = answer(&mut bare.command("find", &[&library, "-type", "f"]))?;
    expect(before == after, || format!("the library was\n{before}\nand is\n{after}"))
}

fn pictures() -> String {
    format!("{}/Pictures", BareRoot::home())
}

pub(super) fn expect(is_so: bool, otherwise: impl FnOnce() -> String) -> Result<()> {
    if is_so { Ok(()) } else { Err(Error::PackageUnfit(otherwise())) }
}
