//! Making everything anew, and forgetting everything.

use std::fs;

use library::{Event, Filter, Source};

use crate::place::{Place, example, like, update, watched};

#[test]
fn storage_tells_where_the_data_is_and_how_much() {
    let place = Place::with_classes(&["hat"]);
    let library = place.indexed();
    let storage = library.storage().unwrap();
    assert_eq!((storage.path, storage.vectors, storage.graph), (place.data(), 6, false));
    assert!(storage.bytes.catalog > 0 && storage.bytes.thumbnails > 0);
    assert_eq!(storage.bytes.index, 0);
    library.save_index().unwrap();
    assert!(library.storage().unwrap().bytes.index > 0);
}

#[test]
fn a_rebuild_reads_photos_again_and_keeps_what_is_out_of_reach() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let library = place.open();
    library.add_folder(&place.photo("hat")).unwrap();
    library.add_folder(&place.photo("shoes")).unwrap();
    update(&library);
    let (hat, shoe) = (place.id(&library, "hat/hat-1.jpg"), place.id(&library, "shoes/shoes-1.jpg"));
    // Somebody spoiled the data: a rebuild must not trust it.
    drop(library);
    let catalog = catalog::Catalog::open(&place.data().join("catalog.db")).unwrap();
    catalog.write(|connection| Ok(connection.execute("UPDATE content SET width = 1", [])?)).unwrap();
    drop(catalog);
    let library = place.open();
    fs::rename(place.photo("shoes"), place.root().join("unplugged")).unwrap();
    library.rebuild().unwrap();
    assert_eq!(
        library.query(&like(hat, 100)).unwrap().len(),
        11,
        "what there is serves until it is replaced"
    );
    let summary = update(&library);
    assert_eq!((summary.indexed, summary.offline), (6, 6));
    assert!(library.photo_details(hat).unwrap().width > 1);
    assert_eq!(library.photo_details(shoe).unwrap().width, 1, "it waits for its drive");
    assert_eq!(library.query(&like(hat, 100)).unwrap().len(), 11);
    assert!(library.thumbnail(shoe).unwrap().is_some());
    assert_eq!(library.storage().unwrap().vectors, 12);
    // The rest is made anew when it is back, also by another session.
    drop(library);
    fs::rename(place.root().join("unplugged"), place.photo("shoes")).unwrap();
    let library = place.open();
    assert_eq!(update(&library).indexed, 6);
    assert!(library.photo_details(shoe).unwrap().width > 1);
    assert_eq!(update(&library).indexed, 0, "once is enough");
    let verified = library.verify(false, &library::Control::default(), &mut |_| {}).unwrap();
    assert_eq!(verified.findings, []);
}

#[test]
fn a_running_watch_rebuilds_at_once() {
    let place = Place::with_classes(&["hat"]);
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    watched(&library, |_, events| {
        events.wait_for(|event| *event == Event::UpToDate);
        library.rebuild().unwrap();
        for _ in 0..6 {
            events.wait_for(|event| matches!(event, Event::Indexed { .. }));
        }
    });
    assert_eq!(library.storage().unwrap().vectors, 6);
}

#[test]
fn forgetting_everything_leaves_nothing_but_the_photos_and_the_settings() {
    let place = Place::with_classes(&["hat"]);
    fs::write(place.photo("broken.jpg"), "no picture").unwrap();
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    library.set_setting("settings", "{}").unwrap();
    watched(&library, |_, events| {
        events.wait_for(|event| *event == Event::UpToDate);
        library.save_index().unwrap();
        library.forget_everything().unwrap();
        events.wait_for(|event| *event == Event::UpToDate);
        let overview = library.overview().unwrap();
        assert_eq!((overview.photos, overview.failed, overview.folders.len()), (0, 0, 0));
        assert!(library.timeline(&Filter::default()).unwrap().is_empty());
        assert_eq!(library.storage().unwrap().vectors, 0);
        let hat = Source::Path(place.photo("hat/hat-1.jpg"));
        assert!(library.search(&[example(hat)], 10).unwrap().is_empty());
    });
    assert_eq!(fs::read_dir(place.photo("hat")).unwrap().count(), 6);
    assert_eq!(library.setting("settings").unwrap().as_deref(), Some("{}"));
    drop(library);
    for entry in fs::read_dir(place.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            assert!(
                !bytes.windows(9).any(|window| window == b"hat-1.jpg"),
                "{} names a photo",
                path.display()
            );
        }
    }
    // It starts like a new one.
    assert_eq!(place.indexed().overview().unwrap().photos, 6);
}

#[test]
fn thumbnails_damaged_under_a_running_watch_do_not_end_it_and_are_made_anew() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    watched(&library, |_, events| {
        events.wait_for(|event| *event == Event::UpToDate);
        spoil_thumbnails(&place);
        // Whether a copy's picture has a thumbnail, and the thumbnail of a picture that goes: both are asked for.
        place.add_as("hat/hat-1.jpg", "copy.jpg");
        events.wait_for(|event| matches!(event, Event::Indexed { .. }));
        events.wait_for(|event| *event == Event::UpToDate);
        spoil_thumbnails(&place);
        fs::remove_file(place.photo("shoes/shoes-1.jpg")).unwrap();
        events.wait_for(|event| matches!(event, Event::Removed { .. }));
        events.wait_for(|event| *event == Event::UpToDate);
    });
    update(&library);
    let hat = place.id(&library, "hat/hat-2.jpg");
    assert!(library.thumbnail(hat).unwrap().is_some());
    let verified = library.verify(false, &library::Control::default(), &mut |_| {}).unwrap();
    assert_eq!(verified.findings, []);
}

/// Has SQLite look for the table of thumbnails beyond the end of the file.
fn spoil_thumbnails(place: &Place) {
    let store = catalog::Connection::open(place.data().join("thumbnails.db")).unwrap();
    let spoil = "PRAGMA writable_schema = ON; PRAGMA schema_version = 1000;
        UPDATE sqlite_schema SET rootpage = 1000000 WHERE name = 'thumbnail'";
    store.execute_batch(spoil).unwrap();
}
