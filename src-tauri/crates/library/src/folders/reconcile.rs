//! Compares what lies in a folder with what the catalog knows, and says what is to be done.
//!
//! It decides; it neither decodes nor writes rows. Rows may go only after a complete walk of a folder that was
//! there before and after; anything the walk could not see, or that was on another drive than is there, keeps its row.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use catalog::Catalog;
use crossbeam_channel::Sender;

use crate::Result;
use crate::base::control::Run;
use crate::base::endings::Endings;
use crate::folders::findings::{Counts, Findings, Job, Scope};
use crate::folders::known::{Known, send};
use crate::folders::respelled::Spellings;
use crate::reading::exclusions::Rules;
use crate::reading::walk::{self, Entry};
use crate::system::drive::Drives;

/// Walks a scope, sends what must be read to `jobs`, and returns what is missing.
///
/// `to_redo` are the pictures that lack an embedding or a thumbnail; one photo of each is read again.
pub(crate) fn reconcile(
    catalog: &Catalog,
    (scope, rules, spellings): (&Scope, &Rules, &mut Spellings),
    to_redo: &mut HashSet<i64>,
    jobs: &Sender<Job>,
    counts: &Counts,
    run: &Run<'_>,
) -> Result<Findings> {
    if !scope.folder.path.is_dir() {
        return Ok(Findings::default());
    }
    let mut known = Known::load(catalog, scope)?;
    let mut findings = Findings { present: true, ..Findings::default() };
    let (mut unreadable, mut drives, mut has_files) = (Vec::new(), Drives::default(), false);
    let (mut others, mut has_placeholders) = (Endings::default(), false);
    let folder: Arc<Path> = scope.folder.path.clone().into();
    for entry in entries(scope, rules, spellings, &mut drives) {
        // Half a walk proves nothing missing.
        if !run.proceed() {
            return Ok(findings);
        }
        match entry {
            Entry::File { path, stamp, mark, drive } => {
                has_files = true;
                counts.scanned.fetch_add(1, Ordering::Relaxed);
                let (folder_id, folder) = (scope.folder.id, Arc::clone(&folder));
                let job = Job { folder_id, folder, relative: path, stamp, mark, drive };
                if let Some(job) = known.take(job, to_redo, &mut findings, counts)
                    && !send(job, jobs, counts)
                {
                    return Ok(findings);
                }
            }
            Entry::Other(path) => others.add(&path),
            Entry::Placeholder(path) => {
                has_placeholders = true;
                known.photos.remove(&path);
                known.failures.remove(&path);
            }
            Entry::Unreadable { path, reason } => {
                findings.unreadable.extend(reason.map(|reason| (path.clone(), reason)));
                unreadable.push(path);
            }
        }
    }
    known.forget_left_out(scope, rules, &mut findings);
    let is_known = !known.photos.is_empty();
    let is_strange_settled = known.settle_strange(&mut findings, jobs, counts);
    let unseen = known.look_for_unseen(scope, (&mut drives, &unreadable), &mut findings);
    let is_settled = is_strange_settled
        && known.settle_elsewhere((catalog, scope), to_redo, &mut findings, jobs, counts)?
        && known.settle_doubtful(catalog, (&mut findings, jobs, counts), run)?;
    if !is_settled {
        return Ok(findings);
    }
    let unknown = known.report_missing(scope, unseen, spellings, &mut findings);
    known.report_failures(scope, &unreadable, &mut findings);
    for (id, here) in unknown {
        // Something is there, but not one photo that tells whether it is the drive they were on.
        findings.kept.insert(id, has_files && !findings.left.contains_key(&here));
    }
    let Findings { missing, vanished, left, .. } = &findings;
    // Not one of the folder's photos is there, and none is gone either: its drive is not mounted.
    let unmounted = scope.is_whole()
        && is_known
        && !has_files
        && left.is_empty()
        && missing.is_empty()
        && vanished.is_empty();
    if unmounted {
        findings.kept.values_mut().for_each(|is_asked| *is_asked = false);
    }
    findings.present = scope.folder.path.is_dir() && !unmounted;
    if scope.is_whole() && findings.present && !has_files && !has_placeholders && !is_known {
        findings.without_photos = Some(others.told(&scope.folder.path));
    }
    Ok(findings)
}

/// What the walk comes upon. An event may name a file in the case that it had before: it is there under its name of now
/// only, although it answers to both.
fn entries<'a>(
    scope: &'a Scope,
    rules: &'a Rules,
    spellings: &mut Spellings,
    drives: &'a mut Drives,
) -> impl Iterator<Item = Entry> + 'a {
    let Scope { folder, prefix, .. } = scope;
    let is_respelled = !scope.is_whole() && spellings.is_respelled(&folder.path, &folder.path.join(prefix));
    (!is_respelled).then(|| walk::walk(&folder.path, prefix, rules, drives)).into_iter().flatten()
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests change what they like")]
mod tests {
    use std::fs;

    use catalog::content::Content;
    use catalog::photo::{DriveId, Mark, Place, Stamp};
    use catalog::{content, folder, photo};

    use super::*;
    use crate::base::control::Control;

    /// A catalog that knows one photo in `root`, last seen on this drive.
    fn catalog_with_photo(root: &Path, drive: Option<DriveId>) -> (Catalog, Scope) {
        let catalog = Catalog::open(&root.join("catalog.db")).unwrap();
        let photos = root.join("photos");
        fs::create_dir_all(&photos).unwrap();
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
                let mark = Mark::default();
                let place = Place { folder_id, path: Path::new("a.jpg"), stamp, mark, drive };
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
        let rules = Rules::default();
        let scope = (scope, &rules, &mut Spellings::default());
        reconcile(catalog, scope, &mut HashSet::new(), &jobs, &counts, &Run::new(&control)).unwrap()
    }

    fn drive_of(root: &Path) -> Option<DriveId> {
        let photos = root.join("photos");
        fs::create_dir_all(&photos).unwrap();
        Drives::default().of(&photos, &photos)
    }

    #[test]
    fn an_empty_folder_on_its_own_file_system_was_emptied() {
        let root = tempfile::tempdir().unwrap();
        let (catalog, scope) = catalog_with_photo(root.path(), drive_of(root.path()));
        let findings = findings(&catalog, &scope);
        assert!(findings.present);
        assert_eq!(findings.vanished.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_without_its_photos_on_another_file_system_is_the_mount_point_of_an_unplugged_drive() {
        let root = tempfile::tempdir().unwrap();
        let drive = Some(DriveId(i64::MIN | 1 << 62));
        let (catalog, mut scope) = catalog_with_photo(root.path(), drive);
        // People leave notes in mount points.
        fs::write(root.path().join("photos/README.txt"), "nothing mounted").unwrap();
        let whole = findings(&catalog, &scope);
        assert!(whole.missing.is_empty() && whole.vanished.is_empty());
        assert!(!whole.present, "it counts as offline");
        (scope.prefix, scope.is_told) = ("a.jpg".into(), true);
        assert!(findings(&catalog, &scope).missing.is_empty(), "nor does an event about the photo remove it");
    }
}
