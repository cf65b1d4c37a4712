//! `watch` goes on hearing of everything when folders move, and when links and mounts in them come and go.

use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::mounts;
use crate::place::{Place, samples};
use crate::watch::Watch;

/// Puts a photo there that the library does not have, and waits until it is found.
fn assert_hears(watch: &mut Watch, place: &Place, name: &str) {
    let mut bytes = fs::read(samples().join("shoes/shoes-1.jpg")).unwrap();
    // Behind the picture's end: another file to us, the same to a decoder.
    bytes.extend_from_slice(name.as_bytes());
    fs::write(place.photo(name), bytes).unwrap();
    watch.wait_for_photo(name);
}

fn copy(sample: &str, to: &Path) {
    fs::copy(samples().join(sample), to).unwrap();
}

#[test]
fn a_folder_that_moves_with_a_link_to_one_above_takes_nobodys_events_along() {
    let place = Place::with_classes(&["hat"]);
    fs::create_dir_all(place.photo("p/s/t")).unwrap();
    copy("dress/dress-1.jpg", &place.photo("p/s/t/x.jpg"));
    symlink("../..", place.photo("p/s/t/up")).unwrap();
    let mut watch = Watch::start(&place);
    // The link leads to the whole folder now, and then to something beside.
    for (from, to) in [("p/s/t", "p/t2"), ("p/t2", "p/s/t3"), ("p/s/t3", "t4")] {
        fs::rename(place.photo(from), place.photo(to)).unwrap();
        while !watch.wait_for("moved")["path"].as_str().unwrap().ends_with(&format!("/photos/{to}/x.jpg")) {}
        watch.wait_for("up_to_date");
    }
    for name in ["new.jpg", "p/new.jpg", "p/s/new.jpg", "t4/new.jpg", "hat/new.jpg"] {
        assert_hears(&mut watch, &place, name);
    }
    drop(watch);
    let found = place.library();
    place.index();
    assert_eq!(place.library(), found, "a walk finds nothing else");
}

#[test]
fn a_folder_that_moves_out_and_back_is_live_again() {
    let place = Place::with_classes(&["hat"]);
    fs::create_dir(place.photo("hat/in")).unwrap();
    let mut watch = Watch::start(&place);
    for _ in 0..2 {
        fs::rename(place.photo("hat"), place.root().join("aside")).unwrap();
        watch.wait_for("removed");
        watch.wait_for("up_to_date");
        // Nothing that happens there is ours.
        copy("dress/dress-1.jpg", &place.root().join("aside/in/other.jpg"));
        fs::rename(place.root().join("aside"), place.photo("hat")).unwrap();
        watch.wait_for_photo("hat/in/other.jpg");
        watch.wait_for("up_to_date");
        assert_hears(&mut watch, &place, "hat/in/new.jpg");
        fs::remove_file(place.photo("hat/in/new.jpg")).unwrap();
        fs::remove_file(place.photo("hat/in/other.jpg")).unwrap();
        watch.wait_for("removed");
        watch.wait_for("removed");
    }
}

#[test]
fn a_folder_that_moves_from_one_watched_folder_to_another_is_live_there() {
    let place = Place::empty();
    let folders = ["one", "other"].map(|name| place.photo(name));
    fs::create_dir_all(place.photo("one/d/in")).unwrap();
    fs::create_dir(place.photo("other")).unwrap();
    copy("hat/hat-1.jpg", &place.photo("one/d/in/x.jpg"));
    let mut watch = Watch::start_on(&place, &folders);
    for (from, to) in [("one/d", "other/d"), ("other/d", "one/e")] {
        fs::rename(place.photo(from), place.photo(to)).unwrap();
        watch.wait_for("moved");
        watch.wait_for("up_to_date");
        assert_hears(&mut watch, &place, &format!("{to}/in/new.jpg"));
        fs::create_dir(place.photo(from)).unwrap();
        assert_hears(&mut watch, &place, &format!("{from}/new.jpg"));
        fs::remove_dir_all(place.photo(from)).unwrap();
    }
}

#[test]
fn a_folder_with_two_names_is_heard_of_by_both_and_by_each_when_the_other_goes() {
    let place = Place::with_classes(&["hat"]);
    symlink("hat", place.photo("link")).unwrap();
    let mut watch = Watch::start(&place);
    copy("shoes/shoes-1.jpg", &place.photo("hat/both.jpg"));
    let paths = [watch.wait_for("indexed"), watch.wait_for("indexed")].map(|event| event["path"].to_string());
    assert!(
        paths.iter().any(|path| path.contains("/hat/")) && paths.iter().any(|path| path.contains("/link/"))
    );

    // The link becomes a folder of its own.
    fs::remove_file(place.photo("link")).unwrap();
    fs::create_dir(place.photo("link")).unwrap();
    assert_hears(&mut watch, &place, "link/own.jpg");
    assert_hears(&mut watch, &place, "hat/still.jpg");

    // And the folder a link, to one outside that moves.
    let outside = place.root().join("outside/in");
    fs::create_dir_all(&outside).unwrap();
    fs::remove_dir_all(place.photo("link")).unwrap();
    symlink(&outside, place.photo("link")).unwrap();
    assert_hears(&mut watch, &place, "link/out.jpg");
    fs::rename(place.root().join("outside"), place.root().join("moved")).unwrap();
    fs::create_dir_all(&outside).unwrap();
    copy("dress/dress-1.jpg", &outside.join("other.jpg"));
    watch.wait_for_photo("link/other.jpg");
    assert_hears(&mut watch, &place, "link/later.jpg");
}

#[test]
fn a_link_whose_target_comes_and_goes_is_followed() {
    let place = Place::with_classes(&["hat"]);
    let away = place.root().join("away/in");
    symlink(&away, place.photo("link")).unwrap();
    let mut watch = Watch::start(&place);
    fs::create_dir_all(&away).unwrap();
    copy("shoes/shoes-1.jpg", &away.join("first.jpg"));
    watch.wait_for_photo("link/first.jpg");
    assert_hears(&mut watch, &place, "link/second.jpg");
}

#[test]
fn a_folder_that_is_away_for_a_moment_is_live_again() {
    let place = Place::with_classes(&["hat"]);
    let mut watch = Watch::start(&place);
    for number in 0..5 {
        fs::rename(place.photos(), place.root().join("away")).unwrap();
        fs::rename(place.root().join("away"), place.photos()).unwrap();
        assert_hears(&mut watch, &place, &format!("hat/{number}.jpg"));
    }
    // Another one in its place, without a pause.
    fs::create_dir_all(place.root().join("other/hat")).unwrap();
    fs::rename(place.photos(), place.root().join("away")).unwrap();
    fs::rename(place.root().join("other"), place.photos()).unwrap();
    assert_hears(&mut watch, &place, "hat/of-the-other.jpg");
}

/// All folders below one, by what is between.
fn folders_in(photos: &Path, below: &Path) -> Vec<String> {
    let entries = fs::read_dir(photos.join(below)).unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let inner = |name: &Path| {
        let mut found = vec![name.display().to_string()];
        found.extend(folders_in(photos, name));
        found
    };
    folders.flat_map(|entry| inner(&below.join(entry.file_name()))).collect()
}

/// Has two paths change places in one step.
fn exchange(one: &Path, other: &Path) {
    let [one, other] = [one, other].map(|path| CString::new(path.as_os_str().as_bytes()).unwrap());
    // SAFETY: both are strings that live until the call is over.
    let failed = unsafe {
        libc::renameat2(libc::AT_FDCWD, one.as_ptr(), libc::AT_FDCWD, other.as_ptr(), libc::RENAME_EXCHANGE)
    };
    assert_eq!(failed, 0, "{}", std::io::Error::last_os_error());
}

/// A watched folder with two folders, one of them further down, and two links to folders beside it.
fn with_folders_and_links() -> Place {
    let place = Place::with_classes(&["hat"]);
    for folder in ["a/in", "b/c/d/in"] {
        fs::create_dir_all(place.photo(folder)).unwrap();
    }
    for (name, sample) in [("one", "dress/dress-1.jpg"), ("two", "dress/dress-2.jpg")] {
        let outside = place.root().join(name);
        fs::create_dir_all(outside.join("in")).unwrap();
        copy(sample, &outside.join("in").join(format!("{name}.jpg")));
        symlink(&outside, place.photo(&format!("to-{name}"))).unwrap();
    }
    copy("shoes/shoes-2.jpg", &place.photo("a/in/x.jpg"));
    copy("shoes/shoes-3.jpg", &place.photo("b/c/d/in/y.jpg"));
    copy("shoes/shoes-4.jpg", &place.photo("file.jpg"));
    place
}

#[test]
fn what_changes_places_is_live_in_both() {
    let pairs = [
        ("a", "b"),
        ("b/c/d", "a"),
        ("to-one", "to-two"),
        ("to-one", "a"),
        ("b/c", "to-two"),
        ("file.jpg", "a"),
        ("b/c/d", "file.jpg"),
    ];
    for (one, other) in pairs {
        let place = with_folders_and_links();
        let mut watch = Watch::start(&place);
        // There and back.
        for number in 0..2 {
            exchange(&place.photo(one), &place.photo(other));
            watch.wait_for("moved");
            watch.wait_for("up_to_date");
            for folder in [one, other].map(|path| place.photo(path)).iter().filter(|path| path.is_dir()) {
                let relative = folder.strip_prefix(place.photos()).unwrap().display();
                assert_hears(&mut watch, &place, &format!("{relative}/new-{number}.jpg"));
                if folder.join("in").is_dir() {
                    assert_hears(&mut watch, &place, &format!("{relative}/in/new-{number}.jpg"));
                }
            }
            watch.wait_for("up_to_date");
        }
    }
}

#[test]
fn folders_that_change_places_beside_links_to_them_are_live_by_these() {
    let place = with_folders_and_links();
    symlink("a/in", place.photo("into-a")).unwrap();
    symlink("b/c/d", place.photo("into-b")).unwrap();
    let mut watch = Watch::start(&place);
    let pairs = [
        (place.root().join("one"), place.root().join("two")),
        (place.photo("a"), place.photo("b/c/d")),
        (place.photo("b"), place.root().join("one")),
        (place.photo("b"), place.root().join("one")),
    ];
    for (number, (one, other)) in pairs.iter().enumerate() {
        exchange(one, other);
        watch.wait_for("moved");
        watch.wait_for("up_to_date");
        for folder in ["a/in", "b", "b/c/d/in", "to-one/in", "to-two/in", "into-a", "into-b"] {
            if place.photo(folder).is_dir() {
                assert_hears(&mut watch, &place, &format!("{folder}/new-{number}.jpg"));
            }
        }
        watch.wait_for("up_to_date");
    }
}

#[test]
fn folders_that_move_on_before_it_is_heard_of_are_live() {
    let place = with_folders_and_links();
    let mut watch = Watch::start(&place);
    let moves: [&[(&str, &str)]; 4] = [
        // By a third name.
        &[("a", "third"), ("b", "a"), ("third", "b")],
        // Onto a folder that is empty, and what was further down to where the first was.
        &[("b", "empty"), ("a/c", "b")],
        // Into a folder, which then takes another's place.
        &[("b", "a/b"), ("a", "empty/a"), ("empty", "b")],
        &[("b", "hat"), ("hat", "third"), ("third", "b"), ("b/a", "third/a")],
    ];
    for (number, moves) in moves.into_iter().enumerate() {
        let _ = fs::remove_dir_all(place.photo("empty"));
        fs::create_dir(place.photo("empty")).unwrap();
        watch.signal("-STOP");
        for (from, to) in moves.iter().map(|(from, to)| (place.photo(from), place.photo(to))) {
            // Folders that are not empty change places.
            if fs::rename(&from, &to).is_err() {
                exchange(&from, &to);
            }
        }
        watch.signal("-CONT");
        watch.wait_for("moved");
        watch.wait_for("up_to_date");
        for folder in folders_in(&place.photos(), Path::new("")) {
            assert_hears(&mut watch, &place, &format!("{folder}/new-{number}.jpg"));
        }
        watch.wait_for("up_to_date");
    }
}

#[test]
fn a_directory_whose_coming_the_system_did_not_tell_is_live() {
    let place = Place::with_classes(&["hat"]);
    let mut watch = Watch::start(&place);
    watch.stop_and_fill_queue(&place);
    fs::create_dir_all(place.photo("later/deep")).unwrap();
    copy("dress/dress-1.jpg", &place.photo("later/deep/unheard.jpg"));
    watch.signal("-CONT");
    watch.wait_for_photo("unheard.jpg");
    watch.wait_for("up_to_date");
    assert_hears(&mut watch, &place, "later/deep/new.jpg");
}

#[test]
fn a_mount_in_a_folder_is_heard_of_and_takes_nothing_along() {
    let place = Place::empty();
    let script = r#"
        mkdir "$photos/a" "$photos/b" "$photos/c"; cp "$samples"/hat/* "$photos/a"
        mkfifo "$root/events"
        "$program" --data-dir "$data" watch "$photos" > "$root/events" &
        watch=$!
        exec 3< "$root/events"
        wait_for() { while read -r line <&3; do case $line in *"\"event\":\"$1\""*"$2"*) return;; esac; done; exit 7; }
        wait_for up_to_date
        mount --bind "$photos/a" "$photos/b"
        wait_for indexed /b/; wait_for up_to_date
        cp "$samples/shoes/shoes-1.jpg" "$photos/a/1.jpg"; wait_for indexed /b/1.jpg
        cp "$samples/shoes/shoes-2.jpg" "$photos/b/2.jpg"; wait_for indexed /b/2.jpg
        mount -t tmpfs none "$photos/c"; sleep 3
        mkdir "$photos/c/in"; cp "$samples/shoes/shoes-3.jpg" "$photos/c/in/3.jpg"; wait_for indexed /c/in/3.jpg
        umount "$photos/b"; wait_for up_to_date
        cp "$samples/shoes/shoes-4.jpg" "$photos/b/4.jpg"; wait_for indexed /b/4.jpg
        cp "$samples/shoes/shoes-5.jpg" "$photos/a/5.jpg"; wait_for indexed /a/5.jpg
        kill -TERM $watch; wait $watch
        lookalike --json status"#;
    let Some(printed) = mounts::run(&place, script) else { return };
    let status = &mounts::documents(&printed)[0];
    assert_eq!(status["folders"][0]["absent"], 8, "what was in the mount that is gone stays: {status}");
}
