//! Files that change, move and go; folders that go and come back.

use std::collections::BTreeSet;
use std::fs;
#[cfg(target_os = "linux")]
use std::process::Command;

#[cfg(target_os = "linux")]
use crate::place::skipped;
use crate::place::{Place, samples};

#[test]
fn a_moved_or_renamed_photo_is_found_at_its_new_place_without_being_read_as_a_new_one() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    fs::create_dir(place.photo("2019")).unwrap();
    fs::rename(place.photo("hat/hat-1.jpg"), place.photo("2019/best hat.jpg")).unwrap();
    let summary = place.index();
    assert_eq!((&summary["removed"], &summary["unchanged"]), (&0.into(), &5.into()));
    let library = place.library();
    assert!(library.contains("2019/best hat.jpg") && !library.contains("hat/hat-1.jpg"), "{library:?}");
    assert_eq!(library.len(), 6);
}

#[test]
fn a_changed_photo_is_read_again_and_a_deleted_one_goes() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    fs::copy(samples().join("shoes/shoes-1.jpg"), place.photo("hat/hat-1.jpg")).unwrap();
    fs::remove_file(place.photo("hat/hat-2.jpg")).unwrap();
    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["removed"]), (&1.into(), &1.into()));
    let shoe = samples().join("shoes/shoes-1.jpg");
    let found = place.search(&[shoe.to_str().unwrap(), "-n", "1"]);
    assert_eq!(found, ["hat/hat-1.jpg"], "the new picture is what is searched");
    assert!(!place.library().contains("hat/hat-2.jpg"));
    assert_eq!(place.json(&["verify"])["sound"], true);
}

#[test]
fn a_folder_that_is_not_there_is_offline_and_its_photos_stay() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let away = place.root().join("unplugged");
    fs::rename(place.photos(), &away).unwrap();

    let summary = place.json(&["index"]);
    assert_eq!((&summary["offline"], &summary["removed"]), (&6.into(), &0.into()));
    assert_eq!(place.json(&["status"])["folders"][0]["state"], "offline");
    let query = samples().join("hat/hat-3.jpg");
    assert_eq!(place.search(&[query.to_str().unwrap(), "-n", "1"]), ["hat/hat-3.jpg"]);

    fs::rename(&away, place.photos()).unwrap();
    let summary = place.json(&["index"]);
    assert_eq!((&summary["unchanged"], &summary["indexed"]), (&6.into(), &0.into()), "nothing is read again");
    assert_eq!(place.json(&["status"])["folders"][0]["state"], "online");
}

#[test]
fn a_copy_of_a_photo_that_is_offline_is_a_copy_and_not_the_photo_moved() {
    let place = Place::empty();
    let (card, pictures) = (place.photo("card"), place.photo("pictures"));
    fs::create_dir(&card).unwrap();
    fs::create_dir(&pictures).unwrap();
    fs::copy(samples().join("hat/hat-1.jpg"), card.join("1.jpg")).unwrap();
    place.json(&["index", card.to_str().unwrap(), pictures.to_str().unwrap()]);
    // Imported from the card, which is taken out then.
    fs::copy(card.join("1.jpg"), pictures.join("hat.jpg")).unwrap();
    fs::rename(&card, place.root().join("card taken out")).unwrap();
    let summary = place.json(&["index"]);
    assert_eq!((&summary["indexed"], &summary["offline"]), (&1.into(), &1.into()));
    assert_eq!(place.library(), ["card/1.jpg", "pictures/hat.jpg"].map(String::from).into());
}

#[test]
fn a_folder_may_not_take_over_one_that_is_offline() {
    let place = Place::with_classes(&["hat"]);
    let (hats, away) = (place.photo("hat"), place.root().join("unplugged"));
    place.json(&["index", hats.to_str().unwrap()]);
    fs::rename(&hats, &away).unwrap();
    let output = place.run(&["index", place.photos().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("offline"));
    fs::rename(&away, &hats).unwrap();
    assert_eq!(place.index()["unchanged"], 6);
}

#[cfg(unix)]
#[test]
fn photos_behind_a_link_to_an_unplugged_drive_stay() {
    let place = Place::with_classes(&["hat"]);
    let drive = place.root().join("drive");
    fs::create_dir(&drive).unwrap();
    fs::copy(samples().join("shoes/shoes-1.jpg"), drive.join("shoe.jpg")).unwrap();
    std::os::unix::fs::symlink(&drive, place.photo("link")).unwrap();
    assert_eq!(place.index()["indexed"], 7);
    // Its own name through the link is the same photo.
    let linked = place.photo("link/shoe.jpg");
    assert!(!place.search(&[linked.to_str().unwrap()]).contains(&"link/shoe.jpg".to_owned()));
    fs::rename(&drive, place.root().join("unplugged")).unwrap();
    assert_eq!(place.index()["removed"], 0);
    assert!(place.library().contains("link/shoe.jpg"));
}

#[test]
fn a_photo_whose_name_is_a_directory_now_is_gone() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    fs::remove_file(place.photo("hat/hat-1.jpg")).unwrap();
    fs::create_dir(place.photo("hat/hat-1.jpg")).unwrap();
    assert_eq!(place.index()["removed"], 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_read_keeps_its_photos() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let closed = place.photo("hat");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let arguments = ["--json", "index", place.photos().to_str().unwrap()].map(String::from);
    // The superuser reads everything, unless that right is taken away first.
    let output = if fs::read_dir(&closed).is_ok() {
        let dropped = "-dac_override,-dac_read_search";
        let mut command = Command::new("setpriv");
        command.arg(format!("--bounding-set={dropped}")).arg(format!("--inh-caps={dropped}"));
        command.arg(env!("CARGO_BIN_EXE_lookalike")).arg("--data-dir").arg(place.data());
        command.args(arguments).output().unwrap()
    } else {
        place.command().args(arguments).output().unwrap()
    };
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["removed"], &summary["failed"]), (&0.into(), &1.into()));
    assert!(summary["failures"][0]["path"].as_str().unwrap().ends_with("hat"), "it says where");
    assert_eq!(place.index()["failures"], serde_json::json!([]), "and no more once it can be read");
    assert_eq!(place.library().len(), 12);
}

#[cfg(target_os = "linux")]
#[test]
fn a_mount_point_that_turns_empty_is_offline() {
    let place = Place::empty();
    let script = "set -e; mount -t tmpfs none \"$3\"; cp -r \"$4\" \"$3\"; \"$1\" --data-dir \"$2\" index \"$3\" >&2; \
                  umount \"$3\"; \"$1\" --data-dir \"$2\" --json index";
    let namespace = |command: &str| {
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", command, "sh"]);
        unshare
    };
    let trial = namespace("mount -t tmpfs none \"$1\"").arg(place.photos()).output();
    if !trial.is_ok_and(|output| output.status.success()) {
        skipped("this system allows no namespace of mounts");
        return;
    }
    let mut command = namespace(script);
    command.arg(env!("CARGO_BIN_EXE_lookalike")).arg(place.data());
    let output = command.arg(place.photos()).arg(samples().join("hat")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["offline"], &summary["removed"]), (&6.into(), &0.into()));
    assert_eq!(place.library().len(), 6);
}

#[test]
fn a_tree_that_is_renamed_or_moved_keeps_its_photos_also_when_only_the_case_changes() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    fs::rename(place.photo("hat"), place.photo("Hat")).unwrap();
    fs::create_dir(place.photo("2019")).unwrap();
    fs::rename(place.photo("shoes"), place.photo("2019/shoes")).unwrap();
    assert_eq!(place.index()["removed"], 0);
    let names = (1..=6).flat_map(|n| [format!("Hat/hat-{n}.jpg"), format!("2019/shoes/shoes-{n}.jpg")]);
    assert_eq!(place.library(), names.collect());
    assert_eq!(place.json(&["status"])["photos"], 12);
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end() {
    let place = Place::with_classes(&["hat"]);
    std::os::unix::fs::symlink(place.photos(), place.photo("hat/all")).unwrap();
    std::os::unix::fs::symlink("b", place.photo("a")).unwrap();
    std::os::unix::fs::symlink("a", place.photo("b")).unwrap();
    let summary = place.index();
    assert_eq!(summary["indexed"], 6, "{summary}");
    assert_eq!(place.library().len(), 6);
}

#[cfg(target_os = "linux")]
#[test]
fn names_may_be_as_long_as_the_system_allows_and_what_lies_too_deep_is_named() {
    let place = Place::empty();
    let long = format!("{}.jpg", "n".repeat(251));
    fs::copy(samples().join("hat/hat-1.jpg"), place.photo(&long)).unwrap();
    // Deeper than a path can say: put together from the inside out.
    let part = "d".repeat(250);
    for _ in 0..20 {
        fs::create_dir(place.root().join("outer")).unwrap();
        let inner = place.root().join(&part);
        if inner.exists() {
            fs::rename(&inner, place.root().join("outer").join(&part)).unwrap();
        }
        fs::rename(place.root().join("outer"), inner).unwrap();
    }
    fs::rename(place.root().join(&part), place.photo("deep")).unwrap();
    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&1.into(), &1.into()), "{summary}");
    assert!(summary["failures"][0]["reason"].as_str().unwrap().contains("too long"), "{summary}");
    assert_eq!(place.library(), [long].into());
}

#[test]
fn the_same_folder_twice_and_nested_folders_hold_each_photo_once() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let (all, hats) = (place.photos(), place.photo("hat"));
    let (all, hats) = (all.to_str().unwrap(), hats.to_str().unwrap());
    place.json(&["index", hats]);
    let summary = place.json(&["index", all, hats, all]);
    assert_eq!((&summary["scanned"], &summary["unchanged"]), (&12.into(), &6.into()));
    let status = place.json(&["status"]);
    assert_eq!(status["folders"].as_array().unwrap().len(), 1);
    assert_eq!(status["photos"], 12);
}

#[test]
fn a_forgotten_folder_leaves_the_library_and_its_files_stay() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let (hats, shoes) = (place.photo("hat"), place.photo("shoes"));
    place.json(&["index", hats.to_str().unwrap(), shoes.to_str().unwrap()]);
    place.json(&["remove", hats.to_str().unwrap()]);
    let left: BTreeSet<String> = (1..=6).map(|number| format!("shoes/shoes-{number}.jpg")).collect();
    assert_eq!(place.library(), left);
    assert_eq!(fs::read_dir(hats).unwrap().count(), 6);
    assert_eq!(place.json(&["verify"])["sound"], true);
}

// macOS refuses names that are not UTF-8.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_or_hold_newlines_are_photos_like_any_other() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::empty();
    let names: [&[u8]; 3] = [b"caf\xe9.jpg", b"two\nlines.jpg", "\u{202e}gpj.jpg".as_bytes()];
    for (number, name) in (1..).zip(names) {
        let name = std::ffi::OsStr::from_bytes(name);
        fs::copy(samples().join(format!("hat/hat-{number}.jpg")), place.photos().join(name)).unwrap();
    }
    assert_eq!(place.index()["indexed"], 3);
    assert_eq!(place.index()["unchanged"], 3);
    assert_eq!(place.library().len(), 3);
}

#[test]
fn the_data_folder_may_not_lie_in_a_watched_folder() {
    let place = Place::with_classes(&["hat"]);
    let output = place.run(&["index", place.root().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("outside your photos"));
}
