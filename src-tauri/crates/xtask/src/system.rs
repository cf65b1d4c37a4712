//! The system's packages: installed on Debian and Ubuntu, named elsewhere.

use std::fs;
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

/// What packages take to make and to try: the tray's library, by which the bundler knows what a package depends on; what
/// fills an `AppImage`, and what draws icons in it; a bare system, and a screen that is none, on which a window is looked for.
const PACKAGE_PACKAGES: &[&str] = &[
    "libayatana-appindicator3-dev",
    "libglib2.0-bin",
    "librsvg2-common",
    "patchelf",
    "squashfs-tools",
    "debootstrap",
    "xvfb",
    "xdotool",
    "x11-apps",
];

/// Where Debian's packages come from on this system.
pub(crate) struct Mirror {
    pub(crate) address: String,
    pub(crate) codename: String,
    pub(crate) components: Vec<String>,
}

/// The mirror of the release that this system is, as apt tells.
pub(crate) fn mirror() -> Option<Mirror> {
    let output = |command: &mut Command| {
        let output = command.output().ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok()
    };
    let release = fs::read_to_string("/etc/os-release").ok()?;
    let codename = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="))?;
    let format = "$(REPO_URI) $(CODENAME) $(COMPONENT)";
    let targets =
        output(Command::new("apt-get").args(["indextargets", "--format", format, "Created-By: Packages"]))?;
    mirror_in(&targets, codename)
}

/// The first mirror of a release among lines of address, release and component.
fn mirror_in(targets: &str, codename: &str) -> Option<Mirror> {
    let mut mirror: Option<Mirror> = None;
    for line in targets.lines() {
        let mut words = line.split(' ');
        let (Some(address), Some(suite), Some(component)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        if suite != codename || mirror.as_ref().is_some_and(|mirror| mirror.address != address) {
            continue;
        }
        let mirror = mirror.get_or_insert_with(|| Mirror {
            address: address.to_owned(),
            codename: codename.to_owned(),
            components: Vec::new(),
        });
        if !mirror.components.iter().any(|known| known == component) {
            mirror.components.push(component.to_owned());
        }
    }
    mirror
}

/// Installs what packages take. Elsewhere than on Debian the bundler says what is missing.
pub(crate) fn ensure_package_tools() -> Result<()> {
    ensure_debian_packages(PACKAGE_PACKAGES)
}

/// Installs what the tests of the window need. Elsewhere than on Debian those tests say what is missing.
pub(crate) fn ensure_test_tools() -> Result<()> {
    ensure_debian_packages(TEST_PACKAGES)
}

/// Installs or names the libraries that the window needs.
pub(crate) fn ensure_libraries() -> Result<()> {
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

/// Installs or names what every build needs.
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
    let mut command = as_root("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// A program run by the superuser, which anybody else has to ask for.
pub(crate) fn as_root(program: &str) -> Command {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if is_root {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.arg(program);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_of_a_system_is_the_first_of_its_own_release() {
        let targets = "http://one.example/security trixie-security main\nhttp://one.example/ trixie main\n\
            http://one.example/ trixie contrib\nhttp://two.example/ trixie main\n";
        let mirror = mirror_in(targets, "trixie").unwrap();
        assert_eq!((mirror.address.as_str(), mirror.components.len()), ("http://one.example/", 2));
        assert!(mirror_in(targets, "bookworm").is_none());
    }
}
