//! What closing the window means, and what is still there at the next start.

use std::fs;
use std::path::Path;

use gtk::gio::Cancellable;
use library::Library;
use serde_json::Value;

use crate::app::{App, TITLE, until};
use crate::desktop::Desktop;
use crate::photos::{copy_sample, label, sample};

fn closing_the_window_leaves_no_process_behind(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(6);
    assert!(desktop.app_processes().len() > 1, "{:?}", desktop.app_processes());
    app.close_window();
    until("no process is left", || desktop.app_processes().is_empty());
}

fn a_restart_keeps_folders_photos_and_settings(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(6);
    app.open_settings();
    app.click("radio", "Dark");
    until("it is dark", || theme(&app) == "dark");
    app.ask(app.find("combobox", "Language").select_by_value("de"));
    app.find("dialog", "Einstellungen");
    app.press("Escape");
    app.close_window();
    until("no process is left", || desktop.app_processes().is_empty());
    drop(app);

    let app = desktop.open(&[]);
    app.shows_photos(6);
    app.find("option", "4. Februar 2020");
    app.reads("Pictures");
    assert_eq!(theme(&app), "dark");
    app.screenshot("again");
}

fn with_the_tray_asked_for_a_closed_window_goes_on_watching(desktop: &Desktop) {
    let _tray = desktop.tray();
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(6);
    keep_in_tray(&app);
    app.close_window();
    copy_sample("shoes-1", &folder);

    desktop.start_again(&[]);
    until("the window is back", || !desktop.windows(TITLE).is_empty());
    app.find("option", &label("shoes-1"));

    keep_in_tray(&app);
    app.close_window();
    until("no process is left", || desktop.app_processes().is_empty());
}

fn where_there_is_no_tray_a_closed_window_ends_the_program_whatever_was_asked_for(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let tray = desktop.tray();
    let app = desktop.open(&[&folder]);
    app.shows_photos(6);
    keep_in_tray(&app);
    tray.close_sync(Cancellable::NONE).unwrap();
    app.close_window();
    until("no process is left", || desktop.app_processes().is_empty());
    drop(app);

    let app = desktop.open(&[]);
    app.shows_photos(6);
    app.open_settings();
    app.reads("This desktop has no tray to stay in.");
}

fn a_second_start_with_the_same_data_folder_hands_its_image_to_the_first(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let image = desktop.path().join("from elsewhere.jpg");
    fs::copy(sample("shoes-3"), &image).unwrap();
    let data = format!("--data-dir={}", desktop.path().join("own").display());
    let app = desktop.open(&[Path::new(&data), &folder]);
    app.shows_photos(12);
    desktop.start_again(&[Path::new(&data), &image]);
    app.find("button", "Like from elsewhere.jpg");
}

fn theme(app: &App<'_>) -> Value {
    app.script("return document.documentElement.dataset.theme", &[])
}

/// Turns the setting to the other state.
fn keep_in_tray(app: &App<'_>) {
    app.open_settings();
    app.click("switch", "Keep watching when the window is closed");
    app.close_settings();
}

fn while_another_program_has_the_library_the_window_says_so_and_tries_again(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let other = Library::open(&desktop.path().join("data/lookalike")).unwrap();
    let app = desktop.open(&[&folder]);
    app.reads("Another Lookalike is using this library");
    app.screenshot("in-use");
    app.click("button", "Try again");
    app.reads("Another Lookalike is using this library");
    drop(other);
    app.click("button", "Try again");
    app.shows_photos(6);
}

crate::suite::tests![
    a_restart_keeps_folders_photos_and_settings,
    a_second_start_with_the_same_data_folder_hands_its_image_to_the_first,
    closing_the_window_leaves_no_process_behind,
    where_there_is_no_tray_a_closed_window_ends_the_program_whatever_was_asked_for,
    while_another_program_has_the_library_the_window_says_so_and_tries_again,
    with_the_tray_asked_for_a_closed_window_goes_on_watching,
];
