//! Who may look into the data folder.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::place::{Place, skipped};

/// Everything in a folder, the folder first, with what its owner and others may do.
pub(crate) fn rights(folder: &Path) -> Vec<(PathBuf, u32)> {
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

pub(crate) fn mode(path: &Path) -> u32 {
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

#[test]
fn a_file_that_somebody_else_made_there_is_not_written_to() {
    for name in ["catalog.db", "catalog.db-wal", "thumbnails.db"] {
        let place = Place::with_classes(&["hat"]);
        fs::create_dir(place.data()).unwrap();
        let file = place.data().join(name);
        fs::write(&file, "").unwrap();
        if std::os::unix::fs::chown(&file, Some(1), None).is_err() {
            return skipped("only root gives files to others");
        }
        let output = place.run(&["index", place.photos().to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(name) && told.contains("it belongs to another user"), "{told}");
        assert_eq!(fs::read(&file).unwrap(), b"", "{name}");
        fs::remove_file(&file).unwrap();
        assert_eq!(place.index()["indexed"], 6, "{name}");
    }
}
