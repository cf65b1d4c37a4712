//! What Lookalike is measured beside: Python packages at pinned versions, and Czkawka.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::program;
use crate::error::Result;
use crate::python;
use crate::shell::{cargo, quietly, say};
use crate::system;

pub(crate) struct Peers {
    python: PathBuf,
    scripts: PathBuf,
    /// None where it does not build.
    pub(crate) czkawka: Option<PathBuf>,
}

impl Peers {
    /// Installs what is not there yet, below `target`.
    pub(crate) fn install() -> Result<Self> {
        system::ensure_debian_packages(&["libusb-1.0-0"])?;
        let scripts = crate::root().join("tests/bench");
        let python = python::environment("bench", &scripts.join("requirements.txt"))?;
        Ok(Self { python, scripts, czkawka: czkawka() })
    }

    /// A script in `tests/bench`.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(self.scripts.join(name));
        command
    }

    /// The day, the machine and all versions.
    pub(crate) fn describe(&self) -> Result<Value> {
        let mut described = program::json(&mut self.script("machine.py"))?;
        described["rustc"] = program::text(Command::new("rustc").arg("--version"))?.trim().into();
        if let Some(czkawka) = &self.czkawka {
            let told = program::text(Command::new(czkawka).arg("--version"))?;
            // The name, the version, and lines about its build.
            let version = told.split_whitespace().nth(1).unwrap_or_default();
            described["packages"]["czkawka_cli"] = version.into();
        }
        Ok(described)
    }
}

fn czkawka() -> Option<PathBuf> {
    let place = crate::root().join("target/tools");
    let program = place.join("bin/czkawka_cli").with_extension(std::env::consts::EXE_EXTENSION);
    if !program.exists() {
        say("building czkawka_cli");
        let built = quietly(cargo(&["install", "--locked", "czkawka_cli", "--root"]).arg(&place));
        if let Err(error) = built {
            say(&format!("Czkawka is left out: {error}"));
        }
    }
    program.exists().then_some(program)
}
