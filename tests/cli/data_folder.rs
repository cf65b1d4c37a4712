//! The data folder: what is missing in it, what is there instead, and who may look into it.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::place::{Place, skipped};

/// Nothing here takes as long as that; a command that hangs does.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs a command that may hang.
fn run(place: &Place, arguments: &[&str]) -> Output {
    let mut command = place.command();
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{arguments:?} hangs");
        }
        thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    assert!(!message(&output).contains("panicked"), "{arguments:?}: {}", message(&output));
    output
}

fn message(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a repair says; it must come to an end.
fn repair(place: &Place) -> Value {
    let output = run(place, &["--json", "verify", "--repair"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", message(&output)))
}

fn thumbnails_in(path: &Path) -> u32 {
    let store = Connection::open(path).unwrap();
    store.query_row("SELECT count(*) FROM thumbnail", [], |row| row.get(0)).unwrap()
}

/// A library of twelve photos as it is when its program is killed: what it knows is in the log.
fn killed() -> Place {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.watch_once();
    place
}

/// Every photo of the library is where the library says, and nothing is to be found in it.
fn assert_sound(place: &Place) {
    assert_eq!(place.library().len(), 12);
    assert_eq!(place.json(&["verify"])["findings"], json!([]));
}

#[test]
fn a_missing_catalog_is_no_new_library_and_comes_back_from_its_log() {
    let place = killed();
    // Of the photos there is nothing but what the log knows.
    fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
    let log = fs::read(place.data().join("catalog.db-wal")).unwrap();
    fs::remove_file(place.data().join("catalog.db")).unwrap();
    for command in [&["status"][..], &["verify"], &["duplicates"]] {
        let output = run(&place, command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        assert!(message(&output).contains("is missing") && message(&output).contains("verify --repair"));
        assert!(!place.data().join("catalog.db").exists(), "{command:?}");
        assert!(fs::read(place.data().join("catalog.db-wal")).unwrap() == log, "{command:?}");
    }
    let repaired = repair(&place);
    assert_eq!(repaired["findings"][0]["code"], "catalog_damaged", "{repaired}");
    assert_eq!(repaired["findings"][0]["repaired"], true, "{repaired}");
    assert_eq!(place.library().len(), 12);
    assert!(fs::read(place.data().join("catalog-damaged-1.db-wal")).unwrap() == log, "it is kept");
    assert_eq!(thumbnails_in(&place.data().join("thumbnails.db")), 12);
}

#[test]
fn of_a_catalog_that_is_gone_for_good_nothing_else_goes() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    fs::remove_file(place.data().join("catalog.db")).unwrap();
    let output = run(&place, &["index", place.photos().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(message(&output).contains("is missing"), "{}", message(&output));
    let repaired = repair(&place);
    assert_eq!(repaired["findings"][0]["repaired"], false, "{repaired}");
    let detail = repaired["findings"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("add your folders again") && detail.contains("thumbnails.db.aside"), "{detail}");
    assert_eq!(thumbnails_in(&place.data().join("thumbnails.db.aside")), 12);
    place.index();
    assert_sound(&place);
    assert_eq!(thumbnails_in(&place.data().join("thumbnails.db.aside")), 12);
}

#[test]
fn any_trace_of_a_library_tells_that_there_was_one() {
    let place = killed();
    for trace in ["catalog.db-wal", "thumbnails.db", "index", "models", "catalog-damaged-1.db"] {
        let other = Place::empty();
        fs::create_dir(other.data()).unwrap();
        match trace {
            "index" | "models" => fs::create_dir(other.data().join(trace)).unwrap(),
            "catalog-damaged-1.db" => fs::write(other.data().join(trace), "").unwrap(),
            _ => drop(fs::copy(place.data().join(trace), other.data().join(trace)).unwrap()),
        }
        let output = run(&other, &["status"]);
        assert!(message(&output).contains("is missing"), "{trace}: {}", message(&output));
        assert!(!other.data().join("catalog.db").exists(), "{trace}");
    }
    // A lock alone is left by a program that got no further.
    let other = Place::empty();
    fs::create_dir(other.data()).unwrap();
    fs::write(other.data().join("lock"), "").unwrap();
    assert!(run(&other, &["status"]).status.success());
}

#[test]
fn a_catalog_on_a_drive_that_is_away_is_waited_for() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let (drive, away) = (place.root().join("drive"), place.root().join("away"));
    fs::create_dir(&drive).unwrap();
    let (catalog, moved) = (place.data().join("catalog.db"), drive.join("mine.db"));
    fs::rename(&catalog, &moved).unwrap();
    symlink(&moved, &catalog).unwrap();
    assert_sound(&place);

    fs::rename(&drive, &away).unwrap();
    for command in [&["status"][..], &["verify", "--repair"], &["index"]] {
        let output = run(&place, command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        let message = message(&output);
        assert!(message.contains("is a link to") && message.contains("mine.db"), "{command:?}: {message}");
    }
    // Also where its folder is there, and empty.
    fs::create_dir(&drive).unwrap();
    assert!(message(&run(&place, &["status"])).contains("is a link to"));
    assert_eq!(fs::read_dir(&drive).unwrap().count(), 0);
    fs::remove_dir(&drive).unwrap();
    fs::rename(&away, &drive).unwrap();
    assert_sound(&place);

    // What the link leads to is not ours to move: a repair leaves it, and puts a catalog in the place of the link.
    let mut bytes = fs::read(&moved).unwrap();
    bytes[..4096].fill(0);
    fs::write(&moved, &bytes).unwrap();
    assert_eq!(repair(&place)["sound"], true);
    assert_sound(&place);
    assert!(fs::read(&moved).unwrap() == bytes);
    assert!(fs::symlink_metadata(place.data().join("catalog-damaged-1.db")).unwrap().is_symlink());
}

#[test]
fn a_data_folder_on_a_drive_that_is_away_is_not_made_elsewhere() {
    let place = Place::with_classes(&["hat"]);
    let drive = place.root().join("drive");
    symlink(&drive, place.data()).unwrap();
    let output = run(&place, &["index", place.photos().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(message(&output).contains("bring its drive back"), "{}", message(&output));
    assert!(!drive.exists());
    fs::create_dir(&drive).unwrap();
    assert_eq!(place.index()["indexed"], 6);
}

/// Writes `user_version` into a database's header: <https://sqlite.org/fileformat2.html#database_header>.
fn set_version(database: &Path, version: u32) {
    let mut bytes = fs::read(database).unwrap();
    bytes[60..64].copy_from_slice(&version.to_be_bytes());
    fs::write(database, bytes).unwrap();
}

#[test]
fn a_format_that_is_none_is_told_from_the_tables_and_put_right() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let catalog = place.data().join("catalog.db");
    let mut newest = [0; 4];
    newest.copy_from_slice(&fs::read(&catalog).unwrap()[60..64]);
    let newest = u32::from_be_bytes(newest);
    // Nothing is read again: the photos are away.
    fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
    let flipped = (0..32).map(|bit| newest ^ (1 << bit)).step_by(5);
    for version in flipped.chain([0, newest + 1, 65_537, u32::MAX, 0x8000_0000]) {
        set_version(&catalog, version);
        let output = run(&place, &["status"]);
        if version > newest && version as i32 > 0 {
            let message = message(&output);
            assert_eq!(output.status.code(), Some(1), "{version}: {message}");
            assert!(message.contains("its tables are those of format"), "{version}: {message}");
            assert!(message.contains("verify --repair"), "{version}: {message}");
            let repaired = repair(&place);
            assert_eq!(repaired["sound"], true, "{version}: {repaired}");
            assert_eq!(repaired["findings"][0]["repaired"], true, "{version}: {repaired}");
        } else {
            assert!(output.status.success(), "{version}: {}", message(&output));
        }
        assert_sound(&place);
        assert_eq!(&fs::read(&catalog).unwrap()[60..64], newest.to_be_bytes(), "{version}");
    }
    assert!(!place.data().join("catalog-damaged-1.db").exists(), "there was nothing to save");
}

#[test]
fn what_a_newer_version_wrote_is_left_alone_by_a_repair_too() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let catalog = place.data().join("catalog.db");
    let newer = Connection::open(&catalog).unwrap();
    let version: u32 = newer.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    newer.execute_batch("CREATE TABLE face (id INTEGER PRIMARY KEY)").unwrap();
    newer.pragma_update(None, "user_version", version + 1).unwrap();
    drop(newer);
    let bytes = fs::read(&catalog).unwrap();
    for command in [&["status"][..], &["verify", "--repair"]] {
        let output = run(&place, command);
        assert_eq!(output.status.code(), Some(1));
        assert!(message(&output).contains("was written by a newer version"), "{}", message(&output));
        assert!(fs::read(&catalog).unwrap() == bytes);
    }
}

#[test]
fn no_number_of_a_format_locks_the_thumbnails() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
    for version in [0, 2, 3, 65_537, u32::MAX] {
        set_version(&place.data().join("thumbnails.db"), version);
        assert!(run(&place, &["status"]).status.success(), "{version}");
        // They are those that were there: there are no photos to make them of.
        assert_sound(&place);
    }
}

#[test]
fn a_row_with_a_number_that_cannot_be_is_found_and_mended() {
    let changes = [
        "UPDATE content SET width = 4294967296 + width WHERE id = 1",
        "UPDATE content SET height = -height WHERE id = 2",
        "UPDATE embedding SET x = 9999999999, y = 0, width = 1, height = 1 WHERE id = 3",
        "UPDATE setting SET value = CAST(x'C3' AS TEXT)",
        "UPDATE content SET format = CAST(x'FF41' AS TEXT) WHERE id = 4",
    ];
    for change in changes {
        let place = Place::with_classes(&["hat", "shoes"]);
        place.index();
        place.json(&["model", "use", "fast"]);
        let catalog = Connection::open(place.data().join("catalog.db")).unwrap();
        assert!(catalog.execute(change, []).unwrap() > 0, "{change}");
        drop(catalog);
        let output = run(&place, &["verify"]);
        assert_eq!(output.status.code(), Some(1), "{change}: {}", message(&output));
        let repaired = repair(&place);
        assert_eq!(repaired["sound"], true, "{change}: {repaired}");
        assert_sound(&place);
    }
}

#[test]
fn a_catalog_that_has_lost_its_name_gets_another() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let catalog = Connection::open(place.data().join("catalog.db")).unwrap();
    assert_eq!(catalog.execute("DELETE FROM catalog", []).unwrap(), 1);
    drop(catalog);
    assert_eq!(place.json(&["status"])["photos"], 12);
    assert_eq!(place.index()["unchanged"], 12);
    assert_sound(&place);
}

/// What may be in the place of a file or a folder, and how it gets there.
type Odd = (&'static str, fn(&Path));

const ODD: &[Odd] = &[
    ("pipe", |path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success())),
    ("socket", |path| {
        // The name's length is limited.
        let short = tempfile::tempdir().unwrap();
        drop(UnixListener::bind(short.path().join("s")).unwrap());
        if fs::rename(short.path().join("s"), path).is_err() {
            drop(UnixListener::bind(path).unwrap());
        }
    }),
    ("folder", |path| fs::create_dir_all(path.join("with/something")).unwrap()),
    ("link to nowhere", |path| symlink("nowhere/at/all", path).unwrap()),
    ("link to a pipe", |path| {
        let pipe = path.with_extension("pipe-behind");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        symlink(pipe, path).unwrap();
    }),
];

#[test]
fn nothing_odd_in_the_data_folder_holds_a_command_or_outlasts_a_repair() {
    let places = [
        "lock",
        "catalog.db-shm",
        "thumbnails.db",
        "thumbnails.db-wal",
        "index",
        "index/manifest.json",
        "models",
    ];
    // Each thing in some places, each place with some things: `cargo xtask torture` tries all.
    for (number, name) in places.iter().enumerate() {
        for (kind, make) in ODD.iter().skip(number % 2).step_by(2) {
            let what = format!("a {kind} as {name}");
            if *kind == "folder" && ["index", "models"].contains(name) {
                continue;
            }
            let place = Place::with_classes(&["hat", "shoes"]);
            place.index();
            replace(&place.data().join(name), *make);
            let output = run(&place, &["status"]);
            assert!(
                output.status.success() || message(&output).contains(name),
                "{what}: {}",
                message(&output)
            );
            run(&place, &["search", place.photo("hat/hat-1.jpg").to_str().unwrap()]);
            let repaired = repair(&place);
            assert_eq!(repaired["sound"], true, "{what}: {repaired}");
            assert_sound(&place);
        }
    }
}

#[test]
fn a_catalog_that_is_no_file_is_put_aside_and_its_log_read() {
    for (kind, make) in ODD.iter().filter(|(kind, _)| *kind != "link to nowhere") {
        let place = killed();
        fs::rename(place.photos(), place.root().join("unplugged")).unwrap();
        replace(&place.data().join("catalog.db"), *make);
        let output = run(&place, &["status"]);
        assert_eq!(output.status.code(), Some(1), "{kind}");
        assert!(message(&output).contains("not a file"), "{kind}: {}", message(&output));
        repair(&place);
        assert_eq!(place.library().len(), 12, "{kind}");
        assert!(fs::symlink_metadata(place.data().join("catalog-damaged-1.db")).is_ok(), "{kind}");
    }
}

fn replace(path: &Path, make: fn(&Path)) {
    let _ = fs::remove_file(path);
    let _ = fs::remove_dir_all(path);
    make(path);
}

#[test]
fn a_photo_behind_the_name_of_a_file_of_ours_stays_as_it_is() {
    let names = [
        "lock",
        "catalog.db",
        "catalog.db-wal",
        "catalog.db-shm",
        "catalog.db-journal",
        "catalog.db.draft",
        "catalog.db.own",
        "thumbnails.db",
        "thumbnails.db-wal",
        "thumbnails.db-shm",
        "thumbnails.db-journal",
        "index/manifest.json",
        "index/manifest.json.new",
        "index/index-1.bin",
        "index/index-2.bin",
    ];
    let links: [fn(&Path, &Path); 2] =
        [|photo, name| symlink(photo, name).unwrap(), |photo, name| fs::hard_link(photo, name).unwrap()];
    for (number, name) in (0..).zip(names) {
        // Each kind of file by one kind of link at least: links of the other kind are put aside in one way, whatever they are.
        for link in links.iter().skip(usize::from(number % 3 > 0)) {
            let place = Place::with_classes(&["hat", "shoes"]);
            place.index();
            let photo = place.photo("hat/hat-1.jpg");
            fs::set_permissions(&photo, fs::Permissions::from_mode(0o644)).unwrap();
            let before = (fs::read(&photo).unwrap(), mode(&photo));
            let path = place.data().join(name);
            let _ = fs::remove_file(&path);
            link(&photo, &path);
            run(&place, &["status"]);
            run(&place, &["search", photo.to_str().unwrap()]);
            repair(&place);
            place.index();
            assert!((fs::read(&photo).unwrap(), mode(&photo)) == before, "{name}");
            assert_sound(&place);
        }
    }
}

/// What is mounted has one name only, and cannot be put aside.
#[cfg(target_os = "linux")]
#[test]
fn a_photo_that_is_mounted_as_a_file_of_ours_stays_as_it_is_and_is_told_of() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let names = [
        "catalog.db",
        "catalog.db-wal",
        "catalog.db.draft",
        "thumbnails.db",
        "thumbnails.db-shm",
        "lock",
        "index/manifest.json",
        "index/index-2.bin",
    ];
    let script = r#"
        photo=$photos/hat/hat-1.jpg; chmod 644 "$photo"; cp "$photo" "$root/before.jpg"
        for name in NAMES; do
            made=; test -e "$data/$name" || { made=1; touch "$data/$name"; }
            mount --bind "$photo" "$data/$name"
            for command in status "index $photos" "verify --repair"; do
                code=0; lookalike $command > "$root/said" 2>&1 || code=$?
                echo "$name: $command: exit $code: $(cat "$root/said")" | tr '\n' ' '; echo
            done
            umount "$data/$name"
            test "$made" = "" || rm "$data/$name"
            cmp "$photo" "$root/before.jpg"; stat -c "%a" "$photo"
        done"#;
    let Some(printed) = crate::mounts::run(&place, &script.replace("NAMES", &names.join(" "))) else {
        return;
    };
    let (said, rights): (Vec<_>, Vec<_>) = printed.lines().partition(|line| line.contains(": exit "));
    assert_eq!(rights, ["644"; 8], "{printed}");
    assert_eq!(said.len(), 3 * names.len(), "{printed}");
    for line in said {
        let (name, _) = line.split_once(':').unwrap();
        assert!(line.contains("exit 1: "), "{line}");
        assert!(
            line.contains(&format!("{name} cannot be used: it is something else that is mounted there")),
            "{line}"
        );
    }
    assert_sound(&place);
}

/// Its files have names of their own, and it may be another drive.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_is_mounted_in_the_data_folder_is_used_and_stays_as_open_as_it_is() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let script = r#"
        chmod 755 "$photos/hat"; chmod 644 "$photos/hat"/*
        for name in index models; do
            mkdir -p "$data/$name"
            mount --bind "$photos/hat" "$data/$name"
            lookalike status > "$root/said"
            umount "$data/$name"
        done
        stat -c "%a" "$photos/hat" "$photos/hat"/*.jpg"#;
    let Some(printed) = crate::mounts::run(&place, script) else { return };
    let rights: Vec<&str> = printed.lines().collect();
    assert_eq!(rights, ["755", "644", "644", "644", "644", "644", "644"]);
}

/// A photo that was moved into the data folder has no other name.
#[test]
fn a_photo_under_the_name_of_a_file_of_ours_is_put_aside_and_never_written() {
    let names = [
        "catalog.db",
        "catalog.db-wal",
        "catalog.db-shm",
        "catalog.db-journal",
        "catalog.db.copy",
        "thumbnails.db",
        "thumbnails.db-wal",
        "thumbnails.db-shm",
        "index/manifest.json",
        "index/index-2.bin",
    ];
    for name in names {
        let place = Place::with_classes(&["hat", "shoes"]);
        place.index();
        let path = place.data().join(name);
        let _ = fs::remove_file(&path);
        let photo = fs::read(place.photo("hat/hat-1.jpg")).unwrap();
        fs::write(&path, &photo).unwrap();
        run(&place, &["status"]);
        run(&place, &["search", place.photo("hat/hat-1.jpg").to_str().unwrap()]);
        repair(&place);
        place.index();
        assert_sound(&place);
        let is_kept = |(path, _): &(PathBuf, u32)| path.is_file() && fs::read(path).unwrap() == photo;
        assert!(rights(&place.data()).iter().any(is_kept), "{name}");
    }
}

/// Copies of a data folder are made by links, too (`cp -al`): the copy stays what it was.
#[test]
fn files_of_ours_with_other_names_are_written_under_ours_only() {
    let place = killed();
    let backup = place.root().join("backup");
    fs::create_dir(&backup).unwrap();
    let names = ["catalog.db", "catalog.db-wal", "catalog.db-shm", "thumbnails.db", "thumbnails.db-wal"];
    let names = names.map(|name| (place.data().join(name), backup.join(name)));
    let before = names.clone().map(|(ours, other)| {
        fs::hard_link(&ours, &other).unwrap();
        fs::read(ours).unwrap()
    });
    place.add_class("dress");
    assert_eq!(place.index()["indexed"], 6);
    assert_eq!(place.library().len(), 18);
    for ((_, other), before) in names.iter().zip(before) {
        assert!(fs::read(other).unwrap() == before, "{}", other.display());
    }
}

#[test]
fn a_link_to_itself_is_told_of_in_words_and_outlasted() {
    for name in
        ["catalog.db", "catalog.db-wal", "thumbnails.db", "thumbnails.db-shm", "lock", "index", "models"]
    {
        let place = Place::with_classes(&["hat", "shoes"]);
        place.index();
        let path = place.data().join(name);
        let _ = fs::remove_file(&path);
        let _ = fs::remove_dir_all(&path);
        symlink(path.file_name().unwrap(), &path).unwrap();
        let output = run(&place, &["status"]);
        let said = message(&output);
        assert!(output.status.success() || said.contains(name), "{name}: {said}");
        assert!(!said.contains("drive") && !said.contains("os error"), "{name}: {said}");
        if name == "catalog.db" {
            assert!(said.contains("is a link to itself, not a file"), "{said}");
        }
        repair(&place);
        place.index();
        assert_sound(&place);
    }
    let place = Place::empty();
    symlink(place.data(), place.data()).unwrap();
    let said = message(&run(&place, &["status"]));
    assert!(said.contains("is a link to itself, not a folder"), "{said}");
}

#[test]
fn a_catalog_of_a_few_bytes_is_damaged_and_not_new() {
    for bytes in [&b"x"[..], b"\0", b"SQLite format 3\0", &[0; 99]] {
        // In a folder without anything else, too.
        for place in [Place::empty(), Place::with_classes(&["hat", "shoes"])] {
            if place.photo("hat").exists() {
                place.index();
            } else {
                fs::create_dir(place.data()).unwrap();
            }
            let catalog = place.data().join("catalog.db");
            fs::write(&catalog, bytes).unwrap();
            let output = run(&place, &["status"]);
            assert_eq!(output.status.code(), Some(1), "{bytes:?}");
            assert!(message(&output).contains("is damaged"), "{}", message(&output));
            assert!(fs::read(&catalog).unwrap() == bytes, "{bytes:?}");
            repair(&place);
            assert!(fs::read(place.data().join("catalog-damaged-1.db")).unwrap() == bytes, "{bytes:?}");
        }
    }
}

/// Runs a repair where the data folder has little room, and returns what is said, with what is left beside the catalog.
fn repair_on_small_disk(damage: &str) -> Option<String> {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let script = format!(
        r#"mount -t tmpfs -o size=24m none /mnt; cp -r "$data"/. /mnt; catalog=/mnt/catalog.db
        {damage}
        timeout 60 "$program" --data-dir /mnt verify --repair 2>&1 || echo "exit $?"
        ls /mnt"#
    );
    crate::mounts::run(&place, &script)
}

#[test]
fn a_catalog_that_calls_itself_huge_is_repaired_in_no_more_room_than_it_takes() {
    // Gigabytes of nothing, behind a first page that is gone.
    let damage =
        "dd if=/dev/zero of=$catalog bs=4096 count=1 conv=notrunc 2>/dev/null; truncate -s 40G $catalog";
    let Some(said) = repair_on_small_disk(damage) else { return };
    assert!(said.contains("folders saved: 1, photos: 12") && said.contains("(mended)"), "{said}");
    assert!(said.contains("catalog-damaged-1.db") && !said.contains("exit"), "{said}");
}

#[test]
fn a_repair_without_room_says_so_and_leaves_everything() {
    let damage = "dd if=/dev/urandom of=$catalog bs=1M count=14 oflag=append conv=notrunc 2>/dev/null
        dd if=/dev/zero of=$catalog bs=4096 count=1 conv=notrunc 2>/dev/null";
    let Some(said) = repair_on_small_disk(damage) else { return };
    assert!(said.contains("there is no room to repair the catalog") && said.contains("exit 1"), "{said}");
    assert!(!said.contains("catalog.db.copy\n") && !said.contains("damaged-1"), "{said}");
}

#[test]
fn a_manifest_without_end_is_not_read_to_its_end() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let manifest = fs::File::create(place.data().join("index/manifest.json")).unwrap();
    // As good as without end, and nothing on the disk.
    manifest.set_len(1 << 42).unwrap();
    assert_eq!(place.library().len(), 12);
    assert_eq!(repair(&place)["sound"], true);
    assert_sound(&place);
}

#[test]
fn a_repair_ends_when_it_is_told_to() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    let catalog = place.data().join("catalog.db");
    let mut bytes = fs::read(&catalog).unwrap();
    bytes[..4096].fill(0);
    fs::write(&catalog, bytes).unwrap();
    // At any moment, and once more where it was before.
    for milliseconds in [0, 20, 60, 150, 400] {
        let mut command = place.command();
        let mut child = command.args(["verify", "--repair"]).stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        let _ = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status();
        let started = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < Duration::from_secs(20), "it goes on");
            thread::sleep(Duration::from_millis(10));
        }
    }
    repair(&place);
    assert_sound(&place);
}

/// Everything in a folder, the folder first, with what its owner and others may do.
fn rights(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = vec![(folder.to_path_buf(), mode(folder))];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rights(&path));
        } else {
            found.push((path.clone(), mode(&path)));
        }
    }
    found
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn assert_private(place: &Place) {
    for (path, mode) in rights(&place.data()) {
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, expected, "{}: {mode:o}", path.display());
    }
}

#[test]
fn the_data_folder_is_its_owners_alone_whatever_the_mask() {
    for mask in [0, 0o022, 0o277] {
        let place = Place::with_classes(&["hat", "shoes"]);
        let mut command = place.command();
        command.arg("watch").arg(place.photos()).stdout(Stdio::piped());
        // SAFETY: only sets a number of the new process.
        unsafe {
            command.pre_exec(move || {
                libc::umask(mask);
                Ok(())
            });
        }
        let mut child = command.spawn().unwrap();
        let mut told = String::new();
        let mut stdout = child.stdout.take().unwrap();
        let mut buffer = [0; 512];
        while !told.contains("up_to_date") {
            let read = stdout.read(&mut buffer).unwrap();
            assert!(read > 0, "{mask:o}: {told}");
            told.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        // With logs and what is shared of them.
        assert_private(&place);
        signal_and_wait(&mut child);
        assert_private(&place);
        assert_eq!(mode(&place.data().join("index/manifest.json")), 0o600);
        let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../image-embedder/tests/golden/uint8.tflite");
        place.json(&["model", "import", model.to_str().unwrap(), "--name", "tiny"]);
        assert_private(&place);
    }
}

fn signal_and_wait(child: &mut std::process::Child) {
    let _ = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status();
    child.wait().unwrap();
}

#[test]
fn a_data_folder_that_others_could_read_is_closed_to_them() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    for (path, _) in rights(&place.data()) {
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    place.json(&["status"]);
    assert_private(&place);
    // Whatever anybody may do with them, and as whom.
    for mode in [0o777, 0o7777, 0o700, 0o611] {
        for (path, _) in rights(&place.data()) {
            let searched = if path.is_dir() { 0o700 } else { 0 };
            fs::set_permissions(path, fs::Permissions::from_mode(mode | searched)).unwrap();
        }
        place.json(&["status"]);
        assert_private(&place);
    }
}

#[test]
fn a_folder_with_other_things_in_it_stays_as_open_as_it_is() {
    let place = Place::with_classes(&["hat"]);
    fs::create_dir(place.data()).unwrap();
    let notes = place.data().join("notes.txt");
    fs::write(&notes, "mine").unwrap();
    for path in [&place.data(), &notes] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    place.index();
    place.json(&["status"]);
    for (path, mode) in rights(&place.data()) {
        if path == place.data() || path == notes {
            assert_eq!(mode, 0o755, "{}", path.display());
        } else {
            assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
        }
    }
}

#[test]
fn another_user_can_neither_read_the_library_nor_hold_its_lock() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    fs::set_permissions(place.root(), fs::Permissions::from_mode(0o755)).unwrap();
    let as_another = |script: &str| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "sh", "-c", script, "sh"]);
        command.arg(place.data()).arg(place.root());
        command
    };
    if !as_another("test -r \"$2\"").output().is_ok_and(|output| output.status.success()) {
        skipped("this system does not let the tests be another user");
        return;
    }
    for script in
        ["ls \"$1\"", "cat \"$1/catalog.db\"", "cat \"$1/thumbnails.db\"", "flock -n \"$1/lock\" true"]
    {
        assert!(!as_another(script).output().unwrap().status.success(), "{script}");
    }
}
