//! How many pixels of each picture of a group count: those within its margins, and none that enlarging added.
//!
//! Margins are seen in thumbnails, which are looked at where the small levels of grey suggest any. Whether a picture was
//! enlarged its pixels tell, at their full size. That takes long, so it is asked only where something else speaks for
//! the smaller one: its date, its name, or that it is sharper; and of a few pictures each time that duplicates are
//! listed. Where it cannot be told, the larger one is larger.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use catalog::content::Content;
use parking_lot::Mutex;

use crate::duplicates::keeper::Candidate;
use crate::engine::photo;
use crate::reading::reader::Reader;
use crate::reading::source::Source;
use crate::{Library, Result};
use image_matching::levels::Levels;
use image_matching::{detail, margins};

/// Pictures that are looked at in full while duplicates are listed: some seconds.
const MOST_LOOKED_AT: usize = 100;
/// Sizes that differ by less than this share are one.
const SAME_SIZE: f64 = 0.05;
/// How much sharper a thumbnail is than that of a blurred copy.
const SHARPER: f64 = 1.1;

/// What is known of enlarged pictures, and how many more may be looked at.
#[derive(Debug, Default)]
pub(crate) struct Enlarged {
    /// By picture, and the size that it is compared with.
    known: Mutex<HashMap<(i64, u64), bool>>,
    looked_at: AtomicUsize,
}

impl Enlarged {
    /// Begins to count anew.
    pub(crate) fn begin(&self) {
        self.looked_at.store(0, Ordering::Relaxed);
    }
}

/// One picture of a group, and a photo that holds it.
pub(crate) struct Member<'a> {
    pub(crate) content: &'a Content,
    pub(crate) photo: i64,
    pub(crate) path: &'a Path,
}

impl Library {
    /// Fills in what of each candidate counts.
    pub(crate) fn count_true_pixels(
        &self,
        members: &[Member<'_>],
        candidates: &mut [Candidate<'_>],
    ) -> Result<()> {
        let is_one_size = |pair: &[Candidate<'_>]| pair[0].pixels.to_bits() == pair[1].pixels.to_bits();
        if candidates.windows(2).all(is_one_size) {
            return Ok(());
        }
        let mut inside = HashMap::new();
        for (member, candidate) in members.iter().zip(candidates.iter_mut()) {
            if candidate.levels.is_some_and(Levels::may_have_margins) {
                candidate.inside = match inside.entry(candidate.content_id) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(new) => *new.insert(self.inside(member)?),
                };
                candidate.true_pixels = candidate.pixels * candidate.inside;
            }
        }
        let mut by_size: Vec<usize> = (0..candidates.len()).collect();
        by_size.sort_by(|&a, &b| candidates[a].true_pixels.total_cmp(&candidates[b].true_pixels));
        for (nth, &large) in by_size.iter().enumerate() {
            // From the largest on that may be its original.
            for &small in by_size[..nth].iter().rev() {
                if self.is_enlarged(&members[large], &candidates[large], &candidates[small]) {
                    candidates[large].true_pixels = candidates[small].true_pixels;
                    candidates[large].is_enlarged = true;
                    break;
                }
            }
        }
        Ok(())
    }

    /// The share of a picture that is within its margins.
    fn inside(&self, member: &Member<'_>) -> Result<f64> {
        let Some(jpeg) = self.stored_thumbnail(&member.content.hash)? else { return Ok(1.0) };
        let Ok(thumbnail) = photo::decode_thumbnail(&jpeg) else { return Ok(1.0) };
        Ok(margins::share_inside(&thumbnail))
    }

    fn is_enlarged(&self, member: &Member<'_>, large: &Candidate<'_>, small: &Candidate<'_>) -> bool {
        if large.content_id == small.content_id
            || small.true_pixels >= large.true_pixels * (1.0 - SAME_SIZE)
            || large.format == "raw"
        {
            return false;
        }
        let is_surely_older =
            (small.has_date && !large.has_date) || (large.name.is_screenshot && !small.name.is_screenshot);
        let is_likely = is_surely_older
            || (large.has_date == small.has_date
                && ((small.name.is_cameras && !large.name.is_cameras)
                    || (large.name.is_edit && !small.name.is_edit)
                    || is_softer(large, small)));
        if !is_likely {
            return false;
        }
        let scale = (large.true_pixels / small.true_pixels).sqrt();
        if scale < detail::LEAST_SCALE {
            // Too near each other to tell: a few more pixels are worth less than a date. But what shows no more than a
            // picture smaller than the small one would, as a thumbnail that was blown up, shows no more than that one.
            return is_surely_older
                || (is_softer(large, small) && self.has_no_more_than(member, large, detail::LEAST_SCALE));
        }
        self.has_no_more_than(member, large, scale)
    }

    /// Whether a picture shows no more than one that is `scale` times smaller; not of one that cannot be looked at.
    fn has_no_more_than(&self, member: &Member<'_>, large: &Candidate<'_>, scale: f64) -> bool {
        let key = (large.content_id, scale.to_bits());
        if let Some(known) = self.enlarged.known.lock().get(&key) {
            return *known;
        }
        if !large.online || self.enlarged.looked_at.fetch_add(1, Ordering::Relaxed) >= MOST_LOOKED_AT {
            return false;
        }
        let Ok(prepared) = self.with_image(&Source::Photo(member.photo), Reader::prepare) else {
            tracing::debug!(path = %member.path.display(), "a picture cannot be compared at its full size");
            return false;
        };
        // Of a very large picture, a reduced one.
        let reduced = f64::from(prepared.image.width()) / f64::from(prepared.full.0.max(1));
        let scale = scale * reduced.min(1.0);
        let is_enlarged = scale >= detail::LEAST_SCALE && !detail::has_more_than_at(&prepared.image, scale);
        self.enlarged.known.lock().insert(key, is_enlarged);
        is_enlarged
    }
}

/// Whether the larger of two looks softer, as it would not had the other been made from it. A paler copy does, too: its pixels
/// tell.
fn is_softer(large: &Candidate<'_>, small: &Candidate<'_>) -> bool {
    large.sharpness.zip(small.sharpness).is_some_and(|(own, other)| other > own * SHARPER)
}
