//! Files that change, move and go; folders that go and come back.

use std::collections::BTreeSet;
use std::fs;
#[cfg(target_os = "linux")]
use std::process::Command;

#[cfg(target_os = "linux")]
use crate::mounts;
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
    let script = r#"mount -t tmpfs none "$photos"; cp -r "$samples/hat" "$photos"; index >&2; umount "$photos"; index"#;
    let Some(printed) = mounts::run(&place, script) else { return };
    let summary = &mounts::documents(&printed)[0];
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
fn a_photo_that_was_deleted_before_an_outer_folder_took_over_is_gone() {
    let place = Place::with_classes(&["hat"]);
    place.json(&["index", place.photo("hat").to_str().unwrap()]);
    fs::remove_file(place.photo("hat/hat-1.jpg")).unwrap();
    assert_eq!(counts(&place.index()), [0, 5, 1, 0, 0]);
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
    assert!(!place.data().exists(), "nothing is made there");
}

#[cfg(target_os = "linux")]
#[test]
fn the_data_folder_may_not_be_a_part_of_a_watched_folder_under_another_name() {
    let place = Place::with_classes(&["hat"]);
    let script = r#"
        mkdir -m 755 "$photos/sub" "$root/mounted"; mount --bind "$photos/sub" "$root/mounted"; data=$root/mounted
        mkdir "$root/whole"; mount --bind "$photos" "$root/whole"
        for data in "$root/mounted" "$root/mounted/new" "$root/whole/new"; do
            for command in index watch; do
                if lookalike $command "$photos" 2> "$root/refused"; then exit 8; fi
                grep -q "outside your photos" "$root/refused"
            done
        done
        stat -c '"%a"' "$photos/sub"; ls -A "$photos/sub"; ls "$photos" | sed 's/.*/"&"/'"#;
    let Some(printed) = mounts::run(&place, script) else { return };
    assert_eq!(mounts::documents(&printed), ["755", "hat", "sub"], "nothing is made or changed there");
}

/// The numbers of a summary: read, as they were, removed, offline, and in question.
fn counts(summary: &serde_json::Value) -> [u64; 5] {
    // Nothing is said of questions where there are none.
    let count = |key| summary.get(key).map_or(0, |count| count.as_u64().unwrap());
    ["indexed", "unchanged", "removed", "offline", "in_question"].map(count)
}

/// Makes two cards and the command that puts one of them, or none, where the photos are.
#[cfg(target_os = "linux")]
const CARDS: &str = r#"
    mount -t tmpfs none /mnt; mkdir /mnt/1 /mnt/2
    take() { umount "$slot"; }
"#;

#[cfg(target_os = "linux")]
const INSERT: &str = r#"mount --bind /mnt/$1 "$slot""#;

/// What becomes of a slot that a card is in, then another, then none, then the first. `insert` says how a card is put in,
/// and `asked` how many photos of the other one the person is asked about while one is there.
#[cfg(target_os = "linux")]
fn swap_cards(slot: &str, before: &str, insert: &str, asked: u64) {
    let place = Place::empty();
    let script = format!(
        r#"{CARDS} slot="$photos/{slot}"; mkdir -p "$slot"; {before}
        insert() {{ {insert}; }}
        insert 1; cp "$samples"/hat/* "$slot"; take; insert 2; cp "$samples"/shoes/* "$slot"; take
        insert 1; index; take; insert 2; index; index; take; index; insert 1; index; rm "$slot"/hat-2.jpg; index"#
    );
    let Some(printed) = mounts::run(&place, &script) else { return };
    let documents = mounts::documents(&printed);
    let seen: Vec<[u64; 5]> = documents.iter().map(counts).collect();
    let others = u64::from(!slot.is_empty()) * 6;
    let expected = [
        [6 + others, 0, 0, 0, 0],
        [6, others, 0, 6, asked],
        [0, 6 + others, 0, 6, asked],
        [0, others, 0, 12, 0],
        [0, 6 + others, 0, 6, asked],
        [0, 5 + others, 1, 6, asked],
    ];
    assert_eq!(seen, expected, "{slot} {insert}");
}

#[cfg(target_os = "linux")]
#[test]
fn two_cards_in_one_slot_are_two_cards() {
    let cards = "mount -t tmpfs none /mnt/1; mount -t tmpfs none /mnt/2;";
    swap_cards("", cards, INSERT, 0);
    swap_cards("card", &format!(r#"{cards} cp -r "$samples/dress" "$photos";"#), INSERT, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn two_parts_of_one_file_system_mounted_in_one_place_are_two_places() {
    // It may as well be a link that was there, and nothing would come back.
    swap_cards("", "", INSERT, 6);
    swap_cards("card", r#"cp -r "$samples/dress" "$photos";"#, INSERT, 6);
    // On the very file system that the slot is on.
    let here = r#"mkdir "$root/1" "$root/2""#;
    swap_cards("", here, r#"mount --bind "$root/$1" "$slot""#, 6);
}

#[cfg(target_os = "linux")]
#[test]
fn a_card_with_files_of_the_same_names_is_not_the_other_one_changed() {
    let place = Place::empty();
    let script = format!(
        r#"{CARDS} slot=$photos; mount -t tmpfs none /mnt/1; mount -t tmpfs none /mnt/2
        for number in 1 2 3 4 5 6; do
            cp "$samples/hat/hat-$number.jpg" /mnt/1/IMG_$number.jpg
            cp "$samples/shoes/shoes-$number.jpg" /mnt/2/IMG_$number.jpg
        done
        cp "$samples/dress/dress-1.jpg" /mnt/2/other.jpg
        mount --bind /mnt/1 "$slot"; index; take; mount --bind /mnt/2 "$slot"; index; lookalike --json status; take
        mount --bind /mnt/1 "$slot"; index; take; mount --bind /mnt/2 "$slot"; index >&2
        if lookalike --json index --confirm-removed "$photos" 2> "$root/refused"; then exit 8; fi
        grep -q "another drive" "$root/refused"
        take; if lookalike index --confirm-removed 2> "$root/refused" >&2; then exit 9; fi
        mount --bind /mnt/1 "$slot"; index"#
    );
    let Some(printed) = mounts::run(&place, &script) else { return };
    let documents = mounts::documents(&printed);
    assert_eq!(counts(&documents[1]), [1, 0, 0, 6, 6], "what is known stays, and the person is asked");
    assert_eq!(documents[2]["folders"][0]["state"], "changed");
    assert_eq!(counts(&documents[3]), [0, 6, 0, 1, 0], "the first card is as it was");
    assert_eq!(counts(&documents[4]), [0, 1, 0, 6, 6], "nobody can say that of a drive that is not there");
    assert_eq!(counts(&documents[5]), [0, 6, 0, 1, 0], "the first card is as it was, once more");
}

/// What becomes of six photos of a card when something else is put in its place, the person says that they were deleted,
/// and the card is back: how many are as they were. The person's word is to be refused, or not.
#[cfg(target_os = "linux")]
fn confirm_while(swap: &str, is_refused: bool) -> Option<u64> {
    let place = Place::empty();
    let script = format!(
        r#"{CARDS} slot=$photos; mount -t tmpfs none /mnt/1; mount -t tmpfs none /mnt/2; mkdir /mnt/1/a /mnt/1/b
        cp "$samples"/hat/* /mnt/1/a; cp "$samples"/shoes/* /mnt/2; cp "$samples"/dress/* /mnt/1/b
        mount --bind /mnt/1/a "$slot"; index >&2
        {swap}
        index >&2; if index --confirm-removed >&2; then refused=false; else refused=true; fi
        echo $refused; take || true; mount --bind /mnt/1/a "$slot"; index"#
    );
    let documents = mounts::documents(&mounts::run(&place, &script)?);
    assert_eq!(documents[0], is_refused, "{swap}");
    assert_eq!(documents[1]["removed"], 0, "{swap}");
    documents[1]["unchanged"].as_u64()
}

#[cfg(target_os = "linux")]
#[test]
fn the_persons_word_takes_no_photos_from_a_drive_that_is_not_there() {
    let swaps = [
        r#"take; mount --bind /mnt/2 "$slot""#,
        // Another part of the same card, nothing at all, and another card above this one.
        r#"take; mount --bind /mnt/1/b "$slot""#,
        "take",
        r#"mount --bind /mnt/2 "$slot""#,
    ];
    for swap in swaps {
        let Some(kept) = confirm_while(swap, true) else { return };
        assert_eq!(kept, 6, "{swap}");
    }
    let deleted = confirm_while("mkdir /mnt/gone; mv /mnt/1/a/* /mnt/gone", false);
    assert_eq!(deleted, Some(0), "what is gone from its own card is gone");
}

#[test]
fn a_few_deleted_photos_go_and_many_are_asked_about_until_the_person_answers() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    fs::remove_file(place.photo("hat/hat-1.jpg")).unwrap();
    assert_eq!(counts(&place.index()), [0, 11, 1, 0, 0]);
    fs::create_dir(place.root().join("aside")).unwrap();
    for number in 1..=6 {
        fs::rename(
            place.photo(&format!("shoes/shoes-{number}.jpg")),
            place.root().join(format!("aside/{number}.jpg")),
        )
        .unwrap();
    }
    for _ in 0..2 {
        assert_eq!(counts(&place.index()), [0, 5, 0, 6, 6]);
    }
    let status = place.json(&["status"]);
    let folder = &status["folders"][0];
    assert_eq!((&folder["state"], &folder["in_question"]), (&"changed".into(), &6.into()));
    let output = place.run(&["index"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("--confirm-removed"));
    let shoe = samples().join("shoes/shoes-1.jpg");
    let found = place.run(&["search", shoe.to_str().unwrap(), "-n", "1"]);
    assert!(
        String::from_utf8_lossy(&found.stdout).contains("(offline)"),
        "they are searched, and told of as away"
    );

    // Some come back, and more photos come; neither answers for the others.
    fs::rename(place.root().join("aside/1.jpg"), place.photo("shoes/shoes-1.jpg")).unwrap();
    place.add_class("dress");
    assert_eq!(counts(&place.index()), [6, 6, 0, 5, 5]);
    let photos = place.photos();
    let summary = place.json(&["index", "--confirm-removed", photos.to_str().unwrap()]);
    assert_eq!(counts(&summary), [0, 12, 5, 0, 0]);
    assert_eq!(place.json(&["status"])["folders"][0]["state"], "online");
    assert_eq!(place.library().len(), 12);
    assert_eq!(place.json(&["verify"])["sound"], true);
}

#[test]
fn a_folder_that_shows_none_of_its_photos_is_asked_about_until_they_return() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let aside = place.root().join("aside");
    fs::rename(place.photos(), &aside).unwrap();
    fs::create_dir(place.photos()).unwrap();
    assert_eq!(counts(&place.index()), [0, 0, 0, 6, 6]);
    place.add_class("shoes");
    assert_eq!(counts(&place.index()), [6, 0, 0, 6, 6]);
    assert_eq!(place.library().len(), 12);
    fs::rename(aside.join("hat"), place.photo("hat")).unwrap();
    assert_eq!(counts(&place.index()), [0, 12, 0, 0, 0]);
    assert_eq!(place.json(&["status"])["folders"][0]["state"], "online");
}

#[test]
fn what_was_deleted_is_said_at_once_without_being_asked_first() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    fs::remove_dir_all(place.photo("hat")).unwrap();
    let photos = place.photos();
    let summary = place.json(&["index", "--confirm-removed", photos.to_str().unwrap()]);
    assert_eq!(counts(&summary), [0, 0, 6, 0, 0]);
}

#[test]
fn photos_that_moved_to_another_folder_have_not_vanished() {
    let place = Place::empty();
    let (one, other) = (place.photo("one"), place.photo("other"));
    fs::create_dir(&other).unwrap();
    fs::create_dir(&one).unwrap();
    for number in 1..=6 {
        fs::copy(samples().join(format!("hat/hat-{number}.jpg")), one.join(format!("{number}.jpg"))).unwrap();
    }
    place.json(&["index", one.to_str().unwrap(), other.to_str().unwrap()]);
    for number in 1..=5 {
        fs::rename(one.join(format!("{number}.jpg")), other.join(format!("{number}.jpg"))).unwrap();
    }
    fs::remove_file(one.join("6.jpg")).unwrap();
    assert_eq!(counts(&place.json(&["index"])), [5, 0, 1, 0, 0]);
    assert_eq!(place.json(&["status"])["photos"], 5);
}

/// Libraries of programs that knew drives by their numbers only.
#[test]
fn an_old_library_learns_what_drives_there_are() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let age = |number: &str| {
        let catalog = rusqlite::Connection::open(place.data().join("catalog.db")).unwrap();
        catalog.execute(&format!("UPDATE photo SET device = {number}"), []).unwrap();
    };
    age("2049");
    fs::remove_file(place.photo("hat/hat-1.jpg")).unwrap();
    fs::copy(samples().join("dress/dress-1.jpg"), place.photo("hat/hat-2.jpg")).unwrap();
    assert_eq!(counts(&place.index()), [1, 10, 1, 0, 0], "as what is seen there agrees with what is known");
    // Numbers change from one start of the system to the next.
    age("NULL");
    fs::remove_file(place.photo("shoes/shoes-1.jpg")).unwrap();
    assert_eq!(counts(&place.index()), [0, 10, 1, 0, 0]);
    age("2049");
    fs::rename(place.photo("hat"), place.root().join("hat")).unwrap();
    fs::rename(place.photo("shoes"), place.root().join("shoes")).unwrap();
    assert_eq!(counts(&place.index()), [0, 0, 0, 10, 0], "nothing is there");
    place.add_class("dress");
    assert_eq!(counts(&place.index()), [6, 0, 0, 10, 10], "nothing known is there");
}

#[cfg(unix)]
#[test]
fn photos_behind_a_loop_go() {
    let place = Place::with_classes(&["hat"]);
    std::os::unix::fs::symlink("..", place.photo("hat/loop")).unwrap();
    place.index();
    let catalog = rusqlite::Connection::open(place.data().join("catalog.db")).unwrap();
    // As watches before this one found them.
    let phantoms = "INSERT INTO photo (folder_id, path, size, modified_ns, device, content_id, added_at) \
                    SELECT folder_id, CAST('hat/loop/' || path AS BLOB), size, modified_ns, device, content_id, 0 FROM photo";
    assert_eq!(catalog.execute(phantoms, []).unwrap(), 6);
    drop(catalog);
    assert_eq!(counts(&place.index()), [0, 6, 6, 0, 0]);
    assert_eq!(place.json(&["status"])["photos"], 6);
}

#[cfg(unix)]
#[test]
fn links_lead_out_of_the_folder_but_not_to_what_holds_it() {
    let place = Place::with_classes(&["hat"]);
    let sibling = place.root().join("sibling");
    fs::create_dir(&sibling).unwrap();
    fs::copy(samples().join("shoes/shoes-1.jpg"), sibling.join("shoe.jpg")).unwrap();
    let link = |to: &std::path::Path, from: &std::path::Path| std::os::unix::fs::symlink(to, from).unwrap();
    link(&sibling, &place.photo("sibling"));
    link(&place.photos(), &sibling.join("back"));
    link(&place.root(), &place.photo("above"));
    link(std::path::Path::new("/"), &place.photo("hat/top"));
    assert_eq!(place.index()["indexed"], 7);
    let expected =
        (1..=6).map(|number| format!("hat/hat-{number}.jpg")).chain(["sibling/shoe.jpg".to_owned()]);
    assert_eq!(place.library(), expected.collect());
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_mounted_in_itself_holds_each_photo_once() {
    let place = Place::with_classes(&["hat", "shoes"]);
    let script = r#"
        mkdir -p "$photos/hat/whole" "$photos/shoes/above" "$photos/sub"
        mount --bind "$photos" "$photos/hat/whole"; mount --bind "$root" "$photos/shoes/above"
        index; mount --bind "$photos/hat" "$photos/sub"; index"#;
    let Some(printed) = mounts::run(&place, script) else { return };
    let documents = mounts::documents(&printed);
    assert_eq!(counts(&documents[0]), [12, 0, 0, 0, 0]);
    assert_eq!(counts(&documents[1]), [6, 12, 0, 0, 0], "a folder mounted beside itself is no loop");
}

#[test]
fn a_folder_in_which_nothing_was_taken_for_a_photo_says_what_it_saw() {
    let place = Place::empty();
    for name in ["a.mp4", "b.MP4", "notes.txt", "README"] {
        fs::write(place.photo(name), "no picture").unwrap();
    }
    let summary = place.index();
    let expected = serde_json::json!([{
        "path": place.photos(), "files": 4, "endings": [[".mp4", 2], ["", 1], [".txt", 1]],
    }]);
    assert_eq!(summary["without_photos"], expected);
    let told = String::from_utf8(place.run(&["index"]).stdout).unwrap();
    assert!(
        told.contains("taken for a photo; it holds 4 files: 2 .mp4, 1 without an ending, 1 .txt"),
        "{told}"
    );
    // As chat programs and phones leave them.
    fs::copy(samples().join("hat/hat-1.jpg"), place.photo("IMG_0001")).unwrap();
    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["without_photos"]), (&1.into(), &serde_json::Value::Null));
    assert_eq!(place.index()["unchanged"], 1);
}
