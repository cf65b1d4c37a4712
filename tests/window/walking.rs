//! Walking from one query to the next and back, comparing, and all of it without a mouse.

use crate::app::{App, until};
use crate::desktop::Desktop;
use crate::photos::{CLASSES, label};

/// Pixels by which a place may differ after coming back: the space below the last row.
const MARGIN: f64 = 25.0;

fn scroll_top(app: &App<'_>) -> f64 {
    let script = "return document.querySelector('[role=listbox]').closest('.scroller').scrollTop";
    app.script(script, &[]).as_f64().unwrap()
}

/// How many results there are, and which is the last of those drawn: the grid draws what is near.
fn last_result(app: &App<'_>) -> (usize, Option<String>) {
    (app.photos(), app.results().pop())
}

/// What has the focus, by name.
fn focused(app: &App<'_>) -> String {
    let script = "const { ariaLabel, innerText } = document.activeElement; return ariaLabel ?? innerText";
    app.script(script, &[]).as_str().unwrap_or_default().to_owned()
}

fn back_and_forward_bring_results_and_place_with_them(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &CLASSES);
    let app = desktop.open(&[&folder]);
    app.shows_photos(60);
    // Results stay the same, and no status bar takes away from the window's height.
    app.settles();
    app.press("ArrowRight");
    app.press("End");
    until("the oldest photo has the focus", || focused(&app) == label("dress-1"));
    let timeline = scroll_top(&app);
    assert!(timeline > 0.0, "sixty photos do not fit into the window");

    app.press("f");
    app.find("button", "Like dress-1.jpg");
    app.click("radio", "Related");
    app.ask(app.find("option", &app.results()[0]).click());
    app.press("End");
    until("the results are scrolled", || scroll_top(&app) > 0.0);
    let (results, place) = (last_result(&app), scroll_top(&app));
    app.screenshot("scrolled");

    app.press("f");
    app.gone("button", "Like dress-1.jpg");
    until("there are other results", || last_result(&app) != results);
    app.press("Alt+ArrowLeft");
    app.find("button", "Like dress-1.jpg");
    until("the results are where they were", || (scroll_top(&app) - place).abs() < MARGIN);
    assert_eq!(last_result(&app), results);

    app.press("Alt+ArrowRight");
    app.gone("button", "Like dress-1.jpg");
    app.press("Alt+ArrowLeft");
    app.press("Alt+ArrowLeft");
    app.find("listbox", "Photos by date");
    until("the photos are where they were", || (scroll_top(&app) - timeline).abs() < MARGIN);
}

fn a_result_is_compared_with_the_query(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(12);
    app.settles();
    app.find_look_alikes(&label("shoes-1"));
    let results = app.results();
    let name = |result: usize| results[result].split(',').next().unwrap().to_owned();
    until("the first result has the focus", || focused(&app) == results[0]);
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

fn everything_is_reached_without_a_mouse(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let app = desktop.open(&[]);
    app.find("button", "Add a folder");
    tab_to(&app, "Add a folder…");
    app.press("Enter");
    desktop.choose(&folder);
    app.shows_photos(12);
    // Photos that are looked into change what is found, and how alike it is.
    app.settles();

    tab_to(&app, "July");
    app.press("End");
    app.press("ArrowLeft");
    until("the photo before the last has the focus", || focused(&app) == label("hat-2"));
    app.press("f");
    app.find("listbox", "Results");
    let results = app.results();
    until("the first result has the focus", || focused(&app) == results[0]);
    app.press("ArrowRight");
    let result = focused(&app);
    app.press("Enter");
    app.find("dialog", result.split(',').next().unwrap());
    app.press("Escape");
    until("the result has the focus again", || focused(&app) == result);
    app.press("?");
    app.find("dialog", "Keyboard shortcuts");
    app.screenshot("shortcuts");
    app.press("Escape");
    until("the result has the focus again", || focused(&app) == result);
    app.press("Escape");
    app.find("listbox", "Photos by date");
    app.press("Enter");
    app.find("dialog", "hat-2.jpg");
}

/// Presses Tab until something of this name has the focus.
fn tab_to(app: &App<'_>, name: &str) {
    const STOPS: usize = 30;
    let mut passed = Vec::new();
    while passed.len() < STOPS {
        app.press("Tab");
        passed.push(focused(app));
        if passed.last().is_some_and(|stop| stop.contains(name)) {
            return;
        }
    }
    panic!("Tab does not lead to {name}, but to {passed:?}");
}

crate::suite::tests![
    a_result_is_compared_with_the_query,
    back_and_forward_bring_results_and_place_with_them,
    everything_is_reached_without_a_mouse,
];
