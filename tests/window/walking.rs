//! Walking from one query to the next and back, comparing, and all of it without a mouse.

use serde_json::Value;

use crate::app::{App, until};
use crate::desktop::Desktop;
use crate::photos::label;

/// The app with sixty photos in its library.
fn open(desktop: &Desktop) -> App<'_> {
    let classes =
        ["dress", "hat", "longsleeve", "outwear", "pants", "shirt", "shoes", "shorts", "skirt", "t-shirt"];
    let folder = desktop.folder_of("Pictures", &classes);
    let app = desktop.open(&[&folder]);
    app.shows_photos(60);
    app
}

fn scroll_top(app: &App<'_>) -> f64 {
    let script = "return document.querySelector('[role=listbox]').closest('.scroller').scrollTop";
    app.script(script, &[]).as_f64().unwrap()
}

fn back_and_forward_bring_results_and_place_with_them(desktop: &Desktop) {
    let app = open(desktop);
    app.press("End");
    until("the grid is at its end", || scroll_top(&app) > 0.0);
    let timeline = scroll_top(&app);
    app.find_look_alikes(&label("dress-1"));
    app.click("radio", "Related");
    app.press("Escape");
    app.screenshot("results");
}

fn a_result_is_compared_with_the_query(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(12);
    app.find_look_alikes(&label("shoes-1"));
    let results = app.results();
    let name = |result: usize| results[result].split(',').next().unwrap().to_owned();
    app.press("ArrowRight");
    app.press("c");
    app.find("dialog", "Compare with the query");
    app.find("img", "shoes-1.jpg");
    app.find("img", &name(0));
    app.screenshot("compare");
    app.press("ArrowRight");
    app.find("img", &name(1));
    app.press("Escape");
    app.gone("dialog", "Compare with the query");
}

crate::suite::tests![a_result_is_compared_with_the_query, back_and_forward_bring_results_and_place_with_them];
