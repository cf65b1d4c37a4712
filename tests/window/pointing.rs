//! Pointing at the things in a photo: dots mark them, pointing shows what looks like one, a click asks.

use serde_json::json;

use crate::app::{App, until};
use crate::crop::{SIDE, desk, look_alikes, save};
use crate::desktop::Desktop;

/// Opens a photo of many things.
fn open(desktop: &Desktop) -> App<'_> {
    let folder = desktop.folder_of("Pictures", &["hat", "shirt", "shoes"]);
    save(&desk(), &folder.join("desk.jpg"));
    let app = desktop.open(&[&folder]);
    app.shows_photos(19);
    app.settles();
    open_desk(&app);
    app
}

/// It is the newest: it was made just now.
fn open_desk(app: &App<'_>) {
    app.open_photo(&app.all("option", "")[0]);
    app.find("img", "desk.jpg");
    app.find("button", "Thing 1 of");
    until("there are look-alikes", || !look_alikes(app).is_empty());
}

/// Middles of the dots, in pixels of the photo.
fn dots(app: &App<'_>) -> Vec<(f64, f64)> {
    let script = "const frame = document.querySelector('[role=dialog] .frame').getBoundingClientRect();
        return [...document.querySelectorAll('[role=dialog] button[aria-label^=Thing]')].map((dot) => {
            const { left, top, width, height } = dot.getBoundingClientRect();
            const scale = arguments[0] / frame.width;
            return [(left + width / 2 - frame.left) * scale, (top + height / 2 - frame.top) * scale];
        })";
    serde_json::from_value(app.script(script, &[json!(4 * SIDE)])).unwrap()
}

fn dots_mark_things_and_a_click_on_one_asks(desktop: &Desktop) {
    let app = open(desktop);
    app.reads("Point at a dot");
    let dots = dots(&app);
    assert!((3..=6).contains(&dots.len()), "{dots:?}");
    // Most are on a thing each, which lies in the middle of its square; what is around one may stand out, too.
    let side = f64::from(SIDE);
    let is_in_middle = |(x, y): &&(f64, f64)| {
        let (across, down) = ((x % side) / side, (y % side) / side);
        (0.2..0.8).contains(&across) && (0.2..0.8).contains(&down)
    };
    let mut things: Vec<(u32, u32)> =
        dots.iter().filter(is_in_middle).map(|(x, y)| ((x / side) as u32, (y / side) as u32)).collect();
    things.sort_unstable();
    things.dedup();
    assert!(things.len() >= 3 && 2 * things.len() > dots.len(), "{dots:?}");
    app.screenshot("dots");

    let whole = look_alikes(&app);
    app.hover(&app.find("button", "Thing 2 of"));
    until("look-alikes are those of the thing", || {
        !look_alikes(&app).is_empty() && look_alikes(&app) != whole
    });
    app.screenshot("pointed");
    app.click("button", "Thing 2 of");
    app.find("button", "Like a part of desk.jpg");
    assert!(!app.results().is_empty());
    app.screenshot("results");

    app.press("Alt+ArrowLeft");
    app.shows_photos(19);
    open_desk(&app);
    assert!(!app.text().contains("Point at a dot"), "it was done once");
}

fn dots_are_walked_by_keyboard(desktop: &Desktop) {
    let app = open(desktop);
    app.press("Tab");
    let focused = || {
        let label = app.script("return document.activeElement.getAttribute('aria-label')", &[]);
        label.as_str().unwrap_or_default().to_owned()
    };
    assert!(focused().starts_with("Thing 1 of"), "{}", focused());
    app.press("Tab");
    assert!(focused().starts_with("Thing 2 of"), "{}", focused());
    app.screenshot("focused");
    app.press("b");
    app.find("application", "Box on the photo");
    app.press("b");
    app.screenshot("box");
    app.press("Enter");
    app.find("button", "Like a part of desk.jpg");
}

crate::suite::tests![dots_are_walked_by_keyboard, dots_mark_things_and_a_click_on_one_asks];
