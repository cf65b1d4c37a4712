//! Selecting photos by mouse: by the mark on each, by a band over empty space, by a month's heading; and what menus offer.

use serde_json::json;

use crate::app::{App, until};
use crate::desktop::Desktop;
use crate::photos::label;

fn open(desktop: &Desktop) -> App<'_> {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(12);
    app
}

fn selected(app: &App<'_>) -> u64 {
    app.script("return document.querySelectorAll('[role=option][aria-selected=true]').length", &[])
        .as_u64()
        .unwrap()
}

fn photos_are_selected_by_their_marks(desktop: &Desktop) {
    let app = open(desktop);
    for name in ["shoes-2", "hat-3"] {
        app.hover(&app.find("option", &label(name)));
        app.screenshot("hover");
        app.click("button", "Select");
    }
    app.reads("2 photos selected");
    app.screenshot("two");
    app.click("button", "Select");
    app.no_longer_reads("2 photos selected");
    assert_eq!(selected(&app), 1);
}

fn photos_are_selected_by_a_band_and_a_month_by_its_heading(desktop: &Desktop) {
    let app = open(desktop);
    let (left, _, width, _) = app.ask(app.find("listbox", "Photos by date").rectangle());
    let (_, top, _, height) = app.ask(app.find("option", &label("shoes-6")).rectangle());
    // From beside the heading, down over some of the photos below it.
    app.drag_from((left + width - 20.0, top - 20.0), (-width * 0.5, height * 0.5));
    until("the band has selected", || selected(&app) >= 2);
    let drawn = selected(&app);
    assert!(drawn < 12, "{drawn}");
    app.screenshot("band");
    app.press("Escape");
    until("nothing is selected", || selected(&app) == 0);

    let heading = "return [...document.querySelectorAll('[data-heading]')].map((heading) => {
        const { left, top, height } = heading.getBoundingClientRect(); return [left + 20, top + height / 2]; })[arguments[0]]";
    let place: (f64, f64) = serde_json::from_value(app.script(heading, &[json!(0)])).unwrap();
    app.click_at(place);
    app.reads("6 photos selected");
    app.screenshot("month");
    app.click_at(place);
    app.no_longer_reads("photos selected");
}

fn the_menu_of_a_photo_tells_every_verb_and_its_key(desktop: &Desktop) {
    let app = open(desktop);
    app.right_click(&app.find("option", &label("shoes-2")));
    for verb in
        ["Find look-alikes", "Draw a box", "View", "Show in its folder", "Show in file manager", "Copy path"]
    {
        app.find("menuitem", verb);
    }
    app.reads("Ctrl+C");
    app.screenshot("grid");
    app.click("menuitem", "View");
    app.find("dialog", "shoes-2.jpg");
    app.right_click(&app.find("img", "shoes-2.jpg"));
    app.find("menuitem", "Show at full size");
    app.screenshot("photo");
    app.click("menuitem", "Details");
    app.reads("On disk");
}

crate::suite::tests![
    photos_are_selected_by_a_band_and_a_month_by_its_heading,
    photos_are_selected_by_their_marks,
    the_menu_of_a_photo_tells_every_verb_and_its_key,
];
