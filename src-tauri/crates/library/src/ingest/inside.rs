//! Looks inside photos: embeds their parts, so that a thing in a photo finds it. Whether that is done at all, for which
//! folders, and the pass that does it.
//!
//! A model that looks at each part by itself reads new photos as wholes first, which makes them searchable several times as
//! soon; their parts follow in a pass of their own, which reads them once more. One that looks once gives both at once. What parts there are is the part of [`crate::engine::tiles`], how they are searched
//! that of [`crate::engine::regions`].

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use catalog::{content, folder, setting, tiling};
use parking_lot::Mutex;

use crate::base::control::Run;
use crate::base::event::Event;
use crate::base::profile::Stopwatch;
use crate::engine::photo::Wanted;
use crate::engine::regions;
use crate::engine::tiles::TILING;
use crate::ingest::backfill::{self, Backfill};
use crate::ingest::worker::{Outcome, OutcomeKind, Shared};
use crate::{Library, LibraryError, Result};

/// The setting that says whether photos are embedded in parts.
const SETTING: &str = "regions";
/// Its value when they are not.
const OFF: &str = "off";

/// What was tried in vain is tried again this long after, at the soonest.
const PATIENCE: Duration = Duration::from_mins(15);

/// How far the library is with the parts of its photos.
#[derive(Debug)]
pub(crate) struct Inside {
    /// Whether there may be pictures that lack parts. To find out takes a look at all of them.
    may_lack: AtomicBool,
    /// The pass that was interrupted, if nothing has changed since.
    round: Mutex<Option<Round>>,
    /// Pictures that were tried in vain, and since when.
    skipped: Mutex<HashSet<i64>>,
    tried: Mutex<Instant>,
    /// Whether somebody was told of pictures that are left.
    is_shown: AtomicBool,
}

/// A pass over the pictures that lack parts, over all its interruptions.
#[derive(Debug, Clone, Copy, Default)]
struct Round {
    done: u64,
    total: u64,
    /// The pictures up to this one need not be looked at again.
    after: i64,
}

impl Default for Inside {
    fn default() -> Self {
        Self {
            may_lack: AtomicBool::new(true),
            round: Mutex::default(),
            skipped: Mutex::default(),
            tried: Mutex::new(Instant::now()),
            is_shown: AtomicBool::new(false),
        }
    }
}

impl Inside {
    /// Has the next pass look for pictures that lack parts.
    pub(crate) fn look_again(&self) {
        *self.round.lock() = None;
        self.may_lack.store(true, Ordering::Release);
    }

    /// Has the next pass also try again what was tried in vain.
    pub(crate) fn try_again(&self) {
        self.skipped.lock().clear();
        self.look_again();
    }

    /// The same where that is some time ago: a file that takes a reader down costs minutes.
    pub(crate) fn try_again_in_time(&self) {
        let mut tried = self.tried.lock();
        if tried.elapsed() >= PATIENCE && !self.skipped.lock().is_empty() {
            *tried = Instant::now();
            self.try_again();
        }
    }
}

impl Library {
    /// Whether photos are embedded in parts, too, so that a thing in them can be found. They are unless that was
    /// turned off.
    pub fn looks_inside(&self) -> Result<bool> {
        Ok(self.setting(SETTING)?.as_deref() != Some(OFF))
    }

    /// Turns the embedding of parts on or off, for all folders and those that will be added. Photos that lack them get
    /// them with the next update, or at once in a library that is watched; those that have them go on being found by them.
    pub fn look_inside(&self, on: bool) -> Result<()> {
        let value = if on { "on" } else { OFF };
        self.catalog.write(|connection| {
            setting::set(connection, SETTING, value)?;
            folder::forget_looked_into(connection)
        })?;
        self.inside.try_again();
        Ok(())
    }

    /// Turns the embedding of parts on or off for one of the library's folders.
    ///
    /// Fails with [`LibraryError::FolderIdUnknown`].
    pub fn look_inside_folder(&self, id: i64, on: bool) -> Result<()> {
        let is_known = self.catalog.write(|connection| {
            let is_known = folder::exists(connection, id)?;
            if is_known {
                folder::set_looked_into(connection, id, on)?;
            }
            Ok(is_known)
        })?;
        self.inside.try_again();
        if is_known { Ok(()) } else { Err(LibraryError::FolderIdUnknown { id }) }
    }

    /// What of new photos is read right away. Parts that cost nothing are, where they are wanted of all photos: otherwise nobody
    /// knows of which at this point.
    pub(crate) fn wanted_of_new(&self) -> Result<Wanted> {
        let is_at_once = self.model.looks_once() && self.looks_inside_all()?;
        Ok(if is_at_once { Wanted::WholeAndParts } else { Wanted::Whole })
    }

    /// Whether all photos of all folders are to be embedded in parts, too.
    pub(crate) fn looks_inside_all(&self) -> Result<bool> {
        let by_default = self.looks_inside()?;
        let folders = self.catalog.read(folder::all)?;
        Ok(folders.iter().all(|folder| folder.looked_into.unwrap_or(by_default)))
    }

    /// Pictures whose parts are lacking.
    pub(crate) fn to_look_into(&self) -> Result<u64> {
        let selection = self.selection()?;
        Ok(self.catalog.read(|connection| tiling::count_outstanding(connection, selection))?)
    }

    /// Embeds the parts that are lacking. Returns whether that is all there is to do.
    pub(crate) fn embed_parts(
        &self,
        run: &Run<'_>,
        interrupted: &dyn Fn() -> bool,
        emit: &mut dyn FnMut(Event),
    ) -> Result<bool> {
        let inside = &self.inside;
        if !inside.may_lack.swap(false, Ordering::AcqRel) {
            return Ok(true);
        }
        loop {
            let taken_up = inside.round.lock().take();
            let mut round = if let Some(round) = taken_up { round } else { self.begin_round(emit)? };
            if round.total > 0 && !self.embed_parts_of(&mut round, run, interrupted, emit)? {
                let changed = inside.may_lack.swap(true, Ordering::AcqRel);
                *inside.round.lock() = (!changed).then_some(round);
                return Ok(false);
            }
            if round.total > 0 {
                inside.is_shown.store(false, Ordering::Release);
            }
            // What came to lack parts meanwhile may lie before where it was taken up.
            if taken_up.is_none() {
                return Ok(true);
            }
        }
    }

    fn begin_round(&self, emit: &mut dyn FnMut(Event)) -> Result<Round> {
        let total = self.to_look_into()?.saturating_sub(self.still_skipped()?);
        let was_shown = self.inside.is_shown.swap(total > 0, Ordering::AcqRel);
        if total == 0 && was_shown {
            // Whoever was told how far it is hears that nothing is left.
            emit(Event::LookingInside { done: 0, total: 0 });
        }
        Ok(Round { total, ..Round::default() })
    }

    /// How many pictures are left alone that lack parts. Forgets those that lack none any more.
    fn still_skipped(&self) -> Result<u64> {
        let (selection, mut skipped) = (self.selection()?, self.inside.skipped.lock());
        let mut lacking = HashSet::new();
        self.catalog.read(|connection| {
            for id in skipped.iter() {
                lacking.extend(
                    tiling::outstanding(connection, selection, id - 1, 1)?.first().filter(|one| *one == id),
                );
            }
            Ok(())
        })?;
        *skipped = lacking;
        Ok(skipped.len() as u64)
    }

    fn embed_parts_of(
        &self,
        round: &mut Round,
        run: &Run<'_>,
        interrupted: &dyn Fn() -> bool,
        emit: &mut dyn FnMut(Event),
    ) -> Result<bool> {
        tracing::info!(?round, "photos are being looked into");
        let Round { done, total, after } = round;
        let mut tell = |more: u64| {
            *done = (*done + more).min(*total);
            emit(Event::LookingInside { done: *done, total: *total });
        };
        tell(0);
        let stopwatch = Stopwatch::default();
        let readers = (&self.readers, self.model_id, self.model.dimension);
        let selection = self.selection()?;
        let backfill = Backfill {
            shared: Shared::new(&self.catalog, &self.thumbnails, readers, Wanted::Parts, *run, &stopwatch),
            lacking: &|last, count| {
                Ok(self.catalog.read(|connection| tiling::outstanding(connection, selection, last, count))?)
            },
            skipped: &self.inside.skipped,
            store: &|batch| self.store_parts(batch),
            interrupted,
        };
        let left = self.backfill(&backfill, *after, &mut tell)?;
        *after = left.unwrap_or(*after);
        Ok(left.is_none())
    }

    fn selection(&self) -> Result<tiling::Selection> {
        Ok(tiling::Selection { model_id: self.model_id, version: TILING, by_default: self.looks_inside()? })
    }

    /// Stores the parts that were read, and empties `batch`.
    fn store_parts(&self, batch: &mut Vec<Outcome>) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let _changing = self.changing.lock();
        let stored = self.catalog.write(|connection| {
            let mut stored = Vec::new();
            for Outcome { job, kind } in batch.drain(..) {
                let content_id = match &kind {
                    OutcomeKind::Parts(hash, _) => content::id_by_hash(connection, hash)?,
                    _ => None,
                };
                match (content_id, kind) {
                    (Some(content_id), OutcomeKind::Parts(_, parts)) => {
                        let codes = regions::store(connection, content_id, self.model_id, &parts)?;
                        stored.push((content_id, codes));
                    }
                    (_, OutcomeKind::Known(_)) => {}
                    _ => backfill::skip(connection, &job, &self.inside.skipped)?,
                }
            }
            Ok(stored)
        })?;
        let codes = self.index.regions()?;
        stored.into_iter().try_for_each(|(content_id, own)| Ok(codes.insert(content_id, &own)?))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::control::Control;

    /// A library with sample photos that were read and not looked into.
    fn library(place: &Path) -> Library {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/photos");
        let library = Library::open(&place.join("data")).unwrap();
        library.look_inside(false).unwrap();
        library.add_folder(&samples).unwrap();
        library.update(&Control::default(), &mut |_| {}).unwrap();
        library.look_inside(true).unwrap();
        library
    }

    /// Goes on until something is stored. Returns whether that was all, and what was told.
    fn go_on(library: &Library) -> (bool, Vec<(u64, u64)>) {
        let (control, mut told) = (Control::default(), Vec::new());
        let finished = library
            .embed_parts(&Run::new(&control), &|| true, &mut |event| {
                if let Event::LookingInside { done, total } = event {
                    told.push((done, total));
                }
            })
            .unwrap();
        (finished, told)
    }

    #[test]
    fn a_pass_that_is_interrupted_again_and_again_gets_through_and_leaves_nothing_out() {
        let place = tempfile::tempdir().unwrap();
        let library = library(place.path());
        let left = library.to_look_into().unwrap();
        assert!(left > 20);
        let (mut slices, mut before) = (0, 0);
        while let (false, told) = go_on(&library) {
            slices += 1;
            let (done, total) = *told.last().unwrap();
            assert!(told[0].0 >= before && done >= told[0].0 && total == left, "{told:?} after {before}");
            before = done;
        }
        assert!(slices > 2, "{slices}");
        assert_eq!(library.to_look_into().unwrap(), 0);
        assert_eq!(go_on(&library), (true, Vec::new()), "nobody is told of what is not done");
    }

    #[test]
    fn whoever_was_told_how_far_it_is_hears_when_it_is_turned_off() {
        let place = tempfile::tempdir().unwrap();
        let library = library(place.path());
        assert!(!go_on(&library).0);
        library.look_inside(false).unwrap();
        assert_eq!(go_on(&library), (true, vec![(0, 0)]));
        assert_eq!(go_on(&library), (true, Vec::new()));
    }
}
