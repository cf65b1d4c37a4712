//! Compares what lies in a folder with what the catalog knows, and says what is to be done.
//!
//! It decides; it neither decodes nor writes rows. Rows may go only after a complete walk of a folder that was
//! there before and after; anything the walk could not see keeps its row.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use catalog::folder::Folder;
use catalog::photo::{Row, Stamp};
use catalog::{Catalog, failure, photo};
use crossbeam_channel::Sender;

use crate::Result;
use crate::control::Run;
use crate::original;
use crate::respelled::Spellings;
use crate::walk::{self, Entry};

/// A folder, or a part of one, to bring up to date.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) folder: Folder,
    /// Relative to the folder; empty for all of it. May name a file, or something that is gone.
    pub(crate) prefix: PathBuf,
}

impl Scope {
    /// All of a folder.
    pub(crate) fn whole(folder: Folder) -> Self {
        Self { folder, prefix: PathBuf::new() }
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.prefix.as_os_str().is_empty()
    }
}

/// A file that must be read.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) folder_id: i64,
    /// The folder's path.
    pub(crate) folder: Arc<Path>,
    /// Relative to the folder.
    pub(crate) relative: PathBuf,
    pub(crate) stamp: Stamp,
    /// The file system it is on, where the system tells.
    pub(crate) device: Option<u64>,
}

impl Job {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(&self.relative)
    }
}

/// What a walk of one scope found besides the jobs it sent.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Whether the folder is there. An empty mount point of a drive that is not, is not the folder.
    pub(crate) present: bool,
    /// Ids of photos whose files are gone.
    pub(crate) missing: Vec<i64>,
    /// Failures whose files are gone: folder and relative path.
    pub(crate) resolved: Vec<(i64, PathBuf)>,
    /// Directories and files that the system did not let the walk look at, with its reason.
    pub(crate) unreadable: Vec<(PathBuf, String)>,
    /// Photos kept although the folder is not there.
    pub(crate) offline: u64,
    /// Photos that are on a file system of another number now.
    pub(crate) devices: Vec<(i64, Option<u64>)>,
}

/// Counts that grow while walks go on.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Files looked at.
    pub(crate) scanned: AtomicU64,
    /// Files as the catalog knows them.
    pub(crate) unchanged: AtomicU64,
    /// Files known to be unreadable and not changed since.
    pub(crate) still_failing: AtomicU64,
    /// Jobs sent.
    pub(crate) jobs: AtomicU64,
}

/// What the catalog has of a scope and the walk has not come upon yet.
struct Known {
    photos: HashMap<PathBuf, Row>,
    failures: HashMap<PathBuf, Stamp>,
}

/// Walks a scope, sends what must be read to `jobs`, and returns what is missing.
///
/// `to_redo` are the pictures that lack an embedding or a thumbnail; one photo of each is read again.
pub(crate) fn reconcile(
    catalog: &Catalog,
    (scope, spellings): (&Scope, &mut Spellings),
    to_redo: &mut HashSet<i64>,
    jobs: &Sender<Job>,
    counts: &Counts,
    run: &Run<'_>,
) -> Result<Findings> {
    if !scope.folder.path.is_dir() {
        return Ok(Findings::default());
    }
    let mut known = load_known(catalog, scope)?;
    let mut findings = Findings { present: true, ..Findings::default() };
    let mut unreadable = Vec::new();
    let known_before = known.photos.len();
    let folder: Arc<Path> = scope.folder.path.clone().into();
    for entry in entries(scope, spellings) {
        // Half a walk proves nothing missing.
        if !run.proceed() {
            return Ok(findings);
        }
        match entry {
            Entry::File { path, stamp, device } => {
                counts.scanned.fetch_add(1, Ordering::Relaxed);
                let must_read = known.must_read(&path, (stamp, device), to_redo, &mut findings, counts);
                if !must_read {
                    continue;
                }
                counts.jobs.fetch_add(1, Ordering::Relaxed);
                let (folder_id, folder) = (scope.folder.id, Arc::clone(&folder));
                // The workers are gone only when the update is ending.
                if jobs.send(Job { folder_id, folder, relative: path, stamp, device }).is_err() {
                    return Ok(findings);
                }
            }
            Entry::Placeholder(path) => {
                known.photos.remove(&path);
                known.failures.remove(&path);
            }
            Entry::Unreadable { path, reason } => {
                findings.unreadable.extend(reason.map(|reason| (path.clone(), reason)));
                unreadable.push(path);
            }
        }
    }
    let nothing_seen = known_before > 0 && known.photos.len() == known_before;
    known.report_missing(scope, spellings, &unreadable, &mut findings);
    // Not one of the folder's photos is there, and none is gone either: its drive is not mounted.
    let unmounted = scope.is_whole() && nothing_seen && findings.missing.is_empty();
    findings.present = scope.folder.path.is_dir() && !unmounted;
    Ok(findings)
}

/// What the walk comes upon. An event may name a file in the case that it had before: it is there under its name of now
/// only, although it answers to both.
fn entries<'a>(scope: &'a Scope, spellings: &mut Spellings) -> impl Iterator<Item = Entry> + 'a {
    let Scope { folder, prefix } = scope;
    let is_respelled = !scope.is_whole() && spellings.is_respelled(&folder.path, &folder.path.join(prefix));
    (!is_respelled).then(|| walk::walk(&folder.path, prefix)).into_iter().flatten()
}

fn load_known(catalog: &Catalog, scope: &Scope) -> Result<Known> {
    let mut known = Known { photos: HashMap::new(), failures: HashMap::new() };
    let Scope { folder, prefix } = scope;
    catalog.read(|connection| {
        photo::for_each_row(connection, folder.id, prefix, |path, row| {
            known.photos.insert(path, row);
        })?;
        failure::for_each_stamp(connection, folder.id, prefix, |path, stamp| {
            known.failures.insert(path, stamp);
        })
    })?;
    Ok(known)
}

impl Known {
    /// Takes a file off what is known, and says whether it must be read.
    fn must_read(
        &mut self,
        path: &Path,
        (stamp, device): (Stamp, Option<u64>),
        to_redo: &mut HashSet<i64>,
        findings: &mut Findings,
        counts: &Counts,
    ) -> bool {
        let failure = self.failures.remove(path);
        let Some(row) = self.photos.remove(path) else {
            let still_failing = failure == Some(stamp);
            counts.still_failing.fetch_add(u64::from(still_failing), Ordering::Relaxed);
            return !still_failing;
        };
        // A photo that has a failure as well could not be read when it last had to be.
        if row.stamp != stamp || failure.is_some() || to_redo.remove(&row.content_id) {
            return true;
        }
        if row.device != device {
            findings.devices.push((row.id, device));
        }
        counts.unchanged.fetch_add(1, Ordering::Relaxed);
        false
    }

    /// Reports what the walk did not come upon, unless it lies where the walk could not look.
    fn report_missing(
        self,
        scope: &Scope,
        spellings: &mut Spellings,
        unreadable: &[PathBuf],
        findings: &mut Findings,
    ) {
        let folder = &scope.folder;
        let hidden = |path: &Path| unreadable.iter().any(|place| path.starts_with(place));
        let mut gone = |path: &Path, row: &Row| {
            let place = folder.path.join(path);
            !hidden(path)
                && (original::is_gone(&folder.path, &place, row.device)
                    || spellings.is_respelled(&folder.path, &place))
        };
        let missing = self.photos.iter().filter(|(path, row)| gone(path, row));
        findings.missing = missing.map(|(_, row)| row.id).collect();
        // A failure has nothing to lose: it comes back with its file.
        let resolved = self.failures.into_keys().filter(|path| !hidden(path));
        findings.resolved = resolved.map(|path| (folder.id, path)).collect();
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests change what they like")]
mod tests {
    use std::fs;

    use catalog::content::Content;
    use catalog::photo::Place;
    use catalog::{content, folder};

    use super::*;
    use crate::control::Control;

    /// A catalog that knows one photo in `root`, last seen on file system `device`.
    fn catalog_with_photo(root: &Path, device: Option<u64>) -> (Catalog, Scope) {
        let catalog = Catalog::open(&root.join("catalog.db")).unwrap();
        let photos = root.join("photos");
        fs::create_dir(&photos).unwrap();
        catalog
            .write(|connection| {
                let folder_id = folder::insert(connection, &photos, 0)?;
                let picture = Content {
                    hash: [1; 32],
                    format: "jpeg".into(),
                    width: 1,
                    height: 1,
                    captured_at: None,
                    placeholder: None,
                };
                let content = content::upsert(connection, &picture)?;
                let stamp = Stamp { size: 1, modified_ns: 1 };
                let place = Place { folder_id, path: Path::new("a.jpg"), stamp, device };
                photo::upsert(connection, place, content, 0)?;
                Ok(())
            })
            .unwrap();
        let folder = catalog.read(folder::all).unwrap().remove(0);
        (catalog, Scope::whole(folder))
    }

    fn findings(catalog: &Catalog, scope: &Scope) -> Findings {
        let (jobs, _queue) = crossbeam_channel::unbounded();
        let (counts, control) = (Counts::default(), Control::default());
        let scope = (scope, &mut Spellings::default());
        reconcile(catalog, scope, &mut HashSet::new(), &jobs, &counts, &Run::new(&control)).unwrap()
    }

    fn device_of(path: &Path) -> Option<u64> {
        walk::device(&fs::metadata(path).unwrap())
    }

    #[test]
    fn an_empty_folder_on_its_own_file_system_was_emptied() {
        let root = tempfile::tempdir().unwrap();
        let (catalog, scope) = catalog_with_photo(root.path(), device_of(root.path()));
        let findings = findings(&catalog, &scope);
        assert!(findings.present);
        assert_eq!(findings.missing.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_without_its_photos_on_another_file_system_is_the_mount_point_of_an_unplugged_drive() {
        let root = tempfile::tempdir().unwrap();
        let device = device_of(root.path()).map(|device| device + 1);
        let (catalog, mut scope) = catalog_with_photo(root.path(), device);
        // People leave notes in mount points.
        fs::write(root.path().join("photos/README.txt"), "nothing mounted").unwrap();
        let whole = findings(&catalog, &scope);
        assert!(whole.missing.is_empty());
        assert!(!whole.present, "it counts as offline");
        scope.prefix = "a.jpg".into();
        assert!(findings(&catalog, &scope).missing.is_empty(), "nor does an event about the photo remove it");
    }
}
