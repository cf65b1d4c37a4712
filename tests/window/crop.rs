//! Asking by a part of a photo, drawn by mouse or by keyboard.

use std::fs;
use std::path::Path;

use gtk::gdk_pixbuf::{Colorspace, InterpType, Pixbuf};

use crate::app::{App, until};
use crate::desktop::Desktop;
use crate::photos::{CLASSES, label, sample};

/// Opens the photo view on a hat, with shoes and trousers beside it in the library.
fn open(desktop: &Desktop) -> App<'_> {
    let folder = desktop.folder_of("Pictures", &["hat", "pants", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(18);
    app.open_photo(&app.find("option", &label("hat-3")));
    app.find("dialog", "hat-3.jpg");
    until("there are look-alikes", || !look_alikes(&app).is_empty());
    app
}

/// Look-alikes beside the photo: name, band and similarity.
pub(crate) fn look_alikes(app: &App<'_>) -> Vec<String> {
    let script = "return [...document.querySelectorAll('[role=dialog] li button')]
        .map((button) => button.getAttribute('aria-label'))";
    serde_json::from_value(app.script(script, &[])).unwrap()
}

/// Left and top edge, width and height of the box on screen.
fn place_of_box(app: &App<'_>) -> [f64; 4] {
    let (left, top, width, height) = app.ask(app.find("application", "Box on the photo").rectangle());
    [left, top, width, height]
}

fn a_box_drawn_with_the_mouse_is_searched_by(desktop: &Desktop) {
    let app = open(desktop);
    let whole = look_alikes(&app);
    let photo = app.find("img", "hat-3.jpg");
    let (_, _, width, height) = app.ask(photo.rectangle());
    app.drag(&photo, (-width * 0.3, -height * 0.4), (width * 0.25, height * 0.35));
    until("look-alikes follow the box", || !look_alikes(&app).is_empty() && look_alikes(&app) != whole);
    let drawn = place_of_box(&app);
    app.screenshot("box");

    let part = look_alikes(&app);
    app.drag(&app.find("application", "Box on the photo"), (0.0, 0.0), (30.0, 20.0));
    let moved = place_of_box(&app);
    assert!(
        (moved[0] - drawn[0] - 30.0).abs() < 3.0 && (moved[1] - drawn[1] - 20.0).abs() < 3.0,
        "{drawn:?} {moved:?}"
    );
    assert!((moved[2] - drawn[2]).abs() < 3.0, "it was moved, not resized: {drawn:?} {moved:?}");
    // On to the cloth behind the hat, which looks like something else.
    app.drag(&app.find("application", "Box on the photo"), (0.0, 0.0), (width * 0.3, -height * 0.1));
    until("look-alikes follow the moved box", || !look_alikes(&app).is_empty() && look_alikes(&app) != part);

    app.click("button", "Search with this part");
    app.find("button", "Like a part of hat-3.jpg");
    assert!(!app.results().is_empty());
    app.screenshot("results");
}

fn a_box_drawn_with_the_keyboard_is_searched_by(desktop: &Desktop) {
    let app = open(desktop);
    app.press("b");
    let drawn = place_of_box(&app);
    app.press("ArrowRight");
    app.press("ArrowDown");
    let moved = place_of_box(&app);
    assert!(moved[0] > drawn[0] && moved[1] > drawn[1], "{drawn:?} {moved:?}");
    app.press("Shift+ArrowRight");
    app.press("Shift+ArrowUp");
    let resized = place_of_box(&app);
    assert!(resized[2] > moved[2] && resized[3] < moved[3], "{moved:?} {resized:?}");
    app.screenshot("box");
    app.press("Enter");
    app.find("button", "Like a part of hat-3.jpg");
    assert!(!app.results().is_empty());
}

fn escape_drops_the_box_first_and_closes_the_photo_next(desktop: &Desktop) {
    let app = open(desktop);
    app.press("b");
    app.find("application", "Box on the photo");
    app.press("Escape");
    app.gone("application", "Box on the photo");
    assert!(app.has("dialog", "hat-3.jpg"));
    app.press("Escape");
    app.gone("dialog", "hat-3.jpg");
}

fn a_part_finds_the_photo_it_is_of(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["dress", "hat", "pants", "shirt", "shoes", "skirt"]);
    let image = desktop.path().join("elsewhere.jpg");
    fs::copy(sample("shoes-4"), &image).unwrap();
    let app = desktop.open(&[&folder, &image]);
    app.click("button", "Like elsewhere.jpg");
    let photo = app.find("img", "elsewhere.jpg");
    let (_, _, width, height) = app.ask(photo.rectangle());
    app.drag(&photo, (-width * 0.4, -height * 0.4), (width * 0.3, height * 0.4));
    app.find("application", "Box on the photo");
    app.press("Enter");
    app.find("button", "Like a part of elsewhere.jpg");
    app.finds(|results| results.first().is_some_and(|first| first.starts_with("shoes-4.jpg")));
    app.screenshot("results");
}

/// Sides of the things on the desk in pixels.
pub(crate) const SIDE: i32 = 400;

/// A large photo of many things: sample photos side by side, three rows of four.
pub(crate) fn desk() -> Pixbuf {
    let desk = Pixbuf::new(Colorspace::Rgb, false, 8, 4 * SIDE, 3 * SIDE).unwrap();
    for (n, class) in (0..12).zip(CLASSES.iter().cycle()) {
        let thing = Pixbuf::from_file(sample(&format!("{class}-{}", 1 + n / 10))).unwrap();
        let thing = thing.scale_simple(SIDE, SIDE, InterpType::Bilinear).unwrap();
        thing.copy_area(0, 0, SIDE, SIDE, &desk, n % 4 * SIDE, n / 4 * SIDE);
    }
    desk
}

pub(crate) fn save(image: &Pixbuf, path: &Path) {
    image.savev(path, "jpeg", &[("quality", "85")]).unwrap();
}

fn a_thing_finds_the_photo_it_is_in_and_where(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat", "shirt", "shoes"]);
    save(&desk(), &folder.join("desk.jpg"));
    // A sixth of it: two things that lie side by side.
    let image = desktop.path().join("elsewhere.jpg");
    save(&desk().new_subpixbuf(2 * SIDE, 0, 2 * SIDE, SIDE), &image);
    let app = desktop.open(&[&folder, &image]);
    app.find("button", "Like elsewhere.jpg");
    app.finds(|results| results.first().is_some_and(|first| first.starts_with("desk.jpg")));
    app.shows_pictures();
    app.screenshot("results");

    app.open_photo(&app.all("option", "")[0]);
    app.find("dialog", "desk.jpg");
    app.screenshot("where");
    app.click("button", "Draw the box around the part that matched");
    app.find("application", "Box on the photo");
    until("there are look-alikes of the part", || !look_alikes(&app).is_empty());
    app.screenshot("part");
    // It was cut from the photo: the box is right where it was.
    let (left, top, width, height) = app.ask(app.find("img", "desk.jpg").rectangle());
    let drawn = place_of_box(&app);
    let cut = [left + width / 2.0, top, width / 2.0, height / 3.0];
    assert!(
        drawn.iter().zip(cut).all(|(drawn, cut)| (drawn - cut).abs() < 0.02 * width),
        "{drawn:?} {cut:?}"
    );
}

crate::suite::tests![
    a_box_drawn_with_the_keyboard_is_searched_by,
    a_box_drawn_with_the_mouse_is_searched_by,
    a_thing_finds_the_photo_it_is_in_and_where,
    a_part_finds_the_photo_it_is_of,
    escape_drops_the_box_first_and_closes_the_photo_next,
];
