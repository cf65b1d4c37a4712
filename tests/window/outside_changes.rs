//! What happens to files outside shows in the window by itself.

use std::fs;

use crate::app::until;
use crate::desktop::Desktop;
use crate::photos::{copy_sample, label};

fn a_photo_added_renamed_and_deleted_outside_shows_by_itself(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(6);

    let added = copy_sample("shoes-1", &folder);
    let took = until("the added photo is in the grid", || app.has("option", &label("shoes-1")));
    println!("added: in the grid after {took:?}");
    app.screenshot("added");

    let renamed = folder.join("renamed.jpg");
    fs::rename(added, &renamed).unwrap();
    let took = until("the photo has its new name", || app.name_of(&label("shoes-1")) == "renamed.jpg");
    println!("renamed: after {took:?}");
    assert_eq!(app.photos(), 7);

    fs::remove_file(renamed).unwrap();
    let took = until("the deleted photo is gone", || !app.has("option", &label("shoes-1")));
    println!("deleted: gone after {took:?}");
    app.shows_photos(6);
}

fn a_folder_taken_away_stays_searchable_and_comes_back_by_itself(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(12);
    app.settles();

    let away = folder.with_file_name("Unplugged");
    fs::rename(&folder, &away).unwrap();
    app.find("option", &format!("{}, offline", label("hat-1")));
    assert_eq!(app.photos(), 12);
    app.reads("Last seen");
    app.screenshot("offline");
    app.find_look_alikes(&label("hat-1"));
    let found = app.results();
    assert!(found[0].contains("hat-"), "{found:?}");
    app.screenshot("results-offline");
    app.press("Escape");

    fs::rename(&away, &folder).unwrap();
    app.gone("option", "offline");
    app.find("option", &label("hat-1"));
    assert_eq!(app.photos(), 12);
}

crate::suite::tests![
    a_folder_taken_away_stays_searchable_and_comes_back_by_itself,
    a_photo_added_renamed_and_deleted_outside_shows_by_itself,
];
