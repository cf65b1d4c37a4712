//! Something else in the place of a file of the data folder: pipes, folders, links, mounts, and photos under other names.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::data_folder::{assert_sound, killed, message, repair, run};
use crate::place::Place;
use crate::private_data::{mode, rights};

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
