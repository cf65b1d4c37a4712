//! What the catalog has of a scope, and how files that a walk comes upon, or does not, are held against it.
//!
//! It neither walks nor writes rows; what it makes of things it reports as findings.

use crate::Result;
use crate::base::control::Run;
use crate::folders::absence::{self, Absence};
use crate::folders::doubtful::Doubtful;
use crate::folders::findings::{Counts, Findings, Job, Scope};
use crate::folders::other_drive::{SeenElsewhere, Sighting, is_swap};
use crate::folders::respelled::Spellings;
use crate::reading::exclusions::Rules;
use crate::system::drive::{Comparison, Drives, compare};
use crate::system::mark::{self, Change};
use catalog::photo::{DriveId, Mark, Row, Stamp};
use catalog::{Catalog, absent, failure, photo};
use crossbeam_channel::Sender;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// What the catalog has of a scope and the walk has not come upon yet.
pub(super) struct Known {
    pub(super) photos: HashMap<PathBuf, Row>,
    pub(super) failures: HashMap<PathBuf, (Stamp, Option<Mark>)>,
    /// Photos that were not there before, and whether the person is asked about them.
    absent: HashMap<i64, bool>,
    /// Files in the place of photos that were on another drive, as far as was known.
    strange: Vec<(Job, Row)>,
    /// Files of which a few tell whether they must be read.
    doubtful: Doubtful,
    /// Drives that photos were on, and where these very photos are now: one drive under two names.
    renamed: HashSet<(Option<DriveId>, Option<DriveId>)>,
    /// Photos that are seen on another drive than they were on.
    elsewhere: SeenElsewhere,
}

/// Photos that the walk did not come upon.
pub(super) type Unseen = Vec<(PathBuf, Row, Absence)>;

/// Photos that are not there, of which no more is known than that.
pub(super) type Unknown = Vec<(i64, Option<DriveId>)>;

impl Known {
    pub(super) fn load(catalog: &Catalog, scope: &Scope) -> Result<Self> {
        let (mut photos, mut failures) = (HashMap::new(), HashMap::new());
        let Scope { folder, prefix, .. } = scope;
        let absent = catalog.read(|connection| {
            photo::for_each_row(connection, folder.id, prefix, |path, row| {
                photos.insert(path, row);
            })?;
            failure::for_each_stamp(connection, folder.id, prefix, |path, stamp, mark| {
                failures.insert(path, (stamp, mark));
            })?;
            absent::of_folder(connection, folder.id)
        })?;
        let (strange, doubtful) = (Vec::new(), Doubtful::default());
        let (renamed, elsewhere) = (HashSet::new(), SeenElsewhere::default());
        Ok(Self { photos, failures, absent, strange, doubtful, renamed, elsewhere })
    }

    /// Takes a file off what is known, and gives back its job if it must be read.
    pub(super) fn take(
        &mut self,
        job: Job,
        to_redo: &mut HashSet<i64>,
        findings: &mut Findings,
        counts: &Counts,
    ) -> Option<Job> {
        let failure = self.failures.remove(&job.relative);
        let Some(row) = self.photos.remove(&job.relative) else {
            let still_failing = failure.is_some_and(|noted| still_fails(noted, &job, findings));
            counts.still_failing.fetch_add(u64::from(still_failing), Ordering::Relaxed);
            return (!still_failing).then_some(job);
        };
        if row.stamp != job.stamp && compare(row.drive, job.drive) != Comparison::Same {
            self.strange.push((job, row));
            return None;
        }
        self.note_there(row, job.drive, findings);
        let sighting = Sighting { job, row, has_failure: failure.is_some() };
        if is_swap((row.drive, sighting.job.drive)) {
            self.elsewhere.add(sighting);
            return None;
        }
        self.take_there(sighting, to_redo, findings, counts)
    }

    /// Gives back the job of a known photo's file if it must be read.
    fn take_there(
        &mut self,
        Sighting { job, row, has_failure }: Sighting,
        to_redo: &mut HashSet<i64>,
        findings: &mut Findings,
        counts: &Counts,
    ) -> Option<Job> {
        if row.drive != job.drive {
            self.renamed.insert((row.drive, job.drive));
            findings.drives.push((row.id, job.drive));
        }
        // A photo that has a failure as well could not be read when it last had to be.
        if has_failure || to_redo.remove(&row.content_id) {
            return Some(job);
        }
        match mark::compare((row.stamp, row.mark), (job.stamp, job.mark)) {
            Change::Perhaps => return Some(job),
            Change::Doubtful { shift } => {
                self.doubtful.add(shift, job, row);
                return None;
            }
            Change::NotNoted => findings.marks.photos.push((row.id, job.stamp, job.mark)),
            Change::None => {}
        }
        counts.unchanged.fetch_add(1, Ordering::Relaxed);
        None
    }

    fn note_there(&self, row: Row, drive: Option<DriveId>, findings: &mut Findings) {
        *findings.left.entry(drive).or_default() += 1;
        if self.absent.contains_key(&row.id) {
            findings.returned.push(row.id);
        }
    }

    /// Has files read that are in the place of photos of a drive that tells more of itself now. Where it is another drive,
    /// they are not: what was known in their place belongs to a photo that is away. Returns whether anybody reads.
    pub(super) fn settle_strange(
        &mut self,
        findings: &mut Findings,
        jobs: &Sender<Job>,
        counts: &Counts,
    ) -> bool {
        for (job, row) in std::mem::take(&mut self.strange) {
            if !self.renamed.contains(&(row.drive, job.drive)) {
                self.elsewhere.doubt((row.drive, job.drive));
                findings.kept.insert(row.id, true);
                continue;
            }
            self.note_there(row, job.drive, findings);
            if !send(job, jobs, counts) {
                return false;
            }
        }
        true
    }

    /// Has files read of which only their times and numbers say something else than before, unless the bytes of a few of them
    /// are as they were. Returns whether anybody reads.
    pub(super) fn settle_doubtful(
        &mut self,
        catalog: &Catalog,
        (findings, jobs, counts): (&mut Findings, &Sender<Job>, &Counts),
        run: &Run<'_>,
    ) -> Result<bool> {
        let settled = std::mem::take(&mut self.doubtful).settle(catalog, run)?;
        counts.unchanged.fetch_add(settled.same.len() as u64, Ordering::Relaxed);
        findings.marks.photos.extend(settled.same);
        Ok(settled.to_read.into_iter().all(|job| send(job, jobs, counts)))
    }

    /// Takes off what is known of places that are left out.
    pub(super) fn forget_left_out(&mut self, scope: &Scope, rules: &Rules, findings: &mut Findings) {
        self.photos.retain(|path, row| {
            let is_left_out = rules.leave_out(&scope.folder.path, path);
            if is_left_out {
                findings.left_out.push(row.id);
            }
            !is_left_out
        });
    }

    /// Looks for what the walk did not come upon, unless it lies where the walk could not look.
    pub(super) fn look_for_unseen(
        &mut self,
        scope: &Scope,
        (drives, unreadable): (&mut Drives, &[PathBuf]),
        findings: &mut Findings,
    ) -> Unseen {
        let folder = &scope.folder.path;
        let mut unseen = Vec::new();
        for (path, row) in std::mem::take(&mut self.photos) {
            if is_hidden(&path, unreadable) {
                // Nothing new is known of it.
                findings.kept.extend(self.absent.get_key_value(&row.id));
                self.elsewhere.doubt_drive(row.drive);
                continue;
            }
            let place = folder.join(path);
            let absence = absence::look(folder, &place, drives);
            match absence {
                Absence::Missing { here } => self.elsewhere.doubt((row.drive, here)),
                Absence::None | Absence::OutOfReach => self.elsewhere.doubt_drive(row.drive),
                Absence::BehindLoop => {}
            }
            unseen.push((place, row, absence));
        }
        unseen
    }

    /// Has drives take the place of others of which all photos are seen there. Of the rest, nothing is read. Returns whether
    /// anybody reads.
    pub(super) fn settle_elsewhere(
        &mut self,
        (catalog, scope): (&Catalog, &Scope),
        to_redo: &mut HashSet<i64>,
        findings: &mut Findings,
        jobs: &Sender<Job>,
        counts: &Counts,
    ) -> Result<bool> {
        for sighting in self.elsewhere.take_settled(catalog, scope)? {
            if let Some(job) = self.take_there(sighting, to_redo, findings, counts)
                && !send(job, jobs, counts)
            {
                return Ok(false);
            }
        }
        counts.unchanged.fetch_add(self.elsewhere.count(), Ordering::Relaxed);
        Ok(true)
    }

    /// Reports what the walk did not come upon.
    pub(super) fn report_missing(
        &self,
        scope: &Scope,
        unseen: Unseen,
        spellings: &mut Spellings,
        findings: &mut Findings,
    ) -> Unknown {
        let mut unknown = Vec::new();
        let folder = &scope.folder.path;
        for (place, row, absence) in unseen {
            match absence {
                Absence::None if !spellings.is_respelled(folder, &place) => {}
                Absence::None | Absence::BehindLoop => findings.missing.push(row.id),
                Absence::OutOfReach => drop(findings.kept.insert(row.id, false)),
                Absence::Missing { here } if self.is_unknown(row, here) => unknown.push((row.id, here)),
                Absence::Missing { here } => self.report(scope, row, here, findings),
            }
        }
        unknown
    }

    /// Reports failures whose files are gone. A failure has nothing to lose: it comes back with its file.
    pub(super) fn report_failures(self, scope: &Scope, unreadable: &[PathBuf], findings: &mut Findings) {
        let resolved = self.failures.into_keys().filter(|path| !is_hidden(path, unreadable));
        findings.resolved = resolved.map(|path| (scope.folder.id, path)).collect();
    }

    /// Whether nothing tells that a photo was on the drive that is there now, nor that it was not.
    fn is_unknown(&self, row: Row, here: Option<DriveId>) -> bool {
        compare(row.drive, here) == Comparison::Unknown
            && !self.renamed.contains(&(row.drive, here))
            && self.absent.get(&row.id) != Some(&true)
    }

    /// Whether the person is asked about any photo of the folder.
    fn is_in_question(&self) -> bool {
        self.absent.values().any(|is_asked| *is_asked)
    }

    /// Reports a photo that has no file. What there is of the way to it lies on the drive `here`.
    fn report(&self, scope: &Scope, row: Row, here: Option<DriveId>, findings: &mut Findings) {
        let is_asked = self.absent.get(&row.id) == Some(&true);
        let is_renamed = self.renamed.contains(&(row.drive, here));
        let comparison = compare(row.drive, here);
        let is_part = comparison == Comparison::OtherPart;
        let is_gone = match comparison {
            Comparison::Same => true,
            // A link that is gone, or a mount; of the one there are events, of the other there are none. Where the person is
            // asked whether it is the same drive, events tell of the other one.
            Comparison::OtherPart => is_renamed || (scope.is_told && !self.is_in_question()),
            Comparison::Other | Comparison::Unknown => is_renamed,
        };
        if !is_gone {
            // A part of a folder does not tell that the drive is away which the person is asked about.
            let is_asked_still = is_asked && !scope.is_whole() && is_swap((row.drive, here));
            let is_seen = self.elsewhere.contain((row.drive, here));
            findings.kept.insert(row.id, is_part || is_seen || is_asked_still);
        } else if is_asked {
            // Until the person says so, or it is there again.
            findings.kept.insert(row.id, true);
        } else {
            if row.drive != here {
                findings.drives.push((row.id, here));
            }
            if scope.is_told {
                findings.missing.push(row.id);
            } else {
                findings.vanished.push((row.id, here));
            }
        }
    }
}

/// Whether something lies where the walk could not look.
fn is_hidden(path: &Path, unreadable: &[PathBuf]) -> bool {
    unreadable.iter().any(|place| path.starts_with(place))
}

/// Whether a file that could not be read is as it was then. New numbers of all files are no reason to try each again.
fn still_fails((stamp, mark): (Stamp, Option<Mark>), job: &Job, findings: &mut Findings) -> bool {
    if stamp != job.stamp {
        return false;
    }
    let Some(mark) = mark else {
        findings.marks.failures.push((job.relative.clone(), job.mark));
        return true;
    };
    mark.changed_ns == job.mark.changed_ns
}

/// Has a file read. Returns whether anybody does: the workers are gone only when the update is ending.
pub(super) fn send(job: Job, jobs: &Sender<Job>, counts: &Counts) -> bool {
    counts.jobs.fetch_add(1, Ordering::Relaxed);
    jobs.send(job).is_ok()
}
