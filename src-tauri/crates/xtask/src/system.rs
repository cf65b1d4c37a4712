//! The system's packages: installed on Debian and Ubuntu, named elsewhere.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::shell::{answers, quietly, say};

/// A program that a build needs, how to ask whether it is there, and the package that brings it.
struct Tool {
    program: &'static str,
    debian: &'static str,
    purpose: &'static str,
}

/// libjpeg-turbo and SQLite are built from source, the former with its assembly.
const BUILD_TOOLS: &[Tool] = &[
    Tool { program: "cmake", debian: "cmake", purpose: "builds libjpeg-turbo" },
    Tool { program: "nasm", debian: "nasm", purpose: "assembles its SIMD code" },
];

#[cfg(unix)]
const COMPILERS: &[Tool] = &[
    Tool { program: "cc", debian: "build-essential", purpose: "the C compiler" },
    Tool { program: "c++", debian: "build-essential", purpose: "the C++ compiler" },
    Tool { program: "make", debian: "build-essential", purpose: "runs cmake's builds" },
];
#[cfg(not(unix))]
const COMPILERS: &[Tool] = &[];

/// Installs or names what a build needs.
pub(crate) fn ensure_build_tools() -> Result<()> {
    let missing: Vec<&Tool> =
        BUILD_TOOLS.iter().chain(COMPILERS).filter(|tool| !answers(tool.program, "--version")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !is_debian() {
        let lines: Vec<String> =
            missing.iter().map(|tool| format!("\n  {} ({})", tool.program, tool.purpose)).collect();
        return Err(Error::MissingTools(lines.concat()));
    }
    let mut packages: Vec<&str> = missing.iter().map(|tool| tool.debian).collect();
    packages.dedup();
    install(&packages)
}

/// Installs Debian packages that are not installed yet; elsewhere it is up to the person.
pub(crate) fn ensure_debian_packages(packages: &[&'static str]) -> Result<()> {
    if !is_debian() {
        return Ok(());
    }
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() { Ok(()) } else { install(&missing) }
}

fn is_installed(package: &str) -> bool {
    Command::new("dpkg").args(["-s", package]).output().is_ok_and(|output| output.status.success())
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists()
}

fn install(packages: &[&str]) -> Result<()> {
    say(&format!("installing {}", packages.join(", ")));
    quietly(&mut apt(&["update", "-qq"]))?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(packages);
    quietly(&mut apt(&arguments))
}

fn apt(arguments: &[&str]) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
    if !root {
        command.arg("apt-get");
    }
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    command
}
