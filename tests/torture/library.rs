//! The libraries that are killed: how they are made, changed and looked into.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use rusqlite::{Connection, params};

use crate::random::Random;

/// A folder of photos and a data directory of its own.
#[derive(Clone)]
pub(crate) struct Place {
    root: Arc<tempfile::TempDir>,
    data: PathBuf,
}

/// What a library knows of a photo: the hash of its bytes, and its vectors and codes as hexadecimal digits.
pub(crate) type Known = (Vec<u8>, String);

impl Place {
    /// A place with so many photos, no two the same.
    pub(crate) fn with_photos(count: usize) -> Self {
        let root = tempfile::tempdir().unwrap();
        let place = Self { data: root.path().join("data"), root: Arc::new(root) };
        fs::create_dir(place.photos()).unwrap();
        for number in 0..count {
            place.write_photo(&format!("{number}.jpg"), number);
        }
        place
    }

    fn write_photo(&self, name: &str, number: usize) {
        let classes = ["dress", "hat", "longsleeve", "pants", "shoes", "skirt"];
        let class = classes[number % 6];
        let sample = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../../../tests/fixtures/photos/{class}/{class}-{}.jpg", number / 6 % 6 + 1));
        let mut bytes = fs::read(sample).unwrap();
        // Behind the picture's end: another file to us, the same to a decoder.
        bytes.extend((number as u64).to_le_bytes());
        fs::write(self.photos().join(name), bytes).unwrap();
    }

    pub(crate) fn photos(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap().join("photos")
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// The same photos with another data directory.
    pub(crate) fn with_data(&self, name: &str) -> Self {
        Self { data: self.root.path().join(name), ..self.clone() }
    }

    /// The same photos with a copy of the data directory.
    pub(crate) fn copied_to(&self, name: &str) -> Self {
        let copy = self.with_data(name);
        copy_directory(&self.data, &copy.data);
        copy
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lookalike"));
        command.arg("--data-dir").arg(&self.data).stdin(Stdio::null());
        command
    }

    /// Runs a command that must succeed, and returns what it prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.command().args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Adds, changes, renames and deletes some photos.
    pub(crate) fn change_photos(&self, random: &mut Random) {
        let mut names: Vec<PathBuf> =
            fs::read_dir(self.photos()).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        for _ in 0..names.len() / 6 {
            let path = &names[random.below(names.len())];
            let number = random.below(usize::MAX >> 8);
            let name = path.file_name().unwrap().to_str().unwrap();
            match random.below(4) {
                0 => self.write_photo(&format!("new-{number}.jpg"), number),
                1 => drop(fs::rename(path, self.photos().join(format!("moved-{number}.jpg")))),
                2 => drop(fs::remove_file(path)),
                _ if path.exists() => self.write_photo(name, number),
                _ => {}
            }
        }
    }

    fn catalog(&self) -> Connection {
        Connection::open(self.data.join("catalog.db")).unwrap()
    }

    /// Gives the library the photos of a drive that is not there: vectors near those of its own photos.
    pub(crate) fn add_unplugged_drive(&self, count: usize, random: &mut Random) {
        let mut catalog = self.catalog();
        let mut thumbnails = Connection::open(self.data.join("thumbnails.db")).unwrap();
        let known: Vec<Vec<u8>> = {
            let mut statement = catalog.prepare("SELECT vector FROM embedding").unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let (rows, jpegs) = (catalog.transaction().unwrap(), thumbnails.transaction().unwrap());
        let drive = self.root.path().join("unplugged").into_os_string().into_encoded_bytes();
        rows.execute("INSERT INTO folder VALUES (9, ?1, 'offline', 0, 0)", [drive]).unwrap();
        for number in 0..count as i64 {
            let id = number + 1_000_000;
            let hash = [&id.to_le_bytes()[..], &[7; 24]].concat();
            let mut vector = known[random.below(known.len())].clone();
            for _ in 0..200 {
                let at = random.below(vector.len());
                vector[at] = (vector[at] as i8).saturating_add(random.below(9) as i8 - 4) as u8;
            }
            let content = "INSERT INTO content (id, hash, format, width, height, placeholder) \
                           VALUES (?1, ?2, 'jpeg', 4, 3, zeroblob(25))";
            rows.prepare_cached(content).unwrap().execute(params![id, hash]).unwrap();
            let photo = "INSERT INTO photo VALUES (?1, 9, CAST(?1 AS BLOB), 1, 1, NULL, ?1, 0)";
            rows.prepare_cached(photo).unwrap().execute([id]).unwrap();
            let embedding = "INSERT INTO embedding (id, content_id, model_id, vector) VALUES (?1, ?1, 1, ?2)";
            rows.prepare_cached(embedding).unwrap().execute(params![id, vector]).unwrap();
            let thumbnail = "INSERT INTO thumbnail VALUES (?1, x'00')";
            jpegs.prepare_cached(thumbnail).unwrap().execute([hash]).unwrap();
        }
        rows.commit().unwrap();
        jpegs.commit().unwrap();
    }

    /// Takes the last photos of the drive out of the catalog; the index finds out by itself.
    pub(crate) fn forget_vectors(&self, count: usize) {
        let catalog = self.catalog();
        let (thumbnails, count) = (self.data.join("thumbnails.db"), count as i64);
        let attach = "ATTACH ?1 AS thumbnails";
        catalog.execute(attach, [thumbnails.to_str().unwrap()]).unwrap();
        for (table, key, of_content) in
            [("thumbnail", "hash", "hash"), ("photo", "content_id", "id"), ("content", "id", "id")]
        {
            let last = format!("(SELECT {of_content} FROM content ORDER BY id DESC LIMIT ?1)");
            catalog.execute(&format!("DELETE FROM {table} WHERE {key} IN {last}"), [count]).unwrap();
        }
    }

    /// Takes the catalog back to an older format, as an old version would have left it.
    pub(crate) fn downgrade(&self, format: u32) {
        let catalog = self.catalog();
        let version: u32 = catalog.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        if version <= format {
            return;
        }
        // A kill may have come between two steps.
        let mut steps = "BEGIN; DROP TABLE IF EXISTS copy; DROP TABLE IF EXISTS compared; \
                         DROP TABLE IF EXISTS print;"
            .to_owned();
        if format < 3 {
            steps += "DROP TABLE IF EXISTS tiling;";
        }
        if format < 2 {
            steps += "DROP TABLE setting; ALTER TABLE content DROP COLUMN outdated; \
                      ALTER TABLE content DROP COLUMN placeholder;";
        }
        catalog.execute_batch(&format!("{steps} PRAGMA user_version = {format}; COMMIT")).unwrap();
    }

    /// What SQLite's checks say of the files as the kill left them. They are copied first: looking would mend them.
    pub(crate) fn integrity_problems(&self) -> Vec<String> {
        let copy = tempfile::tempdir().unwrap();
        let mut problems = Vec::new();
        for name in ["catalog.db", "thumbnails.db"] {
            let path = copy.path().join(name);
            for suffix in ["", "-wal"] {
                let _ = fs::copy(
                    self.data.join(format!("{name}{suffix}")),
                    copy.path().join(format!("{name}{suffix}")),
                );
            }
            if !path.exists() {
                continue;
            }
            let database = Connection::open(&path).unwrap();
            for check in ["PRAGMA integrity_check", "PRAGMA foreign_key_check"] {
                let mut statement = database.prepare(check).unwrap();
                let lines = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
                problems.extend(lines.map(Result::unwrap).filter(|line| line != "ok"));
            }
        }
        problems
    }

    /// Every photo of the library by its path, once for each time that it is there.
    pub(crate) fn dump(&self) -> BTreeMap<(Vec<u8>, Vec<u8>), Vec<Known>> {
        let catalog = self.catalog();
        // Its vectors, the whole's first, and what its regions are searched by.
        let vectors = "SELECT group_concat(hex(vector), ' ' ORDER BY x IS NOT NULL, y, x) FROM embedding \
                       WHERE embedding.content_id = content.id";
        let codes = "SELECT group_concat(hex(codes)) FROM tiling WHERE tiling.content_id = content.id";
        let sql = format!(
            "SELECT folder.path, photo.path, hash, concat_ws(' ', ({vectors}), ({codes})) FROM photo \
             JOIN folder ON folder.id = folder_id JOIN content ON content.id = content_id"
        );
        let mut statement = catalog.prepare(&sql).unwrap();
        let mut photos: BTreeMap<_, Vec<Known>> = BTreeMap::new();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let known = (row.get(2).unwrap(), row.get(3).unwrap());
            photos.entry((row.get(0).unwrap(), row.get(1).unwrap())).or_default().push(known);
        }
        photos
    }

    /// What searches by some of the photos print.
    pub(crate) fn answers(&self) -> Vec<Vec<String>> {
        let mut photos: Vec<PathBuf> =
            fs::read_dir(self.photos()).unwrap().map(|entry| entry.unwrap().path()).collect();
        photos.sort();
        let ask = |photo: &PathBuf| {
            let printed = self.run(&["search", "-n", "20", photo.to_str().unwrap()]);
            let similarity = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
            let least = printed.lines().last().map(similarity);
            // Equal ones come in the order in which they were read; which of the last ones are left out is chance.
            let mut lines: Vec<String> =
                printed.lines().filter(|line| Some(similarity(line)) != least).map(str::to_owned).collect();
            lines.sort();
            lines
        };
        photos.iter().step_by(photos.len() / 8 + 1).map(ask).collect()
    }
}

pub(crate) fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_directory(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The processes that another one has started and that run.
pub(crate) fn children(id: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|child| child.parse().ok()).collect::<Vec<_>>())
        .collect()
}
