//! Measures where the bands of a model begin that has none: one that the person brought.
//!
//! Nobody has labelled the person's photos. So the fast model, whose bands were measured on labelled ones, says how alike
//! pairs of them are, and each limit is put where as many pairs reach it as reach the fast model's: near-identical over
//! pictures and mild edits of them, unless different pictures would reach it, too; the others over pairs of different
//! pictures, among them many that were found one after the other, which are of one scene more often than others. Where a
//! library has too few pairs for that, the limit lies between its neighbours in the same proportion.
//!
//! It looks at thumbnails only; no photo is read. For the fast model itself it finds the limits of its card.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use catalog::{ContentHash, content};
use imaging::RgbImage;
use parking_lot::Mutex;

use crate::base::control::Run;
use crate::base::event::Event;
use crate::engine::model::{Bands, BuiltInModel, Calibration, Model};
use crate::engine::{look, photo};
use crate::models::edits::{EDITS, edited};
use crate::{Library, LibraryError, Result};

/// With fewer pictures the bands of a model that the person brought are not measured.
pub const LEAST_PICTURES: u64 = 200;
/// Pictures that are compared with each other.
const PICTURES: usize = 300;
/// How many of them were found one after the other.
const RUN: usize = 3;
/// Pictures that are edited.
const EDITED: usize = 64;
/// With fewer pairs beyond a limit its place would be chance.
const LEAST_PAIRS: usize = 40;
/// Of pairs that are near-identical so many are found to be; likewise of unrelated ones, as in the model cards.
const KEPT: f32 = 0.99;
/// Of so many pairs of different pictures, one more may be near-identical than by the fast model.
const A_STRANGER_IN: usize = 10_000;
/// How often the progress is told.
const PACE: Duration = Duration::from_millis(250);

/// A pair of pictures, as the fast model and the other one see it.
type Pair = (f32, f32);

/// What was measured of one picture: its vectors, and its similarities to its edits.
struct Measured {
    vectors: [Vec<f32>; 2],
    edits: Vec<Pair>,
}

impl Library {
    /// Measures the bands of a model if it has none and there are pictures enough. Ending it loses what was measured.
    pub(crate) fn calibrate(
        &self,
        model: &Model,
        model_id: i64,
        run: &Run<'_>,
        emit: &mut dyn FnMut(Event),
    ) -> Result<()> {
        if model.calibration() != Calibration::Nothing {
            return Ok(());
        }
        let count = self.pictures_read()?;
        // Once it was tried in vain, with more pictures only.
        if count < LEAST_PICTURES || self.calibration_tried.load(Ordering::Relaxed) >= count {
            return Ok(());
        }
        tracing::info!(model = model.name, "the bands of a model are being measured");
        let pictures = self.catalog.read(|connection| content::runs(connection, PICTURES, RUN))?;
        let measured = self.measure(&pictures, model, run, emit)?;
        if run.has_ended() {
            return Ok(());
        }
        if (measured.len() as u64) < LEAST_PICTURES / 2 {
            self.calibration_tried.store(count, Ordering::Relaxed);
            return Ok(());
        }
        let count = measured.len() as u32;
        self.set_bands((model, model_id), limits(&measured), count)
    }

    fn measure(
        &self,
        pictures: &[ContentHash],
        model: &Model,
        run: &Run<'_>,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Vec<Measured>> {
        let reference = Model::built_in(BuiltInModel::Fast)?;
        let (next, measured) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let (model, reference) = (model, &reference);
        let work = || -> Result<()> {
            while run.proceed() {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(hash) = pictures.get(place) else { break };
                let Some(jpeg) = self.stored_thumbnail(hash)? else { continue };
                let Ok(image) = photo::decode_thumbnail(&jpeg) else { continue };
                let edits = if place.is_multiple_of(pictures.len().div_ceil(EDITED)) { EDITS } else { 0 };
                // A picture that one of the two makes nothing of says nothing about them.
                if let Ok(one) = measure(&image, [reference, model], edits, place as u64) {
                    measured.lock().push((place, one));
                }
            }
            Ok(())
        };
        let total = pictures.len() as u64;
        thread::scope(|threads| {
            let workers: Vec<_> = (0..self.threads).map(|_| threads.spawn(work)).collect();
            let mut told = Instant::now();
            while workers.iter().any(|worker| !worker.is_finished()) {
                thread::sleep(Duration::from_millis(10));
                if told.elapsed() >= PACE {
                    let done = (next.load(Ordering::Relaxed) as u64).min(total);
                    emit(Event::Calibrating { model: model.name.clone(), done, total });
                    told = Instant::now();
                }
            }
            workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Err(LibraryError::WorkerDied)))
        })?;
        let mut measured = measured.into_inner();
        // In order, so that the same library gives the same limits.
        measured.sort_by_key(|(place, _)| *place);
        Ok(measured.into_iter().map(|(_, one)| one).collect())
    }
}

fn measure(image: &RgbImage, models: [&Model; 2], edits: usize, seed: u64) -> Result<Measured> {
    let vectors = [look::embed(models[0], image, None)?, look::embed(models[1], image, None)?];
    let mut pairs = Vec::with_capacity(edits);
    for edit in 0..edits {
        let changed = edited(image, edit, seed * 31 + edit as u64)
            .map_err(|error| LibraryError::unreadable(std::path::Path::new(""), &error))?;
        let [one, other] = [0, 1].map(|n| -> Result<f32> {
            Ok(dot(&vectors[n], &look::embed(models[n], &changed.image, changed.part)?))
        });
        pairs.push((one?, other?));
    }
    let is_sound = vectors.iter().flatten().all(|value| value.is_finite());
    if !is_sound {
        return Err(LibraryError::ModelUnfit { reason: "its vectors are no numbers".to_owned() });
    }
    Ok(Measured { vectors, edits: pairs })
}

/// Where the other model's bands begin.
fn limits(measured: &[Measured]) -> Bands {
    let edits: Vec<Pair> = measured.iter().flat_map(|one| one.edits.iter().copied()).collect();
    let mut pairs = Vec::with_capacity(measured.len() * measured.len() / 2);
    for (n, one) in measured.iter().enumerate() {
        for other in &measured[..n] {
            pairs.push((dot(&one.vectors[0], &other.vectors[0]), dot(&one.vectors[1], &other.vectors[1])));
        }
    }
    let card = BuiltInModel::Fast.bands();
    let reached = |limit: f32| pairs.iter().filter(|pair| pair.0 >= limit).count();
    // A model that hardly knows a picture again once it was edited would call strangers near-identical, too.
    let strangers = matching(&pairs, reached(card.near_identical) + pairs.len() / A_STRANGER_IN);
    let near_identical = like_card(&edits, card.near_identical).max(strangers);
    let related = match reached(card.related) {
        // All these pairs are unrelated: the card's own rule holds.
        few if few < LEAST_PAIRS => quantile(&pairs, KEPT),
        some => matching(&pairs, some),
    };
    let between = |limit: f32| match reached(limit) {
        few if few < LEAST_PAIRS => {
            let part = (limit - card.related) / (card.near_identical - card.related);
            related + (near_identical - related) * part
        }
        some => matching(&pairs, some),
    };
    let (very_similar, similar) = (between(card.very_similar), between(card.similar));
    // Whatever the model, a better band never begins below a worse one.
    let very_similar = very_similar.min(near_identical);
    let similar = similar.min(very_similar);
    let round = |limit: f32| (limit * 100.0).round() / 100.0;
    Bands {
        near_identical: (near_identical * 100.0).floor() / 100.0,
        very_similar: round(very_similar),
        similar: round(similar),
        related: round(related.min(similar)),
    }
}

/// Where as many edits are near-identical to the other model as to the fast one, and 99% where these are all.
fn like_card(edits: &[Pair], limit: f32) -> f32 {
    let reached = edits.iter().filter(|pair| pair.0 >= limit).count();
    let most = (edits.len() as f32 * KEPT) as usize;
    if edits.is_empty() { limit } else { matching(edits, reached.clamp(1, most.max(1))) }
}

/// The similarity that so many pairs reach by the other model.
fn matching(pairs: &[Pair], reached: usize) -> f32 {
    let sorted = sorted(pairs);
    sorted[sorted.len() - reached.clamp(1, sorted.len())]
}

/// The similarity below which this share of the pairs are by the other model.
fn quantile(pairs: &[Pair], share: f32) -> f32 {
    let sorted = sorted(pairs);
    sorted[((sorted.len() as f32 * share) as usize).min(sorted.len() - 1)]
}

fn sorted(pairs: &[Pair]) -> Vec<f32> {
    let mut sorted: Vec<f32> = pairs.iter().map(|pair| pair.1).collect();
    sorted.sort_by(f32::total_cmp);
    sorted
}

/// The cosine of two vectors of unit length.
fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unit vectors around a circle, the second model's at half the angle, with edits that differ a little.
    fn around(count: usize, spread: f32) -> Vec<Measured> {
        let at = |angle: f32| vec![angle.cos(), angle.sin()];
        (0..count)
            .map(|n| {
                let angle = n as f32 / count as f32 * spread;
                let edit = n as f32 / count as f32 * 0.4;
                let edits = vec![(edit.cos(), (edit / 2.0).cos())];
                Measured { vectors: [at(angle), at(angle / 2.0)], edits }
            })
            .collect()
    }

    fn is_close(found: f32, expected: f32) -> bool {
        (found - expected).abs() < 0.015
    }

    #[test]
    fn a_limit_lies_where_as_many_pairs_reach_it_as_reach_the_fast_models() {
        let bands = limits(&around(200, 3.0));
        let card = BuiltInModel::Fast.bands();
        // The same pairs are at half the angle.
        let half = |limit: f32| (limit.acos() / 2.0).cos();
        assert!(is_close(bands.very_similar, half(card.very_similar)), "{bands:?}");
        assert!(is_close(bands.similar, half(card.similar)), "{bands:?}");
        assert!(is_close(bands.related, half(card.related)), "{bands:?}");
        assert!(bands.near_identical >= half(0.4_f32.cos()) - 0.01, "{bands:?}");
    }

    #[test]
    fn the_fast_model_itself_has_the_limits_of_its_card() {
        let mut same = around(300, 3.0);
        for one in &mut same {
            one.vectors[1] = one.vectors[0].clone();
            // One edit in a hundred falls short.
            one.edits = vec![(0.95, 0.95)];
        }
        for one in same.iter_mut().take(3) {
            one.edits = vec![(0.905, 0.905)];
        }
        let (bands, card) = (limits(&same), BuiltInModel::Fast.bands());
        assert!(is_close(bands.very_similar, card.very_similar), "{bands:?}");
        assert!(is_close(bands.similar, card.similar), "{bands:?}");
        assert!(is_close(bands.related, card.related), "{bands:?}");
        assert!(bands.near_identical > 0.9 && bands.near_identical <= 0.95, "{bands:?}");
    }

    /// Labelled photos gave the limits in its card; here the same photos come without labels.
    #[test]
    fn the_limits_of_the_accurate_model_come_out_near_its_card() {
        let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/photos");
        let models =
            [BuiltInModel::Fast, BuiltInModel::Accurate].map(|model| Model::built_in(model).unwrap());
        let mut measured = Vec::new();
        for class in ["dress", "hat", "longsleeve", "outwear", "pants", "shirt", "shoes", "shorts", "skirt"] {
            for number in 1..=6_u64 {
                let photo = std::fs::read(samples.join(format!("{class}/{class}-{number}.jpg"))).unwrap();
                let thumbnail = photo::preview(&photo).unwrap().jpeg;
                let image = photo::decode_thumbnail(&thumbnail).unwrap();
                let edits = if number <= 2 { EDITS } else { 0 };
                measured.push(measure(&image, [&models[0], &models[1]], edits, number).unwrap());
            }
        }
        let (found, card) = (limits(&measured), BuiltInModel::Accurate.bands());
        let near = |found: f32, card: f32| (found - card).abs() <= 0.06;
        assert!(
            near(found.near_identical, card.near_identical)
                && near(found.very_similar, card.very_similar)
                && near(found.similar, card.similar)
                && near(found.related, card.related),
            "{found:?}"
        );
    }

    #[test]
    fn strangers_are_not_near_identical_to_a_model_that_forgets_edited_pictures() {
        let mut forgetful = around(200, 3.0);
        for one in &mut forgetful {
            one.edits = vec![(0.95, 0.5)];
        }
        let (bands, card) = (limits(&forgetful), BuiltInModel::Fast.bands());
        assert!(is_close(bands.near_identical, (card.near_identical.acos() / 2.0).cos()), "{bands:?}");
    }

    #[test]
    fn limits_are_in_order_where_a_model_tells_nothing_apart() {
        let mut blind = around(250, 3.0);
        for one in &mut blind {
            one.vectors[1] = vec![1.0, 0.0];
        }
        let Bands { near_identical, very_similar, similar, related } = limits(&blind);
        assert!(near_identical >= very_similar - 0.01, "{near_identical} {very_similar}");
        assert!(very_similar >= similar && similar >= related, "{very_similar} {similar} {related}");
    }
}
