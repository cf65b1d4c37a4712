//! What a person decides about duplicates, and the list of them as a file.

use std::fs;

use library::{DuplicateGroup, Library, Review, Separator, Verdict};

use crate::place::{Place, update};

/// A hat with two copies to the byte, and a shoe with one.
fn place() -> Place {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.add_as("hat/hat-2.jpg", "copies/hat, \"again\".jpg");
    place.add_as("hat/hat-2.jpg", "copies/hat-2.jpg");
    place.add_as("shoes/shoes-1.jpg", "copies/shoes-1.jpg");
    place
}

fn groups(library: &Library) -> Vec<DuplicateGroup> {
    let groups = library.duplicates(None).unwrap();
    assert_eq!(groups.iter().map(|group| group.photos.len()).collect::<Vec<_>>(), [3, 2]);
    groups
}

fn verdicts(library: &Library, groups: &[DuplicateGroup]) -> Vec<Verdict> {
    library.reviews(groups).unwrap().into_iter().map(|review| review.verdict).collect()
}

#[test]
fn a_decision_is_still_known_after_a_restart_and_a_renamed_folder() {
    let place = place();
    let library = place.indexed();
    let found = groups(&library);
    let suggested = found[0].photos[found[0].keep].photo;
    assert_eq!(library.reviews(&found).unwrap()[0], Review { keep: vec![suggested], verdict: Verdict::Open });

    let other = found[0].photos.iter().map(|photo| photo.photo).find(|id| *id != suggested).unwrap();
    let decision = Review { keep: vec![other], verdict: Verdict::Settled };
    library.set_review(&found[0], &decision).unwrap();
    drop(library);
    fs::rename(place.photo("copies"), place.photo("moved")).unwrap();
    let library = place.open();
    update(&library);
    let found = groups(&library);
    assert_eq!(library.reviews(&found).unwrap()[0], decision);
    assert_eq!(verdicts(&library, &found), [Verdict::Settled, Verdict::Open]);
}

#[test]
fn a_group_that_gains_a_photo_is_open_again_and_one_that_loses_some_is_not() {
    let place = place();
    let library = place.indexed();
    let found = groups(&library);
    let keep = vec![found[0].photos[0].photo];
    library.set_review(&found[0], &Review { keep, verdict: Verdict::NotDuplicates }).unwrap();

    fs::remove_file(place.photo("copies/hat-2.jpg")).unwrap();
    update(&library);
    let smaller = library.duplicates(None).unwrap();
    assert!(smaller.iter().all(|group| group.photos.len() == 2));
    assert!(verdicts(&library, &smaller).contains(&Verdict::NotDuplicates));

    for name in ["copies/hat-2.jpg", "copies/hat-3.jpg"] {
        place.add_as("hat/hat-2.jpg", name);
    }
    update(&library);
    let larger = library.duplicates(None).unwrap();
    assert_eq!(larger[0].photos.len(), 4);
    assert_eq!(verdicts(&library, &larger), [Verdict::Open, Verdict::Open]);
}

#[test]
fn a_group_is_open_again_when_what_was_to_be_kept_is_gone() {
    let place = place();
    let library = place.indexed();
    let found = groups(&library);
    let kept = &found[0].photos[0];
    library.set_review(&found[0], &Review { keep: vec![kept.photo], verdict: Verdict::Settled }).unwrap();
    fs::remove_file(&kept.path).unwrap();
    update(&library);
    let left = library.duplicates(None).unwrap();
    assert_eq!(verdicts(&library, &left), [Verdict::Open, Verdict::Open]);
}

#[test]
fn forgetting_everything_forgets_decisions_too() {
    let place = place();
    let library = place.indexed();
    let found = groups(&library);
    let keep = vec![found[0].photos[0].photo];
    library.set_review(&found[0], &Review { keep, verdict: Verdict::Settled }).unwrap();
    library.set_setting("settings", "kept").unwrap();
    library.forget_everything().unwrap();
    assert_eq!(library.setting("settings").unwrap().as_deref(), Some("kept"));
    library.add_folder(&place.photos()).unwrap();
    update(&library);
    assert_eq!(verdicts(&library, &groups(&library)), [Verdict::Open, Verdict::Open]);
}

#[test]
fn the_list_has_a_line_for_each_photo_and_what_was_decided() {
    let place = place();
    let library = place.indexed();
    let found = groups(&library);
    let kept = found[0].photos.iter().find(|photo| photo.path == place.photo("copies/hat-2.jpg")).unwrap();
    library.set_review(&found[0], &Review { keep: vec![kept.photo], verdict: Verdict::Settled }).unwrap();

    let file = place.root().join("list.csv");
    fs::write(&file, "group,suggestion,reason,decision,kind,width,height,bytes,path\nan older list").unwrap();
    assert_eq!(library.write_duplicates(&found, &file, Separator::Line).unwrap().groups, 2);
    let table = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "group,suggestion,reason,decision,kind,width,height,bytes,path");
    assert_eq!(lines.len(), 1 + 3 + 2, "{table}");
    assert!(lines[1].starts_with("1,") && lines[1].contains("hat, \"\"again\"\".jpg\""), "{table}");
    let line = lines.iter().find(|line| line.ends_with("copies/hat-2.jpg")).unwrap();
    assert!(line.contains(",keep,copy,400,"), "{line}");
    assert_eq!(table.matches(",duplicate,copy,").count(), 2, "{table}");
    assert_eq!(
        table.matches(",keep,older,").count() + table.matches(",keep,first_by_name,").count(),
        2,
        "{table}"
    );

    let file = place.root().join("paths.txt");
    library.write_duplicates(&found, &file, Separator::Line).unwrap();
    let paths = fs::read_to_string(&file).unwrap();
    assert_eq!(paths.lines().count(), 3, "{paths}");
    assert!(!paths.contains("copies/hat-2.jpg"), "{paths}");

    let keep = vec![kept.photo];
    library.set_review(&found[0], &Review { keep, verdict: Verdict::NotDuplicates }).unwrap();
    assert_eq!(library.write_duplicates(&found, &file, Separator::Line).unwrap().groups, 1);
    assert!(!fs::read_to_string(&file).unwrap().contains("hat"));
}

#[test]
fn the_list_never_goes_where_photos_or_our_data_are_and_takes_no_pictures_place() {
    let place = place();
    let library = place.indexed();
    let found = groups(&library);
    for file in [place.photo("list.csv"), place.photo("hat/list.txt"), place.data().join("list.csv")] {
        let error = library.write_duplicates(&found, &file, Separator::Line).unwrap_err();
        assert_eq!(error.code(), "export_into_library", "{}", file.display());
        assert!(!file.exists());
    }
    let picture = place.root().join("outside.jpg");
    fs::copy(place.photo("hat/hat-1.jpg"), &picture).unwrap();
    let bytes = fs::read(&picture).unwrap();
    assert_eq!(
        library.write_duplicates(&found, &picture, Separator::Line).unwrap_err().code(),
        "export_format"
    );
    assert_eq!(fs::read(&picture).unwrap(), bytes);
    let error = library
        .write_duplicates(&found, &place.root().join("nowhere/list.csv"), Separator::Line)
        .unwrap_err();
    assert_eq!(error.code(), "folder_missing");
}

#[test]
fn a_list_takes_the_place_of_nothing_but_a_list_of_ours() {
    let place = place();
    let library = place.indexed();
    let (original, file) = (place.photo("hat/hat-1.jpg"), place.root().join("list.csv"));
    let bytes = fs::read(&original).unwrap();
    let write = || library.write_duplicates(&groups(&library), &file, Separator::Line);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&original, &file).unwrap();
        assert_eq!(write().unwrap_err().code(), "export_taken");
        fs::remove_file(&file).unwrap();
    }
    for link in [fs::hard_link, |from: &std::path::Path, to: &std::path::Path| fs::copy(from, to).map(drop)] {
        link(&original, &file).unwrap();
        assert_eq!(write().unwrap_err().code(), "export_taken");
        assert_eq!(fs::read(&file).unwrap(), bytes);
        fs::remove_file(&file).unwrap();
    }
    write().unwrap();
    write().unwrap();
    assert_eq!(fs::read(&original).unwrap(), bytes);
    assert!(fs::read_to_string(&file).unwrap().starts_with("group,"));
    assert_eq!(fs::read_dir(place.root()).unwrap().count(), 3, "nothing else is left beside the list");
}
