//! `watch`: files that come, move and go are noticed while it runs.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::place::{Place, samples};

/// An event that has not come by now will not come: a test must fail rather than hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running `watch`, ended with the test.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(place: &Place) -> Self {
        let mut child =
            place.command().arg("watch").arg(place.photos()).stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut watch = Self { child, lines };
        watch.wait_for("up_to_date");
        watch
    }

    /// The next event of this name.
    fn wait_for(&mut self, name: &str) -> Value {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no event {name} came"));
            let event: Value = serde_json::from_str(&line).unwrap();
            if event["event"] == name {
                return event;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn new_renamed_and_deleted_photos_are_noticed() {
    let place = Place::with_classes(&["hat"]);
    let mut watch = Watch::start(&place);

    fs::copy(samples().join("shoes/shoes-1.jpg"), place.photo("new.jpg")).unwrap();
    let indexed = watch.wait_for("indexed");
    assert!(indexed["path"].as_str().unwrap().ends_with("new.jpg"));

    fs::rename(place.photo("new.jpg"), place.photo("renamed.jpg")).unwrap();
    let moved = watch.wait_for("moved");
    assert_eq!(moved["photo"], indexed["photo"], "a renamed photo is the same photo");
    assert!(moved["path"].as_str().unwrap().ends_with("renamed.jpg"));

    place.add_class("shoes");
    assert!(watch.wait_for("indexed")["path"].as_str().unwrap().contains("shoes"));

    fs::remove_file(place.photo("renamed.jpg")).unwrap();
    assert_eq!(watch.wait_for("removed")["photo"], indexed["photo"]);
}

#[test]
fn a_folder_that_goes_and_comes_back_is_offline_meanwhile() {
    let place = Place::with_classes(&["hat"]);
    let mut watch = Watch::start(&place);
    let away = place.root().join("unplugged");
    fs::rename(place.photos(), &away).unwrap();
    watch.wait_for("offline");
    fs::rename(&away, place.photos()).unwrap();
    watch.wait_for("online");
    watch.wait_for("up_to_date");
    fs::copy(samples().join("shoes/shoes-1.jpg"), place.photo("new.jpg")).unwrap();
    assert!(watch.wait_for("indexed")["path"].as_str().unwrap().ends_with("new.jpg"), "it is live again");
    drop(watch);
    assert_eq!(place.library().len(), 7);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_cleanly() {
    let place = Place::with_classes(&["hat"]);
    let mut watch = Watch::start(&place);
    let pid = watch.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}
