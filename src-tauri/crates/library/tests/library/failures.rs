//! Files that could not be read: naming them, and reading them again.

use std::fs;

use library::{Event, FailureKey};

use crate::place::{Place, update, watched};

#[test]
fn a_failure_is_named_by_a_key_that_answers_for_it_alone() {
    let place = Place::empty();
    fs::write(place.photo("broken.jpg"), "no picture").unwrap();
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    update(&library);
    let failure = library.failures().unwrap().remove(0);
    assert_eq!((failure.path, failure.code.as_str()), (place.photo("broken.jpg"), "not_an_image"));
    let key: FailureKey = failure.key.to_string().parse().unwrap();
    assert_eq!(key, failure.key);
    assert_eq!(library.failure_path(&key).unwrap(), place.photo("broken.jpg"));
    for garbage in ["", "1", "../../etc/passwd", &"g".repeat(64), &failure.key.to_string()[1..]] {
        assert_eq!(garbage.parse::<FailureKey>().unwrap_err().code(), "failure_unknown");
    }
    place.add_as("hat/hat-1.jpg", "broken.jpg");
    update(&library);
    assert_eq!(library.failure_path(&key).unwrap_err().code(), "failure_unknown", "it stands no more");
    assert_eq!(library.overview().unwrap().photos, 1);
}

#[test]
fn files_that_failed_are_read_again_when_asked() {
    let place = Place::empty();
    fs::write(place.photo("broken.jpg"), "no picture").unwrap();
    let library = place.open();
    library.add_folder(&place.photos()).unwrap();
    watched(&library, |_, events| {
        events.wait_for(|event| matches!(event, Event::Failed { .. }));
        events.wait_for(|event| *event == Event::UpToDate);
        library.retry_failures().unwrap();
        events.wait_for(|event| matches!(event, Event::Failed { .. }));
    });
    assert_eq!(library.failures().unwrap().len(), 1);
}
