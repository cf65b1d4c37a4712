//! Files that cannot be read as photos.

use std::fs;

use crate::desktop::Desktop;
use crate::photos::{copy_sample, sample};

fn a_bad_file_is_shown_with_its_reason_until_it_is_a_good_one(desktop: &Desktop) {
    let folder = desktop.folder_of("Pictures", &["hat"]);
    let bad = folder.join("notes.jpg");
    fs::write(&bad, "not a picture").unwrap();
    let photo = fs::read(sample("shoes-1")).unwrap();
    // Cut off before there is anything to see.
    fs::write(folder.join("cut.jpg"), &photo[..600]).unwrap();
    let app = desktop.open(&[&folder]);
    app.click("button", "Failed");
    app.find("dialog", "Photos that could not be read");
    app.reads("The file is not a picture, whatever its name says.");
    app.reads("notes.jpg");
    app.reads("cut.jpg");
    app.screenshot("listed");

    app.click("button", "Try again");
    app.reads("The files are being read again.");
    app.reads("2 files could not be read.");

    fs::remove_file(bad).unwrap();
    copy_sample("shoes-2", &folder);
    fs::copy(sample("shoes-1"), folder.join("cut.jpg")).unwrap();
    app.reads("All files could be read.");
    app.press("Escape");
    app.gone("button", "Failed");
    app.shows_photos(8);
}

crate::suite::tests![a_bad_file_is_shown_with_its_reason_until_it_is_a_good_one];
