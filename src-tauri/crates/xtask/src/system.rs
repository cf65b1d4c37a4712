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
    Tool { program: "pkg-config", debian: "pkg-config", purpose: "finds the window's libraries" },
];
#[cfg(not(unix))]
const COMPILERS: &[Tool] = &[];

/// A library that a build needs, by its pkg-config name.
struct Library {
    name: &'static str,
    debian: &'static str,
    purpose: &'static str,
}

/// What the window is made of on Linux; elsewhere the system brings it.
#[cfg(target_os = "linux")]
const LIBRARIES: &[Library] = &[Library {
    name: "webkit2gtk-4.1",
    debian: "libwebkit2gtk-4.1-dev",
    purpose: "WebKitGTK, which shows the window",
}];
#[cfg(not(target_os = "linux"))]
const LIBRARIES: &[Library] = &[];

/// What the end-to-end tests of the window need on Debian: a screen that is none, `WebKit`'s driver, a message bus,
/// the keyboard, mouse and clipboard of that screen, and the tray's library.
const TEST_PACKAGES: &[&str] =
    &["xvfb", "webkit2gtk-driver", "dbus", "xdotool", "xclip", "openbox", "libayatana-appindicator3-1"];

/// Installs what the tests of the window need. Elsewhere than on Debian those tests say what is missing.
pub(crate) fn ensure_test_tools() -> Result<()> {
    ensure_debian_packages(TEST_PACKAGES)
}

/// Installs or names what a build needs.
pub(crate) fn ensure_build_tools() -> Result<()> {
    ensure_programs()?;
    ensure_libraries()
}

fn ensure_libraries() -> Result<()> {
    let found = |library: &Library| {
        Command::new("pkg-config")
            .args(["--exists", library.name])
            .status()
            .is_ok_and(|status| status.success())
    };
    let missing: Vec<&Library> = LIBRARIES.iter().filter(|library| !found(library)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !is_debian() {
        let lines: Vec<String> = missing
            .iter()
            .map(|library| format!("\n  {} with its development files ({})", library.name, library.purpose))
            .collect();
        return Err(Error::MissingTools(lines.concat()));
    }
    install(&missing.iter().map(|library| library.debian).collect::<Vec<_>>())
}

fn ensure_programs() -> Result<()> {
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
