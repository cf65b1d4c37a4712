//! Which photo of a group is suggested to be kept, and which could go: never a RAW for its JPEG, nor a file for itself.

use std::fs;
use std::path::{Path, PathBuf};

use imaging::{Orientation, RgbImage};
use serde_json::Value;

use crate::camera::{dated, decoded, dng, on_screen, resized};
use crate::place::Place;

fn jpeg(image: &RgbImage) -> Vec<u8> {
    imaging::encode_jpeg(image, 90).unwrap()
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Names, relative to the photo folder, on the list of what could go.
fn going(place: &Place) -> Vec<String> {
    let list = place.root().join("list.txt");
    let output = place.run(&["duplicates", "--export", list.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let text = fs::read_to_string(list).unwrap();
    let relative =
        |line: &str| Path::new(line).strip_prefix(place.photos()).unwrap().to_str().unwrap().to_owned();
    text.lines().map(relative).collect()
}

fn name(path: &Value) -> String {
    Path::new(path.as_str().unwrap()).file_name().unwrap().to_string_lossy().into_owned()
}

/// The name of what is suggested to be kept, and the reason, of photos that are alike to the model.
fn suggestion(place: &Place) -> (String, String) {
    let found = place.json(&["duplicates", "--min-similarity", "0.4"]);
    assert_eq!(found["groups"].as_array().unwrap().len(), 1, "{found}");
    let suggestion = &found["suggestions"][0];
    (name(&suggestion["keep"]), suggestion["reason"].as_str().unwrap().to_owned())
}

/// A RAW whose preview is smaller than the JPEG of the same shot.
fn shot() -> (Vec<u8>, Vec<u8>, (u32, u32)) {
    let photo = decoded("hat/hat-2.jpg");
    let preview = resized(&photo, photo.width() * 2 / 3, photo.height() * 2 / 3);
    let sensor = (photo.width() * 6, photo.height() * 6);
    (dng(&jpeg(&preview), sensor), jpeg(&photo), sensor)
}

#[test]
fn a_raw_and_its_jpeg_are_a_pair_and_no_duplicates() {
    for (raw, jpeg) in [
        ("DSC08155.DNG", "DSC08155.JPG"),
        ("RAW/dsc1.dng", "JPG/DSC1.jpg"),
        ("raw/a.dng", "a.jpg"),
        ("b.dng", "b.dng.jpg"),
    ] {
        let place = Place::empty();
        let (raw_bytes, jpeg_bytes, _) = shot();
        write(&place.photo(raw), &raw_bytes);
        write(&place.photo(jpeg), &jpeg_bytes);
        place.index();
        assert_eq!(place.json(&["duplicates"])["groups"], serde_json::json!([]), "{raw} and {jpeg}");
        assert!(going(&place).is_empty(), "{raw} and {jpeg}");
    }
}

#[test]
fn copies_of_a_pairs_jpeg_could_go_and_the_pair_stays() {
    let place = Place::empty();
    let (raw, jpeg_bytes, sensor) = shot();
    write(&place.photo("DSC1.DNG"), &raw);
    write(&place.photo("DSC1.JPG"), &jpeg_bytes);
    write(&place.photo("sent/DSC1.JPG"), &jpeg_bytes);
    write(&place.photo("small.jpg"), &jpeg(&resized(&decoded("hat/hat-2.jpg"), 150, 200)));
    place.index();
    assert_eq!(going(&place), ["sent/DSC1.JPG", "small.jpg"]);
    let text = String::from_utf8(place.run(&["duplicates"]).stdout).unwrap();
    let line = |name: &str| text.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(line("DSC1.DNG").contains("the camera's RAW"), "{text}");
    assert!(line("DSC1.DNG").contains(&format!("({} x {}, ", sensor.0, sensor.1)), "{text}");
    assert!(line("photos/DSC1.JPG").contains("keep: a pair with DSC1.DNG"), "{text}");
    let table = place.root().join("list.csv");
    place.run(&["duplicates", "--export", table.to_str().unwrap()]);
    let table = fs::read_to_string(table).unwrap();
    assert_eq!(table.matches(",keep,").count(), 2, "{table}");
}

#[test]
fn a_raw_goes_for_no_jpeg_whatever_their_names_and_for_its_own_copy() {
    let place = Place::empty();
    let (raw, jpeg_bytes, _) = shot();
    write(&place.photo("scan 1.dng"), &raw);
    write(&place.photo("web/beach.jpg"), &jpeg_bytes);
    place.index();
    assert_eq!(going(&place), ["web/beach.jpg"]);
    assert_eq!(suggestion(&place), ("scan 1.dng".to_owned(), "raw".to_owned()));
    write(&place.photo("backup/scan 1.dng"), &raw);
    // Another shot, which looks the same.
    write(&place.photo("scan 2.dng"), &[&raw[..], b"other"].concat());
    place.index();
    let going = going(&place);
    assert!(
        going.contains(&"web/beach.jpg".to_owned()) && !going.contains(&"scan 2.dng".to_owned()),
        "{going:?}"
    );
    assert_eq!(going.iter().filter(|name| name.ends_with("scan 1.dng")).count(), 1, "{going:?}");
}

#[test]
fn no_photo_goes_in_favour_of_one_without_its_colours() {
    let place = Place::empty();
    let photo = decoded("hat/hat-1.jpg");
    // With so much of its colours: of glaring ones, the grey picture is another.
    let with_colours = |share: f32| {
        let pale = |pixel: &[u8]| -> [u8; 3] {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
            let grey = 0.299 * red + 0.587 * green + 0.114 * blue;
            [red, green, blue].map(|level| (grey + (level - grey) * share).round() as u8)
        };
        let pixels = photo.pixels().chunks_exact(3).flat_map(pale).collect();
        RgbImage::new(photo.width(), photo.height(), pixels).unwrap()
    };
    // The older one, as large, and with more bytes.
    write(&place.photo("IMG_0001.jpg"), &jpeg(&with_colours(0.0)));
    let older = fs::File::options().write(true).open(place.photo("IMG_0001.jpg")).unwrap();
    older.set_modified(std::time::UNIX_EPOCH).unwrap();
    write(&place.photo("IMG_0001 (1).jpg"), &jpeg(&with_colours(0.35)));
    place.index();
    let text = String::from_utf8(place.run(&["duplicates"]).stdout).unwrap();
    assert!(text.contains("2 photos") && text.contains("keep: it has colours"), "{text}");
    assert!(!going(&place).contains(&"IMG_0001 (1).jpg".to_owned()), "{text}");
}

#[test]
fn a_photo_with_a_film_goes_only_in_favour_of_its_own_bytes() {
    let place = Place::empty();
    let photo = decoded("hat/hat-1.jpg");
    let plain = jpeg(&photo);
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\0\x0Cmdatfilm";
    let motion = [&imaging::encode_jpeg(&photo, 60).unwrap()[..], film].concat();
    // The older one, as large, and with more bytes.
    write(&place.photo("IMG_0001.jpg"), &plain);
    let older = fs::File::options().write(true).open(place.photo("IMG_0001.jpg")).unwrap();
    older.set_modified(std::time::UNIX_EPOCH).unwrap();
    write(&place.photo("IMG_0001_motion.jpg"), &motion);
    place.index();
    let text = String::from_utf8(place.run(&["duplicates"]).stdout).unwrap();
    assert!(text.contains("2 photos") && text.contains("keep: it has a film"), "{text}");
    assert_eq!(going(&place), [""; 0]);
    write(&place.photo("IMG_0001_motion (1).jpg"), &motion);
    place.index();
    assert!(matches!(&going(&place)[..], [name] if name.starts_with("IMG_0001_motion")));
}

#[test]
fn frames_of_a_bracket_are_no_duplicates_of_each_other() {
    let place = Place::empty();
    let photo = decoded("hat/hat-1.jpg");
    let brighter = |by: f32| {
        let pixels = photo.pixels().iter().map(|level| (f32::from(*level) * by).min(255.0) as u8).collect();
        RgbImage::new(photo.width(), photo.height(), pixels).unwrap()
    };
    for (name, by, second) in [("IMG_0001", 0.7, 10), ("IMG_0002", 1.0, 10), ("IMG_0003", 1.2, 11)] {
        let shot = dated(&jpeg(&brighter(by)), &format!("2024:05:01 12:00:{second}"));
        write(&place.photo(&format!("{name}.jpg")), &shot);
    }
    write(&place.photo("IMG_0002 small.jpg"), &imaging::thumbnail(&photo, 300, 80).unwrap());
    place.index();
    let groups = place.json(&["duplicates"])["groups"].clone();
    let names: Vec<usize> =
        groups.as_array().unwrap().iter().map(|group| group.as_array().unwrap().len()).collect();
    assert_eq!(names, [2], "{groups}");
}

#[test]
fn nothing_is_a_duplicate_of_what_is_gone_or_has_become_another_picture() {
    let place = Place::with_classes(&["hat"]);
    for name in ["hat-1", "hat-2", "hat-3"] {
        fs::copy(place.photo(&format!("hat/{name}.jpg")), place.photo(&format!("copy of {name}.jpg")))
            .unwrap();
    }
    place.index();
    fs::remove_file(place.photo("hat/hat-1.jpg")).unwrap();
    fs::copy(place.photo("hat/hat-4.jpg"), place.photo("hat/hat-2.jpg")).unwrap();
    assert_eq!(going(&place), ["copy of hat-3.jpg"]);
    let table = place.root().join("list.csv");
    place.run(&["duplicates", "--export", table.to_str().unwrap()]);
    let table = fs::read_to_string(table).unwrap();
    let row = |name: &str| table.lines().find(|row| row.contains(name)).unwrap().to_owned();
    assert!(row("copy of hat-3").contains(",duplicate,"), "{table}");
    for name in ["copy of hat-1", "copy of hat-2"] {
        assert!(row(name).contains(",out-of-reach,"), "{table}");
    }
}

#[cfg(unix)]
#[test]
fn links_to_a_file_are_no_duplicates_of_it() {
    let place = Place::with_classes(&["hat"]);
    fs::hard_link(place.photo("hat/hat-2.jpg"), place.photo("again.jpg")).unwrap();
    fs::create_dir(place.photo("album")).unwrap();
    std::os::unix::fs::symlink(place.photo("hat/hat-2.jpg"), place.photo("album/hat.jpg")).unwrap();
    place.index();
    assert_eq!(place.json(&["duplicates"])["groups"], serde_json::json!([]));
    assert!(going(&place).is_empty());

    fs::copy(place.photo("hat/hat-2.jpg"), place.photo("copy.jpg")).unwrap();
    place.index();
    let found = place.json(&["duplicates"]);
    assert_eq!(found["groups"][0].as_array().unwrap().len(), 2, "{found}");
    let same: Vec<String> =
        found["suggestions"][0]["same_file"][0].as_array().unwrap().iter().map(name).collect();
    assert_eq!(same, ["again.jpg", "hat.jpg", "hat-2.jpg"]);
    assert_eq!(going(&place), ["copy.jpg"]);
    let text = String::from_utf8(place.run(&["duplicates"]).stdout).unwrap();
    assert!(text.contains("Group 1, 2 photos") && text.contains("the same file at "), "{text}");
}

#[cfg(unix)]
#[test]
fn what_became_a_link_to_the_photo_that_is_kept_is_on_no_list() {
    let place = Place::with_classes(&["hat"]);
    let copy = place.photo("copy.jpg");
    fs::copy(place.photo("hat/hat-2.jpg"), &copy).unwrap();
    place.index();
    assert_eq!(going(&place).len(), 1);
    fs::remove_file(&copy).unwrap();
    fs::hard_link(place.photo("hat/hat-2.jpg"), &copy).unwrap();
    assert!(going(&place).is_empty(), "though nobody has looked at the folder since");
    fs::remove_file(&copy).unwrap();
    fs::write(&copy, "something else by now").unwrap();
    let list = place.root().join("list.txt");
    let output = place.run(&["duplicates", "--export", list.to_str().unwrap()]);
    assert!(fs::read(list).unwrap().is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 photo left out"), "{output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_is_mounted_twice_has_its_files_once() {
    let place = Place::with_classes(&["hat"]);
    let again = place.photo("again");
    fs::create_dir(&again).unwrap();
    let list = place.root().join("list.txt");
    let script = "set -e; mount --bind \"$3/hat\" \"$3/again\"; \"$1\" --data-dir \"$2\" index \"$3\" >&2; \
                  \"$1\" --data-dir \"$2\" duplicates --export \"$4\" >&2; \"$1\" --data-dir \"$2\" --json duplicates";
    let namespace = |command: &str| {
        let mut unshare = std::process::Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", command, "sh"]);
        unshare.arg(env!("CARGO_BIN_EXE_lookalike")).arg(place.data()).arg(place.photos()).arg(&list);
        unshare
    };
    if !namespace("mount --bind \"$3/hat\" \"$3/again\"").output().is_ok_and(|output| output.status.success())
    {
        return crate::place::skipped("this system allows no namespace of mounts");
    }
    let output = namespace(script).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["groups"], serde_json::json!([]));
    assert!(fs::read(&list).unwrap().is_empty());
}

/// What is stacked on a layer shows the layer's files: who deletes one of two loses both.
#[cfg(target_os = "linux")]
#[test]
fn what_a_stacked_file_system_shows_of_its_layers_is_on_no_list() {
    let layers = [
        // All layers on one file system, each on its own, and with numbers of their own for what lies below.
        ("mount -t tmpfs none /mnt; mkdir /mnt/l /mnt/u", ""),
        (
            "mount -t tmpfs none /mnt; mkdir /mnt/l /mnt/u; mount -t tmpfs none /mnt/l; mount -t tmpfs none /mnt/u",
            "",
        ),
        ("mount -t tmpfs none /mnt; mkdir /mnt/l /mnt/u; mount -t tmpfs none /mnt/l", ",xino=on"),
    ];
    for (mounts, option) in layers {
        let place = Place::empty();
        let script = format!(
            r#"{mounts}
            mkdir -p /mnt/u/upper /mnt/u/work /mnt/l/lower /mnt/merged /mnt/l/copies
            cp -r "$samples/hat" /mnt/u/upper; cp -r "$samples/shoes" /mnt/l/lower
            cp "$samples/hat/hat-1.jpg" /mnt/u/upper/hat-1-copy.jpg
            mount -t overlay overlay -o lowerdir=/mnt/l/lower,upperdir=/mnt/u/upper,workdir=/mnt/u/work{option}                 /mnt/merged || {{ echo "no overlay"; exit 0; }}
            # The same file with other times and numbers: changed by way of the stack.
            chmod 600 /mnt/merged/shoes/shoes-1.jpg; mv /mnt/merged/hat/hat-2.jpg /mnt/merged/hat/renamed.jpg
            lookalike --json index /mnt/u/upper /mnt/l/lower /mnt/merged >&2
            lookalike duplicates --null | tr '\0' '\n'
            lookalike duplicates --export /mnt/list.txt >&2; cat /mnt/list.txt
            lookalike duplicates --export /mnt/list.csv >&2; grep -c ',duplicate,' /mnt/list.csv
            lookalike duplicates | grep -c 'perhaps the same file as' || true"#
        );
        let Some(printed) = crate::mounts::run(&place, &script) else { return };
        if printed.starts_with("no overlay") {
            return crate::place::skipped("this system stacks no file systems");
        }
        // Of a photo and a true copy of it, each there by two ways, one could go, and is listed once.
        let [null, lines, in_table, perhaps] = printed.lines().collect::<Vec<_>>()[..] else {
            panic!("{mounts}: {printed}");
        };
        let name = Path::new(null).file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("hat-1"), "{mounts}: {printed}");
        assert_eq!((null, in_table), (lines, "1"), "{mounts}: {printed}");
        // The shoe that was changed is a file of the layer above by now; only its number is the same.
        assert!(perhaps.parse::<u32>().unwrap() > 0, "{mounts}: {printed}");
    }
}

#[test]
fn a_photo_with_its_date_is_kept_rather_than_a_screen_that_shows_it_larger() {
    let photo = resized(&decoded("hat/hat-2.jpg"), 225, 300);
    for (other, reason) in [("Screenshot_20240501.jpg", "no_screenshot"), ("saved.jpg", "has_date")] {
        let place = Place::empty();
        write(&place.photo("old.jpg"), &dated(&jpeg(&photo), "2019:05:01 12:00:00"));
        write(&place.photo(other), &jpeg(&on_screen(&resized(&photo, 810, 1080), 810, 1440)));
        place.index();
        assert_eq!(suggestion(&place), ("old.jpg".to_owned(), reason.to_owned()));
        assert!(!going(&place).contains(&"old.jpg".to_owned()));
    }
}

#[test]
fn a_large_photo_that_lost_its_date_is_kept_rather_than_a_small_one_that_has_it() {
    let place = Place::empty();
    let photo = decoded("hat/hat-2.jpg");
    write(&place.photo("large.jpg"), &jpeg(&photo));
    let small = resized(&photo, photo.width() * 2 / 5, photo.height() * 2 / 5);
    write(&place.photo("small.jpg"), &dated(&jpeg(&small), "2019:05:01 12:00:00"));
    place.index();
    assert_eq!(suggestion(&place), ("large.jpg".to_owned(), "larger".to_owned()));
}

#[test]
fn a_thumbnail_that_was_blown_up_is_not_kept_for_its_size() {
    for name in ["dress/dress-4.jpg", "shirt/shirt-6.jpg", "outwear/outwear-5.jpg"] {
        let place = Place::empty();
        let photo = decoded(name);
        write(&place.photo("photo.jpg"), &jpeg(&photo));
        let small = resized(&photo, photo.width() * 4 / 10, photo.height() * 4 / 10);
        let blown_up = resized(&small, photo.width() * 13 / 10, photo.height() * 13 / 10);
        write(&place.photo("again.jpg"), &jpeg(&blown_up));
        place.index();
        assert_eq!(suggestion(&place), ("photo.jpg".to_owned(), "sharper".to_owned()), "{name}");
    }
}

#[test]
fn a_turned_copy_in_louder_colours_is_not_kept_for_its_sharp_edges() {
    let photo = decoded("shoes/shoes-4.jpg");
    let turned = Orientation::Turned90.apply(photo.clone()).unwrap();
    let loud =
        turned.pixels().iter().map(|&value| ((f32::from(value) - 128.0) * 1.3 + 128.0) as u8).collect();
    let edited =
        imaging::encode_jpeg(&RgbImage::new(turned.width(), turned.height(), loud).unwrap(), 97).unwrap();
    for (name, reason) in [("IMG_2248 edited.jpg", "unedited"), ("x.jpg", "older")] {
        let place = Place::empty();
        let original = place.photo("old.jpg");
        write(&original, &jpeg(&photo));
        let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        fs::File::options().append(true).open(&original).unwrap().set_modified(long_ago).unwrap();
        write(&place.photo(name), &edited);
        place.index();
        assert_eq!(suggestion(&place), ("old.jpg".to_owned(), reason.to_owned()));
    }
}

#[cfg(target_os = "linux")]
mod names {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    /// A hat, and a copy of each of these names.
    fn place(names: &[&[u8]]) -> (Place, Vec<PathBuf>) {
        let place = Place::with_classes(&["hat"]);
        let original = place.photo("hat/hat-2.jpg");
        let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        fs::File::options().append(true).open(&original).unwrap().set_modified(long_ago).unwrap();
        let paths: Vec<PathBuf> =
            names.iter().map(|name| place.photos().join(OsStr::from_bytes(name))).collect();
        for path in &paths {
            fs::copy(&original, path).unwrap();
        }
        place.index();
        (place, paths)
    }

    fn paths(bytes: &[u8], separator: u8) -> Vec<PathBuf> {
        let parts = bytes.split(|byte| *byte == separator).filter(|part| !part.is_empty());
        parts.map(|part| OsStr::from_bytes(part).into()).collect()
    }

    #[test]
    fn a_list_holds_the_bytes_of_names_and_none_that_would_be_two_lines() {
        let (place, copies) = place(&[b"caf\xe9.jpg", b"one\ntwo.jpg"]);
        let list = place.root().join("list.txt");
        let output = place.run(&["duplicates", "--export", list.to_str().unwrap()]);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(paths(&fs::read(&list).unwrap(), b'\n'), [copies[0].clone()]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains("one[U+000A]two.jpg") && told.contains("--null"), "{told}");

        let output = place.run(&["duplicates", "--export", list.to_str().unwrap(), "--null"]);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(paths(&fs::read(&list).unwrap(), 0), copies);
        assert_eq!(paths(&place.run(&["duplicates", "-0"]).stdout, 0), copies);

        let table = place.root().join("list.csv");
        place.run(&["duplicates", "--export", table.to_str().unwrap()]);
        let table = fs::read_to_string(table).unwrap();
        assert!(table.contains("/one\ntwo.jpg\"") && !table.contains("\ntwo.jpg\n"), "{table}");
        assert_eq!(place.run(&["--json", "duplicates", "--null"]).status.code(), Some(2));
    }

    #[test]
    fn whatever_a_program_takes_for_the_end_of_a_line_is_in_no_list_of_lines() {
        let ends = ["\u{B}", "\u{C}", "\r", "\u{1E}", "\u{85}", "\u{2028}", "\u{2029}"];
        let names: Vec<String> = ends.iter().map(|end| format!("a{end}etc{end}passwd.jpg")).collect();
        let names: Vec<&[u8]> = names.iter().map(String::as_bytes).collect();
        let (place, copies) = place(&names);
        let list = place.root().join("list.txt");
        let output = place.run(&["duplicates", "--export", list.to_str().unwrap()]);
        assert!(output.status.success() && fs::read(&list).unwrap().is_empty(), "{output:?}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains("7 names") && told.contains("a[U+2028]etc"), "{told}");
        let mut listed = paths(&place.run(&["duplicates", "-0"]).stdout, 0);
        let mut expected = copies.clone();
        listed.sort();
        expected.sort();
        assert_eq!(listed, expected);
        let table = place.root().join("list.csv");
        place.run(&["duplicates", "--export", table.to_str().unwrap()]);
        let table = fs::read_to_string(table).unwrap();
        assert!(ends.iter().all(|end| table.contains(&format!("a{end}etc{end}passwd.jpg\""))), "{table:?}");
        let document = place.run(&["--json", "duplicates"]).stdout;
        let document = String::from_utf8(document).unwrap();
        assert!(
            !document.trim_end().contains(['\u{B}', '\u{85}', '\u{2028}', '\u{2029}', '\n']),
            "{document}"
        );
    }

    #[test]
    fn every_path_of_a_list_is_there() {
        let (place, copies) =
            place(&[b" blank.jpg", b"quote\".jpg", b"=1+1.jpg", b"\xff\xfe.jpg", b"tab\t.jpg"]);
        let list = place.root().join("list.txt");
        place.run(&["duplicates", "--export", list.to_str().unwrap()]);
        let listed = paths(&fs::read(&list).unwrap(), b'\n');
        assert!(listed.iter().all(|path| path.is_file()), "{listed:?}");
        assert_eq!(listed.len(), copies.len());
    }
}
