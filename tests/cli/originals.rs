//! Originals are only ever read: whatever is run, they stay as they were.

use std::collections::BTreeMap;
#[cfg(target_os = "linux")]
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::process::Command;
use std::time::SystemTime;

use crate::place::Place;

/// All that a user could find changed about a file.
#[derive(Debug, PartialEq)]
struct Seen {
    bytes: Option<Vec<u8>>,
    modified: SystemTime,
    permissions: fs::Permissions,
}

fn see(directory: &Path, seen: &mut BTreeMap<PathBuf, Seen>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::metadata(&path).unwrap();
        let bytes = metadata.is_file().then(|| fs::read(&path).unwrap());
        let (modified, permissions) = (metadata.modified().unwrap(), metadata.permissions());
        seen.insert(path.clone(), Seen { bytes, modified, permissions });
        if metadata.is_dir() {
            see(&path, seen);
        }
    }
}

fn everything(place: &Place) -> BTreeMap<PathBuf, Seen> {
    let mut seen = BTreeMap::new();
    see(&place.photos(), &mut seen);
    seen
}

#[test]
fn every_command_leaves_originals_as_they_were() {
    let place = Place::with_classes(&["hat", "shoes"]);
    fs::write(place.photo("broken.jpg"), "no picture").unwrap();
    let before = everything(&place);

    place.use_every_command();
    assert!(place.watch_once().contains(&"up_to_date".to_owned()));

    assert_eq!(everything(&place), before);
}

/// A file system that lets nobody write shows that nobody tried: a program that did would fail somewhere.
#[cfg(target_os = "linux")]
#[test]
fn photos_on_a_read_only_file_system_are_photos_like_any_other() {
    // Mounted over itself in a namespace of its own, of which only this command and what it starts know.
    const MOUNT: &str = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";
    let place = Place::with_classes(&["hat", "shoes"]);
    fs::write(place.photo("broken.jpg"), "no picture").unwrap();
    let mut runner: Vec<OsString> =
        ["unshare", "--mount", "--map-root-user", "sh", "-c", MOUNT].map(OsString::from).to_vec();
    runner.push(place.photos().into());
    let try_out = |program: &str| {
        let mut command = Command::new(&runner[0]);
        let ended = command.args(&runner[1..]).arg(program).arg(place.photo("new")).output();
        ended.is_ok_and(|output| output.status.success())
    };
    if !try_out("true") {
        crate::place::skipped("the system allows no namespace with mounts of its own");
        return;
    }
    assert!(!try_out("touch"), "it can be written to");

    let before = everything(&place);
    let place = place.run_by(runner);
    let summary = place.index();
    assert_eq!((&summary["indexed"], &summary["failed"]), (&12.into(), &1.into()), "{summary}");
    place.use_every_command();
    assert!(place.watch_once().contains(&"up_to_date".to_owned()));
    assert_eq!(everything(&place), before);
}

#[test]
fn a_page_is_not_written_over_a_photo_or_beside_one() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let before = everything(&place);
    for page in ["hat/hat-1.jpg", "hat/new.html"] {
        let output = place.run(&["contact-sheet", "--out", place.photo(page).to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2), "{page}");
    }
    assert_eq!(everything(&place), before);
}

/// A page is asked for at a name that is another name of a photo.
#[cfg(unix)]
#[test]
fn a_page_that_bears_another_name_of_a_photo_takes_the_name_and_leaves_the_photo() {
    let place = Place::with_classes(&["hat"]);
    let out = place.root().join("out");
    fs::create_dir(&out).unwrap();
    let hat = place.photo("hat/hat-1.jpg");
    std::os::unix::fs::symlink(&hat, out.join("symbolic.html")).unwrap();
    fs::hard_link(&hat, out.join("hard.html")).unwrap();
    std::os::unix::fs::symlink("symbolic.html", out.join("twice.html")).unwrap();
    place.index();
    let before = everything(&place);
    for page in ["symbolic.html", "hard.html", "twice.html"] {
        let page = out.join(page);
        let output = place.run(&["contact-sheet", "--out", page.to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(!page.is_symlink() && fs::read_to_string(&page).unwrap().starts_with("<!doctype html>"));
        assert_eq!(everything(&place), before, "{}", page.display());
    }
    assert_eq!(fs::read_dir(out).unwrap().count(), 3, "nothing else is left");
}

/// The bytes of a photo may lie under any name, in any folder, when a link leads to them.
#[cfg(unix)]
#[test]
fn a_page_does_not_take_the_place_of_a_file_that_is_a_photo_by_a_link() {
    let place = Place::with_classes(&["hat"]);
    let elsewhere = place.root().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let original = elsewhere.join("original.html");
    fs::rename(place.photo("hat/hat-1.jpg"), &original).unwrap();
    std::os::unix::fs::symlink(&original, place.photo("hat/hat-1.jpg")).unwrap();
    assert_eq!(place.index()["indexed"], 6);
    let before = everything(&place);
    let output = place.run(&["contact-sheet", "--out", original.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(everything(&place), before);
    let beside = elsewhere.join("page.html");
    assert!(place.run(&["contact-sheet", "--out", beside.to_str().unwrap()]).status.success());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_into_a_watched_folder_by_any_way() {
    let place = Place::with_classes(&["hat"]);
    let behind = place.root().join("behind");
    fs::create_dir_all(behind.join("deep/er")).unwrap();
    place.index();
    // The links come later, and there is no photo behind them yet.
    std::os::unix::fs::symlink(&behind, place.photo("hat/link")).unwrap();
    std::os::unix::fs::symlink(place.photos(), place.root().join("another name")).unwrap();
    std::os::unix::fs::symlink("hat/link/deep", place.photo("deep")).unwrap();
    let root = place.root();
    let ways = [
        root.join("behind"),
        root.join("behind/deep"),
        root.join("behind/deep/er"),
        root.join("behind/deep/../deep/er/."),
        root.join("another name/hat"),
        root.join("photos/hat/.."),
        root.join("photos/hat/link/deep"),
    ];
    for way in ways {
        for command in [&["contact-sheet", "--out"][..], &["duplicates", "--export"]] {
            let file = way.join(if command[0] == "duplicates" { "new.csv" } else { "new.html" });
            let output = place.run(&[command, &[file.to_str().unwrap()]].concat());
            assert!(matches!(output.status.code(), Some(1 | 2)), "{command:?} {}", file.display());
            assert!(!file.exists(), "{}", file.display());
        }
    }
    let free = root.join("new.html");
    assert!(place.run(&["contact-sheet", "--out", free.to_str().unwrap()]).status.success());
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_is_written_into_a_watched_folder_by_a_mount() {
    let place = Place::with_classes(&["hat"]);
    fs::create_dir_all(place.photo("hat/empty/deep")).unwrap();
    fs::create_dir_all(place.root().join("mounted")).unwrap();
    place.index();
    let script = r#"
        for source in "$photos" "$photos/hat" "$photos/hat/empty"; do
            mount --bind "$source" "$root/mounted"
            for place in "$root/mounted" "$root/mounted/deep" "$root/mounted/empty"; do
                if lookalike contact-sheet --out "$place/new.html" 2>/dev/null; then echo "written to $source"; fi
            done
            umount "$root/mounted"
        done
        mount --bind "$root" /mnt
        if lookalike contact-sheet --out "/mnt/photos/hat/new.html" 2>/dev/null; then echo "written around"; fi
        mkdir "$photos/hat/over"
        mount --bind "$root/mounted" "$photos/hat/over"
        if lookalike contact-sheet --out "$root/mounted/new.html" 2>/dev/null; then echo "written below"; fi
        umount "$photos/hat/over"
        lookalike contact-sheet --out "$root/mounted/new.html"
        find "$photos" -name '*.html'"#;
    let Some(printed) = crate::mounts::run(&place, script) else { return };
    assert_eq!(printed, "");
    assert!(place.root().join("mounted/new.html").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_is_written_into_a_folder_that_is_away_and_mounted_elsewhere() {
    let place = Place::empty();
    let script = r#"
        mount -t tmpfs none /mnt; mkdir -p /mnt/card/photos /mnt/card/free
        cp "$samples"/hat/* /mnt/card/photos
        mount --bind /mnt/card/photos "$photos"; index >&2; umount "$photos"
        if lookalike contact-sheet --out /mnt/card/photos/new.html 2>/dev/null; then echo "written where photos are"; fi
        if lookalike contact-sheet --out "$photos/new.html" 2>/dev/null; then echo "written where photos were"; fi
        lookalike contact-sheet --out /mnt/card/free/new.html
        find /mnt/card "$photos" -name '*.html'"#;
    let Some(printed) = crate::mounts::run(&place, script) else { return };
    assert_eq!(printed, "/mnt/card/free/new.html\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_page_and_the_list_that_were_there() {
    let place = Place::with_classes(&["hat", "shoes"]);
    fs::copy(place.photo("hat/hat-1.jpg"), place.photo("again.jpg")).unwrap();
    place.index();
    let script = r#"
        mount -t tmpfs -o size=16k none /mnt
        echo old > /mnt/page.html; echo old > /mnt/list.csv
        head -c 8192 /dev/zero > /mnt/filler
        if lookalike contact-sheet --out /mnt/page.html 2>/dev/null; then echo "a page was written"; fi
        if lookalike duplicates --export /mnt/list.csv 2>/dev/null; then echo "a list was written"; fi
        cat /mnt/page.html /mnt/list.csv
        ls -A /mnt"#;
    let Some(printed) = crate::mounts::run(&place, script) else { return };
    assert_eq!(printed, "old\nold\nfiller\nlist.csv\npage.html\n");
}

/// Whoever can write beside the place may put a link there at any moment.
#[cfg(unix)]
#[test]
fn a_directory_that_turns_into_a_link_while_the_page_is_made_leads_nowhere() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let place = Place::with_classes(&["hat"]);
    place.index();
    let before = everything(&place);
    let (out, aside, link) =
        (place.root().join("out"), place.root().join("aside"), place.root().join("link"));
    fs::create_dir(&out).unwrap();
    std::os::unix::fs::symlink(place.photo("hat"), &link).unwrap();
    let page = out.join("page.html");
    let over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while !over.load(Ordering::Acquire) {
                for (from, to) in [(&out, &aside), (&link, &out), (&out, &link), (&aside, &out)] {
                    fs::rename(from, to).unwrap();
                }
            }
        });
        for _ in 0..20 {
            place.run(&["contact-sheet", "--out", page.to_str().unwrap()]);
        }
        over.store(true, Ordering::Release);
    });
    assert_eq!(everything(&place), before);
}

#[cfg(target_os = "linux")]
#[test]
fn not_even_the_access_time_changes() {
    use std::os::unix::fs::MetadataExt;
    let place = Place::with_classes(&["hat"]);
    let hat = place.photo("hat/hat-1.jpg");
    // Older than the modification time: any ordinary read would set it.
    let long_ago = fs::FileTimes::new().set_accessed(SystemTime::UNIX_EPOCH);
    fs::File::options().append(true).open(&hat).unwrap().set_times(long_ago).unwrap();
    place.index();
    assert_eq!(fs::metadata(&hat).unwrap().atime(), 0);
}
