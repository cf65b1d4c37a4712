//! The smaller commands, exit codes, and what happens when they are used wrongly.

use std::process::Stdio;

use serde_json::Value;

use crate::place::{Place, samples};

fn sample(name: &str) -> String {
    samples().join(name).to_str().unwrap().to_owned()
}

fn values(document: &Value) -> Vec<f64> {
    let values = document["embeddings"][0]["values"].as_array().unwrap();
    values.iter().map(|value| value.as_f64().unwrap()).collect()
}

#[test]
fn an_embedding_has_the_documented_shape_and_options() {
    let place = Place::empty();
    let hat = sample("hat/hat-1.jpg");
    let plain = place.json(&["embed", &hat]);
    let embedding = &plain["embeddings"][0];
    assert_eq!((&embedding["index"], &embedding["dimension"]), (&0.into(), &1280.into()));
    assert!(embedding["name"].is_string());

    let unit = values(&place.json(&["embed", &hat, "--l2-normalize"]));
    let norm = unit.iter().map(|value| value * value).sum::<f64>().sqrt();
    assert!((norm - 1.0).abs() < 1e-4, "{norm}");

    let quantized = values(&place.json(&["embed", &hat, "--l2-normalize", "--quantize"]));
    for (float, int8) in unit.iter().zip(&quantized) {
        assert!((float * 128.0 - int8).abs() <= 0.51, "{float} became {int8}");
    }
    let cropped = values(&place.json(&["embed", &hat, "--crop", "0,0,60,60"]));
    assert_ne!(cropped, values(&plain));
    let accurate = place.json(&["embed", &hat, "--model", "accurate", "--antialias", "--threads", "2"]);
    assert_eq!(accurate["embeddings"][0]["dimension"], 1280);
}

#[test]
fn similarity_is_one_for_the_same_photo_and_less_for_another() {
    let place = Place::empty();
    let (hat, shoe) = (sample("hat/hat-1.jpg"), sample("shoes/shoes-1.jpg"));
    let of = |one: &str, other: &str| place.json(&["similarity", one, other])["similarity"].as_f64().unwrap();
    assert!((of(&hat, &hat) - 1.0).abs() < 1e-6);
    assert!(of(&hat, &shoe) < 0.9);
}

#[test]
fn greys_that_a_network_has_nothing_to_say_of_are_alike_where_they_are_the_same() {
    let place = Place::empty();
    // Of all levels of grey, the fast model answers with zeros to these.
    for level in [120, 127, 134] {
        let grey = imaging::RgbImage::new(320, 240, vec![level; 3 * 320 * 240]).unwrap();
        let path = place.photo(&format!("{level}.jpg"));
        std::fs::write(path, imaging::encode_jpeg(&grey, 90).unwrap()).unwrap();
    }
    let grey = |level: u8| place.photo(&format!("{level}.jpg")).to_str().unwrap().to_owned();
    let of = |one: &str, other: &str| place.json(&["similarity", one, other])["similarity"].as_f64().unwrap();
    assert!((of(&grey(127), &grey(127)) - 1.0).abs() < 1e-6);
    assert!(of(&grey(120), &grey(134)).abs() < 1e-6);
    assert!(of(&grey(127), &sample("hat/hat-1.jpg")).abs() < 1e-6);
}

#[test]
fn more_results_than_there_are_photos_may_be_asked_for() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let most = usize::MAX.to_string();
    assert_eq!(place.search(&[&sample("shoes/shoes-1.jpg"), "-n", &most]).len(), 6);
}

#[test]
fn an_empty_library_answers_and_is_sound() {
    let place = Place::empty();
    assert!(place.search(&[&sample("hat/hat-1.jpg")]).is_empty());
    assert_eq!(place.json(&["verify"])["sound"], true);
    assert_eq!(place.json(&["status"])["photos"], 0);
}

#[test]
fn a_status_says_what_the_library_holds() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let status = place.json(&["status"]);
    assert_eq!((&status["photos"], &status["failed"]), (&6.into(), &0.into()));
    assert_eq!(status["folders"][0]["photos"], 6);
    assert_eq!((&status["index"]["kind"], &status["index"]["vectors"]), (&"exact".into(), &6.into()));
    assert_eq!(status["index"]["recall"], 1.0);
    for part in ["catalog", "thumbnails", "index"] {
        assert!(status["bytes"][part].as_u64().unwrap() > 0, "{part}: {status}");
    }
}

#[test]
fn a_second_process_is_told_that_the_library_is_in_use() {
    let place = Place::with_classes(&["hat"]);
    let mut first = place.command().arg("watch").arg(place.photos()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let stdout = first.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
    let second = place.run(&["status"]);
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another Lookalike is using"));
    assert!(place.run(&["status"]).status.success(), "a killed process holds nothing");
}

#[test]
fn wrong_usage_is_told_from_work_that_cannot_be_done() {
    let place = Place::with_classes(&["hat"]);
    let hat = sample("hat/hat-1.jpg");
    let no_crop = ["search", &hat, "--crop", "1,2,3"];
    let two_crops = ["search", &hat, "--crop", "0,0,9,9", "--crop", "0,0,9,9"];
    let no_weight = ["search", &hat, "--weight", "0"];
    let (nothing, none_wanted) = (["search"], ["search", &hat, "-n", "0"]);
    for wrong in [&["frobnicate"][..], &nothing, &no_crop, &two_crops, &no_weight, &none_wanted] {
        assert_eq!(place.run(wrong).status.code(), Some(2), "{wrong:?}");
    }
    let beyond = ["search", &hat, "--crop", "0,0,100000,10"];
    let embed = ["embed", &hat, "--crop", "0,0,100000,10"];
    for impossible in [&beyond[..], &embed, &["index", "/no/such/folder"], &["remove", &hat]] {
        let output = place.run(impossible);
        assert_eq!(output.status.code(), Some(1), "{impossible:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "), "{impossible:?}");
    }
}

#[test]
fn help_manual_and_completions_are_there() {
    let place = Place::empty();
    let help = place.run(&["--help"]);
    let help = String::from_utf8_lossy(&help.stdout);
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let mut commands: Vec<&str> = listed.filter_map(|line| line.split_whitespace().next()).collect();
    commands.sort_unstable();
    let known = [
        "completions",
        "contact-sheet",
        "duplicates",
        "embed",
        "exclude",
        "help",
        "include",
        "index",
        "model",
        "remove",
        "search",
        "similarity",
        "status",
        "verify",
        "watch",
    ];
    assert_eq!(commands, known);
    for command in known.into_iter().filter(|command| *command != "help") {
        assert!(place.run(&[command, "--help"]).status.success(), "{command}");
    }
    for command in ["use", "import", "remove"] {
        assert!(place.run(&["model", command, "--help"]).status.success(), "model {command}");
    }
    let pages = place.run(&["manual"]);
    let pages = String::from_utf8_lossy(&pages.stdout);
    for command in known.into_iter().filter(|command| *command != "help") {
        let page = format!("lookalike-{command}.1");
        assert!(pages.lines().any(|line| line == page), "{page} is not among {pages}");
        assert!(place.run(&["manual", &page]).stdout.starts_with(b".ie"), "{page}");
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let output = place.run(&["completions", shell]);
        assert!(String::from_utf8_lossy(&output.stdout).contains("lookalike"), "{shell}");
    }
}

#[test]
fn a_contact_sheet_shows_queries_crops_and_results_and_links_to_nothing() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let page = place.root().join("sheet.html");
    let query = format!("{}@10,10,100,100", sample("hat/hat-2.jpg"));
    let written = place.run(&["contact-sheet", "--out", page.to_str().unwrap(), &query, "-n", "3"]);
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let html = std::fs::read_to_string(page).unwrap();
    assert_eq!(html.matches("<img").count(), 4, "one query, three results");
    assert_eq!(html.matches("class=crop").count(), 1);
    assert!(!html.contains("http") && !html.contains("file:") && !html.contains("<script"));
}

#[test]
fn a_profile_tells_where_the_time_went() {
    const STAGES: [&str; 9] =
        ["walk", "read", "hash", "decode", "thumbnail", "embed", "catalog", "index", "snapshot"];
    // A busy machine may hold up any stage of one run, but not the same one of each.
    let shows_what_takes_longer = (0..5).any(|_| {
        let place = Place::with_classes(&["hat"]);
        let photos = place.photos();
        let document = place.json(&["index", photos.to_str().unwrap(), "--profile"]);
        assert_eq!(document["indexed"], 6, "the summary is the same");
        let stages = document["profile"]["stages"].as_array().unwrap();
        let seconds = |stage: &str| {
            let time = stages.iter().find(|time| time["stage"] == stage);
            time.unwrap_or_else(|| panic!("no {stage}"))["seconds"].as_f64().unwrap()
        };
        for stage in STAGES {
            assert!(seconds(stage) > 0.0, "{stage}");
        }
        assert!(place.json(&["index"]).get("profile").is_none(), "only when asked for");
        seconds("embed") > seconds("walk")
    });
    assert!(shows_what_takes_longer, "walking took longer than embedding five times");
}
