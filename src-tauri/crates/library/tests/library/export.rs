//! Copies of photos in a folder of the person's choice.

use std::fs;

use crate::place::{Place, update};

#[test]
fn copies_have_the_bytes_and_times_of_the_originals_and_overwrite_nothing() {
    let place = Place::with_classes(&["hat"]);
    place.add_as("shoes/shoes-1.jpg", "other/hat-1.jpg");
    place.set_time("hat/hat-1.jpg", 1_000_000_000);
    let library = place.indexed();
    let into = place.root().join("chosen");
    fs::create_dir(&into).unwrap();
    fs::write(into.join("hat-2.jpg"), "mine").unwrap();
    let names = ["hat/hat-1.jpg", "hat/hat-2.jpg", "other/hat-1.jpg"];
    let ids: Vec<i64> = names.iter().map(|name| place.id(&library, name)).collect();
    assert_eq!(library.export_copies(&ids, &into).unwrap(), 3);
    for (original, copy) in names.iter().zip(["hat-1.jpg", "hat-2 (2).jpg", "hat-1 (2).jpg"]) {
        let (original, copy) = (place.photo(original), into.join(copy));
        assert_eq!(fs::read(&original).unwrap(), fs::read(&copy).unwrap());
        let time = |path| fs::metadata(path).unwrap().modified().unwrap();
        assert_eq!(time(&original), time(&copy));
    }
    assert_eq!(fs::read(into.join("hat-2.jpg")).unwrap(), b"mine");
}

#[test]
fn copies_never_go_where_originals_or_our_own_data_are() {
    let place = Place::with_classes(&["hat"]);
    let library = place.indexed();
    let ids = [place.id(&library, "hat/hat-1.jpg")];
    for into in [place.photos(), place.photo("hat"), place.photo("hat/.."), place.data()] {
        let error = library.export_copies(&ids, &into).unwrap_err();
        assert_eq!(error.code(), "export_into_library", "{}", into.display());
    }
    #[cfg(unix)]
    {
        let link = place.root().join("link");
        std::os::unix::fs::symlink(place.photo("hat"), &link).unwrap();
        assert_eq!(library.export_copies(&ids, &link).unwrap_err().code(), "export_into_library");
    }
    assert_eq!(fs::read_dir(place.photo("hat")).unwrap().count(), 6);
    let error = library.export_copies(&ids, &place.root().join("nowhere")).unwrap_err();
    assert_eq!(error.code(), "folder_missing");
}

#[test]
fn with_one_photo_out_of_reach_nothing_is_written() {
    let place = Place::with_classes(&["hat"]);
    let library = place.indexed();
    let ids: Vec<i64> =
        ["hat/hat-1.jpg", "hat/hat-2.jpg"].iter().map(|name| place.id(&library, name)).collect();
    fs::remove_file(place.photo("hat/hat-2.jpg")).unwrap();
    let into = place.root().join("chosen");
    fs::create_dir(&into).unwrap();
    let error = library.export_copies(&ids, &into).unwrap_err();
    assert_eq!(error.code(), "photo_offline");
    assert!(error.to_string().contains("hat-2.jpg"), "{error}");
    assert_eq!(fs::read_dir(&into).unwrap().count(), 0);
    update(&library);
    assert_eq!(library.export_copies(&ids, &into).unwrap_err().code(), "photo_unknown");
}

#[cfg(unix)]
#[test]
fn copies_do_not_go_to_originals_behind_a_link_either() {
    let place = Place::with_classes(&["hat"]);
    let drive = place.root().join("drive");
    fs::create_dir_all(drive.join("2009/hats")).unwrap();
    fs::create_dir(drive.join("new")).unwrap();
    fs::rename(place.photo("hat/hat-1.jpg"), drive.join("2009/hats/hat-1.jpg")).unwrap();
    std::os::unix::fs::symlink(&drive, place.photo("drive")).unwrap();
    let library = place.indexed();
    let ids = [place.id(&library, "drive/2009/hats/hat-1.jpg")];
    for into in [drive.join("2009/hats"), drive.join("2009"), drive.join("new"), drive] {
        let error = library.export_copies(&ids, &into).unwrap_err();
        assert_eq!(error.code(), "export_into_library", "{}", into.display());
    }
}
