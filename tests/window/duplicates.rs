//! Reviewing duplicates by keyboard: what is grouped, what is kept in mind, and the list as a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gtk::gdk_pixbuf::{InterpType, Pixbuf};
use serde_json::Value;

use crate::app::{App, press_until, until};
use crate::desktop::Desktop;
use crate::photos::sample;

/// Title of the system's dialog for the list's name.
const SAVE: &str = "^Save the list of duplicates$";

/// A hat that is also there saved anew and smaller, a shoe with a copy to the byte, and strangers.
fn pictures(desktop: &Desktop) -> PathBuf {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    fs::create_dir(folder.join("Old phone")).unwrap();
    let hat = Pixbuf::from_file(sample("hat-2")).unwrap();
    hat.savev(folder.join("hat-2-saved.jpg"), "jpeg", &[("quality", "70")]).unwrap();
    let (width, height) = (hat.width() * 3 / 5, hat.height() * 3 / 5);
    let small = hat.scale_simple(width, height, InterpType::Bilinear).unwrap();
    small.savev(folder.join("Old phone/hat-2-small.jpg"), "jpeg", &[("quality", "90")]).unwrap();
    fs::copy(sample("shoes-1"), folder.join("Old phone/shoes-1-copy.jpg")).unwrap();
    folder
}

/// Bytes and times of all files in a folder.
fn state(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(state(&path));
        } else {
            let modified = path.metadata().unwrap().modified().unwrap();
            files.insert(path.clone(), (fs::read(&path).unwrap(), modified));
        }
    }
    files
}

fn open_duplicates(app: &App<'_>) {
    app.click("button", "Duplicates");
    app.find("listbox", "Groups of duplicates");
    app.find("option", "exact copies");
}

/// Names of the photos under review that are marked to be kept.
fn kept(app: &App<'_>) -> Vec<String> {
    let marked = "return [...document.querySelectorAll('[role=dialog] [role=option][aria-selected=true]')]
        .map((photo) => photo.querySelector('.visually-hidden').textContent.trim())";
    serde_json::from_value(app.script(marked, &[])).unwrap()
}

/// Waits until the pictures on show are there in full.
fn pictures_are_there(app: &App<'_>) {
    let loaded = "const pictures = [...document.querySelectorAll('[role=option] img')];
        return pictures.length > 0 && pictures.every((one) => one.complete && one.naturalWidth > 0)";
    until("the pictures are there", || app.script(loaded, &[]) == Value::Bool(true));
}

/// Asks for the list, under this name.
fn export_as(app: &App<'_>, file: &Path) {
    let is_asked = || !app.desktop.windows(SAVE).is_empty();
    press_until("a name for the list is asked for", || app.press("e"), is_asked);
    save_as(app.desktop, file);
}

/// Types a path in the system's dialog for the list's name.
fn save_as(desktop: &Desktop, file: &Path) {
    desktop.activate(SAVE);
    desktop.xdotool(&["key", "ctrl+a"]);
    desktop.xdotool(&["type", "--delay", "5", &file.display().to_string()]);
    desktop.xdotool(&["key", "Return"]);
    until("the dialog is closed", || desktop.windows(SAVE).is_empty());
}

fn duplicates_are_reviewed_by_keyboard_and_listed_in_a_file(desktop: &Desktop) {
    let folder = pictures(desktop);
    let before = state(&folder);
    let app = desktop.open(&[&folder]);
    app.shows_photos(15);
    open_duplicates(&app);
    // The larger group comes first; strangers are in none.
    app.find("option", "3 photos: hat-2");
    app.find("option", "2 exact copies: shoes-1");
    assert_eq!(app.photos(), 2);
    assert!(!app.text().contains("hat-3") && !app.text().contains("shoes-2"), "{}", app.text());
    pictures_are_there(&app);
    app.screenshot("list");

    app.press("ArrowDown");
    app.press("Enter");
    app.find("dialog", "Review duplicates");
    app.find("option", "hat-2-small.jpg, not kept");
    pictures_are_there(&app);
    app.screenshot("review");
    let suggested = kept(&app);
    assert_eq!(suggested.len(), 1, "{suggested:?}");
    assert!(!suggested[0].contains("small"), "{suggested:?}");
    // Only the one saved anew is kept, whatever was suggested.
    app.press("Space");
    app.find("option", "hat-2-small.jpg, keep");
    keep_only(&app, "hat-2-saved.jpg");
    app.press("d");
    app.reads("Group 2 of 2");
    app.press("Escape");
    app.gone("dialog", "Review duplicates");
    app.gone("option", "3 photos: hat-2");
    app.screenshot("reviewed");

    export_as(&app, &folder.join("list.csv"));
    app.reads("Nothing is written into a folder of the library");
    let list = desktop.path().join("list.csv");
    export_as(&app, &list);
    app.reads("List of 2 groups written");
    let table = fs::read_to_string(&list).unwrap();
    let line = |name: &str| table.lines().find(|line| line.ends_with(name)).unwrap_or_default().to_owned();
    assert_eq!(table.lines().count(), 1 + 3 + 2, "{table}");
    assert!(line("/hat-2-saved.jpg").contains(",keep,near-identical,"), "{table}");
    assert!(line("/hat-2.jpg").contains(",duplicate,near-identical,"), "{table}");
    assert!(line("/hat-2-small.jpg").starts_with("1,duplicate,,duplicate,near-identical,"), "{table}");
    assert!(
        line("/shoes-1.jpg").contains(",copy,") && line("/shoes-1-copy.jpg").contains(",copy,"),
        "{table}"
    );
    assert!(!table.contains("hat-3"), "{table}");
    assert_eq!(state(&folder), before, "no file of the library has changed, and none has come");
}

/// Marks by Space and numbers until the photo of this name alone is kept.
fn keep_only(app: &App<'_>, name: &str) {
    let labels = "return [...document.querySelectorAll('[role=dialog] [role=option]')]
        .map((photo) => photo.querySelector('.visually-hidden').textContent.trim())";
    let photos: Vec<String> = serde_json::from_value(app.script(labels, &[])).unwrap();
    for wanted in [true, false] {
        for (number, label) in (1..).zip(&photos) {
            let is_kept = kept(app).iter().any(|kept| kept.split(',').next() == label.split(',').next());
            if label.starts_with(name) == wanted && is_kept != wanted {
                app.press(&number.to_string());
            }
        }
    }
    assert_eq!(kept(app), [format!("{name}, keep")]);
}

fn what_was_decided_about_duplicates_outlasts_a_restart(desktop: &Desktop) {
    let folder = pictures(desktop);
    let app = desktop.open(&[&folder]);
    app.shows_photos(15);
    open_duplicates(&app);
    app.press("ArrowDown");
    app.press("ArrowDown");
    app.press("Enter");
    app.find("option", "shoes-1-copy.jpg");
    app.press("n");
    app.gone("dialog", "Review duplicates");
    app.gone("option", "2 exact copies");
    drop(app);

    let app = desktop.open(&[]);
    app.shows_photos(15);
    app.click("button", "Duplicates");
    app.find("option", "3 photos: hat-2");
    assert!(!app.has("option", "2 exact copies"));
    app.click("checkbox", "Show reviewed");
    app.find("option", "2 exact copies");
    app.screenshot("list");
}

fn a_new_copy_joins_the_duplicates_on_show(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(12);
    app.click("button", "Duplicates");
    app.find("heading", "No duplicates");
    app.screenshot("none");
    fs::copy(folder.join("hat-1.jpg"), folder.join("hat-1 (2).jpg")).unwrap();
    app.find("option", "2 exact copies: hat-1");
}

crate::suite::tests![
    a_new_copy_joins_the_duplicates_on_show,
    duplicates_are_reviewed_by_keyboard_and_listed_in_a_file,
    what_was_decided_about_duplicates_outlasts_a_restart,
];
