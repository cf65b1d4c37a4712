//! A thing in a photo finds the photo, and where in it the thing is.

use std::fs;

use imaging::{Limits, RgbImage};
use library::{Control, Event, Example, Filter, Library, Match, Query, Region, Source};

use crate::place::{Place, samples, update, watched};

/// Sides of the pictures that a collage is made of.
const CELL: u32 = 200;

/// Twelve sample photos side by side, three rows of four: a large photo of many things.
fn collage(things: &[&str; 12]) -> RgbImage {
    let (width, height) = (4 * CELL, 3 * CELL);
    let mut pixels = vec![0; (3 * width * height) as usize];
    for (n, thing) in (0..).zip(things) {
        let image = imaging::decode(&fs::read(samples().join(thing)).unwrap(), None, &Limits::default());
        let image = image.unwrap().image;
        let (left, top) = (n % 4 * CELL, n / 4 * CELL);
        for y in 0..CELL {
            for x in 0..CELL {
                let from =
                    (y * image.height() / CELL * image.width() + x * image.width() / CELL) as usize * 3;
                let to = ((top + y) * width + left + x) as usize * 3;
                pixels[to..to + 3].copy_from_slice(&image.pixels()[from..from + 3]);
            }
        }
    }
    RgbImage::new(width, height, pixels).unwrap()
}

const THINGS: [&str; 12] = [
    "dress/dress-1.jpg",
    "hat/hat-1.jpg",
    "pants/pants-1.jpg",
    "shoes/shoes-1.jpg",
    "shorts/shorts-1.jpg",
    "skirt/skirt-1.jpg",
    "shirt/shirt-1.jpg",
    "t-shirt/t-shirt-1.jpg",
    "outwear/outwear-1.jpg",
    "longsleeve/longsleeve-1.jpg",
    "hat/hat-4.jpg",
    "shoes/shoes-4.jpg",
];

/// A place with the collage as `desk.jpg`, among photos of the same kinds of things.
fn with_desk() -> Place {
    let place = Place::with_classes(&["hat", "shoes", "skirt", "outwear"]);
    // These are in the collage; alone they would be its rivals.
    for thing in THINGS {
        let _ = fs::remove_file(place.photo(thing));
    }
    fs::write(place.photo("desk.jpg"), imaging::encode_jpeg(&collage(&THINGS), 90).unwrap()).unwrap();
    place
}

/// A library that has all photos of the place and looks into none.
fn as_wholes(place: &Place) -> Library {
    let library = place.open();
    library.look_inside(false).unwrap();
    library.add_folder(&place.photos()).unwrap();
    update(&library);
    library
}

/// A library without photos, whose model looks at each part of a photo by itself, as those do that a person brings.
fn seen_apart(place: &Place) -> Library {
    place.open().set_setting("model.serving", "fast-earlier").unwrap();
    place.open()
}

/// Asks for two neighbouring things of the desk, which are 1/6 of it, as a picture of its own.
fn two_things(left: u32, top: u32) -> Source {
    let desk = collage(&THINGS);
    let (width, height) = (2 * CELL, CELL);
    let rows = (0..height).flat_map(|y| {
        let start = 3 * ((top + y) * desk.width() + left) as usize;
        desk.pixels()[start..start + 3 * width as usize].to_vec()
    });
    let image = RgbImage::new(width, height, rows.collect()).unwrap();
    Source::Bytes(imaging::encode_jpeg(&image, 85).unwrap().into())
}

fn ask(library: &Library, source: Source, filter: Filter) -> Vec<Match> {
    let examples = vec![Example::like(source)];
    library.query(&Query { examples, limit: 10, filter, hide_copies: false }).unwrap()
}

fn is_desk(found: &Match) -> bool {
    found.path.ends_with("desk.jpg")
}

#[test]
fn a_thing_finds_the_photo_it_is_in_and_where() {
    let place = with_desk();
    let library = place.indexed();
    for (left, top) in [(0, 0), (2 * CELL, 0), (CELL, CELL), (0, 2 * CELL), (2 * CELL, 2 * CELL)] {
        let found = ask(&library, two_things(left, top), Filter::default());
        assert!(is_desk(&found[0]), "{left}, {top}: {found:?}");
        let region = found[0].region.expect("it is a part of the desk that is alike");
        let (x, y) = (region.x + region.width / 2, region.y + region.height / 2);
        assert!((left..left + 2 * CELL).contains(&x), "{left}, {top}: {region:?}");
        assert!((top.saturating_sub(CELL / 2)..top + 3 * CELL / 2).contains(&y), "{left}, {top}: {region:?}");
        let photos = found.iter().filter(|found| is_desk(found)).count();
        assert_eq!(photos, 1, "a photo comes once, whatever parts of it are alike");
    }
}

#[test]
fn without_regions_a_photo_is_found_as_a_whole_only() {
    let place = with_desk();
    let library = as_wholes(&place);
    let found = ask(&library, two_things(0, 0), Filter::default());
    assert!(found.iter().all(|found| found.region.is_none()));
    assert_eq!(library.status().unwrap().index.regions, 0);

    // Photos that lack them get them after the next update, and others are left alone.
    library.look_inside(true).unwrap();
    let summary = update(&library);
    assert_eq!((summary.indexed, summary.failed), (0, 0));
    assert!(summary.looked_inside > 0);
    assert!(is_desk(&ask(&library, two_things(0, 0), Filter::default())[0]));
    let again = update(&library);
    assert_eq!((again.indexed, again.looked_inside), (0, 0));
}

#[test]
fn one_look_at_a_photo_finds_it_and_the_things_in_it() {
    let place = with_desk();
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    let mut looked_again = false;
    let summary = library
        .update(&Control::default(), &mut |event| {
            looked_again |= matches!(event, Event::LookingInside { .. });
        })
        .unwrap();
    assert_eq!((summary.indexed, summary.looked_inside, looked_again), (summary.scanned, 0, false));
    assert_eq!(library.status().unwrap().index.to_look_into, 0);
    assert!(is_desk(&ask(&library, two_things(0, 0), Filter::default())[0]));
}

#[test]
fn photos_are_found_as_wholes_before_they_are_looked_into_and_what_is_left_follows() {
    let place = with_desk();
    let library = seen_apart(&place);
    library.add_folder(&place.photos()).unwrap();
    let control = Control::default();
    let mut total = 0;
    let summary = library
        .update(&control, &mut |event| {
            if let Event::LookingInside { total: all, .. } = event {
                total = all;
                control.cancel();
            }
        })
        .unwrap();
    assert_eq!((summary.indexed, summary.failed), (summary.scanned, 0));
    let hat = Source::Bytes(fs::read(samples().join("hat/hat-2.jpg")).unwrap().into());
    assert!(ask(&library, hat, Filter::default())[0].path.ends_with("hat-2.jpg"));
    let status = library.status().unwrap().index;
    assert!(status.to_look_into > 0 && total > 1, "{status:?}");

    drop(library);
    let library = place.open();
    let rest = update(&library);
    assert_eq!((rest.indexed, rest.looked_inside), (0, status.to_look_into));
    assert_eq!(library.status().unwrap().index.to_look_into, 0);
    assert!(is_desk(&ask(&library, two_things(0, 0), Filter::default())[0]));
}

#[test]
fn a_photo_that_comes_while_the_library_is_watched_is_looked_into() {
    let place = with_desk();
    let desk = fs::read(place.photo("desk.jpg")).unwrap();
    fs::remove_file(place.photo("desk.jpg")).unwrap();
    drop(seen_apart(&place));
    let library = place.indexed();
    watched(&library, |_, events| {
        events.wait_for(|event| *event == Event::UpToDate);
        fs::write(place.photo("desk.jpg"), &desk).unwrap();
        events.wait_for(|event| *event == Event::LookingInside { done: 1, total: 1 });
        assert!(is_desk(&ask(&library, two_things(0, 0), Filter::default())[0]));
    });
}

#[test]
fn a_watched_library_is_up_to_date_when_its_photos_were_looked_into_and_no_sooner() {
    let place = with_desk();
    let library = seen_apart(&place);
    library.add_folder(&place.photos()).unwrap();
    watched(&library, |_, events| {
        let first = events.wait_for(|event| matches!(event, Event::LookingInside { .. } | Event::UpToDate));
        assert_ne!(first, Event::UpToDate);
        events.wait_for(|event| *event == Event::UpToDate);
        assert!(is_desk(&ask(&library, two_things(0, 0), Filter::default())[0]));
    });
}

#[test]
fn a_photo_that_cannot_be_read_again_is_left_as_it_is() {
    let place = with_desk();
    let library = as_wholes(&place);
    library.look_inside(true).unwrap();
    let desk = place.photo("desk.jpg");
    let mut spoilt = false;
    let summary = library
        .update(&Control::default(), &mut |event| {
            // Between the walk and the look inside.
            if matches!(event, Event::LookingInside { done: 0, .. }) && !spoilt {
                fs::write(&desk, b"no picture").unwrap();
                spoilt = true;
            }
        })
        .unwrap();
    assert!(spoilt && summary.failures.is_empty(), "{summary:?}");
    assert_eq!(library.status().unwrap().index.to_look_into, 1);
    // The next update finds out what became of the file.
    assert_eq!(update(&library).failed, 1);
    assert_eq!(library.status().unwrap().index.to_look_into, 0);
}

#[test]
fn what_is_said_of_a_folder_holds_until_it_is_said_of_all() {
    let place = with_desk();
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    let folder = library.folder_id(&place.photos()).unwrap();
    library.look_inside_folder(folder, false).unwrap();
    let looked_into = || library.overview().unwrap().folders[0].looked_into;
    assert!(!looked_into());
    update(&library);
    assert_eq!(library.status().unwrap().index.regions, 0);
    // Also where the library's own choice is another.
    library.look_inside(false).unwrap();
    library.look_inside_folder(folder, true).unwrap();
    assert!(looked_into() && update(&library).looked_inside > 0);
    library.look_inside(false).unwrap();
    assert!(!looked_into());
    assert!(library.look_inside_folder(folder + 1, true).is_err(), "there is no such folder");
}

#[test]
fn making_all_vectors_anew_takes_nothing_from_what_is_found() {
    let place = with_desk();
    let library = place.indexed();
    let regions = library.status().unwrap().index.regions;
    // Nobody would look into them again.
    library.look_inside(false).unwrap();
    library.rebuild().unwrap();
    let summary = update(&library);
    assert_eq!((summary.indexed, summary.looked_inside), (summary.scanned, 0));
    assert_eq!(library.status().unwrap().index.regions, regions);
    assert!(is_desk(&ask(&library, two_things(0, 0), Filter::default())[0]));
}

#[test]
fn regions_outlast_a_restart_and_end_with_their_photo() {
    let place = with_desk();
    drop(place.indexed());
    let library = place.open();
    assert!(is_desk(&ask(&library, two_things(0, 0), Filter::default())[0]));
    let regions = library.status().unwrap().index.regions;
    let verification = library.verify(false, &Control::default(), &mut |_| {}).unwrap();
    assert!(verification.sound, "{verification:?}");

    fs::remove_file(place.photo("desk.jpg")).unwrap();
    update(&library);
    assert!(!ask(&library, two_things(0, 0), Filter::default()).iter().any(is_desk));
    assert_eq!(library.status().unwrap().index.regions, regions - 7);
}

#[test]
fn filters_hold_for_parts_as_for_wholes() {
    let place = with_desk();
    let library = place.indexed();
    let png = Filter { formats: vec!["png".into()], ..Filter::default() };
    assert!(ask(&library, two_things(0, 0), png).is_empty());
    let jpeg = Filter { formats: vec!["jpeg".into()], ..Filter::default() };
    assert!(is_desk(&ask(&library, two_things(0, 0), jpeg)[0]));
}

#[test]
fn a_box_on_a_photo_of_the_library_does_not_find_that_photo() {
    let place = with_desk();
    let library = place.indexed();
    let source = Source::Photo(place.id(&library, "desk.jpg"));
    let crop = Some(Region { x: 0, y: 0, width: 2 * CELL, height: CELL });
    let found = library.search(&[Example::like(source).cropped(crop)], 5).unwrap();
    assert!(!found.is_empty() && !found.iter().any(is_desk));
}
