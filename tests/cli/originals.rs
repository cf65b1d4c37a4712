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

/// Asks for a page that must be refused in plain words and exit code 2, and leave what is there.
fn assert_refused(place: &Place, page: &Path, images: &[&Path]) {
    let mut command = place.command();
    let output = command.args(["contact-sheet", "--out"]).arg(page).args(images).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{}: {message}", page.display());
    assert!(message.contains("choose another name"), "{message}");
}

/// A page is asked for at a name that is another name of a photo.
#[cfg(unix)]
#[test]
fn a_page_takes_no_name_that_is_another_name_of_a_photo() {
    let place = Place::with_classes(&["hat"]);
    let out = place.root().join("out");
    fs::create_dir(&out).unwrap();
    let hat = place.photo("hat/hat-1.jpg");
    std::os::unix::fs::symlink(&hat, out.join("symbolic.html")).unwrap();
    fs::hard_link(&hat, out.join("hard.html")).unwrap();
    std::os::unix::fs::symlink("symbolic.html", out.join("twice.html")).unwrap();
    std::os::unix::fs::symlink("nowhere.html", out.join("dangling.html")).unwrap();
    place.index();
    let before = everything(&place);
    for page in ["symbolic.html", "hard.html", "twice.html", "dangling.html"] {
        assert_refused(&place, &out.join(page), &[]);
        assert_eq!(everything(&place), before, "{page}");
    }
    assert!(out.join("symbolic.html").is_symlink() && !out.join("nowhere.html").exists());
    assert_eq!(fs::read_dir(out).unwrap().count(), 4, "nothing else is left");
}

/// The bytes of a photo may lie under any name, in any folder, when a link leads to them, or when they were moved there.
#[cfg(unix)]
#[test]
fn a_page_does_not_take_the_place_of_a_file_that_is_or_was_a_photo_of_the_library() {
    let place = Place::with_classes(&["hat"]);
    let elsewhere = place.root().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let original = elsewhere.join("original.html");
    fs::rename(place.photo("hat/hat-1.jpg"), &original).unwrap();
    std::os::unix::fs::symlink(&original, place.photo("hat/hat-1.jpg")).unwrap();
    assert_eq!(place.index()["indexed"], 6);
    let before = everything(&place);
    assert_refused(&place, &original, &[]);
    assert_eq!(everything(&place), before);
    // The link is gone, and with it all that leads to the file.
    fs::remove_file(place.photo("hat/hat-1.jpg")).unwrap();
    let bytes = fs::read(&original).unwrap();
    assert_refused(&place, &original, &[]);
    assert!(fs::read(&original).unwrap() == bytes);
    let beside = elsewhere.join("page.html");
    assert!(place.run(&["contact-sheet", "--out", beside.to_str().unwrap()]).status.success());
}

#[test]
fn only_what_we_wrote_is_replaced() {
    let place = Place::with_classes(&["hat"]);
    fs::copy(place.photo("hat/hat-2.jpg"), place.photo("again.jpg")).unwrap();
    place.index();
    let at = |name: &str| place.root().join(name);
    fs::write(at("mine.html"), "<!doctype html><html><title>Holidays</title>").unwrap();
    assert_refused(&place, &at("mine.html"), &[]);
    for (name, text) in [("mine.csv", "a,b\n1,2\n"), ("mine.txt", "Dear Ada,\n"), ("photo.txt", "\u{FFFD}")] {
        fs::write(at(name), text).unwrap();
        let output = place.run(&["duplicates", "--export", at(name).to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("choose another name"), "{output:?}");
        assert_eq!(fs::read_to_string(at(name)).unwrap(), text);
    }
    // What we wrote is replaced as often as it is asked for.
    let page = at("page.html");
    let list = |name: &str, more: &[&str]| {
        let output = place.run(&[&["duplicates", "--export", at(name).to_str().unwrap()], more].concat());
        assert!(output.status.success(), "{output:?}");
        fs::read(at(name)).unwrap()
    };
    for _ in 0..2 {
        assert!(place.run(&["contact-sheet", "--out", page.to_str().unwrap()]).status.success());
        assert!(list("list.csv", &[]).starts_with(b"group,"));
        assert!(list("list.txt", &[]).ends_with(b"jpg\n"));
        assert!(list("list.txt", &["--null"]).ends_with(b"jpg\0"));
    }
    assert!(list("list.txt", &[]).ends_with(b"jpg\n"));
}

#[test]
fn a_page_does_not_take_the_place_of_an_image_that_is_asked_for() {
    let place = Place::with_classes(&["hat"]);
    place.index();
    let at = |name: &str| place.root().join(name);
    let bytes = fs::read(place.photo("hat/hat-1.jpg")).unwrap();
    fs::write(at("q.html"), &bytes).unwrap();
    fs::hard_link(at("q.html"), at("hard.html")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("q.html", at("soft.html")).unwrap();
    for page in ["q.html", "hard.html", "soft.html"] {
        if at(page).exists() {
            assert_refused(&place, &at(page), &[&at("q.html")]);
        }
    }
    assert_refused(&place, &place.root().join("./q.html"), &[&at("hard.html")]);
    assert!(fs::read(at("q.html")).unwrap() == bytes && fs::read(at("hard.html")).unwrap() == bytes);
}

/// What is on a drive has other paths when the drive is mounted elsewhere, and none that the library knows.
#[cfg(target_os = "linux")]
#[test]
fn a_page_does_not_take_the_place_of_a_photo_whose_drive_is_mounted_elsewhere() {
    let place = Place::empty();
    let script = r#"
        mount -t tmpfs none /mnt; mkdir "$root/card" "$root/moved"; mount -t tmpfs none "$root/card"
        mkdir -p "$root/card/deep/er"; cp "$samples/hat/hat-1.jpg" "$root/card/deep/er/page.html"
        ln -s "$root/card/deep/er/page.html" "$photos/hat.jpg"; cp "$samples"/shoes/* "$photos"
        index >&2
        mount --move "$root/card" "$root/moved" 2>/dev/null || mount --bind "$root/card" "$root/moved"
        umount "$root/card" 2>/dev/null || true
        if lookalike contact-sheet --out "$root/moved/deep/er/page.html" 2>/dev/null; then echo "replaced"; fi
        cmp "$samples/hat/hat-1.jpg" "$root/moved/deep/er/page.html"
        ls -A "$root/moved/deep/er""#;
    let Some(printed) = crate::mounts::run(&place, script) else { return };
    assert_eq!(printed, "page.html\n");
}

/// A layer of a file system has the files of what is stacked on it, under other numbers.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_written_where_originals_are_by_another_layer() {
    let place = Place::empty();
    let script = r#"
        mount -t tmpfs none /mnt; cd /mnt; mkdir lower upper work merged other free
        cp -r "$samples/hat" lower; cp -r "$samples/shoes" upper; cp lower/hat/hat-1.jpg upper/page.html
        ln -s page.html upper/page.jpg
        mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged || { echo "no overlay"; exit 0; }
        lookalike --json index merged >&2
        for page in upper/page.html upper/shoes/new.html merged/page.html merged/shoes/new.html; do
            if lookalike contact-sheet --out "$page" 2>/dev/null; then echo "written as $page"; fi
        done
        cmp lower/hat/hat-1.jpg upper/page.html
        lookalike contact-sheet --out free/new.html
        lookalike remove merged >&2
        lookalike --json index upper >&2
        for page in upper/page.html merged/page.html merged/shoes/new.html; do
            if lookalike contact-sheet --out "$page" 2>/dev/null; then echo "written as $page"; fi
        done
        cmp lower/hat/hat-1.jpg upper/page.html
        find . -name '*.part' -o -name 'new.html'"#;
    let Some(printed) = crate::mounts::run(&place, script) else { return };
    if printed.starts_with("no overlay") {
        return crate::place::skipped("this system stacks no file systems");
    }
    assert_eq!(printed, "./free/new.html\n");
}

/// A limit on the size of files is told of, as a full disk is.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_on_the_size_of_files_leaves_nothing_behind() {
    let place = Place::with_classes(&["hat", "shoes"]);
    fs::copy(place.photo("hat/hat-2.jpg"), place.photo("again.jpg")).unwrap();
    place.index();
    let out = place.root().join("out");
    fs::create_dir(&out).unwrap();
    let page = out.join("page.html");
    assert!(place.run(&["contact-sheet", "--out", page.to_str().unwrap()]).status.success());
    let before = fs::read(&page).unwrap();
    let script = "ulimit -f 64; exec \"$0\" \"$@\"";
    let limited = place.run_by(["sh", "-c", script].map(OsString::from).to_vec());
    for name in ["page.html", "new.html"] {
        let output = limited.run(&["contact-sheet", "--out", out.join(name).to_str().unwrap()]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains("cannot be written") && message.contains("too large"), "{message}");
    }
    assert!(fs::read(&page).unwrap() == before);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "nothing else is left");
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
fn nothing_is_written_into_a_watched_folder_that_was_renamed() {
    let place = Place::with_classes(&["hat", "shoes"]);
    place.index();
    fs::create_dir_all(place.photo("hat/empty")).unwrap();
    fs::create_dir(place.root().join("above")).unwrap();
    let renamed = place.root().join("above/pictures");
    fs::rename(place.photos(), &renamed).unwrap();
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    see(&renamed, &mut before);
    for page in ["page.html", "hat/page.html", "hat/empty/page.html"] {
        let output = place.command().args(["contact-sheet", "-o"]).arg(renamed.join(page)).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{page}");
    }
    see(&renamed, &mut after);
    assert_eq!(after, before);
    let beside = place.root().join("above/page.html");
    let output = place.command().args(["contact-sheet", "-o"]).arg(&beside).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_full_disk_leaves_the_page_and_the_list_that_were_there() {
    let place = Place::with_classes(&["hat", "shoes"]);
    fs::copy(place.photo("hat/hat-1.jpg"), place.photo("again.jpg")).unwrap();
    place.index();
    let script = r#"
        mount -t tmpfs -o size=16k none /mnt
        PAGE='<!doctype html><html lang=en><meta charset=utf-8><title>Lookalike contact sheet</title>old'
        TABLE='group,suggestion,reason,decision,kind,width,height,bytes,path'
        printf '%s' "$PAGE" > /mnt/page.html; echo "$TABLE" > /mnt/list.csv
        head -c 8192 /dev/zero > /mnt/filler
        if lookalike contact-sheet --out /mnt/page.html 2>/dev/null; then echo "a page was written"; fi
        if lookalike duplicates --export /mnt/list.csv 2>/dev/null; then echo "a list was written"; fi
        echo "$PAGE" | cmp -n 80 - /mnt/page.html; echo "$TABLE" | cmp - /mnt/list.csv
        ls -A /mnt"#;
    let Some(printed) = crate::mounts::run(&place, script) else { return };
    assert_eq!(printed, "filler\nlist.csv\npage.html\n");
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
