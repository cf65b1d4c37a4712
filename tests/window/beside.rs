//! The query beside what it found: large, with a box that the results follow, and down to what is only related.

use crate::app::{App, until};
use crate::crop::{SIDE, desk, save};
use crate::desktop::Desktop;
use crate::photos::label;

fn open(desktop: &Desktop) -> App<'_> {
    let folder = desktop.folder_of("Pictures", &["hat", "pants", "shoes", "skirt"]);
    let image = desktop.path().join("elsewhere.jpg");
    save(&desk().new_subpixbuf(0, 0, 4 * SIDE, SIDE), &image);
    let app = desktop.open(&[&folder, &image]);
    app.find("button", "Like elsewhere.jpg");
    app.finds(|results| !results.is_empty());
    app.shows_pictures();
    app
}

fn results_follow_the_box_on_the_query_beside_them(desktop: &Desktop) {
    let app = open(desktop);
    let whole = app.results();
    app.screenshot("whole");
    let query = app.find("img", "elsewhere.jpg");
    let (_, _, width, height) = app.ask(query.rectangle());
    // The hat is the second of four.
    app.drag(&query, (-width * 0.24, -height * 0.45), (-width * 0.02, height * 0.45));
    app.find("button", "Like a part of elsewhere.jpg");
    app.finds(|results| results != whole && results[0].starts_with("hat-"));
    app.shows_pictures();
    app.screenshot("part");
    let hats = app.results();
    app.drag(&app.find("application", "Box on the photo"), (0.0, 0.0), (width * 0.25, 0.0));
    until("the page has followed", || app.results() != hats);
    assert!(!app.has("dialog", ""), "in place");
    app.click("button", "Whole photo");
    app.finds(|results| results == whole);
    // All of that was one step.
    app.press("Alt+ArrowLeft");
    app.find("listbox", "Photos by date");
}

fn results_reach_down_to_what_is_related(desktop: &Desktop) {
    let app = open(desktop);
    app.press("Alt+ArrowLeft");
    app.find("listbox", "Photos by date");
    app.find_look_alikes(&label("shoes-1"));
    app.shows_pictures();
    app.finds(|results| results.iter().any(|result| result.contains("Related")));
    app.reads("less sure");
    app.screenshot("related");
}

fn all_examples_are_listed_beside_the_results(desktop: &Desktop) {
    let app = open(desktop);
    app.right_click(&app.all("option", "")[0]);
    app.click("menuitem", "More like this too");
    until("there are two", || app.all("spinbutton", "Weight of").len() == 2);
    app.press("ArrowRight");
    app.press("ArrowRight");
    app.press("l");
    app.find("button", "Less like");
    app.screenshot("three");
    app.click("button", "Less like");
    app.screenshot("large");
    assert!(!app.has("dialog", ""));
}

crate::suite::tests![
    all_examples_are_listed_beside_the_results,
    results_follow_the_box_on_the_query_beside_them,
    results_reach_down_to_what_is_related,
];
