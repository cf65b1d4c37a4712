//! Opening a library, and the settings it keeps.

use std::num::NonZeroUsize;

use library::{BuiltInModel, Library, Options, read_setting};

use crate::place::{Place, like};

#[test]
fn settings_stay_and_can_be_read_before_opening() {
    let place = Place::empty();
    assert_eq!(read_setting(&place.data(), "settings").unwrap(), None);
    let library = place.open();
    library.set_setting("settings", "{}").unwrap();
    library.set_setting("settings", r#"{"model":"accurate"}"#).unwrap();
    assert_eq!(library.setting("settings").unwrap().as_deref(), Some(r#"{"model":"accurate"}"#));
    assert_eq!(library.setting("other").unwrap(), None);
    assert_eq!(read_setting(&place.data(), "settings").unwrap_err().code(), "in_use");
    drop(library);
    assert_eq!(read_setting(&place.data(), "settings").unwrap().as_deref(), Some(r#"{"model":"accurate"}"#));
}

#[test]
fn another_model_and_number_of_threads_can_be_chosen() {
    let place = Place::with_classes(&["hat"]);
    let options =
        Options { model: BuiltInModel::Accurate, threads: NonZeroUsize::new(1), ..Options::default() };
    let library = Library::open_with(&place.data(), &options).unwrap();
    library.add_folder(&place.photos()).unwrap();
    crate::place::update(&library);
    assert_eq!(library.status().unwrap().model, "efficientnet-lite2-int8");
    let hat = place.id(&library, "hat/hat-1.jpg");
    assert_eq!(library.query(&like(hat, 10)).unwrap().len(), 5);
}

#[test]
fn any_number_of_threads_can_be_asked_for() {
    let place = Place::with_classes(&["hat"]);
    let options = Options { threads: NonZeroUsize::new(usize::MAX), ..Options::default() };
    let library = Library::open_with(&place.data(), &options).unwrap();
    library.add_folder(&place.photos()).unwrap();
    crate::place::update(&library);
    assert_eq!(library.status().unwrap().photos, 6);
}

#[test]
fn a_search_right_after_opening_waits_for_the_index() {
    let place = Place::with_classes(&["hat"]);
    let library = place.indexed();
    library.save_index().unwrap();
    drop(library);
    let library = place.open();
    let hat = place.id(&library, "hat/hat-1.jpg");
    assert_eq!(library.query(&like(hat, 10)).unwrap().len(), 5);
    assert_eq!(library.storage().unwrap().vectors, 6);
}
