//! What each table keeps, finds and lets go of.

use std::path::{Path, PathBuf};

use catalog::content::Content;
use catalog::photo::{DriveId, Mark, Place, Stamp};
use catalog::{
    Catalog, CatalogError, Thumbnails, content, copies, damage, embedding, failure, folder, model, photo,
    print, setting,
};

const STAMP: Stamp = Stamp { size: 10, modified_ns: -5 };
const MARK: Mark = Mark { number: Some(-3), changed_ns: Some(4) };

fn open() -> (tempfile::TempDir, Catalog) {
    let directory = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(&directory.path().join("catalog.db")).unwrap();
    (directory, catalog)
}

fn place(folder_id: i64, path: &str) -> Place<'_> {
    Place { folder_id, path: Path::new(path), stamp: STAMP, mark: MARK, drive: Some(DriveId(7)) }
}

fn picture(seed: u8) -> Content {
    Content {
        hash: [seed; 32],
        format: "jpeg".into(),
        width: 4,
        height: 3,
        captured_at: None,
        placeholder: None,
    }
}

/// Adds a folder with photos of one picture each, and returns the folder's id.
fn folder_with(catalog: &Catalog, root: &str, names: &[&str]) -> i64 {
    catalog
        .write(|connection| {
            let folder = folder::insert(connection, Path::new(root), 0)?;
            for (seed, name) in (1..).zip(names) {
                let content = content::upsert(connection, &picture(seed))?;
                photo::upsert(connection, place(folder, name), content, 0)?;
            }
            Ok(folder)
        })
        .unwrap()
}

fn paths_below(catalog: &Catalog, folder: i64, prefix: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    catalog
        .read(|connection| {
            photo::for_each_row(connection, folder, Path::new(prefix), |path, row| {
                assert_eq!((row.stamp, row.mark, row.drive), (STAMP, Some(MARK), Some(DriveId(7))));
                paths.push(path);
            })
        })
        .unwrap();
    paths.sort();
    paths
}

#[test]
fn what_is_written_is_there_after_opening_again() {
    let (directory, catalog) = open();
    let folder = folder_with(&catalog, "/photos", &["a.jpg"]);
    drop(catalog);
    let catalog = Catalog::open(&directory.path().join("catalog.db")).unwrap();
    let found = catalog.read(|connection| photo::by_path(connection, folder, Path::new("a.jpg"))).unwrap();
    assert_eq!(found.unwrap().path, Path::new("/photos").join("a.jpg"));
    assert_eq!(catalog.check().unwrap(), []);
}

#[test]
fn a_failed_transaction_leaves_nothing_behind() {
    let (_directory, catalog) = open();
    let failed: catalog::Result<()> = catalog.write(|connection| {
        folder::insert(connection, Path::new("/photos"), 0)?;
        // No folder 77: the foreign key refuses.
        photo::upsert(connection, place(77, "a.jpg"), 1, 0)?;
        Ok(())
    });
    assert!(matches!(failed, Err(CatalogError::Query(_))));
    assert_eq!(catalog.read(folder::all).unwrap(), []);
}

#[test]
fn a_prefix_means_the_path_itself_and_what_lies_below_it() {
    let (_directory, catalog) = open();
    let names = ["a/b.jpg", "a/c/d.jpg", "a.jpg", "ab/e.jpg", "a-b/f.jpg", "b.jpg"];
    let folder = folder_with(&catalog, "/photos", &names);
    assert_eq!(paths_below(&catalog, folder, "a"), [Path::new("a/b.jpg"), Path::new("a/c/d.jpg")]);
    assert_eq!(paths_below(&catalog, folder, "a/b.jpg"), [Path::new("a/b.jpg")]);
    assert_eq!(paths_below(&catalog, folder, "").len(), names.len());
}

#[test]
fn forgetting_a_folder_leaves_no_photo_and_an_orphan_to_collect() {
    let (_directory, catalog) = open();
    let folder = folder_with(&catalog, "/photos", &["a.jpg"]);
    let vector = [1_i8, -2, 3];
    let (content, embedding) = catalog
        .write(|connection| {
            let model = model::insert(connection, "m", "model", 3)?;
            let content = content::upsert(connection, &picture(1))?;
            let embedding = embedding::insert_whole(connection, content, model, &vector)?;
            assert_eq!(embedding::whole(connection, content, model)?.as_deref(), Some(&vector[..]));
            assert_eq!(embedding::insert_whole(connection, content, model, &vector)?, None, "once is enough");
            failure::upsert(connection, folder, Path::new("x.jpg"), STAMP, ("code", "reason"), 0)?;
            folder::delete(connection, folder)?;
            Ok((content, embedding))
        })
        .unwrap();
    catalog
        .write(|connection| {
            assert_eq!(failure::all(connection)?, []);
            assert_eq!(content::orphans(connection, 0, 10)?, [(content, [1; 32])]);
            content::delete(connection, content)?;
            assert_eq!(
                embedding::owner(connection, embedding.unwrap())?,
                None,
                "vectors go with the picture"
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_failure_has_a_mark_of_its_own_until_it_is_noted_anew() {
    let (_directory, catalog) = open();
    let folder = folder_with(&catalog, "/photos", &[]);
    let path = Path::new("x.jpg");
    let mark = || {
        let mut marks = Vec::new();
        let note = |found: PathBuf, stamp, mark| marks.push((found, stamp, mark));
        catalog.read(|connection| failure::for_each_stamp(connection, folder, Path::new(""), note)).unwrap();
        assert_eq!((marks[0].0.as_path(), marks[0].1), (path, STAMP));
        marks[0].2
    };
    let fail = |connection: &_| failure::upsert(connection, folder, path, STAMP, ("code", "reason"), 0);
    catalog.write(|connection| fail(connection)).unwrap();
    assert_eq!(mark(), None);
    catalog.write(|connection| failure::set_mark(connection, folder, path, MARK)).unwrap();
    assert_eq!(mark(), Some(MARK));
    let gone = Path::new("gone.jpg");
    catalog.write(|connection| failure::set_mark(connection, folder, gone, MARK)).unwrap();
    catalog.write(|connection| fail(connection)).unwrap();
    assert_eq!(mark(), None, "another failure");
}

#[test]
fn how_much_of_a_picture_is_missing_is_known_of_each_of_its_photos() {
    let (_directory, catalog) = open();
    let folder = folder_with(&catalog, "/photos", &["a.jpg"]);
    catalog
        .write(|connection| {
            let content = content::upsert(connection, &picture(1))?;
            photo::upsert(connection, place(folder, "copy.jpg"), content, 0)?;
            damage::set(connection, content, 250)?;
            assert_eq!((damage::of(connection, content)?, damage::count(connection)?), (250, 2));
            let paths: Vec<PathBuf> = damage::all(connection)?.into_iter().map(|photo| photo.path).collect();
            assert_eq!(paths, ["/photos/a.jpg", "/photos/copy.jpg"].map(PathBuf::from));
            damage::set(connection, content, 0)?;
            assert_eq!((damage::of(connection, content)?, damage::all(connection)?), (0, Vec::new()));
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_catalog_has_a_name_of_its_own() {
    let (directory, catalog) = open();
    let (_other_directory, other) = open();
    let id = catalog.id().unwrap();
    assert_ne!(id, other.id().unwrap());
    drop(catalog);
    assert_eq!(Catalog::open(&directory.path().join("catalog.db")).unwrap().id().unwrap(), id);
}

#[test]
fn ids_of_vectors_are_never_used_again() {
    let (_directory, catalog) = open();
    let mut ids = Vec::new();
    for seed in [1, 2] {
        let id = catalog.write(|connection| {
            let model = model::insert(connection, "m", "model", 1)?;
            let content = content::upsert(connection, &picture(seed))?;
            let id = embedding::insert_whole(connection, content, model, &[1])?;
            content::delete(connection, content)?;
            Ok(id)
        });
        ids.push(id.unwrap().unwrap());
    }
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn an_outer_folder_takes_over_photos_with_their_ids() {
    let (_directory, catalog) = open();
    let inner = folder_with(&catalog, "/photos/2019", &["a.jpg"]);
    let before =
        catalog.read(|connection| photo::by_path(connection, inner, Path::new("a.jpg"))).unwrap().unwrap();
    let outer = catalog
        .write(|connection| {
            let outer = folder::insert(connection, Path::new("/photos"), 0)?;
            folder::absorb(connection, outer, inner, Path::new("2019"))?;
            Ok(outer)
        })
        .unwrap();
    let after = catalog.read(|connection| photo::by_id(connection, before.id)).unwrap().unwrap();
    assert_eq!((after.folder_id, &after.path), (outer, &before.path));
    assert_eq!(catalog.read(folder::all).unwrap().len(), 1);
}

#[test]
fn thumbnails_come_back_and_a_damaged_store_is_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("thumbnails.db");
    let thumbnails = Thumbnails::open(&path).unwrap();
    thumbnails.insert([(&[1; 32], &b"one"[..]), (&[2; 32], b"two")]).unwrap();
    thumbnails.delete(&[[2; 32]]).unwrap();
    assert_eq!(thumbnails.get(&[1; 32]).unwrap().as_deref(), Some(&b"one"[..]));
    assert_eq!(thumbnails.hashes().unwrap(), [[1; 32]]);
    drop(thumbnails);
    std::fs::write(&path, "no database").unwrap();
    let anew = Thumbnails::open(&path).unwrap();
    assert_eq!(anew.hashes().unwrap(), Vec::<[u8; 32]>::new());
    anew.insert([(&[1; 32], &b"one"[..])]).unwrap();
    anew.recreate().unwrap();
    assert_eq!(anew.hashes().unwrap(), Vec::<[u8; 32]>::new());
    assert_eq!(anew.check().unwrap(), []);
}

#[test]
fn readers_go_on_during_a_write_and_see_what_was_there_before() {
    let (_directory, catalog) = open();
    let generation = catalog.generation();
    catalog
        .write(|connection| {
            folder::insert(connection, Path::new("/photos"), 0)?;
            catalog.read(|outer| {
                assert_eq!(folder::all(outer)?, []);
                // One reader does not wait for another.
                assert_eq!(catalog.read(folder::all)?, []);
                Ok(())
            })
        })
        .unwrap();
    assert_eq!(catalog.read(folder::all).unwrap().len(), 1);
    assert_ne!(catalog.generation(), generation, "what was read before is out of date");
}

#[test]
fn a_thumbnail_can_be_read_while_others_are_written() {
    let directory = tempfile::tempdir().unwrap();
    let thumbnails = Thumbnails::open(&directory.path().join("thumbnails.db")).unwrap();
    thumbnails.insert([(&[1; 32], &b"one"[..])]).unwrap();
    let others = [[2; 32], [3; 32]];
    // The batch is asked for its items in the middle of the write.
    let batch = others.iter().map(|hash| {
        assert_eq!(thumbnails.get(&[1; 32]).unwrap().as_deref(), Some(&b"one"[..]));
        (hash, &b"other"[..])
    });
    thumbnails.insert(batch).unwrap();
    assert_eq!(thumbnails.hashes().unwrap().len(), 3);
}

#[test]
fn a_setting_is_the_text_that_was_stored_last() {
    let (_directory, catalog) = open();
    assert_eq!(catalog.read(|connection| setting::get(connection, "a")).unwrap(), None);
    for text in ["one", "two"] {
        catalog.write(|connection| setting::set(connection, "a", text)).unwrap();
        assert_eq!(catalog.read(|connection| setting::get(connection, "a")).unwrap().as_deref(), Some(text));
    }
}

#[test]
fn a_picture_read_again_keeps_its_id_and_gets_what_was_read() {
    let (_directory, catalog) = open();
    let placeholder = Some([7; 25]);
    catalog
        .write(|connection| {
            let id = content::upsert(connection, &picture(1))?;
            assert_eq!(content::without_placeholder(connection, 0, 10)?, [(id, [1; 32])]);
            content::outdate_all(connection)?;
            assert_eq!(content::outdated(connection)?, [id]);
            let again = content::upsert(connection, &Content { width: 9, placeholder, ..picture(1) })?;
            content::set_current(connection, id)?;
            assert_eq!(again, id);
            let stored = content::by_id(connection, id)?.unwrap();
            assert_eq!((stored.width, stored.placeholder), (9, placeholder));
            assert!(content::outdated(connection)?.is_empty() && !content::is_outdated(connection, id)?);
            assert!(content::without_placeholder(connection, 0, 10)?.is_empty());
            Ok(())
        })
        .unwrap();
}

#[test]
fn photos_are_counted_and_listed_with_their_pictures() {
    let (_directory, catalog) = open();
    let one = folder_with(&catalog, "/one", &["a.jpg", "b.jpg"]);
    let other = folder_with(&catalog, "/other", &["a.jpg"]);
    let (by_folder, by_format) = catalog
        .read(|connection| Ok((photo::count_by_folder(connection)?, photo::count_by_format(connection)?)))
        .unwrap();
    assert_eq!(by_folder, [(one, 2), (other, 1)].into());
    assert_eq!(by_format, [("jpeg".to_owned(), 3)]);
    let mut listed = Vec::new();
    catalog
        .read(|connection| {
            photo::for_each_listed(connection, |photo| {
                assert_eq!((photo.format, photo.width, photo.height), ("jpeg", 4, 3));
                listed.push((photo.folder_id, photo.modified_ns));
            })
        })
        .unwrap();
    listed.sort_unstable();
    assert_eq!(listed, [(one, -5), (one, -5), (other, -5)]);
}

#[test]
fn pictures_are_compared_once_until_what_is_known_of_them_is_forgotten() {
    let (_directory, catalog) = open();
    let kind = |model| (model, 1);
    catalog
        .write(|connection| {
            let model = model::insert(connection, "m", "m", 2)?;
            let ids = [1, 2, 3].map(|seed| content::upsert(connection, &picture(seed)).unwrap());
            for id in ids {
                embedding::insert_whole(connection, id, model, &[1, 2])?;
            }
            assert_eq!(copies::outstanding(connection, kind(model))?, ids);
            let pair = copies::Copy { one: ids[0], other: ids[2], similarity: 0.5 };
            // The second was found from both sides.
            copies::insert(connection, ids[0], kind(model), &[pair])?;
            copies::insert(connection, ids[2], kind(model), &[pair])?;
            assert_eq!(copies::all(connection, model)?, [pair]);
            assert_eq!(copies::outstanding(connection, kind(model))?, [ids[1]]);
            assert!(
                !copies::has_outdated(connection, kind(model))?
                    && copies::has_outdated(connection, (model, 2))?
            );

            copies::forget(connection, ids[2])?;
            assert_eq!(copies::all(connection, model)?, []);
            assert_eq!(copies::outstanding(connection, kind(model))?, ids[1..]);
            copies::insert(connection, ids[2], kind(model), &[pair])?;
            // A picture that went while it was compared brings nothing back.
            content::delete(connection, ids[0])?;
            copies::insert(connection, ids[0], kind(model), &[pair])?;
            assert_eq!(copies::all(connection, model)?, []);
            copies::forget_all(connection, model)?;
            assert_eq!(copies::outstanding(connection, kind(model))?, ids[1..]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn prints_keep_every_bit_and_those_of_another_version_are_outstanding() {
    let (_directory, catalog) = open();
    catalog
        .write(|connection| {
            let ids = [1, 2, 3].map(|seed| content::upsert(connection, &picture(seed)).unwrap());
            let made =
                print::Print { version: 2, hash: Some(u64::MAX - 5), sharpness: 1.5, levels: vec![0, 255] };
            print::set(connection, ids[0], &made)?;
            print::set(connection, ids[1], &print::Print { version: 1, ..made.clone() })?;
            print::set(connection, ids[2], &print::Print { hash: None, ..made.clone() })?;
            assert_eq!(print::get(connection, ids[0])?, Some(made.clone()));
            assert_eq!(print::hashes(connection, 2)?, [(ids[0], u64::MAX - 5)]);
            let outstanding = print::outstanding(connection, 2, 0, 10)?;
            assert_eq!(outstanding, [(ids[1], [2; 32])]);
            print::delete(connection, ids[0])?;
            assert_eq!(print::get(connection, ids[0])?, None);
            Ok(())
        })
        .unwrap();
}
