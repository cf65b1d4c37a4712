//! Folders as people have them: a tree that opens level by level, as what to show and as a filter.

use std::fs;
use std::path::PathBuf;

use crate::app::{App, until};
use crate::desktop::Desktop;
use crate::photos::{copy_sample, label};

/// A folder with photos of hats and shoes, in folders by year and by place.
fn folder(desktop: &Desktop) -> PathBuf {
    let folder = desktop.path().join("photos/Pictures");
    for (place, names) in [
        ("2023", ["hat-1", "shoes-1"]),
        ("2024/Rome", ["hat-2", "hat-3"]),
        ("2024/Rome/Forum", ["hat-4", "shoes-2"]),
        ("2024/Lake Como", ["shoes-3", "shoes-4"]),
    ] {
        let place = folder.join(place);
        fs::create_dir_all(&place).unwrap();
        for name in names {
            copy_sample(name, &place);
        }
    }
    folder
}

fn open(desktop: &Desktop) -> App<'_> {
    let app = desktop.open(&[&folder(desktop)]);
    app.shows_photos(8);
    app.settles();
    app
}

fn folders_open_level_by_level_and_show_their_photos(desktop: &Desktop) {
    let app = open(desktop);
    assert!(!app.has("button", "2024"));
    app.click("button", "Folders in Pictures");
    app.find("button", "2024 6");
    app.find("button", "2023 2");
    app.click("button", "Folders in 2024");
    app.find("button", "Lake Como 2");
    app.click("button", "Rome 4");
    app.shows_photos(4);
    app.screenshot("rome");
    app.click("button", "Folders in Rome");
    app.click("button", "Forum 2");
    app.shows_photos(2);
    app.screenshot("forum");

    // What comes into a folder is counted in it, and shown.
    copy_sample("hat-5", &desktop.path().join("photos/Pictures/2024/Rome/Forum"));
    app.find("button", "Forum 3");
    app.find("button", "2024 7");
    app.shows_photos(3);
    app.click("button", "All photos");
    app.shows_photos(9);
}

fn results_are_narrowed_to_a_folder_within_a_folder(desktop: &Desktop) {
    let app = open(desktop);
    app.find_look_alikes(&label("hat-1"));
    // The sidebar has a tree of its own.
    app.click("button", "Hide sidebar");
    app.gone("button", "Add folder");
    app.click("button", "Folder: All folders");
    app.click("button", "Folders in Pictures");
    app.click("button", "Folders in 2024");
    app.screenshot("menu");
    app.click("button", "Rome");
    app.find("button", "Folder: Rome");
    app.finds(|results| {
        results
            .iter()
            .all(|result| ["hat-2", "hat-3", "hat-4", "shoes-2"].iter().any(|name| result.starts_with(name)))
    });
    assert!(!app.results().is_empty());
    app.shows_pictures();
    app.screenshot("results");
}

fn a_photo_is_shown_in_its_folder(desktop: &Desktop) {
    let app = open(desktop);
    app.find_look_alikes(&label("hat-1"));
    app.shows_pictures();
    let result = app.all("option", "hat-4");
    app.right_click(&result[0]);
    app.screenshot("menu");
    app.click("menuitem", "Show in its folder");
    app.shows_photos(2);
    app.find("button", "Forum 2");
    let selected =
        "return document.querySelector('[role=option][aria-selected=true]')?.getAttribute('aria-label')";
    until("the photo is selected", || {
        app.script(selected, &[]).as_str().is_some_and(|name| name.contains(&label("hat-4")))
    });
    app.screenshot("folder");
}

crate::suite::tests![
    a_photo_is_shown_in_its_folder,
    folders_open_level_by_level_and_show_their_photos,
    results_are_narrowed_to_a_folder_within_a_folder,
];
