//! Looking inside photos: turned off for all folders, on for one, and what is found then.

use serde_json::Value;

use crate::app::{App, until};
use crate::crop::{SIDE, desk, save};
use crate::desktop::Desktop;

const FOR_SCANS: &str = "Find things inside photos of Scans";

/// Whether a thing in the desk was found, which its outline tells.
fn a_thing_is_outlined(app: &App<'_>) -> bool {
    let script = "return [...document.querySelectorAll('[role=listbox] [role=option]')].some((tile) =>
        tile.getAttribute('aria-label').startsWith('desk.jpg') && tile.querySelector('span[style*=left]'))";
    app.script(script, &[]) == Value::Bool(true)
}

fn things_are_found_in_the_folders_that_are_looked_into(desktop: &Desktop) {
    let pictures = desktop.folder_of("Pictures", &["hat", "shirt"]);
    let app = desktop.open(&[&pictures]);
    app.shows_photos(12);
    app.open_settings();
    app.click("switch", "Find things inside photos");
    assert!(!app.has("switch", "Find things inside photos of"), "one folder is all folders");
    app.close_settings();

    let scans = desktop.folder_of("Scans", &["shoes"]);
    save(&desk(), &scans.join("desk.jpg"));
    desktop.start_again(&[&scans]);
    app.shows_photos(19);
    let image = desktop.path().join("elsewhere.jpg");
    save(&desk().new_subpixbuf(2 * SIDE, 0, 2 * SIDE, SIDE), &image);
    desktop.start_again(&[&image]);
    app.click("button", "Like elsewhere.jpg");
    let photo = app.find("img", "elsewhere.jpg");
    let (_, _, width, height) = app.ask(photo.rectangle());
    app.drag(&photo, (-width * 0.48, -height * 0.48), (width * 0.48, height * 0.48));
    app.press("Enter");
    app.find("button", "Like a part of elsewhere.jpg");
    // As a whole it was found by its pixels; a part of it is found by embeddings, and no photo was looked into.
    until("the results are those of the part", || !a_thing_is_outlined(&app));

    // Held, it stays where it is for as long as the test looks at it.
    app.press("p");
    app.reads("Paused");
    app.open_settings();
    app.click("switch", FOR_SCANS);
    app.reads("Looking inside photos");
    app.screenshot("settings");
    assert!(app.has("switch", "Find things inside photos of Pictures"));
    app.close_settings();
    app.click("button", "Resume");
    until("the results show where the thing is", || a_thing_is_outlined(&app));
    app.no_longer_reads("Looking inside photos");
    app.screenshot("results");
}

crate::suite::tests![things_are_found_in_the_folders_that_are_looked_into];
