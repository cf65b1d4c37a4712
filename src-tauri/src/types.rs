//! The window's TypeScript types are those of the shell. `cargo xtask types` writes them anew.

#![expect(clippy::disallowed_methods, reason = "writes the types when asked to")]

use std::path::Path;

use ts_rs::{Config, TS};

use crate::wire;

fn types() -> String {
    let config = Config::default();
    let mut text = "// Generated from src-tauri/src/wire/ by `cargo xtask types`. Do not edit.\n".to_owned();
    macro_rules! write_all {
        ($($name:ident),* $(,)?) => {$({
            let docs = wire::$name::docs().unwrap_or_default();
            text.push_str(&format!("\n{docs}export {}\n", wire::$name::decl(&config)));
        })*};
    }
    write_all!(
        Overview,
        Folder,
        Subfolder,
        SubfolderName,
        FolderState,
        FormatCount,
        Activity,
        Work,
        Photo,
        Shot,
        Place,
        Failure,
        Damaged,
        Filter,
        Region,
        ImageRef,
        Size,
        Thing,
        ForeignImage,
        Example,
        SearchRequest,
        SearchResults,
        Match,
        Band,
        Duplicates,
        DuplicateGroup,
        KeepReason,
        Written,
        Verdict,
        Settings,
        Theme,
        Model,
        Calibration,
        ModelState,
        Normalization,
        Storage,
        Exclusion,
        Startup,
        Changed,
        Drag,
        Incoming,
        Problem,
    );
    // The generator leaves a blank at the end of lines that a comment follows.
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn the_windows_types_are_those_of_the_shell() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/backend/types.ts");
    if std::env::var_os("WRITE_TYPES").is_some() {
        std::fs::write(&path, types()).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    assert!(checked_in == types(), "the types are stale; run `cargo xtask types`");
}
