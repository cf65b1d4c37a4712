//! Gives the window what it may do: hear events, zoom, and ask for the commands in `src/commands/list.rs`, each by a permission
//! of its own.

#![expect(clippy::disallowed_methods, reason = "writes where cargo keeps what is made; it knows no photos")]

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What the window may do besides.
const OF_TAURI: [&str; 3] =
    ["core:event:allow-listen", "core:event:allow-unlisten", "core:webview:allow-set-webview-zoom"];

macro_rules! commands {
    ($($module:ident: $($command:ident),+;)+) => {
        const COMMANDS: &[&str] = &[$($(stringify!($command)),+),+];
    };
}
include!("src/commands/list.rs");

fn main() {
    println!("cargo::rerun-if-changed=src/commands/list.rs");
    let built = write_capability().map_err(Into::into).and_then(|pattern| {
        tauri_build::try_build(
            tauri_build::Attributes::new()
                .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS))
                .capabilities_path_pattern(pattern),
        )
    });
    // Tauri's build script reports its own errors in full.
    built.unwrap_or_else(|error| {
        println!("cargo::error={error:#}");
    });
}

/// Writes what the window may do where cargo keeps what is made, and returns where that is.
fn write_capability() -> io::Result<&'static str> {
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    let file = out.join("window/main.json");
    fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    let commands = COMMANDS.iter().map(|command| format!("allow-{}", command.replace('_', "-")));
    let permissions: Vec<String> = OF_TAURI.iter().map(ToString::to_string).chain(commands).collect();
    let text = format!(
        r#"{{ "identifier": "main", "description": "All that the window may do.", "windows": ["main"], "permissions": {permissions:?} }}"#
    );
    fs::write(&file, text)?;
    // A build script is over before long.
    Ok(Box::leak(file.to_string_lossy().into_owned().into_boxed_str()))
}
