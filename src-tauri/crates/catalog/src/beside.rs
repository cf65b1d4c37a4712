//! Sees to it that SQLite writes into files of ours only, before it opens a database.
//!
//! It opens the log, what is shared of it and the journal by their names, and writes over what is there, whatever it is.
//! So what cannot be SQLite's is put aside, and a file that has other names, which may be somebody's, becomes a copy under
//! ours. Links are refused: who follows them writes elsewhere. A database that is open already is left as it is.

use std::io::Read;
use std::path::Path;

use crate::database::{SIDECARS, with_suffix};
use crate::{CatalogError, Result};

/// Bytes by which files are told. Until it is on the disk, so many of a journal are zeros.
const HEAD: u64 = 8;

/// How a write-ahead log begins, what is shared of one, and a journal: <https://sqlite.org/fileformat2.html>,
/// <https://sqlite.org/walformat.html>. In the order of [`SIDECARS`].
const BEGINNINGS: [&[&[u8]]; 3] = [
    &[b"\x37\x7F\x06\x82", b"\x37\x7F\x06\x83"],
    // The number 3007000 in the order of bytes of the machine.
    &[b"\x18\xE2\x2D\0", b"\0\x2D\xE2\x18"],
    &[b"\xD9\xD5\x05\xF9\x20\xA1\x63\xD7"],
];

/// Refuses links, pipes and the like beside a database file.
pub(crate) fn refuse_odd(database: &Path) -> Result<()> {
    for path in SIDECARS.map(|suffix| with_suffix(database, suffix)) {
        // A pipe would have SQLite wait for its other end.
        match data_files::instead_of_own_file(&path) {
            Ok(None) => {}
            Ok(Some(found)) => return Err(CatalogError::NotAFile { path, found }),
            Err(source) => return Err(CatalogError::Unreachable { path, source }),
        }
    }
    Ok(())
}

/// Makes way for SQLite at a database file that nobody has open, and beside it.
pub(crate) fn make_way(database: &Path) -> Result<()> {
    refuse_odd(database)?;
    for (suffix, beginnings) in SIDECARS.iter().zip(BEGINNINGS) {
        let path = with_suffix(database, suffix);
        if !path.exists() {
            continue;
        }
        let failed = |source| CatalogError::Unreachable { path: path.clone(), source };
        // What is shared of a log is made anew by whoever comes first.
        let is_needless = *suffix == "-shm" && data_files::has_other_names(&path);
        if is_needless || !is_of_sqlite(&path, beginnings).map_err(failed)? {
            let aside = data_files::put_aside(&path).map_err(failed)?;
            tracing::warn!(path = %path.display(), aside = %aside.display(), "a file that is none of ours is put aside");
        } else {
            data_files::make_own(&path).map_err(failed)?;
        }
    }
    data_files::make_own(database)
        .map_err(|source| CatalogError::Unreachable { path: database.into(), source })
}

/// Whether a file begins in one of these ways, as far as it goes, or with nothing but zeros, as a file does that was cut off
/// by a crash.
fn is_of_sqlite(path: &Path, beginnings: &[&[u8]]) -> std::io::Result<bool> {
    let mut head = Vec::new();
    data_files::open(path)?.take(HEAD).read_to_end(&mut head)?;
    let begins = |with: &&[u8]| head.starts_with(with) || with.starts_with(&head);
    Ok(head.iter().all(|byte| *byte == 0) || beginnings.iter().any(begins))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests change what they like")]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_sqlite_keeps_beside_a_database_is_its_own() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("catalog.db");
        for mode in ["WAL", "DELETE"] {
            let connection = rusqlite::Connection::open(&path).unwrap();
            connection.pragma_update(None, "journal_mode", mode).unwrap();
            connection
                .execute_batch("CREATE TABLE IF NOT EXISTS a (b); BEGIN; INSERT INTO a VALUES (1);")
                .unwrap();
            let beside: Vec<_> =
                SIDECARS.iter().filter(|suffix| with_suffix(&path, suffix).exists()).collect();
            assert!(!beside.is_empty(), "{mode}");
            make_way(&path).unwrap();
            for suffix in beside {
                assert!(with_suffix(&path, suffix).exists(), "{mode}: {suffix}");
            }
            assert_eq!(fs::read_dir(place.path()).unwrap().filter(is_aside).count(), 0, "{mode}");
        }
    }

    fn is_aside(entry: &std::io::Result<fs::DirEntry>) -> bool {
        entry.as_ref().unwrap().file_name().to_string_lossy().contains("aside")
    }

    #[test]
    fn anything_else_is_put_aside() {
        for suffix in SIDECARS {
            let place = tempfile::tempdir().unwrap();
            let path = place.path().join("catalog.db");
            let others: [&[u8]; 3] = [b"\xFF\xD8\xFF\xE0", b"SQLite format 3\0", b"x"];
            for other in others {
                fs::write(with_suffix(&path, suffix), other).unwrap();
                make_way(&path).unwrap();
                assert!(!with_suffix(&path, suffix).exists(), "{suffix}: {other:?}");
            }
            let kept = fs::read_dir(place.path()).unwrap();
            assert_eq!(kept.filter(is_aside).count(), others.len(), "{suffix}");
        }
    }
}
