//! The timeline, the overview and the details of a photo.

use std::fs;

use library::{Day, Filter, Library, Subfolder, SubfolderOverview};

use crate::place::{Place, update};

/// Noon on a day, in the zone of no place further than half a day from Greenwich.
const NOON: u64 = 12 * 60 * 60;
const DAY: u64 = 24 * 60 * 60;

fn place_with_three_days() -> Place {
    let place = Place::empty();
    for (name, day) in [("hat/hat-1.jpg", 18_000), ("hat/hat-2.jpg", 18_002), ("shoes/shoes-1.jpg", 18_001)] {
        place.add(name);
        place.set_time(name, day * DAY + NOON);
    }
    place
}

fn timeline(library: &Library, filter: &Filter) -> Vec<String> {
    let photos = library.timeline(filter).unwrap().into_iter();
    photos
        .map(|photo| {
            let path = library.photo_path(photo.id).unwrap();
            path.file_name().unwrap().to_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn photos_come_newest_first_with_what_the_grid_needs() {
    let place = place_with_three_days();
    let library = place.indexed();
    assert_eq!(timeline(&library, &Filter::default()), ["hat-2.jpg", "shoes-1.jpg", "hat-1.jpg"]);
    let photos = library.timeline(&Filter::default()).unwrap();
    assert_eq!(photos.iter().map(|photo| photo.day).collect::<Vec<_>>(), [18_002, 18_001, 18_000].map(Day));
    for photo in photos {
        let details = library.photo_details(photo.id).unwrap();
        assert_eq!((photo.width, photo.height), (details.width, details.height));
        assert!(photo.online && photo.placeholder.is_some());
    }
}

#[test]
fn a_filter_narrows_the_timeline_by_folder_day_and_format() {
    let place = place_with_three_days();
    let library = place.open();
    library.add_folder(&place.photo("hat")).unwrap();
    library.add_folder(&place.photo("shoes")).unwrap();
    update(&library);
    let folders = library.overview().unwrap().folders;
    let shoes = folders.iter().find(|folder| folder.path.ends_with("shoes")).unwrap().id;
    let by = |filter: Filter| timeline(&library, &filter);
    assert_eq!(by(Filter { folders: vec![shoes], ..Filter::default() }), ["shoes-1.jpg"]);
    let (from, to) = (Some(Day(18_001)), Some(Day(18_001)));
    assert_eq!(by(Filter { from, ..Filter::default() }), ["hat-2.jpg", "shoes-1.jpg"]);
    assert_eq!(by(Filter { to, ..Filter::default() }), ["shoes-1.jpg", "hat-1.jpg"]);
    assert_eq!(by(Filter { from, to, ..Filter::default() }), ["shoes-1.jpg"]);
    assert_eq!(by(Filter { formats: vec!["jpeg".into()], ..Filter::default() }).len(), 3);
    assert!(by(Filter { formats: vec!["png".into()], ..Filter::default() }).is_empty());
}

#[test]
fn folders_within_a_folder_come_a_level_at_a_time_and_can_be_filtered_by() {
    let place = Place::empty();
    for name in
        ["hat-1", "2024/hat-2", "2024 and more/hat-3", "2024/Rome/hat-4", "2024/Rome/hat-5", "2023/hat-6"]
    {
        place.add_as("hat/hat-1.jpg", &format!("{name}.jpg"));
    }
    let library = place.indexed();
    let folder = library.overview().unwrap().folders[0].id;
    let level = |within: Option<&Subfolder>| library.subfolders(folder, within).unwrap();
    let told = |levels: &[SubfolderOverview]| -> Vec<(String, u64, bool)> {
        let name = |one: &SubfolderOverview| one.subfolder.name().to_str().unwrap().to_owned();
        levels.iter().map(|one| (name(one), one.photos, one.has_subfolders)).collect()
    };
    let first = level(None);
    let expected = [("2023", 1, false), ("2024 and more", 1, false), ("2024", 3, true)];
    assert_eq!(told(&first), expected.map(|(name, photos, deeper)| (name.to_owned(), photos, deeper)));
    let second = level(Some(&first[2].subfolder));
    assert_eq!(told(&second), [("Rome".to_owned(), 2, false)]);
    assert!(level(Some(&second[0].subfolder)).is_empty());

    let within = |subfolder: &Subfolder| Filter { subfolder: Some(subfolder.clone()), ..Filter::default() };
    let mut all = timeline(&library, &within(&first[2].subfolder));
    all.sort();
    assert_eq!(all, ["hat-2.jpg", "hat-4.jpg", "hat-5.jpg"]);
    assert_eq!(timeline(&library, &within(&second[0].subfolder)).len(), 2);
    let rome = library.timeline(&within(&second[0].subfolder)).unwrap()[0].id;
    let around = library.photo_details(rome).unwrap().subfolders;
    assert_eq!(around, [first[2].subfolder.clone(), second[0].subfolder.clone()]);
}

#[test]
fn photos_of_a_folder_that_is_not_there_stay_and_say_so() {
    let place = place_with_three_days();
    let library = place.indexed();
    let before = library.overview().unwrap();
    assert_eq!((before.photos, before.failed, &before.formats), (3, 0, &vec![("jpeg".to_owned(), 3)]));
    assert!(before.folders[0].online && before.folders[0].last_seen_at.is_some());
    fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
    update(&library);
    let after = library.overview().unwrap();
    assert_eq!((after.photos, after.folders[0].photos, after.folders[0].online), (3, 3, false));
    assert_eq!(after.folders[0].last_seen_at, before.folders[0].last_seen_at);
    assert!(library.timeline(&Filter::default()).unwrap().iter().all(|photo| !photo.online));
}

#[test]
fn details_name_the_copies_and_tell_whether_the_file_is_there() {
    let place = place_with_three_days();
    place.add_as("hat/hat-1.jpg", "copy.jpg");
    let library = place.indexed();
    let id = place.id(&library, "hat/hat-1.jpg");
    let details = library.photo_details(id).unwrap();
    assert_eq!(details.path, place.photo("hat/hat-1.jpg"));
    assert_eq!(details.copies, [place.photo("copy.jpg")]);
    assert_eq!(details.bytes, fs::metadata(&details.path).unwrap().len());
    assert_eq!(details.format, "jpeg");
    assert!(details.taken.starts_with("2019-04-14T") && !details.taken_by_camera, "{}", details.taken);
    assert!(details.online);
    fs::remove_file(&details.path).unwrap();
    assert!(!library.photo_details(id).unwrap().online);
    assert_eq!(library.photo_details(-1).unwrap_err().code(), "photo_unknown");
}

#[test]
fn a_placeholder_that_is_missing_is_made_from_the_thumbnail() {
    let place = place_with_three_days();
    drop(place.indexed());
    let catalog = catalog::Catalog::open(&place.data().join("catalog.db")).unwrap();
    catalog.write(|connection| Ok(connection.execute("UPDATE content SET placeholder = NULL", [])?)).unwrap();
    drop(catalog);
    // The originals are away: nothing else is left to make them from.
    fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
    let library = place.open();
    let missing = |library: &Library| {
        library
            .timeline(&Filter::default())
            .unwrap()
            .iter()
            .filter(|photo| photo.placeholder.is_none())
            .count()
    };
    assert_eq!(missing(&library), 3);
    update(&library);
    assert_eq!(missing(&library), 0);
}
