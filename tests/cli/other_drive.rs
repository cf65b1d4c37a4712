//! Another drive where that of a folder was, with some of its photos: a backup, or an older snapshot. Which of the two the
//! folder is, is for the person to say.

use serde_json::Value;

use crate::mounts;
use crate::place::Place;

/// How two drives are made, and how one of them, by its number, comes to where the photos are.
struct Kind {
    make: &'static str,
    insert: &'static str,
    /// What must be there for that, and the right to mount disks; nothing where any namespace will do.
    program: Option<&'static str>,
}

const MEMORY: Kind = Kind {
    make: "mount -t tmpfs none /mnt; mkdir /mnt/1 /mnt/2; mount -t tmpfs none /mnt/1; mount -t tmpfs none /mnt/2",
    insert: r#"mount --bind /mnt/$1 "$photos""#,
    program: None,
};

const PARTS: Kind = Kind {
    make: "mount -t tmpfs none /mnt; mkdir /mnt/1 /mnt/2",
    insert: r#"mount --bind /mnt/$1 "$photos""#,
    program: None,
};

const DISKS: Kind = Kind {
    make: r#"for disk in 1 2; do truncate -s 16M "$root/$disk.img"; mkfs.ext4 -q -F "$root/$disk.img"; done"#,
    insert: r#"mount -o loop "$root/$1.img" "$photos""#,
    program: Some("mkfs.ext4"),
};

const SUBVOLUMES: Kind = Kind {
    make: r#"truncate -s 120M "$root/disk.img"; mkfs.btrfs -q "$root/disk.img" >&2; mount -o loop "$root/disk.img" /mnt
        btrfs subvolume create /mnt/1 >&2; btrfs subvolume create /mnt/2 >&2"#,
    insert: r#"mount --bind /mnt/$1 "$photos""#,
    program: Some("mkfs.btrfs"),
};

/// The first has hats and some shoes, the second the hats only.
const FILL: &str = r#"
    insert 1; cp -p "$samples"/hat/* "$samples"/shoes/shoes-[1-5].jpg "$photos"; take
    insert 2; cp -p "$samples"/hat/* "$photos"; take
"#;

/// Runs a script with two such drives; `take` takes out the one that is in.
fn run(kind: &Kind, script: &str) -> Option<(Place, String)> {
    let place = Place::empty();
    let Kind { make, insert, program } = kind;
    let script =
        format!("take() {{ umount \"$photos\"; }}\ninsert() {{ {insert}; }}\n{make}\n{FILL}\n{script}");
    let printed = match program {
        Some(program) => mounts::run_with_disks(&place, program, &script),
        None => mounts::run(&place, &script),
    };
    Some((place, printed?))
}

/// The numbers of a summary: read, as they were, removed, offline, and in question.
fn counts(summary: &Value) -> [u64; 5] {
    let count = |key| summary.get(key).map_or(0, |count| count.as_u64().unwrap());
    ["indexed", "unchanged", "removed", "offline", "in_question"].map(count)
}

/// What it lacks is asked about and stays, whatever else becomes of it, and all is as it was with the true drive.
fn stays_until_the_drive_is_back(kind: &Kind) {
    let script = r#"
        insert 1; index; take
        insert 2; index; lookalike --json status; rm "$photos/hat-1.jpg"; index; take
        insert 1; index; lookalike --json status"#;
    let Some((place, printed)) = run(kind, script) else { return };
    let documents = mounts::documents(&printed);
    assert_eq!(counts(&documents[0]), [11, 0, 0, 0, 0]);
    assert_eq!(counts(&documents[1]), [0, 6, 0, 5, 5]);
    assert_eq!(documents[2]["folders"][0]["state"], "changed");
    assert_eq!(counts(&documents[3]), [0, 5, 0, 6, 6], "nor is what goes from the other one");
    assert_eq!(counts(&documents[4]), [0, 11, 0, 0, 0], "with the true drive, all is as it was");
    assert_eq!(documents[5]["folders"][0]["state"], "online");
    assert_eq!(place.json(&["verify"])["sound"], true);
}

/// The person may say that it takes the place of the other; then it does in all.
fn takes_the_place_when_the_person_says_so(kind: &Kind) {
    let script = r#"
        insert 1; index; take
        insert 2; index; index --confirm-removed; lookalike --json status; rm "$photos/hat-1.jpg"; index"#;
    let Some((_, printed)) = run(kind, script) else { return };
    let documents = mounts::documents(&printed);
    assert_eq!(counts(&documents[1]), [0, 6, 0, 5, 5]);
    assert_eq!(counts(&documents[2]), [0, 6, 5, 0, 0]);
    assert_eq!(documents[3]["folders"][0]["state"], "online");
    assert_eq!(counts(&documents[4]), [0, 5, 1, 0, 0], "what goes from it now is gone");
}

/// So it does by itself where it has all photos.
fn takes_the_place_with_all_photos(kind: &Kind) {
    let script = r#"
        insert 2; cp -p "$samples"/shoes/shoes-[1-5].jpg "$photos"; take
        insert 1; index; take
        insert 2; index; rm "$photos/hat-1.jpg"; index"#;
    let Some((_, printed)) = run(kind, script) else { return };
    let documents = mounts::documents(&printed);
    assert_eq!(counts(&documents[1]), [0, 11, 0, 0, 0]);
    assert_eq!(counts(&documents[2]), [0, 10, 1, 0, 0]);
}

fn stays_while_a_watch_runs(kind: &Kind) {
    let script = r#"
        mkfifo "$root/events"
        insert 1
        "$program" --data-dir "$data" watch "$photos" > "$root/events" &
        watch=$!
        exec 3< "$root/events"
        wait_for() {
            while read -r line <&3; do
                case $line in
                    *"\"event\":\"$1\""*"$2"*) return;;
                    *'"event":"removed"'*) echo "$line" >&2; exit 8;;
                esac
            done
            exit 7
        }
        wait_for up_to_date
        take; insert 2; wait_for in_question; wait_for up_to_date
        rm "$photos/hat-1.jpg"; cp "$samples/dress/dress-1.jpg" "$photos"; wait_for indexed; wait_for up_to_date
        rm "$photos/dress-1.jpg"; wait_for removed dress-1.jpg; wait_for up_to_date
        take; wait_for offline; wait_for up_to_date
        insert 1; wait_for online; wait_for up_to_date
        kill -TERM $watch; wait $watch
        index"#;
    let Some((_, printed)) = run(kind, script) else { return };
    let summary = &mounts::documents(&printed)[0];
    assert_eq!(&counts(summary)[..3], [0, 11, 0], "{summary}");
}

#[test]
fn photos_that_another_drive_lacks_stay_until_their_own_is_back() {
    for kind in [MEMORY, PARTS, DISKS, SUBVOLUMES] {
        stays_until_the_drive_is_back(&kind);
    }
}

#[test]
fn another_drive_takes_the_place_of_one_when_the_person_says_so_or_when_it_has_all_photos() {
    for kind in [MEMORY, PARTS, DISKS, SUBVOLUMES] {
        takes_the_place_when_the_person_says_so(&kind);
        takes_the_place_with_all_photos(&kind);
    }
}

#[test]
fn photos_that_another_drive_lacks_stay_while_a_watch_runs() {
    for kind in [MEMORY, PARTS, DISKS, SUBVOLUMES] {
        stays_while_a_watch_runs(&kind);
    }
}
