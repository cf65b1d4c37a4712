//! Every way to ask: by a photo of the library, by a file, by what is on the clipboard, by dragging.
//!
//! Drags from a file manager and copies from other programs are real ones, through the X server. Not driven: images
//! dragged out of a browser, which come with no file. Those are handed to the page as the event that WebKit makes.

use std::fs;

use gtk::gdk_pixbuf::Pixbuf;
use serde_json::json;

use crate::app::App;
use crate::desktop::Desktop;
use crate::photos::{label, sample};

/// The app with hats and shoes in its library.
fn open(desktop: &Desktop) -> App<'_> {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(12);
    app
}

/// Expects the look-alikes of shoes.
fn finds_shoes(app: &App<'_>) {
    let results = app.results();
    assert!(results.iter().take(3).all(|result| result.starts_with("shoes-")), "{results:?}");
}

fn a_photo_is_asked_by_from_its_menu(desktop: &Desktop) {
    let app = open(desktop);
    app.right_click(&app.find("option", &label("shoes-2")));
    app.screenshot("menu");
    app.click("menuitem", "Find look-alikes");
    finds_shoes(&app);
    app.find("button", "Like shoes-2.jpg");
}

fn a_photo_is_asked_by_with_a_key(desktop: &Desktop) {
    let app = open(desktop);
    app.ask(app.find("option", &label("shoes-2")).click());
    app.press("f");
    app.find("button", "Like shoes-2.jpg");
    finds_shoes(&app);
}

fn a_photo_is_asked_by_with_the_button_on_it(desktop: &Desktop) {
    let app = open(desktop);
    app.hover(&app.find("option", &label("shoes-2")));
    app.screenshot("hover");
    app.click("button", "Find look-alikes");
    app.find("button", "Like shoes-2.jpg");
    finds_shoes(&app);
}

fn an_image_as_argument_becomes_the_query(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let image = desktop.path().join("from elsewhere.jpg");
    fs::copy(sample("shoes-3"), &image).unwrap();
    let app = desktop.open(&[&folder, &image]);
    app.find("button", "Like from elsewhere.jpg");
    app.finds(|results| results.first().is_some_and(|first| first.starts_with("shoes-3.jpg")));
    app.screenshot("results");
}

fn opening_an_image_while_the_window_is_open_asks_there(desktop: &Desktop) {
    let app = open(desktop);
    let image = desktop.path().join("from elsewhere.jpg");
    fs::copy(sample("shoes-3"), &image).unwrap();
    desktop.start_again(&[&image]);
    app.find("button", "Like from elsewhere.jpg");
    finds_shoes(&app);
}

fn an_image_is_picked_in_the_files_dialog(desktop: &Desktop) {
    let app = open(desktop);
    app.press("Control+o");
    desktop.choose(&sample("shoes-3"));
    app.find("button", "Like shoes-3.jpg");
    finds_shoes(&app);
}

fn a_copied_image_is_pasted(desktop: &Desktop) {
    let app = open(desktop);
    let pixels = desktop.path().join("pixels.png");
    Pixbuf::from_file(sample("shoes-3")).unwrap().savev(&pixels, "png", &[]).unwrap();
    desktop.copy("image/png", &pixels);
    app.press("Control+v");
    app.find("button", "Like Pasted image");
    finds_shoes(&app);
    app.screenshot("results");
}

fn a_copied_file_is_pasted(desktop: &Desktop) {
    let app = open(desktop);
    let list = desktop.path().join("uris");
    fs::write(&list, format!("file://{}\r\n", sample("shoes-3").display())).unwrap();
    desktop.copy("text/uri-list", &list);
    app.press("Control+v");
    app.find("button", "Like shoes-3.jpg");
    finds_shoes(&app);
}

fn of_several_files_one_that_cannot_be_read_takes_none_away(desktop: &Desktop) {
    let app = open(desktop);
    let notes = desktop.path().join("notes.jpg");
    fs::write(&notes, "not a picture").unwrap();
    let list = desktop.path().join("uris");
    let uris = [sample("shoes-3"), notes, desktop.path().join("photos/Pictures/shoes-4.jpg")];
    let lines = uris.map(|path| format!("file://{}\r\n", path.display()));
    fs::write(&list, lines.concat()).unwrap();
    desktop.copy("text/uri-list", &list);
    app.press("Control+v");
    app.find("button", "Like shoes-3.jpg");
    app.find("button", "Like shoes-4.jpg");
    app.reads("notes.jpg");
    finds_shoes(&app);
    app.screenshot("results");
}

fn pasting_without_an_image_says_so(desktop: &Desktop) {
    let app = open(desktop);
    app.press("Control+v");
    app.reads("There is no image on the clipboard. Copy one, then paste it here.");
}

fn a_dropped_image_becomes_the_query(desktop: &Desktop) {
    let app = open(desktop);
    let drag = app.drag_in(&[&sample("shoes-3")]);
    app.reads("Let go to find what looks like this image");
    app.screenshot("over");
    drag.let_go();
    app.find("button", "Like shoes-3.jpg");
    app.no_longer_reads("Let go");
    finds_shoes(&app);
}

fn a_dropped_folder_comes_into_the_library(desktop: &Desktop) {
    let app = open(desktop);
    let another = desktop.folder_of("Another", &["skirt"]);
    let drag = app.drag_in(&[&another]);
    app.reads("Let go to add this folder to the library");
    drag.let_go();
    app.shows_photos(18);
    app.reads("Another");
}

fn dragging_out_again_changes_nothing(desktop: &Desktop) {
    let app = open(desktop);
    let drag = app.drag_in(&[&sample("shoes-3")]);
    app.reads("Let go to find what looks like this image");
    drag.leave();
    app.no_longer_reads("Let go");
    assert_eq!(app.photos(), 12);
    assert!(!app.has("listbox", "Results"));
}

fn an_image_dragged_out_of_a_browser_becomes_the_query(desktop: &Desktop) {
    let app = open(desktop);
    let bytes = fs::read(sample("shoes-3")).unwrap();
    let drop = "const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(arguments[0])], 'dragged.jpg', { type: 'image/jpeg' }));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";
    app.script(drop, &[json!(bytes)]);
    app.find("button", "Like dragged.jpg");
    finds_shoes(&app);
}

fn an_address_dragged_out_of_a_browser_is_not_fetched(desktop: &Desktop) {
    let app = open(desktop);
    let drop = "const data = new DataTransfer();
        data.setData('text/html', '<img src=\"http://127.0.0.1:9/picture.jpg\">');
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";
    app.script(drop, &[]);
    app.reads("Only the address of the image came along");
}

crate::suite::tests![
    a_copied_file_is_pasted,
    a_copied_image_is_pasted,
    a_dropped_folder_comes_into_the_library,
    a_dropped_image_becomes_the_query,
    a_photo_is_asked_by_from_its_menu,
    a_photo_is_asked_by_with_a_key,
    a_photo_is_asked_by_with_the_button_on_it,
    an_address_dragged_out_of_a_browser_is_not_fetched,
    an_image_as_argument_becomes_the_query,
    an_image_dragged_out_of_a_browser_becomes_the_query,
    an_image_is_picked_in_the_files_dialog,
    dragging_out_again_changes_nothing,
    of_several_files_one_that_cannot_be_read_takes_none_away,
    opening_an_image_while_the_window_is_open_asks_there,
    pasting_without_an_image_says_so,
];
