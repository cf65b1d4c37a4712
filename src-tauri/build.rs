//! Gives the window what it may do: hear events, zoom, and ask for the commands in `src/commands/list.rs`, each by a permission
//! of its own.

#![expect(clippy::disallowed_methods, reason = "writes beside what Tauri makes; it knows no photos")]

use std::path::Path;
use std::{fs, io};

/// What the window may do besides.
const OF_TAURI: [&str; 3] =
    ["core:event:allow-listen", "core:event:allow-unlisten", "core:webview:allow-set-webview-zoom"];

/// Where that is written for Tauri. A path from here: an absolute one would be a pattern, in which brackets mean something.
const CAPABILITY: &str = "gen/window/main.json";

macro_rules! commands {
    ($($module:ident: $($command:ident),+;)+) => {
        const COMMANDS: &[&str] = &[$($(stringify!($command)),+),+];
    };
}
include!("src/commands/list.rs");

fn main() {
    println!("cargo::rerun-if-changed=src/commands/list.rs");
    let built = write_capability().map_err(Into::into).and_then(|()| {
        tauri_build::try_build(
            tauri_build::Attributes::new()
                .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS))
                .capabilities_path_pattern(CAPABILITY),
        )
    });
    // Tauri's build script reports its own errors in full.
    built.unwrap_or_else(|error| {
        println!("cargo::error={error:#}");
    });
}

fn write_capability() -> io::Result<()> {
    let commands = COMMANDS.iter().map(|command| format!("allow-{}", command.replace('_', "-")));
    let permissions: Vec<String> = OF_TAURI.iter().map(ToString::to_string).chain(commands).collect();
    let text = format!(
        r#"{{ "identifier": "main", "description": "All that the window may do.", "windows": ["main"], "permissions": {permissions:?} }}"#
    );
    let file = Path::new(CAPABILITY);
    file.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(file, text)
}
