//! Brings the LiteRT library: out of the pinned, hash-checked wheel of the package `ai-edge-litert`.
//!
//! It lands in `src-tauri/runtime`, where `.cargo/config.toml` has builds and binaries look for it. Nothing is
//! done when it is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::{Object, read::pe::PeFile64};

use crate::error::{Error, Result};
use crate::python;
use crate::shell::{quietly, say};

/// 2.1.4 writes a dozen lines to stderr whatever it is told; from 2.1.6 on models do not load through
/// `litert-sys` 0.2.1 ("file I/O error").
const VERSION: &str = "2.1.5";

/// A wheel of the pinned version. The library does not depend on the Python version in the wheel's name.
struct Wheel {
    os: &'static str,
    arch: &'static str,
    platform: &'static str,
    sha256: &'static str,
    library: &'static str,
}

const WHEELS: &[Wheel] = &[
    Wheel {
        os: "linux",
        arch: "x86_64",
        platform: "manylinux_2_27_x86_64",
        sha256: "7c54e45589831fbaeec1481df530e336d0112002a6193bc28f7aafa5f4898a3a",
        library: "libLiteRt.so",
    },
    Wheel {
        os: "linux",
        arch: "aarch64",
        platform: "manylinux_2_27_aarch64",
        sha256: "1edf83d132919b0b95bb5ded64e79bfed018168d3584c28fa30a8eb0d3bfca6b",
        library: "libLiteRt.so",
    },
    Wheel {
        os: "macos",
        arch: "aarch64",
        platform: "macosx_12_0_arm64",
        sha256: "cf9a6e98677d26fd900ec9459a19cf5cce9f94c64132d728485eeb9accd5c162",
        library: "libLiteRt.dylib",
    },
    Wheel {
        os: "windows",
        arch: "x86_64",
        platform: "win_amd64",
        sha256: "ad7844c7c2431dfe36debf6d4541f27af198848ed3090cbaacbdf2bb2cd377c7",
        library: "libLiteRt.dll",
    },
];

/// Makes sure that `src-tauri/runtime` holds the library of the pinned version.
pub(crate) fn ensure() -> Result<()> {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let wheel = WHEELS.iter().find(|wheel| wheel.os == os && wheel.arch == arch);
    let wheel = wheel.ok_or(Error::NoRuntime { os, arch })?;
    let directory = crate::root().join("src-tauri/runtime");
    let stamp = directory.join("version");
    let library = directory.join(wheel.library);
    let current = fs::read_to_string(&stamp).is_ok_and(|version| version == VERSION) && library.exists();
    if !current {
        say(&format!("fetching LiteRT {VERSION}"));
        create_dir(&directory)?;
        unpack(wheel, &directory)?;
        write(&stamp, VERSION)?;
    }
    if os == "windows" { prepare_windows(&library, &directory) } else { Ok(()) }
}

/// Downloads the wheel with its hash checked by pip, and takes the library out of it.
fn unpack(wheel: &Wheel, directory: &Path) -> Result<()> {
    let downloads = crate::root().join("target/litert");
    create_dir(&downloads)?;
    let requirement = downloads.join("requirements.txt");
    write(&requirement, &format!("ai-edge-litert=={VERSION} --hash=sha256:{}\n", wheel.sha256))?;
    quietly(
        Command::new(python::interpreter())
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
            .args(["--require-hashes", "--only-binary=:all:", "--python-version", "3.11"])
            .args(["--platform", wheel.platform, "--dest"])
            .arg(&downloads)
            .arg("--requirement")
            .arg(&requirement),
    )?;
    let file = format!("ai_edge_litert-{VERSION}-cp311-cp311-{}.whl", wheel.platform);
    let unzip = "import sys, zipfile, pathlib; wheel, member, target = sys.argv[1:]; \
                 pathlib.Path(target).write_bytes(zipfile.ZipFile(wheel).read(member))";
    quietly(
        Command::new(python::interpreter())
            .args(["-c", unzip])
            .arg(downloads.join(file))
            .arg(format!("ai_edge_litert/{}", wheel.library))
            .arg(directory.join(wheel.library)),
    )
}

/// Windows links against an import library, which the wheel lacks, and finds a DLL beside the program only.
fn prepare_windows(library: &Path, directory: &Path) -> Result<()> {
    let import_library = directory.join("LiteRt.lib");
    if !import_library.exists() {
        let definition = directory.join("LiteRt.def");
        write(&definition, &module_definition(library)?)?;
        let mut tool = cc::windows_registry::find("x86_64-pc-windows-msvc", "lib.exe")
            .ok_or_else(|| Error::MissingTools("the MSVC build tools".to_owned()))?;
        quietly(
            tool.arg("/nologo")
                .arg("/machine:x64")
                .arg(format!("/def:{}", definition.display()))
                .arg(format!("/out:{}", import_library.display())),
        )?;
    }
    for profile in ["debug", "debug/deps", "debug/examples", "release", "release/deps", "release/examples"] {
        let place = crate::root().join("target").join(profile);
        create_dir(&place)?;
        let copy = place.join("libLiteRt.dll");
        fs::copy(library, &copy).map_err(|source| Error::File { path: copy, source })?;
    }
    Ok(())
}

/// A linker's module definition with every function that the DLL exports.
fn module_definition(library: &Path) -> Result<String> {
    let bytes = fs::read(library).map_err(|source| Error::File { path: library.into(), source })?;
    let exports = PeFile64::parse(&*bytes)
        .and_then(|file| file.exports())
        .map_err(|source| Error::Exports { path: library.into(), source })?;
    let names = exports.iter().map(|export| format!("  {}\n", String::from_utf8_lossy(export.name())));
    Ok(format!("LIBRARY libLiteRt.dll\nEXPORTS\n{}", names.collect::<String>()))
}

fn create_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|source| Error::File { path: path.into(), source })
}

fn write(path: &PathBuf, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|source| Error::File { path: path.clone(), source })
}
