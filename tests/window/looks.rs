//! Both languages, light and dark: pictures of every view, which also pass axe's checks of accessibility.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::app::{App, until};
use crate::desktop::Desktop;
use crate::photos::label;

fn every_view_is_accessible_in_light(desktop: &Desktop) {
    every_view_is_accessible(desktop, "Light");
}

fn every_view_is_accessible_in_dark(desktop: &Desktop) {
    every_view_is_accessible(desktop, "Dark");
}

fn every_view_is_accessible(desktop: &Desktop, theme: &str) {
    let app = desktop.open(&[]);
    app.find("heading", "Find photos by what they look like");
    app.open_settings();
    app.click("radio", theme);
    app.close_settings();
    check(&app, "first-run");

    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    fs::write(folder.join("notes.jpg"), "not a picture").unwrap();
    desktop.start_again(&[&folder]);
    app.shows_photos(12);
    app.find("button", "Failed");
    check(&app, "grid");
    app.click("button", "Failed");
    app.reads("notes.jpg");
    check(&app, "failures");
    app.press("Escape");
    app.gone("dialog", "Photos that could not be read");
    app.open_settings();
    app.reads("Catalog");
    check(&app, "settings");
    app.close_settings();
    app.press("?");
    app.find("dialog", "Keyboard shortcuts");
    check(&app, "shortcuts");
    app.press("Escape");
    app.gone("dialog", "Keyboard shortcuts");

    fs::copy(folder.join("hat-1.jpg"), folder.join("hat-1 (2).jpg")).unwrap();
    app.click("button", "Duplicates");
    app.find("option", "2 exact copies: hat-1");
    check(&app, "duplicates");
    app.press("ArrowDown");
    app.press("Enter");
    app.find("option", "hat-1.jpg");
    check(&app, "review");
    app.press("Escape");
    app.gone("dialog", "Review duplicates");
    app.click("button", "All photos");

    app.find_look_alikes(&label("shoes-1"));
    app.shows_pictures();
    check(&app, "results");
    app.press("ArrowRight");
    app.press("c");
    app.find("dialog", "Compare with the query");
    check(&app, "compare");
    app.press("Escape");
    app.gone("dialog", "Compare with the query");
    app.press("Enter");
    app.find("img", "shoes-");
    app.press("b");
    app.find("application", "Box on the photo");
    check(&app, "photo");
}

/// Takes a picture of the window and has axe look for barriers in it.
fn check(app: &App<'_>, view: &str) {
    app.screenshot(view);
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
    app.script(&fs::read_to_string(axe).unwrap(), &[]);
    let run = "return axe.run(document, { resultTypes: ['violations'] })
        .then(({ violations }) => violations.map(({ id, nodes }) =>
          ({ id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })));";
    let violations = app.script(run, &[]);
    assert_eq!(violations, json!([]), "{view}: {violations:#}");
}

fn the_language_changes_while_the_window_is_open(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(12);
    app.reads("July 2020");
    app.open_settings();
    let language = app.find("combobox", "Language");
    app.ask(language.select_by_value("de"));
    app.find("dialog", "Einstellungen");
    app.screenshot("settings");
    app.press("Escape");
    app.reads("Juli 2020");
    assert_eq!(app.script("return document.documentElement.lang", &[]), "de");
    app.screenshot("grid");
    app.right_click(&app.find("option", "4. Juli 2020"));
    app.screenshot("menu");
    app.press("Enter");
    app.find("listbox", "Ergebnisse");
    app.shows_pictures();
    app.screenshot("results");
    app.press("ArrowRight");
    app.press("Enter");
    app.find("img", "shoes-");
    app.screenshot("photo");
}

fn at_twice_the_size_everything_still_has_room(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(12);
    let width = || app.script("return innerWidth", &[]).as_f64().unwrap();
    let before = width();
    for _ in 0..5 {
        app.press("Control+=");
    }
    until("everything is twice as large", || (width() * 2.0 - before).abs() < 3.0);
    app.shows_photos(12);
    nothing_sticks_out(&app, "grid");
    // By keyboard: the driver's mouse misses what it aims at in an enlarged page.
    app.script("document.querySelector('[role=option]').focus()", &[]);
    app.press("f");
    app.find("listbox", "Results");
    app.shows_pictures();
    nothing_sticks_out(&app, "results");
    app.open_settings();
    nothing_sticks_out(&app, "settings");
    app.close_settings();
    app.press("Control+0");
    until("everything is as large as before", || (width() - before).abs() < 3.0);
}

/// Takes a picture of the window, in which nothing lies beyond its sides.
fn nothing_sticks_out(app: &App<'_>, view: &str) {
    app.screenshot(view);
    let widths =
        "const { scrollWidth, clientWidth } = document.documentElement; return scrollWidth - clientWidth";
    assert_eq!(app.script(widths, &[]), 0, "{view}");
}

fn the_systems_language_is_taken(desktop: &Desktop) {
    let app = desktop.open_in("de_AT.UTF-8", &[]);
    app.find("button", "Ordner hinzufügen");
    app.screenshot("first-run");
}

crate::suite::tests![
    at_twice_the_size_everything_still_has_room,
    every_view_is_accessible_in_dark,
    every_view_is_accessible_in_light,
    the_language_changes_while_the_window_is_open,
    the_systems_language_is_taken,
];
