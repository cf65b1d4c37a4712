//! Files whose times and numbers moved as they do when clocks are set or a file system numbers its files anew, with nothing
//! else to tell whether their bytes are others: FAT, and shares without a moment of change.
//!
//! Of all that moved alike, a few are hashed. Where their bytes are as they were, nothing more is read, however many there
//! are; where those of one are not, all are read. So plugging in a camera's card costs a few files, and not all, each time.

use std::collections::BTreeMap;

use catalog::photo::{Mark, Row, Stamp};
use catalog::{Catalog, ContentHash, content};

use crate::Result;
use crate::base::control::Run;
use crate::folders::findings::Job;
use crate::reading::original::Original;

/// So many files of those that moved alike are hashed.
const HASHED: usize = 8;

/// Such files, by how far their times moved.
#[derive(Debug, Default)]
pub(crate) struct Doubtful(BTreeMap<i64, Vec<(Job, Row)>>);

/// What became of them.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Photos whose bytes are as they were, with what is to be noted of their files.
    pub(crate) same: Vec<(i64, Stamp, Mark)>,
    pub(crate) to_read: Vec<Job>,
}

impl Doubtful {
    /// Adds the file of a photo, whose times moved by `shift` nanoseconds.
    pub(crate) fn add(&mut self, shift: i64, job: Job, row: Row) {
        self.0.entry(shift).or_default().push((job, row));
    }

    /// Looks at a few of each kind. Whatever a run that ended had still to look at is neither; the next one looks at it.
    pub(crate) fn settle(self, catalog: &Catalog, run: &Run<'_>) -> Result<Settled> {
        let mut settled = Settled::default();
        for files in self.0.into_values() {
            let mut are_same = true;
            for (job, row) in spread(&files) {
                are_same = are_same && is_same(job, *row, catalog, run)?;
            }
            if !run.proceed() {
                break;
            }
            if are_same {
                settled.same.extend(files.into_iter().map(|(job, row)| (row.id, job.stamp, job.mark)));
            } else {
                settled.to_read.extend(files.into_iter().map(|(job, _)| job));
            }
        }
        Ok(settled)
    }
}

/// A few of the files, spread evenly over all.
fn spread<T>(files: &[T]) -> impl Iterator<Item = &T> {
    files.iter().step_by(files.len().div_ceil(HASHED).max(1))
}

/// Whether a file has the bytes that it had. One that cannot be read has not: whoever reads it in earnest says why.
fn is_same(job: &Job, row: Row, catalog: &Catalog, run: &Run<'_>) -> Result<bool> {
    let known = catalog.read(|connection| content::by_id(connection, row.content_id))?;
    Ok(hash(job, run).is_some_and(|hash| known.is_some_and(|content| content.hash == hash)))
}

fn hash(job: &Job, run: &Run<'_>) -> Option<ContentHash> {
    let original = Original::open(&job.path(), imaging::Limits::default().max_file_bytes).ok()?;
    original.hash(&|| run.has_ended()).ok().map(|(hash, _)| hash)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests change what they like")]
mod tests {
    use std::collections::HashSet;
    use std::fs;
    use std::path::Path;

    use catalog::content::Content;
    use catalog::photo::Place;
    use catalog::{folder, photo};

    use super::*;
    use crate::base::control::Control;
    use crate::folders::findings::{Counts, Findings, Scope};
    use crate::folders::reconcile::reconcile;
    use crate::folders::respelled::Spellings;
    use crate::reading::exclusions::Rules;
    use crate::reading::original;
    use crate::system::drive::Drives;
    use crate::system::mark;

    const COUNT: usize = 20;

    /// A folder of photos whose catalog has `noted` of each, made of its number and of what there is to be noted, and
    /// what a walk of it finds, with the number of files that it has read.
    fn walked(
        noted: impl Fn(usize, Stamp, Mark, ContentHash) -> (Stamp, Mark, ContentHash),
    ) -> (Findings, usize) {
        let root = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(&root.path().join("catalog.db")).unwrap();
        let photos = root.path().join("photos");
        fs::create_dir(&photos).unwrap();
        let drive = Drives::default().of(&photos, &photos);
        let folder_id = catalog.write(|connection| folder::insert(connection, &photos, 0)).unwrap();
        for number in 0..COUNT {
            let (name, bytes) = (format!("{number:02}.jpg"), format!("photo {number}"));
            let path = photos.join(&name);
            fs::write(&path, &bytes).unwrap();
            let metadata = path.metadata().unwrap();
            let (stamp, mark) = (original::stamp(&metadata), mark::of(&path, &metadata));
            let (stamp, mark, hash) = noted(number, stamp, mark, *blake3::hash(bytes.as_bytes()).as_bytes());
            let picture = Content {
                hash,
                format: "jpeg".into(),
                width: 1,
                height: 1,
                captured_at: None,
                placeholder: None,
            };
            let place = Place { folder_id, path: Path::new(&name), stamp, mark, drive };
            catalog
                .write(|connection| {
                    let content = content::upsert(connection, &picture)?;
                    photo::upsert(connection, place, content, 0)
                })
                .unwrap();
        }
        let scope = Scope::whole(catalog.read(folder::all).unwrap().remove(0));
        let (jobs, queue) = crossbeam_channel::unbounded();
        let (counts, control) = (Counts::default(), Control::default());
        let rules = Rules::default();
        let place = (&scope, &rules, &mut Spellings::default());
        let run = Run::new(&control);
        let findings = reconcile(&catalog, place, &mut HashSet::new(), &jobs, &counts, &run).unwrap();
        (findings, queue.len())
    }

    fn moved(mark: Mark, by: i64) -> Mark {
        Mark { changed_ns: mark.changed_ns.map(|ns| ns - by), ..mark }
    }

    #[test]
    fn clocks_and_new_numbers_of_all_files_are_noted_without_reading_all() {
        let hour = 3_600_000_000_000;
        let (clocks, read) = walked(|_, stamp, mark, hash| {
            (Stamp { modified_ns: stamp.modified_ns - hour, ..stamp }, moved(mark, hour), hash)
        });
        assert_eq!((clocks.marks.photos.len(), read), (COUNT, 0));
        let renumbered = |mark: Mark| Mark { number: mark.number.map(|number| number + 1), ..mark };
        let (numbers, read) = walked(|_, stamp, mark, hash| (stamp, renumbered(mark), hash));
        assert_eq!((numbers.marks.photos.len(), read), (COUNT, 0));
        let (same, read) = walked(|_, stamp, mark, hash| (stamp, mark, hash));
        assert_eq!((same.marks.photos.len(), read), (0, 0));
    }

    #[test]
    fn all_are_read_where_one_of_those_that_were_looked_at_has_other_bytes() {
        let (findings, read) = walked(|number, stamp, mark, hash| {
            let hash = if number == 0 { [7; 32] } else { hash };
            (stamp, Mark { number: mark.number.map(|number| number + 1), ..mark }, hash)
        });
        assert_eq!((findings.marks.photos.len(), read), (0, COUNT));
    }

    #[test]
    fn a_file_that_changed_alone_is_read_and_no_other() {
        let (findings, read) = walked(|number, stamp, mark, hash| {
            (stamp, if number == 5 { moved(mark, 1_000) } else { mark }, hash)
        });
        assert_eq!((findings.marks.photos.len(), read), (0, 1));
    }

    #[test]
    fn few_are_looked_at_of_however_many() {
        for count in [0, 1, 7, 8, 9, 15, 16, 17, 100_000] {
            let files: Vec<usize> = (0..count).collect();
            let looked_at = spread(&files).count();
            assert!(
                looked_at <= HASHED && looked_at >= count.min(HASHED).div_ceil(2),
                "{looked_at} of {count}"
            );
        }
    }
}
