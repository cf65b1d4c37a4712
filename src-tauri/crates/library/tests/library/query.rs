//! Queries with filters and hidden copies.

use library::{Day, Example, Filter, Query, Source, Weight};

use crate::place::{Place, like, names, update};

#[test]
fn a_filter_gives_as_many_results_as_pass_it() {
    let place = Place::with_classes(&["hat", "shoes", "dress"]);
    let library = place.open();
    for class in ["hat", "shoes", "dress"] {
        library.add_folder(&place.photo(class)).unwrap();
    }
    place.set_time("dress/dress-3.jpg", 1_000_000_000);
    update(&library);
    let folders = library.overview().unwrap().folders;
    let dresses = folders.iter().find(|folder| folder.path.ends_with("dress")).unwrap().id;
    let hat = place.id(&library, "hat/hat-1.jpg");
    let with = |filter: Filter, limit| library.query(&Query { filter, ..like(hat, limit) }).unwrap();
    // The hats are more like the query than any dress, and must not take up the places.
    let found = with(Filter { folders: vec![dresses], ..Filter::default() }, 5);
    assert_eq!(found.len(), 5);
    assert!(found.iter().all(|found| found.path.starts_with(place.photo("dress"))));
    let old = with(Filter { to: Some(Day(12_000)), ..Filter::default() }, 5);
    assert_eq!(names(&old), ["dress-3.jpg"]);
    assert!(old[0].day <= Day(12_000) && old[0].width > 0 && old[0].placeholder.is_some());
    assert!(with(Filter { formats: vec!["png".into()], ..Filter::default() }, 5).is_empty());

    // What is added between two queries passes the same filter too.
    assert_eq!(with(Filter { folders: vec![dresses], ..Filter::default() }, 50).len(), 6);
    place.add_as("skirt/skirt-1.jpg", "dress/new.jpg");
    update(&library);
    let found = with(Filter { folders: vec![dresses], ..Filter::default() }, 50);
    assert!(names(&found).contains(&"new.jpg"));
}

#[test]
fn a_filter_leaves_out_copies_that_do_not_pass_it() {
    let place = Place::empty();
    place.add_as("hat/hat-1.jpg", "a/one.jpg");
    place.add_as("hat/hat-1.jpg", "b/other.jpg");
    place.add_as("shoes/shoes-1.jpg", "a/query.jpg");
    let library = place.open();
    library.add_folder(&place.photo("a")).unwrap();
    library.add_folder(&place.photo("b")).unwrap();
    update(&library);
    let b = library.overview().unwrap().folders[1].id;
    let query = place.id(&library, "a/query.jpg");
    let filter = Filter { folders: vec![b], ..Filter::default() };
    assert_eq!(names(&library.query(&Query { filter, ..like(query, 10) }).unwrap()), ["other.jpg"]);
}

#[test]
fn hidden_copies_are_counted_and_their_places_go_to_others() {
    let place = Place::with_classes(&["hat", "shoes"]);
    for number in 2..=5 {
        place.add_as("hat/hat-2.jpg", &format!("copies/hat-2-{number}.jpg"));
    }
    // A byte after the picture makes another file of nearly the same picture: the same pixels.
    let mut bytes = std::fs::read(place.photo("hat/hat-2.jpg")).unwrap();
    bytes.push(0);
    std::fs::write(place.photo("copies/other.jpg"), bytes).unwrap();
    let library = place.indexed();
    let query = place.id(&library, "hat/hat-1.jpg");
    let all = library.query(&like(query, 100)).unwrap();
    assert_eq!(all.len(), 16);
    assert!(all.iter().all(|found| found.hidden_copies == 0));
    let shown = library.query(&Query { hide_copies: true, ..like(query, 100) }).unwrap();
    assert_eq!(shown.len(), 11, "{:?}", names(&shown));
    let hidden: Vec<u32> =
        shown.iter().map(|found| found.hidden_copies).filter(|hidden| *hidden > 0).collect();
    assert_eq!(hidden, [5], "the other four copies and the one with a byte more");
    let first = library.query(&Query { hide_copies: true, ..like(query, 8) }).unwrap();
    assert_eq!(first.len(), 8, "hidden copies take up no places");
}

#[test]
fn a_copy_of_the_query_is_not_hidden_behind_it() {
    let place = Place::with_classes(&["hat"]);
    place.add_as("hat/hat-1.jpg", "copy.jpg");
    let library = place.indexed();
    let query = place.id(&library, "hat/hat-1.jpg");
    let found = library.query(&Query { hide_copies: true, ..like(query, 10) }).unwrap();
    assert_eq!((names(&found)[0], found[0].hidden_copies), ("copy.jpg", 0));
}

#[test]
fn nothing_asked_is_nothing_found() {
    let place = Place::with_classes(&["hat"]);
    let library = place.indexed();
    assert!(library.query(&like(place.id(&library, "hat/hat-1.jpg"), 0)).unwrap().is_empty());
    let empty = Query { examples: Vec::new(), ..like(1, 10) };
    assert_eq!(library.query(&empty).unwrap_err().code(), "empty_query");
}

#[test]
fn of_two_examples_the_heavier_one_has_its_kind_first() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let library = place.indexed();
    let of = |name: &str, weight: f32| {
        let weight = Weight::new(weight).unwrap();
        Example { weight, ..Example::like(Source::Photo(place.id(&library, name))) }
    };
    let first = |hat: f32, shoes: f32| {
        let examples = [of("hat/hat-1.jpg", hat), of("shoes/shoes-1.jpg", shoes)];
        names(&library.search(&examples, 1).unwrap())[0].to_owned()
    };
    assert!(first(4.0, 0.25).starts_with("hat"));
    assert!(first(0.25, 4.0).starts_with("shoes"));
}
