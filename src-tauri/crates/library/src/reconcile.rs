//! Compares what lies in a folder with what the catalog knows, and says what is to be done.
//!
//! It decides; it neither decodes nor writes rows. Rows may go only after a complete walk of a folder that was
//! there before and after; anything the walk could not see keeps its row.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use catalog::folder::Folder;
use catalog::photo::Stamp;
use catalog::{Catalog, failure, photo};
use crossbeam_channel::Sender;

use crate::Result;
use crate::control::Control;
use crate::walk::{self, Entry};

/// A folder, or a part of one, to bring up to date.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) folder: Folder,
    /// Relative to the folder; empty for all of it. May name a file, or something that is gone.
    pub(crate) prefix: PathBuf,
}

/// A file that must be read.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) folder_id: i64,
    /// Relative to the folder.
    pub(crate) relative: PathBuf,
    pub(crate) path: PathBuf,
    pub(crate) stamp: Stamp,
}

/// A photo whose file was not found.
#[derive(Debug)]
pub(crate) struct Missing {
    pub(crate) photo_id: i64,
    pub(crate) folder: PathBuf,
    pub(crate) path: PathBuf,
}

/// What a walk of one scope found besides the jobs it sent.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) missing: Vec<Missing>,
    /// Failures whose file is gone: folder and relative path.
    pub(crate) resolved: Vec<(i64, PathBuf)>,
    /// The folder's device when it is there; none when it is offline.
    pub(crate) presence: Option<Presence>,
}

/// A folder that is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presence {
    pub(crate) device: Option<u64>,
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

struct Known {
    photos: HashMap<PathBuf, (i64, Stamp, i64)>,
    failures: HashMap<PathBuf, Stamp>,
}

/// Walks a scope, sends what must be read to `jobs`, and returns what is missing.
///
/// `incomplete` are the pictures that lack an embedding or a thumbnail; one photo of each is read again.
pub(crate) fn reconcile(
    catalog: &Catalog,
    scope: &Scope,
    incomplete: &mut HashSet<i64>,
    jobs: &Sender<Job>,
    counts: &Counts,
    control: &Control,
) -> Result<Findings> {
    let Some(presence) = presence(&scope.folder.path) else {
        return Ok(Findings::default());
    };
    let mut known = load_known(catalog, scope)?;
    let mut unreadable = Vec::new();
    let mut saw_anything = false;
    for entry in walk::walk(&scope.folder.path, &scope.prefix) {
        if control.is_cancelled() {
            // Half a walk proves nothing missing.
            return Ok(Findings { presence: Some(presence), ..Findings::default() });
        }
        saw_anything = true;
        match entry {
            Entry::File { path, stamp } => {
                counts.scanned.fetch_add(1, Ordering::Relaxed);
                if let Some(job) = compare(scope, &mut known, incomplete, path, stamp, counts) {
                    counts.jobs.fetch_add(1, Ordering::Relaxed);
                    // The workers are gone only when the update is ending.
                    if jobs.send(job).is_err() {
                        return Ok(Findings { presence: Some(presence), ..Findings::default() });
                    }
                }
            }
            Entry::Placeholder(path) => {
                known.photos.remove(&path);
                known.failures.remove(&path);
            }
            Entry::Unreadable(path) => unreadable.push(path),
            Entry::Other => {}
        }
    }
    let whole = scope.prefix.as_os_str().is_empty();
    let moved_device = scope.folder.device.is_some() && scope.folder.device != presence.device;
    if whole && !saw_anything && moved_device && !known.photos.is_empty() {
        // The mount point of a drive that is unplugged: there, but empty and on another file system.
        return Ok(Findings::default());
    }
    Ok(findings(scope, known, &unreadable, presence))
}

/// Whether the folder is there, and on which file system.
pub(crate) fn presence(folder: &Path) -> Option<Presence> {
    let metadata = std::fs::metadata(folder).ok().filter(std::fs::Metadata::is_dir)?;
    Some(Presence { device: walk::device(&metadata) })
}

fn load_known(catalog: &Catalog, scope: &Scope) -> Result<Known> {
    let mut known = Known { photos: HashMap::new(), failures: HashMap::new() };
    let Scope { folder, prefix } = scope;
    catalog.read(|connection| {
        photo::for_each_stamp(connection, folder.id, prefix, |path, id, stamp, content| {
            known.photos.insert(path, (id, stamp, content));
        })?;
        failure::for_each_stamp(connection, folder.id, prefix, |path, stamp| {
            known.failures.insert(path, stamp);
        })
    })?;
    Ok(known)
}

fn compare(
    scope: &Scope,
    known: &mut Known,
    incomplete: &mut HashSet<i64>,
    relative: PathBuf,
    stamp: Stamp,
    counts: &Counts,
) -> Option<Job> {
    let failed_before = known.failures.remove(&relative) == Some(stamp);
    if let Some((_, known_stamp, content)) = known.photos.remove(&relative) {
        if known_stamp == stamp && !incomplete.remove(&content) {
            counts.unchanged.fetch_add(1, Ordering::Relaxed);
            return None;
        }
    } else if failed_before {
        counts.still_failing.fetch_add(1, Ordering::Relaxed);
        return None;
    }
    let path = scope.folder.path.join(&relative);
    Some(Job { folder_id: scope.folder.id, relative, path, stamp })
}

fn findings(scope: &Scope, known: Known, unreadable: &[PathBuf], presence: Presence) -> Findings {
    let folder = &scope.folder;
    let hidden = |path: &Path| unreadable.iter().any(|directory| path.starts_with(directory));
    let missing = known
        .photos
        .into_iter()
        .filter(|(path, _)| !hidden(path))
        .map(|(path, (photo_id, ..))| Missing {
            photo_id,
            folder: folder.path.clone(),
            path: folder.path.join(path),
        })
        .collect();
    let resolved = known.failures.into_keys().filter(|path| !hidden(path));
    Findings { missing, resolved: resolved.map(|path| (folder.id, path)).collect(), presence: Some(presence) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use catalog::content::Content;
    use catalog::{content, folder};

    use super::*;

    /// A catalog that knows one photo in `root`, last seen on file system `device`.
    fn catalog_with_photo(root: &Path, device: Option<u64>) -> (Catalog, Scope) {
        let catalog = Catalog::open(&root.join("catalog.db")).unwrap();
        let photos = root.join("photos");
        fs::create_dir(&photos).unwrap();
        catalog
            .write(|connection| {
                let id = folder::insert(connection, &photos, 0)?;
                folder::set_online(connection, id, device, 0)?;
                let picture =
                    Content { hash: [1; 32], format: "jpeg".into(), width: 1, height: 1, captured_at: None };
                let content = content::insert(connection, &picture)?;
                let stamp = Stamp { size: 1, modified_ns: 1 };
                photo::upsert(connection, id, Path::new("a.jpg"), stamp, content, 0)?;
                Ok(())
            })
            .unwrap();
        let folder = catalog.read(folder::all).unwrap().remove(0);
        (catalog, Scope { folder, prefix: PathBuf::new() })
    }

    fn findings(catalog: &Catalog, scope: &Scope) -> Findings {
        let (jobs, _queue) = crossbeam_channel::unbounded();
        let (counts, control) = (Counts::default(), Control::default());
        reconcile(catalog, scope, &mut HashSet::new(), &jobs, &counts, &control).unwrap()
    }

    #[test]
    fn an_empty_folder_on_its_own_file_system_was_emptied() {
        let root = tempfile::tempdir().unwrap();
        let device = presence(root.path()).unwrap().device;
        let (catalog, scope) = catalog_with_photo(root.path(), device);
        let findings = findings(&catalog, &scope);
        assert!(findings.presence.is_some());
        assert_eq!(findings.missing.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn an_empty_folder_on_another_file_system_is_the_mount_point_of_an_unplugged_drive() {
        let root = tempfile::tempdir().unwrap();
        let device = presence(root.path()).unwrap().device.map(|device| device + 1);
        let (catalog, scope) = catalog_with_photo(root.path(), device);
        let findings = findings(&catalog, &scope);
        assert!(findings.presence.is_none(), "it counts as offline");
        assert!(findings.missing.is_empty());
    }
}
