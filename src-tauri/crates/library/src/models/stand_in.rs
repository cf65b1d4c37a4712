//! Lets photos of absent folders be found after another model took over: their vectors are made of their thumbnails until
//! their files are back. The update that meets a file again reads it as if it had none.
//!
//! The parts of such photos are not found meanwhile: thumbnails are too small to show them.

use std::sync::atomic::Ordering;

use catalog::{ContentHash, content, embedding, stand_in};
use vector_index::VectorIndex;

use crate::base::control::Run;
use crate::base::parallel;
use crate::engine::model::Model;
use crate::engine::{look, photo};
use crate::{Library, Result};

/// Pictures in a transaction.
const BATCH: usize = 256;

impl Library {
    /// Makes vectors of this model for pictures that have none and whose files are all away; `tell` hears of how many more
    /// there are. Returns whether that is all there is to do; what is done need not be done again.
    pub(crate) fn make_stand_ins(
        &self,
        (model, model_id): (&Model, i64),
        run: &Run<'_>,
        interrupted: &dyn Fn() -> bool,
        tell: &mut dyn FnMut(u64),
    ) -> Result<bool> {
        let mut last = 0;
        loop {
            let pictures =
                self.catalog.read(|connection| content::away_to_embed(connection, model_id, last, BATCH))?;
            let Some((highest, _)) = pictures.last() else { return Ok(true) };
            if !run.proceed() || (last > 0 && interrupted()) {
                return Ok(false);
            }
            last = *highest;
            let made = parallel::map(self.threads, &pictures, |(_, hash)| self.stand_in(hash, model))?;
            let _changing = self.changing.lock();
            let stored = self.catalog.write(|connection| {
                let mut stored = Vec::new();
                for ((content_id, hash), vector) in pictures.iter().zip(made) {
                    // It may be gone since, or have been read.
                    let is_there = content::id_by_hash(connection, hash)? == Some(*content_id);
                    let Some(vector) = vector.filter(|_| is_there) else { continue };
                    if let Some(id) = embedding::insert_whole(connection, *content_id, model_id, &vector)? {
                        stand_in::insert(connection, *content_id, model_id)?;
                        stored.push((id, vector));
                    }
                }
                Ok(stored)
            })?;
            if model_id == self.model_id {
                let vectors = self.index.vectors()?;
                stored.iter().try_for_each(|(id, vector)| vectors.insert(*id, vector))?;
            }
            tell(pictures.len() as u64);
        }
    }

    /// The same for the model that answers. Once: photos that go away from now on were read by it before.
    pub(crate) fn make_own_stand_ins(&self, run: &Run<'_>, interrupted: &dyn Fn() -> bool) -> Result<bool> {
        if self.has_stand_ins.load(Ordering::Acquire) {
            return Ok(true);
        }
        let own = (&*self.model, self.model_id);
        // A few: whoever switched has heard of the others.
        let finished = self.make_stand_ins(own, run, interrupted, &mut |_| {})?;
        self.has_stand_ins.store(finished, Ordering::Release);
        Ok(finished)
    }

    /// The vector of a picture's thumbnail; none where there is none, or the model makes nothing of it.
    fn stand_in(&self, hash: &ContentHash, model: &Model) -> Result<Option<Vec<i8>>> {
        let Some(jpeg) = self.stored_thumbnail(hash)? else { return Ok(None) };
        let Ok(thumbnail) = photo::decode_thumbnail(&jpeg) else { return Ok(None) };
        let Ok(embedding) = look::embed(model, &thumbnail, None) else { return Ok(None) };
        Ok(vector_index::quantize(&embedding).ok())
    }
}
