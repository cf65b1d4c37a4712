//! Looking closely: zooming into a photo, into two side by side and into a group of duplicates, and all that is known of a photo.

use std::fs;
use std::path::{Path, PathBuf};

use gtk::gdk_pixbuf::{InterpType, Pixbuf};

use crate::app::{App, until};
use crate::crop::{desk, save};
use crate::desktop::Desktop;
use crate::photos::with_shot;

/// Sides of the large photo in pixels, many more than those of a preview.
const LARGE: (i32, i32) = (4800, 3600);

/// A folder with the sample photos of hats and a large photo that a camera took.
fn folder(desktop: &Desktop) -> PathBuf {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let path = folder.join("desk.jpg");
    save(&desk().scale_simple(LARGE.0, LARGE.1, InterpType::Bilinear).unwrap(), &path);
    fs::write(&path, with_shot(&fs::read(&path).unwrap())).unwrap();
    folder
}

/// Opens the large photo.
fn open(desktop: &Desktop) -> App<'_> {
    let folder = folder(desktop);
    let app = desktop.open(&[&folder]);
    app.shows_photos(7);
    app.open_photo(&app.find("option", "4 July 2021"));
    app.find("img", "desk.jpg");
    app
}

/// How closely one looks, in percent of the photo's own size.
fn percent(app: &App<'_>) -> i64 {
    let script = "return parseInt(document.querySelector('[role=group][aria-label=Zoom] button[title]:not([aria-label])').textContent)";
    app.script(script, &[]).as_i64().unwrap()
}

/// Left, top, width and height of each picture on show.
fn places(app: &App<'_>) -> Vec<[f64; 4]> {
    let script = "return [...document.querySelectorAll('[role=dialog] .pane > .frame')].map((frame) => {
        const { left, top, width, height } = frame.getBoundingClientRect();
        return [left, top, width, height];
    })";
    serde_json::from_value(app.script(script, &[])).unwrap()
}

/// Widths in pixels of the pictures that are there in full.
fn in_full(app: &App<'_>) -> Vec<i64> {
    let script = "return [...document.querySelectorAll('[role=dialog] .pane > .frame img')]
        .filter(({ src, complete }) => src.includes('full') && complete).map(({ naturalWidth }) => naturalWidth)";
    serde_json::from_value(app.script(script, &[])).unwrap()
}

fn is_same(one: [f64; 4], other: [f64; 4]) -> bool {
    one.iter().zip(other).all(|(one, other)| close(*one, other))
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 2.0
}

fn a_photo_is_zoomed_into_around_the_pointer_down_to_its_pixels(desktop: &Desktop) {
    let app = open(desktop);
    let whole = places(&app)[0];
    let [left, top, width, height] = whole;
    let at = (left + width * 0.75, top + height * 0.25);
    app.turn_wheel(at, 2);
    until("the photo is larger", || places(&app)[0][2] > width * 1.3);
    let [left, top, width, height] = places(&app)[0];
    assert!(
        close(left + width * 0.75, at.0) && close(top + height * 0.25, at.1),
        "it grows around the pointer"
    );
    app.screenshot("closer");

    app.press("z");
    until("all of it is on show again", || is_same(places(&app)[0], whole));
    app.press("z");
    assert_eq!(percent(&app), 100);
    until("the photo is there in full", || in_full(&app) == [i64::from(LARGE.0)]);
    app.screenshot("pixels");

    // A box is drawn as ever, and with Space held the same drag moves the photo.
    let before = places(&app)[0];
    let photo = app.find("img", "desk.jpg");
    app.hold("Space", || app.drag(&photo, (0.0, 0.0), (-120.0, 60.0)));
    let after = places(&app)[0];
    assert!(close(after[0] - before[0], -120.0) && close(after[1] - before[1], 60.0), "{before:?} {after:?}");
    assert!(!app.has("application", "Box on the photo") && app.has("dialog", "desk.jpg"));
    app.drag(&app.find("img", "desk.jpg"), (-80.0, -80.0), (80.0, 80.0));
    app.find("application", "Box on the photo");
    app.screenshot("box");

    for _ in 0..20 {
        app.press("+");
    }
    assert_eq!(percent(&app), 800, "beyond its pixels, as far as that shows anything");
    app.press("Escape");
    app.gone("application", "Box on the photo");
    app.press("Escape");
    app.gone("dialog", "desk.jpg");
}

fn a_double_click_shows_the_pixels_and_another_one_the_whole(desktop: &Desktop) {
    let app = open(desktop);
    let whole = places(&app)[0];
    let photo = app.find("img", "desk.jpg");
    until("the pixels are on show", || {
        app.double_click(&photo);
        percent(&app) == 100
    });
    app.double_click(&app.find("img", "desk.jpg"));
    until("all of it is on show again", || is_same(places(&app)[0], whole));
}

fn details_tell_how_a_photo_was_taken(desktop: &Desktop) {
    let app = open(desktop);
    app.press("i");
    for text in ["Made-up 7", "Made-up 35mm F2", "ƒ/2.8", "1/250 s", "ISO 400", "35 mm (as 52 mm)"] {
        app.reads(text);
    }
    app.reads("-33.856850, 151.215278");
    app.reads("4800 × 3600 pixels");
    app.reads("/Pictures/desk.jpg");
    app.screenshot("details");
    // A click takes all of a path or a place.
    let place = "const place = [...document.querySelectorAll('aside .whole')][0];
        const { left, top, height } = place.getBoundingClientRect(); return [left + 5, top + height / 2]";
    let place: (f64, f64) = serde_json::from_value(app.script(place, &[])).unwrap();
    app.click_at(place);
    until("all of it is selected", || {
        app.script("return getSelection().toString()", &[]) == "-33.856850, 151.215278"
    });
    app.press("Escape");
    app.no_longer_reads("Made-up 7");
    assert!(app.has("dialog", "desk.jpg"));
}

fn both_sides_of_a_comparison_are_zoomed_into_together(desktop: &Desktop) {
    let folder = folder(desktop);
    copy_smaller(&folder);
    let app = desktop.open(&[&folder]);
    app.shows_photos(8);
    app.find_look_alikes("4 July 2021");
    app.shows_pictures();
    // The first one has the focus: the same photo, smaller.
    app.finds(|results| results[0].starts_with("desk-small.jpg"));
    app.press("Home");
    app.press("c");
    app.find("dialog", "Compare with the query");
    until("both are on show", || places(&app).len() == 2);
    let before = places(&app);
    let [left, top, width, height] = before[0];
    app.turn_wheel((left + width * 0.3, top + height * 0.4), 6);
    until("both are larger", || {
        places(&app).iter().zip(&before).all(|(now, before)| now[2] > before[2] * 4.0)
    });
    until("what is large is there in full", || in_full(&app).contains(&i64::from(LARGE.0)));
    let [one, other] = places(&app).try_into().unwrap();
    assert!(close(one[2], other[2]), "the same part, equally large: {one:?} {other:?}");
    app.screenshot("both");
    app.press("Escape");
    app.gone("dialog", "Compare with the query");
}

fn a_group_of_duplicates_is_zoomed_into_together(desktop: &Desktop) {
    let folder = folder(desktop);
    copy_smaller(&folder);
    fs::copy(folder.join("desk.jpg"), folder.join("desk (2).jpg")).unwrap();
    fs::copy(folder.join("desk.jpg"), folder.join("desk (3).jpg")).unwrap();
    let app = desktop.open(&[&folder]);
    app.shows_photos(10);
    app.settles();
    app.click("button", "Duplicates");
    app.find("option", "4 photos: desk");
    app.press("ArrowDown");
    app.press("Enter");
    app.find("dialog", "Review duplicates");
    until("all four are on show", || places(&app).len() == 4);
    let before = places(&app);
    let keeps =
        || app.script("return document.querySelectorAll('[role=dialog] [aria-selected=true]').length", &[]);
    let kept = keeps();
    let [left, top, width, height] = before[1];
    app.turn_wheel((left + width / 2.0, top + height / 2.0), 8);
    until("all are larger", || {
        places(&app).iter().zip(&before).all(|(now, before)| now[2] > before[2] * 4.0)
    });
    until("two of them are there in full", || in_full(&app).len() == 2);
    app.screenshot("group");
    let near = places(&app);
    app.drag_from((left + width / 2.0, top + height / 2.0), (40.0, 0.0));
    let moved = places(&app);
    assert!(
        near.iter().zip(&moved).all(|(near, moved)| close(moved[0] - near[0], 40.0)),
        "{near:?} {moved:?}"
    );
    assert_eq!(keeps(), kept, "a drag marks nothing");
    assert_eq!(in_full(&app).len(), 2, "no more of them at a time");
    app.press("z");
    until("all of them is on show again", || {
        places(&app).into_iter().zip(before.clone()).all(|(now, before)| is_same(now, before))
    });
}

/// The large photo once more, with a quarter of its pixels.
fn copy_smaller(folder: &Path) {
    let large = Pixbuf::from_file(folder.join("desk.jpg")).unwrap();
    let small = large.scale_simple(LARGE.0 / 2, LARGE.1 / 2, InterpType::Bilinear).unwrap();
    save(&small, &folder.join("desk-small.jpg"));
}

fn looking_closely_in_a_small_window(desktop: &Desktop) {
    let app = open(desktop);
    app.ask(app.client.set_window_size(640, 500));
    until("the window is small", || app.script("return innerWidth", &[]).as_f64().unwrap() <= 640.0);
    app.press("i");
    app.reads("Made-up 7");
    app.press("z");
    app.screenshot("small");
}

crate::suite::tests![
    a_double_click_shows_the_pixels_and_another_one_the_whole,
    a_group_of_duplicates_is_zoomed_into_together,
    a_photo_is_zoomed_into_around_the_pointer_down_to_its_pixels,
    both_sides_of_a_comparison_are_zoomed_into_together,
    details_tell_how_a_photo_was_taken,
    looking_closely_in_a_small_window,
];
