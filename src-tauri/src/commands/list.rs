// All commands that the window can ask for, by the module that each stands in. `build.rs` makes a permission of each and gives
// these to the window, `app.rs` has them answered: both say what `commands!` makes of the list.
commands! {
    duplicates: copy_going, duplicate_groups, duplicates, export_duplicates, review_duplicates;
    folders: activity, choose_folders, confirm_removed, damaged, exclude, exclusions, failures, follow_folder, forget_everything,
        include, look_inside_folder, overview, pause, rebuild, remove_folder, resume, retry_failures, storage, subfolders;
    models: import_model, models, remove_model, use_model;
    photos: copy_paths, export_copies, open, photo, reveal, reveal_data, reveal_failure, reveal_folder, shot, timeline;
    queries: choose_images, image_from_bytes, image_size, images_from_clipboard, prepare, search, things;
    settings: change_settings, open_again, ready, startup;
}
