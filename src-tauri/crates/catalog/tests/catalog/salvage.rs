//! What a salvage brings back of catalogs that are damaged in ways chosen here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use catalog::content::Content;
use catalog::photo::{Mark, Place, Stamp};
use catalog::{Catalog, CatalogError, Connection, content, embedding, folder, model, photo, setting};

const PAGE: usize = 4096;
const PHOTOS: usize = 600;

/// A catalog in a directory of its own.
struct Damaged {
    directory: tempfile::TempDir,
}

impl Damaged {
    /// A sound catalog of two folders and a setting, for now.
    fn new() -> Self {
        let damaged = Self::empty();
        Catalog::open(&damaged.path()).unwrap().write(fill).unwrap();
        damaged
    }

    /// A sound catalog as a program leaves it that is killed: with nearly all of it in the log.
    fn killed() -> Self {
        let (running, killed) = (Self::empty(), Self::empty());
        let catalog = Catalog::open(&running.path()).unwrap();
        catalog.write(fill).unwrap();
        for name in ["catalog.db", "catalog.db-wal"] {
            fs::copy(running.file(name), killed.file(name)).unwrap();
        }
        killed
    }

    /// A sound catalog that an old version made and used before this one did.
    fn migrated() -> Self {
        let damaged = Self::empty();
        let old = Connection::open(damaged.path()).unwrap();
        old.execute_batch(include_str!("../../src/migrations/001_initial.sql")).unwrap();
        let use_it = "PRAGMA user_version = 1; INSERT INTO content (hash, format, width, height)
            WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 500)
            SELECT randomblob(32), 'jpeg', 4, 3 FROM number";
        old.execute_batch(use_it).unwrap();
        Catalog::open(&damaged.path()).unwrap().write(fill).unwrap();
        damaged
    }

    fn empty() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.file("catalog.db")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The numbers of the pages that hold a table's rows, from 0, and how many each holds.
    fn leaves(&self, table: &str) -> Vec<(usize, usize)> {
        let connection = Connection::open(self.path()).unwrap();
        let sql = "SELECT pageno - 1, ncell FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' ORDER BY path";
        let mut statement = connection.prepare(sql).unwrap();
        let leaves = statement.query_map([table], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?)));
        leaves.unwrap().map(|leaf| leaf.map(|(page, rows)| (page as usize, rows as usize)).unwrap()).collect()
    }

    fn spoil(&self, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = fs::read(self.path()).unwrap();
        change(&mut bytes);
        fs::write(self.path(), bytes).unwrap();
    }

    fn spoil_page(&self, page: usize) {
        self.spoil(|bytes| bytes[page * PAGE..(page + 1) * PAGE].fill(0xA5));
    }

    /// The catalog after a salvage, which is sound.
    fn salvaged(&self) -> Catalog {
        catalog::salvage(&self.path()).unwrap();
        let catalog = Catalog::open(&self.path()).unwrap();
        assert_eq!(catalog.check().unwrap(), []);
        catalog
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn fill(connection: &Connection) -> catalog::Result<()> {
    let folders = ["/photos", "/more"].map(|path| folder::insert(connection, Path::new(path), 0).unwrap());
    let model = model::insert(connection, "identity", "name", 64)?;
    for number in 0..PHOTOS {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_le_bytes());
        let picture = Content {
            hash,
            format: "jpeg".into(),
            width: 4,
            height: 3,
            captured_at: None,
            placeholder: None,
        };
        let content = content::upsert(connection, &picture)?;
        embedding::insert_whole(connection, content, model, &[1; 64])?;
        let (path, stamp) = (format!("{number}.jpg"), Stamp { size: 1, modified_ns: 1 });
        let place = Place {
            folder_id: folders[number % 2],
            path: Path::new(&path),
            stamp,
            mark: Mark::default(),
            drive: None,
        };
        photo::upsert(connection, place, content, 0)?;
    }
    setting::set(connection, "settings", "{}")
}

/// Photos by folder and path.
fn photos(catalog: &Catalog) -> BTreeSet<PathBuf> {
    let mut photos = BTreeSet::new();
    catalog
        .read(|connection| {
            for folder in folder::all(connection)? {
                photo::for_each_row(connection, folder.id, Path::new(""), |path, _| {
                    photos.insert(folder.path.join(path));
                })?;
            }
            Ok(())
        })
        .unwrap();
    photos
}

fn kept_setting(catalog: &Catalog) -> Option<String> {
    catalog.read(|connection| setting::get(connection, "settings")).unwrap()
}

#[test]
fn a_damaged_page_of_photos_costs_the_photos_on_it() {
    let leaves = Damaged::new().leaves("photo");
    let last = leaves.len() - 1;
    assert!(last >= 3, "{leaves:?}");
    for spoiled in [vec![0], vec![last], vec![0, 1], vec![1, 3]] {
        let damaged = Damaged::new();
        let mut left = PHOTOS;
        for &leaf in &spoiled {
            let (page, rows) = leaves[leaf];
            damaged.spoil_page(page);
            left -= rows;
        }
        assert_eq!(photos(&damaged.salvaged()).len(), left, "{spoiled:?}");
    }
}

#[test]
fn folders_whose_rows_are_lost_are_found_by_the_index_over_their_paths() {
    let damaged = Damaged::new();
    let whole = photos(&Catalog::open(&damaged.path()).unwrap());
    damaged.spoil_page(damaged.leaves("folder")[0].0);
    let catalog = damaged.salvaged();
    assert_eq!(photos(&catalog), whole);
    assert_eq!(kept_setting(&catalog).as_deref(), Some("{}"));
}

#[test]
fn settings_are_kept_although_no_folder_is_left() {
    let damaged = Damaged::new();
    damaged.spoil_page(damaged.leaves("folder")[0].0);
    damaged.spoil_page(damaged.leaves("sqlite_autoindex_folder_1")[0].0);
    let catalog = damaged.salvaged();
    assert!(photos(&catalog).is_empty());
    assert_eq!(kept_setting(&catalog).as_deref(), Some("{}"));
}

#[test]
fn of_several_ways_to_read_the_one_that_finds_most_is_taken() {
    let damaged = Damaged::new();
    // The header says that the file ends in the middle: SQLite believes it and finds the folders.
    damaged.spoil(|bytes| {
        let half = (bytes.len() / PAGE / 2) as u32;
        bytes[28..32].copy_from_slice(&half.to_be_bytes());
    });
    assert_eq!(photos(&damaged.salvaged()).len(), PHOTOS);
}

#[test]
fn tables_are_found_without_the_first_page() {
    let (made, shrunk, migrated) = (Damaged::new(), Damaged::new(), Damaged::migrated());
    Catalog::open(&shrunk.path()).unwrap().shrink().unwrap();
    for (damaged, has_setting) in [(made, true), (shrunk, true), (migrated, false)] {
        let whole = photos(&Catalog::open(&damaged.path()).unwrap());
        damaged.spoil_page(0);
        let catalog = damaged.salvaged();
        assert_eq!(photos(&catalog), whole);
        assert_eq!(kept_setting(&catalog).is_some(), has_setting);
    }
}

#[test]
fn what_only_the_log_holds_is_neither_deleted_nor_lost() {
    let damaged = Damaged::killed();
    damaged.spoil(Vec::clear);
    let log = fs::read(damaged.file("catalog.db-wal")).unwrap();
    for _ in 0..2 {
        assert!(matches!(Catalog::open(&damaged.path()), Err(CatalogError::Emptied { .. })));
    }
    assert_eq!(photos(&damaged.salvaged()).len(), PHOTOS);
    assert!(fs::read(damaged.file("catalog-damaged-1.db-wal")).unwrap() == log, "it is kept aside");
}

#[test]
fn a_file_whose_end_is_in_the_log_is_not_cut_off() {
    let damaged = Damaged::killed();
    // The system was writing the next page when it went down.
    damaged.spoil(|bytes| bytes.extend([0; 100]));
    assert_eq!(Catalog::open(&damaged.path()).unwrap().check().unwrap(), []);

    let damaged = Damaged::new();
    damaged.spoil(|bytes| bytes.truncate(bytes.len() - 100));
    let open = Catalog::open(&damaged.path()).unwrap();
    open.write(|connection| setting::set(connection, "other", "{}")).unwrap();
    assert!(!open.check().unwrap().is_empty(), "the log has other pages only");
}

#[test]
fn what_was_put_aside_before_stays_as_it_is() {
    let damaged = Damaged::new();
    // Somebody took the damaged file to have it looked at; its log is left.
    fs::write(damaged.file("catalog-damaged-1.db-wal"), "log").unwrap();
    damaged.spoil_page(0);
    let salvaged = catalog::salvage(&damaged.path()).unwrap();
    assert_eq!(salvaged.aside, damaged.file("catalog-damaged-2.db"));
    assert_eq!(fs::read(damaged.file("catalog-damaged-1.db-wal")).unwrap(), b"log");
    assert_eq!(damaged.names(), ["catalog-damaged-1.db-wal", "catalog-damaged-2.db", "catalog.db"]);
}

#[test]
fn a_salvage_that_was_cut_off_between_two_renames_is_finished() {
    let damaged = Damaged::killed();
    fs::rename(damaged.path(), damaged.file("catalog-damaged-1.db")).unwrap();
    fs::copy(Damaged::new().path(), damaged.file("catalog.db.repaired")).unwrap();
    let catalog = Catalog::open(&damaged.path()).unwrap();
    assert_eq!((catalog.check().unwrap(), photos(&catalog).len()), (vec![], PHOTOS));
    drop(catalog);
    assert_eq!(damaged.names(), ["catalog-damaged-1.db", "catalog-damaged-1.db-wal", "catalog.db"]);
}

#[test]
fn a_salvage_that_fails_leaves_everything_as_it_was() {
    let damaged = Damaged::new();
    fs::rename(damaged.path(), damaged.file("elsewhere.db")).unwrap();
    assert!(matches!(catalog::salvage(&damaged.path()), Err(CatalogError::Salvage { .. })));
    assert_eq!(damaged.names(), ["elsewhere.db"]);
}
