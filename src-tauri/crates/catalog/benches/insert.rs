//! Writing a batch of photos: what a power cut may cost, 64 at a time.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::path::Path;

use catalog::content::Content;
use catalog::photo::{Mark, Place, Stamp};
use catalog::{Catalog, Thumbnails, content, embedding, folder, model, photo};
use divan::Bencher;

const BATCH: u64 = 64;
const DIMENSION: usize = 1280;

fn main() {
    divan::main();
}

fn hash(number: u64) -> [u8; 32] {
    let mut hash = [0; 32];
    // Spread like real hashes.
    hash[..8].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes());
    hash
}

#[divan::bench]
fn rows_and_vectors(bencher: Bencher<'_, '_>) {
    let directory = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(&directory.path().join("catalog.db")).unwrap();
    let (folder, model) = catalog
        .write(|connection| {
            let folder = folder::insert(connection, Path::new("/photos"), 0)?;
            Ok((folder, model::insert(connection, "bench", "bench", DIMENSION)?))
        })
        .unwrap();
    let mut next = 0;
    bencher.bench_local(|| {
        let first = next;
        next += BATCH;
        catalog.write(|connection| {
            for number in first..first + BATCH {
                let picture = Content {
                    hash: hash(number),
                    format: "jpeg".into(),
                    width: 4000,
                    height: 3000,
                    captured_at: None,
                    placeholder: None,
                };
                let content = content::upsert(connection, &picture)?;
                embedding::insert_whole(connection, content, model, &[1; DIMENSION])?;
                let path = format!("{:03}/{number:06}.jpg", number / 1000);
                let stamp = Stamp { size: 3_000_000, modified_ns: number as i64 };
                let place = Place {
                    folder_id: folder,
                    path: Path::new(&path),
                    stamp,
                    mark: Mark { number: Some(number as i64), changed_ns: Some(number as i64) },
                    drive: Some(photo::DriveId(1)),
                };
                photo::upsert(connection, place, content, 0)?;
            }
            Ok(())
        })
    });
}

#[divan::bench]
fn thumbnails(bencher: Bencher<'_, '_>) {
    let directory = tempfile::tempdir().unwrap();
    let thumbnails = Thumbnails::open(&directory.path().join("thumbnails.db")).unwrap();
    let jpeg = vec![7; 12_000];
    let mut next = 0;
    bencher.bench_local(|| {
        let hashes: Vec<_> = (next..next + BATCH).map(hash).collect();
        next += BATCH;
        thumbnails.insert(hashes.iter().map(|hash| (hash, jpeg.as_slice()))).unwrap();
    });
}
