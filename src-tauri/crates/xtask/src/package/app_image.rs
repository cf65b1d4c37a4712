//! Makes an `AppImage`: one file that holds both programs and every library that a desktop cannot be counted on to have.
//!
//! It is the program of the crate `app-image` with a `SquashFS` image of a folder behind it. What the folder holds, and where,
//! is decided here and in `AppRun`; whether it works, `app_image_trial` tries.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::empty;
use crate::error::{Error, Result};
use crate::shell::{aloud, answer, cargo, quietly};

/// What starts the programs in it.
const APP_RUN: &str = include_str!("AppRun");

/// `WebKit`, the folder of its processes among the system's libraries, and what is in it.
const WEBKIT_LIBRARY: &str = "libwebkit2gtk-4.1.so.0";
const WEBKIT: &str = "webkit2gtk-4.1";
const WEBKIT_FILES: [&str; 3] =
    ["WebKitNetworkProcess", "WebKitWebProcess", "injected-bundle/libwebkit2gtkinjectedbundle.so"];

/// Loaded by name while the window runs, by which it is found in the image.
const TRAY_LIBRARY: &str = "libayatana-appindicator3.so.1";

/// What draws the file chooser's icons.
const SVG_LOADER: &str = "gdk-pixbuf-2.0/2.10.0/loaders/libpixbufloader-svg.so";
const LOADERS_QUERY: &str = "gdk-pixbuf-2.0/gdk-pixbuf-query-loaders";

/// The beginnings of the names of libraries that are the system's, since they belong to its kernel, its graphics driver, its
/// screen or its fonts, or are on every desktop: what `AppImage`'s own list leaves out, as far as it is needed here
/// (<https://github.com/AppImageCommunity/pkg2appimage/blob/master/excludelist>).
const SYSTEMS: &[&str] = &[
    // The C and C++ libraries.
    "ld-linux",
    "libc.so",
    "libdl.so",
    "libgcc_s.so",
    "libm.so",
    "libpthread.so",
    "libresolv.so",
    "librt.so",
    "libstdc++.so",
    "linux-vdso.so",
    // The graphics driver.
    "libEGL.so",
    "libGL.so",
    "libGLX.so",
    "libGLdispatch.so",
    "libdrm.so",
    "libgbm.so",
    // The screen.
    "libX11-xcb.so",
    "libX11.so",
    "libwayland-client.so",
    "libxcb.so",
    // Fonts.
    "libfontconfig.so",
    "libfreetype.so",
    "libfribidi.so",
    "libharfbuzz.so",
    // On every desktop.
    "libasound.so",
    "libcom_err.so",
    "libexpat.so",
    "libgpg-error.so",
    "libz.so",
];

/// A folder that becomes an `AppImage`.
struct AppDir {
    folder: PathBuf,
}

/// Makes one, and says where it is.
pub(super) fn make(output: &Path) -> Result<PathBuf> {
    let dir = AppDir { folder: crate::root().join("target/release/bundle/app-image/AppDir") };
    empty(&dir.folder)?;
    dir.add_programs()?;
    dir.add_webkit()?;
    dir.add_libraries()?;
    dir.add_data()?;
    dir.add_loaders()?;
    let name = format!("Lookalike_{}_{}.AppImage", env!("CARGO_PKG_VERSION"), architecture());
    let package = output.join(name);
    join(&runtime()?, &dir.squashed()?, &package)?;
    Ok(package)
}

/// The packages that bring what the image leaves to the system.
pub(super) fn systems_packages() -> Result<Vec<String>> {
    let app = crate::root().join("target/release/lookalike-app");
    let files: Vec<PathBuf> =
        libraries_of(&app)?.into_iter().filter(|(name, _)| is_systems(name)).map(|(_, path)| path).collect();
    // Debian's packages name files as they were before `/lib` became a link to `/usr/lib`, or after.
    let mut packages = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let found = answer(Command::new("dpkg").arg("--search").arg(format!("*/{name}")))?;
        packages.extend(found.split(':').next().map(str::to_owned));
    }
    packages.sort();
    packages.dedup();
    Ok(packages)
}

impl AppDir {
    fn at(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    fn add_programs(&self) -> Result<()> {
        let release = crate::root().join("target/release");
        for program in ["lookalike", "lookalike-app"] {
            let place = self.at("usr/bin").join(program);
            copy(&release.join(program), &place)?;
            find_libraries_in(&place, "$ORIGIN/../lib")?;
        }
        copy(&crate::root().join("src-tauri/runtime/libLiteRt.so"), &self.at("usr/lib/libLiteRt.so"))?;
        let run = self.at("AppRun");
        write(&run, APP_RUN.as_bytes())?;
        fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).map_err(Error::of(&run))
    }

    fn add_webkit(&self) -> Result<()> {
        for file in WEBKIT_FILES {
            let from = system_folder().join(WEBKIT).join(file);
            // As on the system, below `usr`.
            let place = self.folder.join(from.strip_prefix("/").unwrap_or(&from));
            copy(&from, &place)?;
            find_libraries_in(&place, "$ORIGIN/../..:$ORIGIN/../../..")?;
        }
        Ok(())
    }

    /// What all programs need and the system need not have.
    fn add_libraries(&self) -> Result<()> {
        let mut needed = BTreeMap::new();
        let system = system_libraries()?;
        let named = |name: &str| {
            system.get(name).cloned().ok_or_else(|| Error::PackageUnfit(format!("there is no {name}")))
        };
        let loader = system_folder().join(SVG_LOADER);
        for program in [crate::root().join("target/release/lookalike-app"), named(TRAY_LIBRARY)?, loader]
            .into_iter()
            .chain(WEBKIT_FILES.map(|file| system_folder().join(WEBKIT).join(file)))
        {
            needed.extend(libraries_of(&program)?);
        }
        needed.insert(TRAY_LIBRARY.to_owned(), named(TRAY_LIBRARY)?);
        // Ours, which is there already.
        needed.retain(|name, _| !is_systems(name) && name != "libLiteRt.so");
        for (name, path) in needed {
            let place = self.at("usr/lib").join(&name);
            copy(&path, &place)?;
            find_libraries_in(&place, "$ORIGIN")?;
            if name == WEBKIT_LIBRARY {
                find_processes_from_usr(&place)?;
            }
        }
        Ok(())
    }

    /// Settings' schemas, without which GTK gives up; the menu's entry, and the icon.
    fn add_data(&self) -> Result<()> {
        let schemas = self.at("usr/share/glib-2.0/schemas");
        let known = Path::new("/usr/share/glib-2.0/schemas");
        for entry in fs::read_dir(known).map_err(Error::of(known))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("org.gtk.Settings.") {
                copy(&entry.path(), &schemas.join(name))?;
            }
        }
        quietly(Command::new("glib-compile-schemas").arg(&schemas))?;
        for folder in ["usr/lib/gio-modules", "usr/lib/gstreamer-1.0"] {
            empty(&self.at(folder))?;
        }
        let icon = crate::root().join("src-tauri/icons/128x128@2x.png");
        copy(&icon, &self.at("lookalike-app.png"))?;
        copy(&icon, &self.at("usr/share/icons/hicolor/256x256/apps/lookalike-app.png"))?;
        symlink("lookalike-app.png", self.at(".DirIcon")).map_err(Error::of(&self.folder))?;
        copy(&crate::root().join("LICENSE"), &self.at("usr/share/doc/lookalike/copyright"))?;
        let share = crate::root().join("target/release/share");
        quietly(Command::new("cp").arg("--recursive").arg(share.join(".")).arg(self.at("usr/share")))?;
        copy(&desktop_entry(), &self.at("lookalike-app.desktop"))
    }

    fn add_loaders(&self) -> Result<()> {
        let loader = system_folder().join(SVG_LOADER);
        let place = "lib/gdk-pixbuf/libpixbufloader-svg.so";
        let copied = self.at("usr").join(place);
        copy(&loader, &copied)?;
        find_libraries_in(&copied, "$ORIGIN/..")?;
        let cache = answer(Command::new(system_folder().join(LOADERS_QUERY)).arg(&loader))?;
        let cache = cache.replace(&*loader.to_string_lossy(), place);
        write(&self.at("usr/lib/gdk-pixbuf/loaders.cache"), cache.as_bytes())
    }

    /// The folder as a `SquashFS` image. With gzip: whatever else looks into an `AppImage` can read that.
    fn squashed(&self) -> Result<PathBuf> {
        let image = self.folder.with_file_name("image.squashfs");
        let options =
            ["-comp", "gzip", "-b", "1M", "-root-owned", "-noappend", "-no-xattrs", "-quiet", "-no-progress"];
        quietly(Command::new("mksquashfs").arg(&self.folder).arg(&image).args(options))?;
        Ok(image)
    }
}

/// The program that it begins with. It uses no library of the system's, whichever that is.
fn runtime() -> Result<PathBuf> {
    let version = answer(Command::new("rustc").arg("-vV"))?;
    let target = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let build = ["build", "--release", "--quiet", "--locked", "--package", "app-image", "--target", target];
    let alone = "-C target-feature=+crt-static -C relocation-model=static -C strip=symbols";
    aloud(cargo(&build).env("RUSTFLAGS", alone))?;
    Ok(crate::root().join("target").join(target).join("release/app-image"))
}

/// Writes the program, marked as an `AppImage` of type 2, and the image behind it.
fn join(runtime: &Path, image: &Path, package: &Path) -> Result<()> {
    let mut bytes = fs::read(runtime).map_err(Error::of(runtime))?;
    if let Some(mark) = bytes.get_mut(8..11) {
        mark.copy_from_slice(b"AI\x02");
    }
    bytes.extend(fs::read(image).map_err(Error::of(image))?);
    write(package, &bytes)?;
    fs::set_permissions(package, fs::Permissions::from_mode(0o755)).map_err(Error::of(package))
}

/// The menu's entry, of the Debian package, which was made before.
fn desktop_entry() -> PathBuf {
    crate::root().join("target/release/bundle/deb/content/usr/share/applications/Lookalike.desktop")
}

/// Where Debian has its libraries.
fn system_folder() -> PathBuf {
    format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH).into()
}

/// All libraries of this system, by name.
fn system_libraries() -> Result<BTreeMap<String, PathBuf>> {
    let cache = answer(Command::new("/sbin/ldconfig").arg("--print-cache"))?;
    let entries = cache.lines().filter_map(|line| line.trim().split_once(" => "));
    // The first of a name is the one that is taken.
    let mut libraries = BTreeMap::new();
    for (name, path) in entries {
        let name = name.split(' ').next().unwrap_or_default().to_owned();
        libraries.entry(name).or_insert_with(|| path.into());
    }
    Ok(libraries)
}

/// The libraries that a program or a library needs, and those need, by name.
fn libraries_of(program: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let listed = answer(Command::new("ldd").arg(program))?;
    listed.lines().filter_map(parse_library).map(|library| library.map_err(Error::PackageUnfit)).collect()
}

/// A line of what `ldd` prints: nothing where it names no file, an error where it found none.
fn parse_library(line: &str) -> Option<std::result::Result<(String, PathBuf), String>> {
    let (name, path) = line.trim().split_once(" => ")?;
    if path == "not found" {
        return Some(Err(format!("there is no {name}")));
    }
    let path = path.split(" (").next().unwrap_or(path);
    Some(Ok((name.to_owned(), path.into())))
}

fn is_systems(library: &str) -> bool {
    SYSTEMS.iter().any(|beginning| library.starts_with(beginning))
}

/// Has a program look for its libraries in the image.
fn find_libraries_in(program: &Path, folders: &str) -> Result<()> {
    quietly(Command::new("patchelf").args(["--set-rpath", folders]).arg(program))
}

/// Has `WebKit` look for its processes from `usr`, where `AppRun` starts the window: in place of an absolute path, which it
/// holds in its code, it gets one that is as long.
fn find_processes_from_usr(library: &Path) -> Result<()> {
    let known = system_folder().join(WEBKIT).to_string_lossy().into_owned();
    let mut bytes = fs::read(library).map_err(Error::of(library))?;
    if replace_all(&mut bytes, known.as_bytes(), from_usr(&known).as_bytes()) == 0 {
        return Err(Error::PackageUnfit(format!("{WEBKIT_LIBRARY} does not name {known}")));
    }
    write(library, &bytes)
}

/// A path below `/usr` as one from there, as long as before.
fn from_usr(path: &str) -> String {
    path.replacen("/usr", "././", 1)
}

/// Puts one text in the place of another that is as long. Returns how often.
fn replace_all(bytes: &mut [u8], from: &[u8], to: &[u8]) -> usize {
    let (mut at, mut count) = (0, 0);
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        at += found;
        bytes[at..at + from.len()].copy_from_slice(to);
        at += from.len();
        count += 1;
    }
    count
}

/// In the words of Debian's packages, which name the other ones here.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// Copies what a path leads to, and makes the folders that it takes.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(Error::of(folder))?;
    }
    fs::copy(from, to).map(drop).map_err(Error::of(from))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(Error::of(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_read_from_what_ldd_prints() {
        let found = "\tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f)";
        let (name, path) = parse_library(found).unwrap().unwrap();
        assert_eq!(
            (name.as_str(), path.as_path()),
            ("libz.so.1", Path::new("/lib/x86_64-linux-gnu/libz.so.1"))
        );
        assert!(parse_library("\tlibz.so.1 => not found").unwrap().is_err());
        assert!(parse_library("\tlinux-vdso.so.1 (0x00007f)").is_none());
    }

    #[test]
    fn a_path_is_replaced_wherever_it_is() {
        assert_eq!(from_usr("/usr/lib/webkit"), "././/lib/webkit");
        let mut bytes = b"a /usr b /usr/c".to_vec();
        assert_eq!(replace_all(&mut bytes, b"/usr", b"././"), 2);
        assert_eq!(bytes, b"a ././ b ././/c");
    }
}
