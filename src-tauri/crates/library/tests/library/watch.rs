//! A running watch while a person adds and removes folders, pauses and quits.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use library::{Control, Event};

use crate::place::{Place, watched};

const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn a_folder_removed_while_it_is_read_is_gone_at_once() {
    let place = Place::with_classes(&["hat", "shoes", "dress", "skirt", "pants"]);
    for copy in 0..20 {
        for number in 1..=6 {
            // Each a picture of its own: copies are not read twice.
            let name = format!("many/{copy}-{number}.jpg");
            place.add_as(&format!("hat/hat-{number}.jpg"), &name);
            let mut bytes = std::fs::read(place.photo(&name)).unwrap();
            bytes.push(copy);
            std::fs::write(place.photo(&name), bytes).unwrap();
        }
    }
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    let folder = library.overview().unwrap().folders[0].id;
    let control = Control::default();
    let (mut indexed, mut removed) = (0, false);
    library
        .watch(&control, &mut |event| match event {
            Event::Indexed { .. } => {
                indexed += 1;
                if !removed {
                    library.remove_folder_by_id(folder).unwrap();
                    removed = true;
                }
            }
            Event::UpToDate => control.cancel(),
            _ => {}
        })
        .unwrap();
    assert!(indexed < 150, "the rest was not read");
    let overview = library.overview().unwrap();
    assert_eq!((overview.photos, overview.folders.len()), (0, 0));
    assert_eq!(library.storage().unwrap().vectors, 0);
    let verified = library.verify(false, &Control::default(), &mut |_| {}).unwrap();
    assert_eq!(verified.findings, []);
}

#[test]
fn a_folder_added_while_another_is_read_is_read_too() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let library = place.open();
    assert_eq!(library.add_folder(&place.photo("hat")).unwrap(), place.photo("hat"));
    let control = Control::default();
    let mut added = false;
    library
        .watch(&control, &mut |event| match event {
            Event::Indexed { .. } if !added => {
                assert_eq!(library.add_folder(&place.photo("shoes")).unwrap(), place.photo("shoes"));
                added = true;
            }
            Event::UpToDate => control.cancel(),
            _ => {}
        })
        .unwrap();
    assert_eq!(library.overview().unwrap().photos, 12, "it is up to date only with both");
}

#[test]
fn a_paused_watch_reads_nothing_and_can_still_be_ended() {
    let place = Place::with_classes(&["hat"]);
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    let control = Control::default();
    control.pause();
    let (sender, ended) = channel();
    let mut told = 0;
    thread::scope(|threads| {
        threads.spawn(|| {
            let watched = library.watch(&control, &mut |event| {
                if let Event::Progress { done, total, .. } = event {
                    assert_eq!((done, total), (0, 0), "it neither reads nor walks");
                    told += 1;
                }
                if told == 2 {
                    control.cancel();
                }
            });
            sender.send(watched.is_ok())
        });
        assert_eq!(ended.recv_timeout(PATIENCE), Ok(true));
    });
    assert_eq!(library.overview().unwrap().photos, 0);
}

#[test]
fn a_watch_goes_on_where_it_was_paused() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    watched(&library, |control, events| {
        control.pause();
        // Whatever was begun before is committed meanwhile.
        control.resume();
        events.wait_for(|event| *event == Event::UpToDate);
    });
    assert_eq!(library.overview().unwrap().photos, 12);
}

#[test]
fn photos_can_be_browsed_and_searched_while_others_are_read() {
    let place = Place::with_classes(&["hat", "shoes", "dress", "skirt"]);
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    watched(&library, |_, events| {
        let Event::Indexed { photo, .. } = events.wait_for(|event| matches!(event, Event::Indexed { .. }))
        else {
            unreachable!("only such an event is waited for")
        };
        assert!(library.thumbnail(photo).unwrap().is_some());
        assert!(library.photo_details(photo).unwrap().placeholder.is_some());
        library.query(&crate::place::like(photo, 10)).unwrap();
        events.wait_for(|event| *event == Event::UpToDate);
    });
    assert_eq!(library.overview().unwrap().photos, 24);
}

#[test]
fn a_watch_that_ended_with_an_error_can_be_tried_again() {
    let place = Place::with_classes(&["hat"]);
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    let spoil = catalog::Catalog::open(&place.data().join("catalog.db")).unwrap();
    let rename = |from: &str, to: &str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        spoil.write(|connection| Ok(connection.execute_batch(&sql)?)).unwrap();
    };
    let control = Control::default();
    rename("failure", "away");
    assert!(library.watch(&control, &mut |_| {}).is_err());
    rename("away", "failure");
    let stop_when_done = &mut |event| {
        if event == Event::UpToDate {
            control.cancel();
        }
    };
    library.watch(&control, stop_when_done).unwrap();
    assert_eq!(library.overview().unwrap().photos, 6);
}
