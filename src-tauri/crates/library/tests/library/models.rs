//! Choosing another model: the one before answers until the other has read all photos, and there is a way back.

use std::fs::{self, File};
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use library::{
    Bands, BuiltInModel, Calibration, Control, Event, Import, Library, ModelInfo, ModelKey, ModelState,
    Options, Source, Use,
};

use crate::place::{Place, example, like, names, samples, update, watched};

const FAST: ModelKey = ModelKey::BuiltIn(BuiltInModel::Fast);
const ACCURATE: ModelKey = ModelKey::BuiltIn(BuiltInModel::Accurate);

/// A model of a few hundred bytes: its vectors are the picture itself, 12 by 10 pixels.
fn tiny(name: &str) -> PathBuf {
    let golden = "../image-embedder/tests/golden";
    Path::new(env!("CARGO_MANIFEST_DIR")).join(golden).join(name).with_extension("tflite")
}

fn import(library: &Library, name: &str) -> ModelKey {
    library.import_model(&tiny("uint8"), &Import { name: Some(name.into()), ..Import::default() }).unwrap()
}

fn info(library: &Library, key: ModelKey) -> ModelInfo {
    library.models().unwrap().into_iter().find(|model| model.key == key).unwrap()
}

/// One thread takes long enough over a few photos for it to be ended among them.
fn open_slow(place: &Place) -> Library {
    let options = Options { threads: NonZeroUsize::new(1), ..Options::default() };
    Library::open_with(&place.data(), &options).unwrap()
}

/// Photos found by a hat, the hat itself aside.
fn found(place: &Place, library: &Library) -> usize {
    library.query(&like(place.id(library, "hat/hat-1.jpg"), 100)).unwrap().len()
}

/// Updates until the first photos were read for another model, and no further.
fn update_a_little(library: &Library) {
    let control = Control::default();
    let summary = library.update(&control, &mut |event| {
        if matches!(event, Event::Switching { done, .. } if done > 0) {
            control.cancel();
        }
    });
    assert!(!summary.unwrap().switched);
}

#[test]
fn the_model_before_answers_until_another_has_read_all_photos() {
    let place = Place::with_classes(&["hat", "shoes", "dress", "pants"]);
    drop(place.indexed());
    let library = open_slow(&place);
    assert_eq!(library.use_model(ACCURATE).unwrap(), Use::Begins { outstanding: 24 });
    assert_eq!(found(&place, &library), 23);
    assert_eq!(info(&library, ACCURATE).state, ModelState::Wanted);

    // Ended in the middle; photos that came meanwhile are found.
    place.add("shirt/shirt-1.jpg");
    update_a_little(&library);
    let status = library.status().unwrap();
    let switching = status.switching.unwrap();
    assert_eq!((status.model.as_str(), switching.model.as_str()), ("efficientnet-lite0-int8", "accurate"));
    assert!(switching.done < switching.total && switching.total == 25, "{switching:?}");
    assert_eq!(found(&place, &library), 24);

    // It goes on after a start, and takes over with the next one.
    drop(library);
    let library = place.open();
    let mut steps = Vec::new();
    let summary = library.update(&Control::default(), &mut |event| match event {
        Event::Switching { done, total, answers, .. } => {
            assert_eq!(answers, "fast");
            steps.push((done, total));
        }
        Event::Switched { model } => assert_eq!(model, "accurate"),
        _ => {}
    });
    assert!(summary.unwrap().switched && library.is_superseded().unwrap());
    assert_eq!(steps.last(), Some(&(25, 25)));
    assert!(steps[0].0 >= switching.done, "what was read is not read again: {steps:?}");
    assert_eq!(found(&place, &library), 24);
    drop(library);
    let library = place.open();
    let status = library.status().unwrap();
    assert_eq!((status.model.as_str(), status.switching), ("efficientnet-lite2-int8", None));
    assert_eq!(found(&place, &library), 24);
    let hat = place.id(&library, "hat/hat-1.jpg");
    let like_it = library.query(&like(hat, 2)).unwrap();
    assert!(names(&like_it).iter().all(|name| name.starts_with("hat-")), "{like_it:?}");
}

/// The fast model as earlier versions used it.
const FAST_EARLIER: ModelKey = ModelKey::Earlier(BuiltInModel::Fast);

/// Photos that an earlier version has read, and its choice of a model.
fn read_by_an_earlier_version(place: &Place) {
    place.open().set_setting("model.serving", "fast-earlier").unwrap();
    place.indexed().set_setting("model.serving", "fast").unwrap();
}

#[test]
fn photos_read_by_an_earlier_version_are_found_by_its_vectors_until_they_are_read_anew() {
    let place = Place::with_classes(&["hat", "shoes", "dress", "pants"]);
    read_by_an_earlier_version(&place);
    let library = open_slow(&place);
    let switching = library.switching().unwrap().unwrap();
    assert_eq!((switching.key, switching.done, switching.total), (FAST, 0, 24));
    assert_eq!(info(&library, FAST_EARLIER).state, ModelState::Serving);
    assert_eq!(info(&library, FAST).state, ModelState::Wanted);

    // What it finds is what that version found, also by a file that it has not read.
    update_a_little(&library);
    assert_eq!(found(&place, &library), 23);
    let bytes = fs::read(place.photo("shoes/shoes-2.jpg")).unwrap();
    let best = &library.search(&[example(Source::Bytes(bytes.into()))], 1).unwrap()[0];
    assert!(best.path.ends_with("shoes-2.jpg") && best.similarity > 0.99, "{best:?}");

    // Photos that come meanwhile are found at once, and the next start goes on where this one ended.
    drop(library);
    place.add("shirt/shirt-1.jpg");
    let library = place.open();
    let mut answered = Vec::new();
    let summary = library.update(&Control::default(), &mut |event| {
        if let Event::Switching { answers, .. } = event {
            answered.push((answers, found(&place, &library)));
        }
    });
    assert!(summary.unwrap().switched);
    assert!(!answered.is_empty() && answered.iter().all(|one| *one == ("fast-earlier".to_owned(), 24)));

    drop(library);
    let library = place.open();
    assert_eq!((library.switching().unwrap(), found(&place, &library)), (None, 24));
    assert_eq!(info(&library, FAST).state, ModelState::Serving);
    assert!(library.models().unwrap().iter().all(|model| model.key != FAST_EARLIER));
    assert_eq!(update(&library).indexed, 0, "nothing is to be read");
    assert_eq!(found(&place, &library), 24);

    // What the earlier version had made is dropped, now that nothing needs it.
    library.set_setting("model.serving", "fast-earlier").unwrap();
    drop(library);
    assert_eq!(info(&place.open(), FAST_EARLIER).embedded, 0);
}

#[test]
fn who_wished_for_another_model_in_an_earlier_version_gets_that_one() {
    let place = Place::with_classes(&["hat", "shoes"]);
    read_by_an_earlier_version(&place);
    // As that version would have noted it.
    let library = place.open();
    library.set_setting("model.serving", "fast").unwrap();
    library.set_setting("model.wanted", "accurate").unwrap();
    drop(library);
    let library = place.open();
    assert_eq!(library.switching().unwrap().unwrap().key, ACCURATE);
    assert!(update(&library).switched);
    drop(library);
    let library = place.open();
    assert_eq!(info(&library, ACCURATE).state, ModelState::Serving);
    assert_eq!(found(&place, &library), 11);
}

#[test]
fn a_switch_can_be_undone_before_and_after() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let library = place.indexed();
    library.use_model(ACCURATE).unwrap();
    update_a_little(&library);
    assert_eq!(library.use_model(FAST).unwrap(), Use::Serves);
    assert_eq!(library.switching().unwrap(), None);
    assert!(!update(&library).switched);
    assert_eq!(library.status().unwrap().model, "efficientnet-lite0-int8");

    library.use_model(ACCURATE).unwrap();
    assert!(update(&library).switched);
    drop(library);
    let library = place.open();
    let before = info(&library, FAST);
    assert_eq!((before.state, before.embedded, before.photos), (ModelState::Idle, 12, 12));
    assert_eq!(library.use_model(FAST).unwrap(), Use::TakesOver);
    drop(library);
    let library = place.open();
    assert_eq!(library.status().unwrap().model, "efficientnet-lite0-int8");
    assert_eq!(found(&place, &library), 11);
    assert_eq!(update(&library).indexed, 0, "nothing is to be read for it");
}

#[test]
fn a_watch_ends_when_another_model_takes_over() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let library = place.indexed();
    let (control, mut chosen, mut switched) = (Control::default(), false, false);
    let ended = library.watch(&control, &mut |event| {
        if switched {
            // It goes on: end it, so that the test fails rather than hangs.
            control.cancel();
        }
        switched |= matches!(event, Event::Switched { .. });
        if matches!(event, Event::UpToDate) && !chosen {
            chosen = true;
            library.use_model(ACCURATE).unwrap();
        }
    });
    ended.unwrap();
    assert!(switched && !control.is_cancelled());
    drop(library);
    assert_eq!(place.open().status().unwrap().model, "efficientnet-lite2-int8");
}

#[test]
fn photos_that_come_while_a_watch_reads_for_another_model_are_found_at_once() {
    let place = Place::with_classes(&["hat", "shoes", "dress"]);
    let library = place.indexed();
    watched(&library, |control, events| {
        events.wait_for(|event| matches!(event, Event::UpToDate));
        // Held, it never takes over in this test.
        control.pause();
        library.use_model(ACCURATE).unwrap();
        place.add("shirt/shirt-1.jpg");
        control.resume();
        let path = place.photo("shirt/shirt-1.jpg");
        events.wait_for(|event| matches!(event, Event::Indexed { path: indexed, .. } if *indexed == path));
        assert_eq!(found(&place, &library), 18);
        events.wait_for(|event| matches!(event, Event::Switched { .. }));
    });
}

#[test]
fn a_model_that_the_person_brings_is_used_like_ours() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let library = place.indexed();
    let copy = place.root().join("tiny.tflite");
    fs::copy(tiny("uint8"), &copy).unwrap();
    let key =
        library.import_model(&copy, &Import { name: Some("Tiny".into()), ..Import::default() }).unwrap();
    assert_eq!(library.model_named("tiny").unwrap(), key);
    let tiny = info(&library, key);
    assert_eq!((tiny.name.as_str(), tiny.dimension, tiny.input), ("Tiny", 360, (12, 10)));
    assert_eq!((tiny.state, tiny.calibration), (ModelState::Idle, Calibration::Nothing));
    assert!(tiny.milliseconds.is_some_and(|time| time > 0.0));
    // The file itself is needed no more.
    fs::remove_file(&copy).unwrap();

    assert_eq!(library.use_model(key).unwrap(), Use::Begins { outstanding: 12 });
    assert_eq!(library.remove_model(key).unwrap_err().code(), "model_in_use");
    assert!(update(&library).switched);
    drop(library);
    let library = place.open();
    assert_eq!(library.status().unwrap().model, "Tiny");
    assert_eq!(found(&place, &library), 11);
    assert_eq!(library.remove_model(key).unwrap_err().code(), "model_in_use");
    library.use_model(FAST).unwrap();
    drop(library);

    let library = place.open();
    library.remove_model(key).unwrap();
    assert_eq!(library.models().unwrap().len(), 2);
    assert_eq!(library.model_named("tiny").unwrap_err().code(), "model_unknown");
    assert_eq!(fs::read_dir(place.data().join("models")).unwrap().count(), 0);
    assert_eq!(found(&place, &library), 11);
}

#[test]
fn what_is_no_usable_model_is_refused() {
    let place = Place::empty();
    let library = place.open();
    let refused = |path: &Path, normalization: Option<(Vec<f32>, Vec<f32>)>| {
        let import = Import { name: None, normalization };
        library.import_model(path, &import).unwrap_err().code().to_owned()
    };
    assert_eq!(refused(&tiny("none"), None), "model_missing");
    assert_eq!(refused(&samples().join("hat/hat-1.jpg"), None), "not_a_model");
    assert_eq!(refused(&tiny("int8"), None), "unsupported_input");
    assert_eq!(refused(&tiny("float-no-metadata"), None), "missing_normalization");
    let wrong = Some((vec![0.0], vec![0.0]));
    assert_eq!(refused(&tiny("float-no-metadata"), wrong), "invalid_normalization");
    // Values so large that their vector has no direction: there is nothing to search by.
    let blind = Some((vec![3e38], vec![1.0]));
    assert_eq!(refused(&tiny("float-no-metadata"), blind), "model_unfit");
    assert_eq!(library.models().unwrap().len(), 2);
    assert!(!place.data().join("models").exists(), "nothing is kept");

    let given = Import { name: None, normalization: Some((vec![127.5], vec![127.5])) };
    let key = library.import_model(&tiny("float-no-metadata"), &given).unwrap();
    assert_eq!(info(&library, key).name, "float-no-metadata");
    assert_eq!(library.import_model(&tiny("float-no-metadata"), &given).unwrap(), key, "once is enough");
    let other = Import { name: None, normalization: Some((vec![0.0], vec![255.0])) };
    assert_ne!(library.import_model(&tiny("float-no-metadata"), &other).unwrap(), key);
}

#[test]
fn a_library_opens_also_when_the_file_of_its_model_is_damaged() {
    let place = Place::with_classes(&["hat"]);
    let library = place.indexed();
    let key = import(&library, "Tiny");
    library.use_model(key).unwrap();
    assert!(update(&library).switched);
    drop(library);
    let copy = fs::read_dir(place.data().join("models")).unwrap().next().unwrap().unwrap().path();
    fs::write(&copy, "damaged").unwrap();

    let library = place.open();
    assert_eq!(library.status().unwrap().model, "efficientnet-lite0-int8");
    assert_eq!(found(&place, &library), 5);
    assert!(!info(&library, key).usable);
    // Brought again, it goes on where it was.
    assert_eq!(import(&library, "Other"), key);
    drop(library);
    assert_eq!(place.open().status().unwrap().model, "Tiny");
}

#[test]
fn a_model_that_gives_nothing_for_many_photos_does_not_take_over() {
    let place = Place::with_classes(&["hat"]);
    for side in [40, 50, 60] {
        fs::write(place.photo(&format!("black-{side}.bmp")), black(side)).unwrap();
    }
    let library = place.indexed();
    let key = import(&library, "Tiny");
    library.use_model(key).unwrap();
    let mut reasons = Vec::new();
    let summary = library.update(&Control::default(), &mut |event| {
        if let Event::SwitchFailed { model, reason } = event {
            reasons.push(format!("{model}: {reason}"));
        }
    });
    assert!(!summary.unwrap().switched);
    assert_eq!(reasons, ["Tiny: it gives nothing to search by for 3 of 9 pictures"]);
    assert_eq!(library.switching().unwrap(), None);
    assert_eq!(found(&place, &library), 8, "and no photo went");
}

/// A picture whose pixels are all 0, which a model that hands pixels through gives as zeros.
fn black(side: u32) -> Vec<u8> {
    let row = (side * 3).next_multiple_of(4);
    let length = 54 + row * side;
    let mut bytes = b"BM".to_vec();
    for value in [length, 0, 54, 40, side, side] {
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([1, 0, 24, 0]);
    bytes.resize(length as usize, 0);
    bytes
}

/// The sample photos again and again, each time as other files: to the library they are other pictures.
fn many_pictures(times: u8) -> Place {
    let place = Place::empty();
    for class in fs::read_dir(samples()).unwrap() {
        for sample in fs::read_dir(class.unwrap().path()).unwrap() {
            let sample = sample.unwrap().path();
            let name = sample.file_stem().unwrap().to_str().unwrap();
            for time in 0..times {
                let copy = place.photo(&format!("{name}-{time}.jpg"));
                fs::copy(&sample, &copy).unwrap();
                // Behind the picture's end.
                File::options().append(true).open(copy).unwrap().write_all(&[time]).unwrap();
            }
        }
    }
    place
}

#[test]
fn a_model_that_is_brought_is_calibrated_on_the_persons_own_pictures() {
    let place = many_pictures(4);
    let library = place.indexed();
    let key = import(&library, "Tiny");
    library.use_model(key).unwrap();
    let mut told = 0;
    let summary = library.update(&Control::default(), &mut |event| {
        told += u32::from(matches!(event, Event::Calibrating { .. }));
    });
    assert!(summary.unwrap().switched);
    drop(library);
    let library = place.open();
    let tiny = info(&library, key);
    assert!(matches!(tiny.calibration, Calibration::Library { pictures: 240, .. }), "{tiny:?}");
    let Bands { near_identical, very_similar, similar, related } = tiny.bands;
    assert!(near_identical >= very_similar && very_similar >= similar && similar >= related, "{tiny:?}");
    // Pixels of two pictures are alike to begin with: the limits of the fast model would call all of them related.
    assert!(related > 0.6 && near_identical > 0.95, "{tiny:?}");
    assert_ne!(tiny.bands, info(&library, FAST).bands);
}

#[test]
fn photos_of_an_absent_folder_are_found_by_another_model_and_read_by_it_when_they_are_back() {
    let place = Place::with_classes(&["hat", "shoes", "dress"]);
    let (drive, away) = (place.root().join("drive"), place.root().join("away"));
    fs::rename(place.photo("dress"), &drive).unwrap();
    let library = place.indexed();
    library.add_folder(&drive).unwrap();
    update(&library);
    let dress = library.timeline(&library::Filter::default()).unwrap().into_iter().map(|photo| photo.id);
    let dress =
        dress.into_iter().find(|id| library.photo_path(*id).unwrap().ends_with("dress-1.jpg")).unwrap();
    fs::rename(&drive, &away).unwrap();
    assert_eq!(update(&library).offline, 6);

    library.use_model(ACCURATE).unwrap();
    let mut steps = Vec::new();
    let summary = library.update(&Control::default(), &mut |event| {
        if let Event::Switching { done, total, .. } = event {
            steps.push((done, total));
        }
    });
    assert!(summary.unwrap().switched);
    assert_eq!(steps.last(), Some(&(18, 18)), "those of the drive count");
    drop(library);
    let library = place.open();
    assert_eq!(library.status().unwrap().model, "efficientnet-lite2-int8");
    let found = |library: &Library| {
        let found = library.query(&like(dress, 3)).unwrap();
        names(&found).iter().filter(|name| name.starts_with("dress-")).count()
    };
    assert!(found(&library) >= 2, "photos on the drive are forgotten");
    let by_thumbnail = library.query(&like(dress, 17)).unwrap();
    assert_eq!(by_thumbnail.len(), 17);
    assert_eq!(update(&library).indexed, 0, "there is nothing to read");

    fs::rename(&away, &drive).unwrap();
    let back = update(&library);
    assert_eq!((back.indexed, back.offline), (6, 0), "{back:?}");
    let by_file = library.query(&like(dress, 17)).unwrap();
    assert_ne!(by_file, by_thumbnail, "the vectors are those of the files");
    assert!(found(&library) >= 2);
    assert_eq!(update(&library).indexed, 0);
    let verified = library.verify(false, &Control::default(), &mut |_| {}).unwrap();
    assert_eq!(verified.findings, []);
}
