//! Finds the pictures that are copies of each other: re-saved, resized, edited, framed, cropped a little, turned or
//! mirrored. Each is compared with all others once, in the background, and what is found is kept.
//!
//! How two are compared is told in [`crate::duplicates::pictures`]. Which of the pairs make a group is the part of
//! [`crate::duplicates::find`].

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use catalog::copies::{self, Copy};
use catalog::unverified;
use parking_lot::Mutex;

use crate::base::control::{Control, Run};
use crate::base::event::Event;
use crate::base::parallel;
use crate::duplicates::close_up::Likeness;
use crate::{Library, Result};

/// Raise it when pictures are compared in another way: all are then compared again.
pub(crate) const VERSION: u32 = 5;

/// Pictures in a transaction.
const BATCH: usize = 256;

/// Held while pictures are compared.
#[derive(Debug, Default)]
pub(crate) struct Comparing {
    alone: Mutex<()>,
    /// Those who wait for it and whom somebody waits for.
    waiting: AtomicUsize,
}

impl Library {
    /// Compares the pictures that were not compared yet with all others. What was found is kept; when cancelled, the
    /// next call goes on from there.
    pub fn find_copies(&self, control: &Control, emit: &(dyn Fn(Event) + Sync)) -> Result<()> {
        self.compare_new(&Run::new(control), emit)
    }

    pub(crate) fn compare_new(&self, run: &Run<'_>, emit: &(dyn Fn(Event) + Sync)) -> Result<()> {
        loop {
            let is_done = {
                self.comparing.waiting.fetch_add(1, Ordering::AcqRel);
                let _alone = self.comparing.alone.lock();
                self.comparing.waiting.fetch_sub(1, Ordering::AcqRel);
                self.compare(self.threads, &|| run.is_under_way(), emit)?
            };
            // Whoever is held holds up nobody else.
            if is_done || !run.proceed() {
                return Ok(());
            }
        }
    }

    /// Compares new pictures on one thread, while nobody else wants to.
    pub(crate) fn compare_meanwhile(&self, run: &Run<'_>) -> Result<()> {
        let Some(_alone) = self.comparing.alone.try_lock() else { return Ok(()) };
        let is_free = || self.comparing.waiting.load(Ordering::Acquire) == 0;
        self.compare(1, &|| is_free() && run.is_under_way(), &|_| {}).map(drop)
    }

    /// Compares new pictures, a batch at a time, as long as `goes_on`. Returns whether these were all.
    fn compare(
        &self,
        threads: usize,
        goes_on: &dyn Fn() -> bool,
        emit: &(dyn Fn(Event) + Sync),
    ) -> Result<bool> {
        self.make_prints(threads, goes_on)?;
        if !goes_on() {
            return Ok(false);
        }
        let kind = (self.model_id, VERSION);
        if self.catalog.read(|connection| copies::has_outdated(connection, kind))? {
            self.catalog.write(|connection| copies::forget_all(connection, self.model_id))?;
        }
        self.look_closer_again(threads, goes_on)?;
        let mut outstanding = self.catalog.read(|connection| copies::outstanding(connection, kind))?;
        outstanding.sort_unstable();
        if outstanding.is_empty() {
            return Ok(true);
        }
        tracing::info!(pictures = outstanding.len(), "pictures are being compared");
        let pictures = self.pictures()?;
        let total = outstanding.len() as u64;
        // A batch takes less time than there is to see.
        let tell = |done| {
            if outstanding.len() > BATCH {
                emit(Event::Comparing { done, total });
            }
        };
        // Of two that are both yet to be compared, the later one looks at the earlier one.
        let yet_to_come: HashSet<i64> = outstanding.iter().copied().collect();
        let is_due = |one: i64, other: i64| other < one || !yet_to_come.contains(&other);
        for (nth, batch) in outstanding.chunks(BATCH).enumerate() {
            if !goes_on() {
                return Ok(false);
            }
            tell((nth * BATCH) as u64);
            let found = parallel::map(threads, batch, |id| pictures.copies_of(*id, &is_due))?;
            self.catalog.write(|connection| {
                let found = batch.iter().zip(&found).filter_map(|(id, found)| Some((id, found.as_ref()?)));
                found.into_iter().try_for_each(|(id, found)| {
                    copies::insert(connection, *id, kind, &found.copies)?;
                    let mut pairs = found.unverified.iter();
                    pairs.try_for_each(|pair| unverified::insert(connection, self.model_id, *pair))
                })
            })?;
        }
        tell(total);
        tracing::info!("pictures were compared");
        Ok(true)
    }

    /// Looks at the pairs of which one was out of reach when they were compared.
    fn look_closer_again(&self, threads: usize, goes_on: &dyn Fn() -> bool) -> Result<()> {
        let waiting = self.catalog.read(|connection| unverified::in_reach(connection, self.model_id))?;
        if waiting.is_empty() {
            return Ok(());
        }
        let pictures = self.pictures()?;
        for batch in waiting.chunks(BATCH) {
            if !goes_on() {
                break;
            }
            let found = parallel::map(threads, batch, |(one, other)| pictures.likeness(*one, *other))?;
            self.catalog.write(|connection| {
                batch.iter().zip(&found).try_for_each(|(&pair, likeness)| {
                    match *likeness {
                        Likeness::Unverified => return Ok(()),
                        Likeness::Different => {}
                        Likeness::Copies(similarity) => {
                            let copy = Copy { one: pair.0, other: pair.1, similarity };
                            copies::add(connection, self.model_id, &[copy])?;
                        }
                    }
                    unverified::delete(connection, self.model_id, pair)
                })
            })?;
        }
        Ok(())
    }
}
