//! One bit of a catalog's header is another: whatever it is, the catalog is sound or known to be damaged, and a repair
//! brings everything back.

use std::fs;
use std::path::Path;

use catalog::content::Content;
use catalog::photo::{Mark, Place, Stamp};
use catalog::{Catalog, CatalogError, Connection, Thumbnails, content, folder, photo, setting};

const PHOTOS: usize = 20;

fn fill(connection: &Connection) -> catalog::Result<()> {
    let folder_id = folder::insert(connection, Path::new("/photos"), 0)?;
    for number in 0..PHOTOS {
        add_photo(connection, folder_id, number)?;
    }
    setting::set(connection, "settings", "{}")
}

fn add_photo(connection: &Connection, folder_id: i64, number: usize) -> catalog::Result<i64> {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_le_bytes());
    let (format, width, height) = ("jpeg".to_owned(), 4, 3);
    let picture = Content { hash, format, width, height, captured_at: None, placeholder: None };
    let content = content::upsert(connection, &picture)?;
    let (path, stamp) = (format!("{number}.jpg"), Stamp { size: 1, modified_ns: 1 });
    photo::upsert(
        connection,
        Place { folder_id, path: Path::new(&path), stamp, mark: Mark::default(), drive: None },
        content,
        0,
    )
}

/// Photos and settings; and whether more of them can be added and are kept.
fn works(path: &Path) -> bool {
    let catalog = Catalog::open_known(path).unwrap();
    let added = catalog.write(|connection| {
        let folder = folder::all(connection)?[0].id;
        (PHOTOS..PHOTOS + 200).try_for_each(|number| add_photo(connection, folder, number).map(drop))
    });
    let count = |connection: &Connection| {
        let photos = photo::count_by_folder(connection)?.values().sum::<u64>();
        Ok((photos as usize, setting::get(connection, "settings")?))
    };
    added.is_ok()
        && catalog.read(count).unwrap() == (PHOTOS + 200, Some("{}".to_owned()))
        && catalog.check().unwrap().is_empty()
}

#[test]
fn no_bit_of_the_header_locks_a_catalog_or_has_it_destroyed() {
    let made = tempfile::tempdir().unwrap();
    let sound = made.path().join("catalog.db");
    Catalog::open(&sound).unwrap().write(fill).unwrap();
    let sound = fs::read(sound).unwrap();
    let mut damaged = 0;
    for bit in 0..800 {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("catalog.db");
        let mut bytes = sound.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bytes).unwrap();
        let checked = Catalog::open_known(&path).and_then(|catalog| catalog.check());
        match checked {
            Ok(problems) if problems.is_empty() => {}
            Err(CatalogError::WrongVersion { actual, .. }) => {
                damaged += 1;
                Catalog::set_version_right(&path, actual).unwrap();
            }
            Ok(_) => {
                damaged += 1;
                catalog::salvage(&path).unwrap();
            }
            Err(error) => {
                damaged += 1;
                assert!(error.is_damage(), "byte {} bit {}: {error}", bit / 8, bit % 8);
                assert!(error.to_string().contains("verify --repair"), "{error}");
                catalog::salvage(&path).unwrap();
            }
        }
        assert!(works(&path), "byte {} bit {}", bit / 8, bit % 8);
    }
    assert!(damaged > 250, "{damaged}");
}

#[test]
fn no_bit_of_the_header_locks_the_thumbnails() {
    let made = tempfile::tempdir().unwrap();
    let sound = made.path().join("thumbnails.db");
    Thumbnails::open(&sound).unwrap().insert([(&[7; 32], &b"jpeg"[..])]).unwrap();
    let sound = fs::read(sound).unwrap();
    for bit in 0..800 {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("thumbnails.db");
        let mut bytes = sound.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bytes).unwrap();
        let store = Thumbnails::open(&path).unwrap();
        if !store.check().is_ok_and(|problems| problems.is_empty()) {
            store.recreate().unwrap();
        }
        store.insert([(&[8; 32], &b"jpeg"[..])]).unwrap();
        assert!(store.contains(&[8; 32]).unwrap() && store.check().unwrap().is_empty());
    }
}

#[test]
fn a_catalog_whose_tables_are_not_its_formats_is_damaged() {
    let changes = [
        "DROP TABLE copy",
        "DROP TABLE photo",
        "ALTER TABLE content DROP COLUMN placeholder",
        "DROP INDEX photo_content",
        "ALTER TABLE setting RENAME TO settings",
    ];
    for change in changes {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("catalog.db");
        Catalog::open(&path).unwrap().write(fill).unwrap();
        Connection::open(&path).unwrap().execute_batch(change).unwrap();
        let error = Catalog::open(&path).unwrap_err();
        assert!(error.is_damage(), "{change}: {error}");
        catalog::salvage(&path).unwrap();
        assert_eq!(Catalog::open(&path).unwrap().check().unwrap(), [], "{change}");
    }
}

#[test]
fn tables_that_are_not_ours_are_left_alone() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("catalog.db");
    Catalog::open(&path).unwrap().write(fill).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE mine (id INTEGER)").unwrap();
    assert_eq!(Catalog::open(&path).unwrap().check().unwrap(), []);
}

#[test]
fn another_programs_database_is_not_written_to() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("catalog.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE mail (id INTEGER); INSERT INTO mail VALUES (1)").unwrap();
    drop(other);
    assert!(Catalog::open(&path).unwrap_err().is_damage());
    let other = Connection::open(&path).unwrap();
    let tables: u32 = other.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
}
