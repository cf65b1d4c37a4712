//! Another model: it reads in the background, takes over, and can be taken back; and one of the person's own.

use std::path::{Path, PathBuf};

use crate::app::App;
use crate::desktop::Desktop;
use crate::photos::{CLASSES, label};

/// A model of a few hundred bytes that hands pixels through.
fn tiny(name: &str) -> PathBuf {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/image-embedder/tests/golden");
    golden.canonicalize().unwrap().join(name).with_extension("tflite")
}

/// Opens the settings, and waits for the models in them.
fn open_models(app: &App<'_>) {
    app.open_settings();
    app.find("group", "Accurate");
}

fn another_model_takes_over_while_photos_go_on_being_found(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["dress", "hat", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(18);
    // Held, it stays where it is for as long as the test looks at it.
    app.press("p");
    app.reads("Paused");
    open_models(&app);
    app.click("button", "Figures");
    app.reads("measured on labelled photos");
    app.screenshot("models");
    app.click("button", "Use Accurate");
    app.reads("of 18 photos for Accurate; Fast answers meanwhile");
    app.screenshot("switching");
    app.close_settings();
    app.find_look_alikes(&label("shoes-1"));
    app.finds(|results| results.first().is_some_and(|result| result.starts_with("shoes-")));
    app.click("button", "Resume");
    app.reads("Fast answers meanwhile");
    app.screenshot("meanwhile");

    app.reads("“Accurate” answers from now on.");
    app.screenshot("taken-over");
    app.click("button", "Undo");
    app.reads("“Fast” answers from now on.");
    open_models(&app);
    app.find("button", "Free the space of Accurate");
    app.reads("18 of 18 photos read");
    app.screenshot("undone");
}

fn a_switch_is_ended_from_the_status_bar(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &CLASSES);
    let app = desktop.open(&[&folder]);
    app.shows_photos(60);
    open_models(&app);
    app.click("button", "Use Accurate");
    app.waits_until_it_does("switching");
    app.close_settings();
    // Held at once, it does not take over before the test gets to the button.
    app.press("p");
    app.reads("Paused");
    app.reads("Reading photos for Accurate");
    app.screenshot("reading");
    app.click("button", "Go back to Fast");
    app.no_longer_reads("Reading photos for Accurate");
    open_models(&app);
    app.find("button", "Use Accurate");
}

fn a_model_of_ones_own_is_imported_and_used(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat", "shoes"]);
    let app = desktop.open(&[&folder]);
    app.shows_photos(12);
    open_models(&app);
    app.click("button", "Import model");
    desktop.choose(&tiny("uint8"));
    app.reads("“uint8” can be used now.");
    app.find("group", "uint8");
    app.reads("not measured yet");
    app.screenshot("imported");

    app.click("button", "Import model");
    desktop.choose(&tiny("float-no-metadata"));
    app.find("alertdialog", "What does this model expect?");
    app.screenshot("range");
    app.click("radio", "0 to 1");
    app.click("button", "Import");
    app.reads("“float-no-metadata” can be used now.");

    app.click("button", "Use uint8");
    app.reads("“uint8” answers from now on.");
    app.close_settings();
    app.find_look_alikes(&label("shoes-1"));
    app.finds(|results| !results.is_empty());
    app.screenshot("results");

    open_models(&app);
    app.click("button", "Remove float-no-metadata");
    app.reads("Remove the model “float-no-metadata”?");
    // The focus is on Cancel.
    app.press("Tab");
    app.press("Enter");
    app.gone("group", "float-no-metadata");
}

crate::suite::tests![
    a_model_of_ones_own_is_imported_and_used,
    a_switch_is_ended_from_the_status_bar,
    another_model_takes_over_while_photos_go_on_being_found,
];
