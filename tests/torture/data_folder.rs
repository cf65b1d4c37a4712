//! Attacks on a data folder that nobody has open: a part of it is missing, has a bit flipped, or is no file at all.
//!
//! After each, commands must come to an end, a repair must leave a sound library, and with the photos at hand that is the
//! one from before.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::library::{Known, Place};
use crate::random::Random;
use crate::results::Results;

/// A command that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(2);
/// The header of a database: <https://sqlite.org/fileformat2.html#the_database_header>.
const HEADER: usize = 100;

/// What an attack does to a data folder, given chance.
type Attack = (&'static str, fn(&Path, &mut Random));

/// A bit of a vector in a row is like any other: nothing tells that it is not what was written.
const ANYWHERE: &str = "a bit flipped anywhere in the folder";

const ATTACKS: &[Attack] = &[
    ("a bit flipped in the header of the catalog", |data, random| {
        flip(&data.join("catalog.db"), random.below(HEADER * 8));
    }),
    ("a bit flipped in the header of the thumbnails", |data, random| {
        flip(&data.join("thumbnails.db"), random.below(HEADER * 8));
    }),
    (ANYWHERE, |data, random| {
        let files = files(data);
        let file = &files[random.below(files.len())];
        flip(file, random.below(fs::metadata(file).unwrap().len() as usize * 8));
    }),
    ("a pipe, socket, folder, or link to a pipe or nowhere in the place of a file", |data, random| {
        let names = [
            "lock",
            "catalog.db",
            "catalog.db-wal",
            "catalog.db-shm",
            "catalog.db-journal",
            "thumbnails.db",
            "thumbnails.db-wal",
            "thumbnails.db-shm",
            "index",
            "index/manifest.json",
            "index/manifest.json.new",
            "index/index-1.bin",
            "models",
        ];
        let path = data.join(names[random.below(names.len())]);
        let _ = fs::remove_file(&path);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match random.below(5) {
            0 => drop(Command::new("mkfifo").arg(&path).status().unwrap()),
            1 => drop(UnixListener::bind(&path).unwrap()),
            2 => fs::create_dir_all(path.join("with/something")).unwrap(),
            3 => {
                let pipe = data.with_extension("pipe");
                let _ = Command::new("mkfifo").arg(&pipe).output();
                symlink(pipe, &path).unwrap();
            }
            // One to a catalog that is away is waited for, not mended.
            _ if path.ends_with("catalog.db") => fs::create_dir(&path).unwrap(),
            _ => symlink("nowhere", &path).unwrap(),
        }
    }),
    ("files missing or emptied, the catalog's among them or not", |data, random| {
        for file in files(data) {
            match random.below(4) {
                0 => fs::remove_file(file).unwrap(),
                1 => fs::write(file, "").unwrap(),
                _ => {}
            }
        }
    }),
];

/// Attacks libraries `trials` times, in each way alike, some of which were closed in order and some killed.
pub(crate) fn attack(trials: usize, random: &mut Random, results: &mut Results) {
    let place = Place::with_photos(12);
    let photos = place.photos();
    let photos = photos.to_str().unwrap();
    place.run(&["index", photos]);
    let expected = place.dump();
    let killed = place.with_data("killed");
    watch_once(&killed);
    for trial in 0..trials {
        let (kind, attack) = ATTACKS[trial % ATTACKS.len()];
        let source = if random.below(2) == 0 { &place } else { &killed };
        let attacked = source.copied_to("attacked");
        attack(attacked.data(), random);
        let fault = fault(&attacked, photos, &expected, kind == ANYWHERE);
        results.note_attack(kind, fault.map(|fault| format!("{kind}, trial {trial}: {fault}")));
        fs::remove_dir_all(attacked.data()).unwrap();
    }
}

type Photos = BTreeMap<(Vec<u8>, Vec<u8>), Vec<Known>>;

/// What went wrong after an attack, if something did.
fn fault(attacked: &Place, photos: &str, expected: &Photos, may_change: bool) -> Option<String> {
    for arguments in [&["status"][..], &["verify"], &["verify", "--repair"], &["index", photos], &["verify"]]
    {
        let said = match run(attacked, arguments) {
            Ok((code, said)) if said.contains("panicked") || !matches!(code, Some(0 | 1)) => {
                return Some(format!("{arguments:?} ended with {code:?}: {said}"));
            }
            Ok(other) => other,
            Err(fault) => return Some(fault),
        };
        if arguments[0] == "index" && said.0 != Some(0) {
            return Some(format!("after the repair: {}", said.1));
        }
    }
    let last = run(attacked, &["verify"]).ok()?;
    if last.0 != Some(0) {
        return Some(format!("the repair left: {}", last.1));
    }
    let found = attacked.dump();
    if found.keys().ne(expected.keys()) || found.values().any(|known| known.len() != 1) {
        return Some("photos are lost, or doubled".to_owned());
    }
    if found != *expected && !may_change {
        return Some("photos have other vectors".to_owned());
    }
    let open = files(attacked.data()).into_iter().find(|file| {
        let metadata = fs::symlink_metadata(file).unwrap();
        !metadata.is_symlink() && metadata.permissions().mode() & 0o077 != 0
    });
    open.map(|file| format!("others may read {}", file.display()))
}

/// How a command ends, and what it says; an error when it does not end.
fn run(place: &Place, arguments: &[&str]) -> Result<(Option<i32>, String), String> {
    let output = place.data().with_extension("said");
    let said = fs::File::create(&output).unwrap();
    let mut command = place.command();
    command.args(arguments).stdout(said.try_clone().unwrap()).stderr(said);
    let mut child = command.spawn().unwrap();
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Ok((status.code(), fs::read_to_string(&output).unwrap()));
        }
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            return Err(format!("{arguments:?} hangs"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Indexes by `watch`, and kills it: what it knows is in the log.
fn watch_once(place: &Place) {
    let mut child = place.command().arg("watch").arg(place.photos()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.map_while(Result::ok).find(|line| line.contains("up_to_date")).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
}

fn flip(file: &Path, bit: usize) {
    let mut bytes = fs::read(file).unwrap();
    if let Some(byte) = bytes.get_mut(bit / 8) {
        *byte ^= 1 << (bit % 8);
        fs::write(file, bytes).unwrap();
    }
}

/// All files of a folder that have something in them, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match fs::symlink_metadata(&path).unwrap() {
            metadata if metadata.is_dir() => found.extend(files(&path)),
            metadata if metadata.is_file() && metadata.len() > 0 => found.push(path),
            _ => {}
        }
    }
    found.sort();
    found
}
