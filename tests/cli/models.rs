//! Choosing another model, and bringing one's own, from a shell.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::place::{Place, samples};

/// A model of a few hundred bytes: its vectors are the picture itself, 12 by 10 pixels.
fn tiny(name: &str) -> PathBuf {
    let golden = "../image-embedder/tests/golden";
    Path::new(env!("CARGO_MANIFEST_DIR")).join(golden).join(name).with_extension("tflite")
}

/// The model with this name, as `model` lists it.
fn model(place: &Place, name: &str) -> Value {
    let listed = place.json(&["model"]);
    let models = listed["models"].as_array().unwrap();
    models.iter().find(|model| model["name"] == name).unwrap().clone()
}

fn error(place: &Place, arguments: &[&str]) -> String {
    let output = place.run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_models_are_listed_with_what_there_is_to_know() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let fast = model(&place, "fast");
    assert_eq!((&fast["state"], &fast["licence"]), (&json!("serving"), &json!("Apache-2.0")));
    assert_eq!(
        (&fast["dimension"], &fast["embedded"], &fast["photos"]),
        (&json!(1280), &json!(6), &json!(6))
    );
    assert_eq!(fast["calibration"]["from"], "card");
    assert!(fast["milliseconds"].as_f64().unwrap() > 0.0);
    assert_eq!(model(&place, "accurate")["state"], "idle");
    let text = String::from_utf8(place.run(&["model"]).stdout).unwrap();
    for line in ["fast  (answers)", "6 of 6 read", "near-identical from 0.93", "measured on labelled photos"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn searches_go_on_while_another_model_reads_and_it_takes_over_when_it_is_done() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let query = samples().join("shoes/shoes-2.jpg");
    let query = query.to_str().unwrap();
    let before = place.search(&[query]);
    assert_eq!(place.json(&["model", "use", "accurate"]), json!({ "outcome": "begins", "outstanding": 12 }));
    assert_eq!(place.search(&[query]), before);
    assert_eq!(place.json(&["status"])["switching"]["model"], "accurate");

    let indexed = place.index();
    assert_eq!(indexed["indexed"], 0, "no photo is new");
    let status = place.json(&["status"]);
    assert_eq!((&status["model"], &status["switching"]), (&json!("efficientnet-lite2-int8"), &Value::Null));
    assert_eq!(place.search(&[query]).len(), before.len());
    assert_eq!(place.json(&["verify"])["findings"], json!([]));

    // Back at once, as what the fast model has read is kept, until it is told to go.
    assert_eq!(place.json(&["model", "use", "fast"]), json!({ "outcome": "takes-over" }));
    assert_eq!(place.search(&[query]), before);
    place.json(&["model", "remove", "accurate"]);
    assert_eq!(model(&place, "accurate")["embedded"], 0);
    assert!(error(&place, &["model", "remove", "fast"]).contains("in use"));
}

#[test]
fn a_switch_is_undone_before_it_is_done() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    place.json(&["model", "use", "accurate"]);
    assert_eq!(place.json(&["model", "use", "fast"]), json!({ "outcome": "serves" }));
    place.index();
    assert_eq!(model(&place, "accurate")["embedded"], 0);
    assert_eq!(model(&place, "fast")["state"], "serving");
}

#[test]
fn a_model_of_ones_own_is_brought_used_and_removed() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let file = tiny("uint8");
    let brought = place.json(&["model", "import", file.to_str().unwrap(), "--name", "Pixels"]);
    assert_eq!((&brought["name"], &brought["dimension"]), (&json!("Pixels"), &json!(360)));
    assert_eq!(brought["calibration"]["from"], "nothing");
    place.json(&["model", "use", "pixels"]);
    place.index();
    assert_eq!(place.json(&["status"])["model"], "Pixels");

    let query = samples().join("shoes/shoes-2.jpg");
    let searched = place.run(&["search", query.to_str().unwrap()]);
    let found = String::from_utf8(searched.stdout).unwrap();
    assert!(found.lines().next().unwrap().contains("shoes-2.jpg"), "{found}");
    let told = String::from_utf8(searched.stderr).unwrap();
    assert!(told.contains("not measured yet"), "{told}");
    // To its vectors much is nearly identical; only pixels say what is.
    assert_eq!(found.matches("near-identical").count(), 1, "{found}");
    assert!(found.matches("very-similar").count() > 2, "{found}");
    fs::copy(&query, place.photo("copy.jpg")).unwrap();
    let image = imaging::decode(&fs::read(&query).unwrap(), None, &imaging::Limits::default()).unwrap().image;
    fs::write(place.photo("saved-again.jpg"), imaging::encode_jpeg(&image, 60).unwrap()).unwrap();
    place.index();
    let groups = place.json(&["duplicates"])["groups"].clone();
    assert_eq!(groups.as_array().unwrap().len(), 1, "{groups}");
    assert_eq!(groups[0].as_array().unwrap().len(), 3, "{groups}");

    // It has the photos that came meanwhile yet to read.
    place.json(&["model", "use", "fast"]);
    place.index();
    place.json(&["model", "remove", "Pixels"]);
    assert!(error(&place, &["model", "use", "Pixels"]).contains("there is no model"));
}

#[test]
fn a_float_model_that_does_not_tell_its_range_takes_it_from_the_command_line() {
    let place = Place::with_classes(&["hat"]);
    let file = tiny("float-no-metadata");
    let file = file.to_str().unwrap();
    assert!(error(&place, &["model", "import", file]).contains("give mean and std"));
    let output = place.run(&["model", "import", file, "--mean", "127.5"]);
    assert_eq!(output.status.code(), Some(2), "one without the other is wrong usage");
    place.json(&["model", "import", file, "--mean", "-1,0,1", "--std", "255,255,255", "--name", "x"]);
}

#[test]
fn what_is_no_model_is_refused() {
    let place = Place::with_classes(&["hat"]);
    let photo = samples().join("hat/hat-1.jpg");
    assert!(error(&place, &["model", "import", photo.to_str().unwrap()]).contains("not a TFLite model"));
    assert!(error(&place, &["model", "import", "none.tflite"]).contains("does not exist"));
    assert!(error(&place, &["model", "use", "none"]).contains("there is no model"));
}

#[test]
fn a_watch_goes_on_with_the_model_that_has_taken_over() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    place.json(&["model", "use", "accurate"]);
    let mut watch = place.command().arg("watch").arg(place.photos()).stdout(Stdio::piped()).spawn().unwrap();
    let mut events = BufReader::new(watch.stdout.take().unwrap())
        .lines()
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    assert!(events.any(|event| event["event"] == "switched" && event["model"] == "accurate"));
    assert!(events.any(|event| event["event"] == "up_to_date"));
    place.add_class("shoes");
    assert!(events.any(|event| event["event"] == "indexed"));
    assert!(events.any(|event| event["event"] == "up_to_date"));
    watch.kill().unwrap();
    watch.wait().unwrap();
    assert_eq!(model(&place, "accurate")["state"], "serving");
    assert_eq!(place.library().len(), 12);
}

#[test]
fn a_switch_that_is_killed_goes_on() {
    let place = Place::with_classes(&["hat", "shoes", "dress", "pants"]);
    place.index();
    place.json(&["model", "use", "accurate"]);
    let mut watch = place.command().arg("watch").arg(place.photos()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let begun = |line: String| {
        let event: Value = serde_json::from_str(&line).unwrap();
        event["event"] == "switching" && event["done"].as_u64().unwrap() > 0
    };
    assert!(lines.any(|line| begun(line.unwrap())));
    watch.kill().unwrap();
    watch.wait().unwrap();
    assert_eq!(place.library().len(), 24, "the model before answers");
    place.index();
    assert_eq!(model(&place, "accurate")["embedded"], 24);
    assert_eq!(model(&place, "accurate")["state"], "serving");
    assert_eq!(place.json(&["verify"])["findings"], json!([]));
}
