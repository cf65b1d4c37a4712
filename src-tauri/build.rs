//! Has Tauri make one permission a command, so that `capabilities/main.json` lists them one by one.

/// The commands of `src/commands`.
const COMMANDS: &[&str] = &[
    "activity",
    "change_settings",
    "choose_folders",
    "choose_images",
    "confirm_removed",
    "copy_going",
    "copy_paths",
    "damaged",
    "duplicate_groups",
    "duplicates",
    "exclude",
    "exclusions",
    "export_copies",
    "export_duplicates",
    "failures",
    "follow_folder",
    "forget_everything",
    "image_from_bytes",
    "image_size",
    "images_from_clipboard",
    "include",
    "import_model",
    "models",
    "open",
    "open_again",
    "overview",
    "pause",
    "photo",
    "prepare",
    "ready",
    "rebuild",
    "remove_folder",
    "look_inside_folder",
    "remove_model",
    "resume",
    "retry_failures",
    "reveal",
    "reveal_data",
    "reveal_failure",
    "reveal_folder",
    "review_duplicates",
    "search",
    "startup",
    "storage",
    "timeline",
    "use_model",
];

fn main() {
    // Tauri's build script reports its own errors in full.
    tauri_build::try_build(
        tauri_build::Attributes::new().app_manifest(tauri_build::AppManifest::new().commands(COMMANDS)),
    )
    .unwrap_or_else(|error| {
        println!("cargo::error={error:#}");
    });
}
