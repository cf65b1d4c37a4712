//! Files that are no photos, or broken ones: each is listed with a reason, and nothing else suffers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use hostile::pictures::{self, Fate};
use serde_json::Value;

use crate::place::{Place, samples};

fn reason(summary: &Value, name: &str) -> String {
    let failures = summary["failures"].as_array().unwrap();
    let failure = failures.iter().find(|failure| failure["path"].as_str().unwrap().ends_with(name));
    failure.unwrap_or_else(|| panic!("{name} is not listed: {failures:?}"))["reason"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn each_bad_file_is_listed_with_a_reason_and_the_good_ones_are_searchable() {
    let place = Place::with_classes(&["hat"]);
    let jpeg = fs::read(samples().join("shoes/shoes-1.jpg")).unwrap();
    fs::write(place.photo("empty.jpg"), b"").unwrap();
    fs::write(place.photo("text.jpg"), "Dear diary,\n").unwrap();
    fs::write(place.photo("cut.jpg"), &jpeg[..600]).unwrap();
    fs::create_dir(place.photo("directory.jpg")).unwrap();
    // Not what its name says, but a picture all the same.
    fs::write(place.photo("really-a-jpeg.png"), &jpeg).unwrap();

    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&7.into(), &3.into()), "{summary}");
    assert!(reason(&summary, "empty.jpg").contains("empty"));
    reason(&summary, "text.jpg");
    reason(&summary, "cut.jpg");
    let found = place.search(&[samples().join("shoes/shoes-1.jpg").to_str().unwrap(), "-n", "1"]);
    assert_eq!(found, ["really-a-jpeg.png"]);
    assert_eq!(place.json(&["status"])["failed"], 3);
}

/// How many good photos there are beside the bad files, unless the variable `LOOKALIKE_GOOD_PHOTOS` says otherwise.
const GOOD_PHOTOS: usize = 300;

/// Memory that no process of the command needs, whatever it reads: what photos in flight may take together, and the
/// programs themselves.
#[cfg(target_os = "linux")]
const MOST_MEMORY: u64 = 1 << 30;

/// Good photos, each a file of its own: the samples again and again, with a number behind the end of the picture.
fn add_good_photos(place: &Place, count: usize) -> BTreeSet<String> {
    let classes = fs::read_dir(samples()).unwrap().map(|class| class.unwrap().path());
    let mut photos: Vec<Vec<u8>> = classes
        .flat_map(|class| fs::read_dir(class).unwrap())
        .map(|photo| fs::read(photo.unwrap().path()).unwrap())
        .collect();
    photos.sort();
    fs::create_dir(place.photo("good")).unwrap();
    let numbered = (0..count).zip(photos.iter().cycle());
    numbered
        .map(|(number, photo)| {
            let name = format!("good/{number}.jpg");
            fs::write(place.photo(&name), [photo, number.to_string().as_bytes()].concat()).unwrap();
            name
        })
        .collect()
}

/// Every bad file, some of the good ones of imaging cut in half, and how each is to end.
fn add_bad_files(place: &Place) -> BTreeMap<String, Fate> {
    fs::create_dir(place.photo("bad")).unwrap();
    let mut fates = BTreeMap::new();
    for picture in pictures::all().into_iter().chain(pictures::halves()) {
        let name = format!("bad/{}", picture.name);
        fs::write(place.photo(&name), &picture.bytes).unwrap();
        fates.insert(name, picture.fate);
    }
    fates
}

/// What a scan must not even open: a directory, a pipe, a link to a device, and where we may make one, a device. Returns
/// what is to be listed.
fn add_what_is_no_file(place: &Place) -> Vec<String> {
    fs::create_dir(place.photo("bad/photo.jpg")).unwrap();
    let mut listed = Vec::new();
    #[cfg(unix)]
    {
        let run = |program: &str, arguments: &[&str]| {
            let mut command = std::process::Command::new(program);
            command.args(arguments).stderr(std::process::Stdio::null()).status().unwrap().success()
        };
        assert!(run("mkfifo", &[place.photo("bad/pipe.jpg").to_str().unwrap()]));
        std::os::unix::fs::symlink("/dev/zero", place.photo("bad/endless.jpg")).unwrap();
        listed.extend(["bad/pipe.jpg", "bad/endless.jpg"].map(str::to_owned));
        // Only the superuser may.
        if run("mknod", &[place.photo("bad/device.jpg").to_str().unwrap(), "c", "1", "5"]) {
            listed.push("bad/device.jpg".to_owned());
        }
    }
    listed
}

#[test]
fn among_good_photos_every_bad_file_is_listed_and_every_good_photo_found() {
    let place = Place::empty();
    let count = std::env::var("LOOKALIKE_GOOD_PHOTOS").map_or(GOOD_PHOTOS, |count| count.parse().unwrap());
    let good = add_good_photos(&place, count);
    let bad = add_bad_files(&place);
    let no_files = add_what_is_no_file(&place);
    let is_shown = |fate: &Fate| *fate == Fate::Shown;
    let shown = bad.iter().filter(|(_, fate)| is_shown(fate)).map(|(name, _)| name.clone());
    let expected: BTreeSet<String> = good.into_iter().chain(shown).collect();
    let refused = bad.iter().filter(|(_, fate)| !is_shown(fate)).map(|(name, _)| name);
    let refused: Vec<&String> = refused.chain(&no_files).collect();

    let (summary, memory) = measured_index(&place);
    for name in &refused {
        assert!(reads_well(&reason(&summary, name)), "{name}: {}", reason(&summary, name));
    }
    assert_eq!(summary["failures"].as_array().unwrap().len(), refused.len(), "{}", summary["failures"]);
    assert_eq!(place.library(), expected);
    assert_eq!(place.json(&["verify"])["sound"], true);
    assert_eq!(place.index()["indexed"], 0, "none is read again");
    println!(
        "{count} good photos, {} strange ones and {} bad files: {} listed, {} searchable, {} s, {} MB at most",
        expected.len() - count,
        refused.len(),
        refused.len(),
        expected.len(),
        summary["seconds"],
        memory >> 20,
    );
    #[cfg(target_os = "linux")]
    assert!(memory < MOST_MEMORY, "{} MB", memory >> 20);
}

/// Words for a person, and none of a program's.
fn reads_well(reason: &str) -> bool {
    let program_words = ["::", "{", "Error", "Err(", "panicked", "None", "0 x 0"];
    (reason.starts_with("the ") || reason.starts_with("this ") || reason.starts_with("opening "))
        && !program_words.iter().any(|word| reason.contains(word))
}

/// Indexes the photo folder and tells the most memory that a process held for it. Fails when it takes for ever.
#[cfg(target_os = "linux")]
fn measured_index(place: &Place) -> (Value, u64) {
    const PATIENCE: &str = "1800";
    let mut command = std::process::Command::new("timeout");
    command.args(["--signal=KILL", PATIENCE]).arg(place.command().get_program());
    let inner = place.command();
    #[expect(clippy::zombie_processes, reason = "wait4 waits for it, which also tells its memory")]
    let mut child = command
        .args(inner.get_args())
        .args(["--json", "index"])
        .arg(place.photos())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let document = std::io::read_to_string(child.stdout.take().unwrap()).unwrap();
    let (mut status, mut usage) = (0, std::mem::MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: both pointers are to live variables of the right types, and the process is ours and was not waited for.
    let waited = unsafe { libc::wait4(child.id() as i32, &raw mut status, 0, usage.as_mut_ptr()) };
    assert_eq!((waited, status), (child.id() as i32, 0), "it did not come to an end");
    // SAFETY: all zeros are a valid value of it, and the call above has filled it in.
    let usage = unsafe { usage.assume_init() };
    // In KiB: the largest of the process and those it waited for.
    (serde_json::from_str(&document).unwrap(), (usage.ru_maxrss as u64) << 10)
}

/// Other systems do not tell how much memory it took.
#[cfg(not(target_os = "linux"))]
fn measured_index(place: &Place) -> (Value, u64) {
    (place.index(), 0)
}

#[test]
fn a_bad_file_is_tried_again_only_when_it_changes() {
    let place = Place::with_classes(&["hat"]);
    let path = place.photo("later.jpg");
    fs::write(&path, "not yet").unwrap();
    assert_eq!(place.index()["failed"], 1);
    let again = place.index();
    assert_eq!((&again["failed"], &again["scanned"], &again["unchanged"]), (&1.into(), &7.into(), &6.into()));
    assert!(!place.watch_once().contains(&"failed".to_owned()), "it is not read again");
    fs::copy(samples().join("shoes/shoes-1.jpg"), &path).unwrap();
    let mended = place.index();
    assert_eq!((&mended["failed"], &mended["indexed"]), (&0.into(), &1.into()));
    assert_eq!(mended["failures"], serde_json::json!([]));
}

#[test]
fn a_photo_that_breaks_leaves_the_results_and_is_listed() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    fs::write(place.photo("hat/hat-1.jpg"), "overwritten by something").unwrap();
    let summary = place.index();
    assert_eq!((&summary["failed"], &summary["unchanged"]), (&1.into(), &5.into()));
    assert!(!place.library().contains("hat/hat-1.jpg"));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_listed_and_never_opened() {
    let place = Place::with_classes(&["hat"]);
    let make_pipe = |name: &str| {
        let made = std::process::Command::new("mkfifo").arg(place.photo(name)).status().unwrap();
        assert!(made.success());
    };
    make_pipe("pipe.jpg");
    std::os::unix::fs::symlink("/dev/zero", place.photo("zero.jpg")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(place.photo("socket.jpg")).unwrap();
    // Who writes to a pipe is woken by whoever opens it to read.
    let pipe = place.photo("pipe.jpg");
    let mut writer =
        std::process::Command::new("sh").args(["-c", "exec 3> \"$1\"", "sh"]).arg(&pipe).spawn().unwrap();
    let summary = place.index();
    assert!(writer.try_wait().unwrap().is_none(), "it still waits");
    writer.kill().unwrap();
    writer.wait().unwrap();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&6.into(), &3.into()), "{summary}");
    for name in ["pipe.jpg", "zero.jpg", "socket.jpg"] {
        assert!(reason(&summary, name).contains("no file"), "{name}: {}", reason(&summary, name));
    }
    assert_eq!(place.json(&["status"])["failed"], 3);
    let output = place.run(&["search", pipe.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no file"));

    // In the place of a photo, and a photo in its place.
    fs::remove_file(place.photo("hat/hat-1.jpg")).unwrap();
    make_pipe("hat/hat-1.jpg");
    fs::remove_file(&pipe).unwrap();
    fs::copy(samples().join("shoes/shoes-1.jpg"), &pipe).unwrap();
    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&1.into(), &3.into()), "{summary}");
    assert!(!place.library().contains("hat/hat-1.jpg") && place.library().contains("pipe.jpg"));
}

#[test]
fn a_query_that_cannot_be_read_says_why() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let text = place.root().join("note.jpg");
    fs::write(&text, "no picture").unwrap();
    for (file, expected) in [(text.to_str().unwrap(), "note.jpg"), ("nowhere.jpg", "no such file")] {
        let output = place.run(&["search", file]);
        assert_eq!(output.status.code(), Some(1));
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains(expected), "{message}");
    }
}

#[cfg(unix)]
#[test]
fn a_name_can_neither_hide_its_ending_nor_talk_to_the_terminal() {
    let place = Place::empty();
    let names = ["photo\u{202e}gpj.exe.jpg", "two\nlines.jpg", "\u{1b}]0;title\u{7}.jpg", "<img src=x>.jpg"];
    for (number, name) in (1..).zip(names) {
        fs::copy(samples().join(format!("hat/hat-{number}.jpg")), place.photo(name)).unwrap();
        fs::write(place.photo(&format!("bad {name}")), "no picture").unwrap();
    }
    let page = place.root().join("page.html");
    let (photos, hat) = (place.photos(), samples().join("hat/hat-5.jpg"));
    let (photos, page, hat) = (photos.to_str().unwrap(), page.to_str().unwrap(), hat.to_str().unwrap());
    let missing = place.photo("\u{1b}[2J.jpg");
    let shown: Vec<u8> = [
        place.run(&["index", photos]),
        place.run(&["search", hat]),
        place.run(&["search", missing.to_str().unwrap()]),
        place.run(&["contact-sheet", "--out", page, hat]),
    ]
    .into_iter()
    .flat_map(|output| [output.stdout, output.stderr].concat())
    .chain(fs::read(page).unwrap())
    .collect();
    let shown = String::from_utf8(shown).unwrap();
    assert!(shown.contains("photo[U+202E]gpj.exe.jpg") && shown.contains("two[U+000A]lines.jpg"), "{shown}");
    assert!(shown.contains("&lt;img src=x&gt;.jpg"));
    assert!(!shown.contains(['\u{202e}', '\u{1b}', '\u{7}']), "{shown}");
}

#[test]
fn a_damaged_photo_is_found_by_what_is_left_of_it_and_listed_with_how_much_is_missing() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let jpeg = fs::read(samples().join("dress/dress-1.jpg")).unwrap();
    fs::write(place.photo("cut.jpg"), &jpeg[..jpeg.len() * 3 / 4]).unwrap();
    let mut bad_sector = jpeg.clone();
    let middle = jpeg.len() / 2;
    bad_sector[middle..middle + 4096].fill(0);
    fs::write(place.photo("bad sector.jpg"), bad_sector).unwrap();

    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&14.into(), &0.into()), "{summary}");
    let damaged = summary["damaged"].as_array().unwrap();
    let missing = |name: &str| {
        let entry = damaged.iter().find(|photo| photo["path"].as_str().unwrap().ends_with(name));
        entry.unwrap_or_else(|| panic!("{name} is not listed: {damaged:?}"))["missing"].as_f64().unwrap()
    };
    assert!((0.1..0.5).contains(&missing("cut.jpg")), "{damaged:?}");
    assert!((0.001..0.5).contains(&missing("bad sector.jpg")), "{damaged:?}");
    assert_eq!(damaged.len(), 2);
    let query = samples().join("dress/dress-1.jpg");
    let found = place.search(&[query.to_str().unwrap(), "-n", "2"]);
    assert!(found.contains(&"cut.jpg".to_owned()), "{found:?}");
    assert_eq!(place.json(&["status"])["damaged"], 2);
    let told = String::from_utf8(place.run(&["index"]).stdout).unwrap();
    assert!(told.contains("cut.jpg") && told.contains("% of it is missing"), "{told}");
    // Mended from a backup.
    fs::write(place.photo("cut.jpg"), &jpeg).unwrap();
    assert_eq!(place.index()["damaged"].as_array().unwrap().len(), 1);
}
