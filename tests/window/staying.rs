//! What closing the window means, and what is still there at the next start.

use library::Library;
use serde_json::Value;

use crate::app::{App, TITLE, until};
use crate::desktop::Desktop;
use crate::photos::{copy_sample, label};

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
    closing_the_window_leaves_no_process_behind,
    while_another_program_has_the_library_the_window_says_so_and_tries_again,
    with_the_tray_asked_for_a_closed_window_goes_on_watching,
];
