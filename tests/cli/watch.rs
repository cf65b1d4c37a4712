//! `watch`: files that come, move and go are noticed while it runs.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

#[cfg(target_os = "linux")]
use crate::place::skipped;
use crate::place::{Place, samples};

/// An event that has not come by now will not come: a test must fail rather than hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running `watch`, ended with the test.
pub(crate) struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    pub(crate) fn start(place: &Place) -> Self {
        Self::start_on(place, &[place.photos()])
    }

    /// Starts to watch these folders, and waits until they are read.
    pub(crate) fn start_on(place: &Place, folders: &[PathBuf]) -> Self {
        let mut command = place.command();
        command.arg("watch").args(folders);
        let mut watch = Self::start_with(command);
        watch.wait_for("up_to_date");
        watch
    }

    /// Stops it, and changes so much in the photo folder that the system's queue of events is full.
    #[cfg(target_os = "linux")]
    pub(crate) fn stop_and_fill_queue(&self, place: &Place) {
        let queue = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
        self.signal("-STOP");
        // Two events each, at least. In turn, as the same twice would be one; and of few files, as many would have all of the
        // folder looked through.
        for number in 0..=queue.trim().parse::<usize>().unwrap() / 2 {
            fs::write(place.photo(&format!("{}.txt", number % 2)), "x").unwrap();
        }
    }

    fn start_with(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, lines }
    }

    /// Starts where the system watches no more than so many directories; none where that cannot be arranged.
    #[cfg(target_os = "linux")]
    fn start_with_limit(place: &Place, directories: usize) -> Option<Self> {
        let lower = format!("echo {directories} > /proc/sys/user/max_inotify_watches && exec \"$@\"");
        let namespace = |command: &str| {
            let mut unshare = Command::new("unshare");
            unshare.args(["--user", "--map-root-user", "sh", "-c", command, "sh"]);
            unshare
        };
        let trial = namespace(&lower).arg("true").output();
        if !trial.is_ok_and(|output| output.status.success()) {
            skipped("this system allows no namespace of users, so its limits cannot be lowered");
            return None;
        }
        let mut command = namespace(&lower);
        command.arg(env!("CARGO_BIN_EXE_lookalike")).arg("--data-dir").arg(place.data());
        command.arg("watch").arg(place.photos());
        Some(Self::start_with(command))
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn signal(&self, signal: &str) {
        assert!(
            Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success()
        );
    }

    /// Waits until nothing has been told for longer than a watch waits before it looks at something.
    #[cfg(target_os = "linux")]
    fn wait_until_idle(&mut self) {
        while self.lines.recv_timeout(Duration::from_secs(5)).is_ok() {}
    }

    /// Waits until the photo of this name is found.
    pub(crate) fn wait_for_photo(&mut self, name: &str) {
        while !self.wait_for("indexed")["path"].as_str().unwrap().ends_with(name) {}
    }

    /// The next event of this name.
    pub(crate) fn wait_for(&mut self, name: &str) -> Value {
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
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_with_more_directories_than_the_system_watches_says_so_and_is_read_all_the_same() {
    let place = Place::with_classes(&["hat", "shoes", "dress"]);
    let Some(mut watch) = Watch::start_with_limit(&place, 2) else { return };
    let not_live = watch.wait_for("not_live");
    assert!(not_live["reason"].as_str().unwrap().contains("max_user_watches"), "{not_live}");
    watch.wait_for("up_to_date");
    drop(watch);
    assert_eq!(place.library().len(), 18);
}

#[cfg(target_os = "linux")]
#[test]
fn directories_that_come_when_the_system_watches_no_more_are_noticed_by_looking() {
    let place = Place::with_classes(&["hat"]);
    let Some(mut watch) = Watch::start_with_limit(&place, 3) else { return };
    watch.wait_for("up_to_date");
    for class in ["shoes", "dress", "skirt"] {
        place.add_class(class);
    }
    watch.wait_for("not_live");
    // What is new until then is found because of that.
    watch.wait_until_idle();
    // In a directory that gives no events. It is looked through twice a minute.
    fs::create_dir(place.photo("skirt/more")).unwrap();
    fs::copy(samples().join("pants/pants-1.jpg"), place.photo("skirt/more/late.jpg")).unwrap();
    while !watch.wait_for("indexed")["path"].as_str().unwrap().ends_with("late.jpg") {}
}

#[cfg(target_os = "linux")]
#[test]
fn photos_whose_events_the_system_dropped_are_found() {
    let place = Place::with_classes(&["hat"]);
    let mut watch = Watch::start(&place);
    watch.stop_and_fill_queue(&place);
    fs::create_dir(place.photo("later")).unwrap();
    fs::copy(samples().join("shoes/shoes-1.jpg"), place.photo("later/unheard.jpg")).unwrap();
    watch.signal("-CONT");
    assert!(watch.wait_for("indexed")["path"].as_str().unwrap().ends_with("unheard.jpg"));
}

#[test]
fn a_thousand_files_changed_at_once_are_all_noticed() {
    let place = Place::with_classes(&["hat"]);
    let mut watch = Watch::start(&place);
    fs::create_dir(place.photo("many")).unwrap();
    for number in 0..1_000 {
        let copy = place.photo(&format!("many/{number}.jpg"));
        fs::copy(samples().join(format!("hat/hat-{}.jpg", number % 6 + 1)), copy).unwrap();
    }
    for _ in 0..1_000 {
        watch.wait_for("indexed");
    }
    fs::rename(place.photo("many"), place.photo("Many")).unwrap();
    for _ in 0..1_000 {
        watch.wait_for("moved");
    }
    drop(watch);
    assert_eq!(place.library().len(), 1_006);
}

#[test]
fn a_photo_renamed_by_case_alone_stays_one_photo() {
    let place = Place::with_classes(&["hat"]);
    let mut watch = Watch::start(&place);
    fs::rename(place.photo("hat/hat-1.jpg"), place.photo("hat/HAT-1.jpg")).unwrap();
    assert!(watch.wait_for("moved")["path"].as_str().unwrap().ends_with("HAT-1.jpg"));
    watch.wait_for("up_to_date");
    // Both names are told at once: that of a moment ago and that of now.
    fs::copy(samples().join("shoes/shoes-1.jpg"), place.photo("new.jpg")).unwrap();
    fs::rename(place.photo("new.jpg"), place.photo("NEW.jpg")).unwrap();
    while !watch.wait_for("indexed")["path"].as_str().unwrap().ends_with("NEW.jpg") {}
    watch.wait_for("up_to_date");
    drop(watch);
    assert_eq!(place.json(&["status"])["photos"], 7);
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_that_come_while_it_runs_make_no_photos() {
    let place = Place::with_classes(&["hat"]);
    let outside = place.root().join("outside");
    fs::create_dir_all(outside.join("in")).unwrap();
    let mut watch = Watch::start(&place);
    let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, place.photo(from)).unwrap();
    link("..", "hat/loop");
    link("../..", "hat/above");
    link(".", "self");
    fs::create_dir(place.photo("one")).unwrap();
    fs::create_dir(place.photo("two")).unwrap();
    link("../two", "one/two");
    link("../one", "two/one");
    // Through a place elsewhere and back.
    std::os::unix::fs::symlink(place.photos(), outside.join("in/back")).unwrap();
    link("../outside", "outside");
    for (number, way) in ["hat/loop/new.jpg", "self/hat/new.jpg", "new.jpg"].iter().enumerate() {
        let sample = samples().join(format!("shoes/shoes-{}.jpg", number + 1));
        fs::copy(sample, place.photo(way)).unwrap();
        watch.wait_for("up_to_date");
    }
    fs::copy(samples().join("dress/dress-1.jpg"), place.photo("last.jpg")).unwrap();
    while !watch.wait_for("indexed")["path"].as_str().unwrap().ends_with("/photos/last.jpg") {}
    watch.wait_for("up_to_date");
    drop(watch);
    let names = (1..=6).map(|number| format!("hat/hat-{number}.jpg"));
    let names = names.chain(["hat/new.jpg", "new.jpg", "last.jpg"].map(str::to_owned));
    assert_eq!(place.library(), names.collect());
}

#[test]
fn photos_that_are_deleted_while_it_runs_go_without_a_question() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let mut watch = Watch::start(&place);
    fs::remove_dir_all(place.photo("hat")).unwrap();
    for number in 1..=5 {
        fs::remove_file(place.photo(&format!("shoes/shoes-{number}.jpg"))).unwrap();
    }
    for _ in 0..11 {
        watch.wait_for("removed");
    }
    drop(watch);
    assert_eq!(place.json(&["status"])["photos"], 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_card_that_is_swapped_for_another_while_it_runs_is_told_from_it() {
    let place = Place::empty();
    let script = r#"
        mount -t tmpfs none /mnt; mkdir /mnt/1 /mnt/2; mount -t tmpfs none /mnt/1; mount -t tmpfs none /mnt/2
        cp "$samples"/hat/* /mnt/1; cp "$samples"/shoes/* /mnt/2
        mkfifo "$root/events"
        mount --bind /mnt/1 "$photos"
        "$program" --data-dir "$data" watch "$photos" > "$root/events" &
        watch=$!
        exec 3< "$root/events"
        wait_for() { while read -r line <&3; do case $line in *"\"event\":\"$1\""*) return;; esac; done; exit 7; }
        wait_for up_to_date
        umount "$photos"; mount --bind /mnt/2 "$photos"
        wait_for indexed; wait_for up_to_date
        umount "$photos"
        wait_for offline; wait_for up_to_date
        mount --bind /mnt/1 "$photos"
        wait_for online; wait_for up_to_date
        kill -TERM $watch; wait $watch
        lookalike --json status"#;
    let Some(printed) = crate::mounts::run(&place, script) else { return };
    let status = &crate::mounts::documents(&printed)[0];
    assert_eq!(status["photos"], 12, "{status}");
    assert_eq!(status["folders"][0]["absent"], 6, "{status}");
}

#[test]
fn a_photo_that_is_still_being_written_is_read_when_it_is_whole() {
    let place = Place::with_classes(&["hat"]);
    let mut watch = Watch::start(&place);
    let photo = fs::read(samples().join("shoes/shoes-1.jpg")).unwrap();
    let mut file = fs::File::create(place.photo("growing.jpg")).unwrap();
    file.write_all(&photo[..photo.len() / 2]).unwrap();
    // What there is of it is shown meanwhile.
    watch.wait_for_photo("growing.jpg");
    file.write_all(&photo[photo.len() / 2..]).unwrap();
    drop(file);
    watch.wait_for_photo("growing.jpg");
    drop(watch);
    assert_eq!(place.index()["failed"], 0);
    assert_eq!(place.json(&["status"])["damaged"], 0);
}
