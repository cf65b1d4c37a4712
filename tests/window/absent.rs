//! Photos that are gone at once while nobody looked: the window asks whether it is the same drive, and does as it is told.

use std::fs;
use std::path::{Path, PathBuf};

use crate::app::App;
use crate::desktop::Desktop;

const QUESTION: &str = "7 photos are gone: same drive?";

/// A library of hats and shoes, seven of which went while the window was closed.
fn with_photos_gone(desktop: &Desktop) -> (PathBuf, PathBuf) {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(12);
    app.settles();
    drop(app);
    let aside = desktop.path().join("aside");
    fs::create_dir(&aside).unwrap();
    swap(&folder, &aside);
    (folder, aside)
}

/// Moves the seven photos from one place to the other.
fn swap(from: &Path, to: &Path) {
    let shoes = (1..=6).map(|number| format!("shoes-{number}.jpg"));
    for name in shoes.chain(["hat-1.jpg".to_owned()]) {
        fs::rename(from.join(&name), to.join(&name)).unwrap();
    }
}

/// Opens the question by the folder's menu.
fn ask(app: &App<'_>) {
    app.right_click(&app.find("button", "Pictures"));
    app.click("menuitem", "7 photos are not there…");
    app.find("alertdialog", "Were photos of “Pictures” deleted?");
    app.reads("If another drive is in the place of theirs, keep them");
}

fn photos_that_are_gone_at_once_are_asked_about_and_kept_until_the_person_answers(desktop: &Desktop) {
    let (folder, aside) = with_photos_gone(desktop);
    let app = desktop.open(&[]);
    app.reads(QUESTION);
    app.shows_photos(12);
    ask(&app);
    app.screenshot("question");
    app.click("button", "Keep them");
    app.gone("alertdialog", "Were photos of “Pictures” deleted?");
    app.reads(QUESTION);
    assert_eq!(app.photos(), 12);

    ask(&app);
    app.click("button", "They were deleted");
    app.no_longer_reads(QUESTION);
    app.shows_photos(5);
    assert!(!app.has("alertdialog", "Were photos"), "it was answered");
    // It is a matter of the library alone.
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 5);
    assert_eq!(fs::read_dir(&aside).unwrap().count(), 7);
}

fn photos_that_return_end_the_question(desktop: &Desktop) {
    let (folder, aside) = with_photos_gone(desktop);
    let app = desktop.open(&[]);
    app.reads(QUESTION);
    swap(&aside, &folder);
    app.no_longer_reads("same drive?");
    app.no_longer_reads("not there");
    app.shows_photos(12);
    app.right_click(&app.find("button", "Pictures"));
    app.find("menuitem", "Remove from library");
    assert!(!app.has("menuitem", "not there"), "there is nothing to ask");
}

crate::suite::tests![
    photos_that_are_gone_at_once_are_asked_about_and_kept_until_the_person_answers,
    photos_that_return_end_the_question,
];
