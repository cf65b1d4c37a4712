//! From the first start to photos that look alike.

use crate::desktop::Desktop;
use crate::photos::label;

fn a_first_start_leads_to_results(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["dress", "hat", "shoes"]);
    let app = desktop.open(&[]);
    app.find("heading", "Find photos by what they look like");
    app.screenshot("first-run");

    app.click("button", "Add a folder");
    desktop.choose(&folder);
    app.gone("heading", "Find photos by what they look like");
    app.shows_photos(18);
    app.screenshot("grid");
    // Tiles move as long as photos come in.
    app.settles();

    app.find_look_alikes(&label("dress-1"));
    app.find("group", "Similar");
    let results = app.results();
    assert!(results.len() > 1 && results.iter().all(|result| result.starts_with("dress-")), "{results:?}");
    assert!(!results.iter().any(|result| result.starts_with("dress-1.jpg")), "{results:?}");
    app.shows_pictures();
    app.screenshot("results");
}

fn a_folder_as_argument_comes_into_the_library(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(6);
    app.reads("Pictures");
}

crate::suite::tests![a_first_start_leads_to_results, a_folder_as_argument_comes_into_the_library];
