//! Finds the pictures that are copies of each other: re-saved, resized, edited, framed, cropped a little, turned, or
//! taken in one burst. Each is compared with all others once, in the background, and what is found is kept.
//!
//! An embedding finds most; where it is in doubt, a print decides (see [`crate::print`]). Prints find those, too, that
//! were turned. Which of the pairs make a group is the part of [`crate::duplicates`].

use std::collections::HashMap;
use std::sync::Arc;

use catalog::copies::{self, Copy};
use catalog::{content, embedding, print as prints};
use imaging::Orientation;
use vector_index::{TieredIndex, VectorIndex};

use crate::control::Run;
use crate::event::Event;
use crate::print::{self, Print};
use crate::{Control, Library, Result, parallel, photo};

/// Raise it when pictures are compared in another way: all are then compared again.
const VERSION: u32 = 1;

/// Pictures in a transaction.
const BATCH: usize = 256;

/// Near-identical pictures considered for each one: a long burst.
pub(crate) const NEIGHBORS: usize = 64;
/// Pictures that are less alike whose prints are looked at, the nearest by embedding and the nearest by hash.
const DOUBTFUL: usize = 24;

/// Turns by so many quarters.
const CLOCKWISE: [Orientation; 4] =
    [Orientation::Upright, Orientation::Turned90, Orientation::Turned180, Orientation::Turned270];

/// Bits of 63 in which the hashes of copies differ at most.
const HASH_DISTANCE: u32 = 12;

/// The least correlation of the prints of copies whose embeddings are similar, and of those whose embeddings have
/// little in common, as have those of a photo and of the same one in a wide frame. Of 80,000 pairs of photos of clothes
/// in ten classes, six reach 0.96, and none of them 0.975.
const COPY: f32 = 0.97;
const UNLIKE_COPY: f32 = 0.98;

impl Library {
    /// Compares the pictures that were not compared yet with all others. What was found is kept; when cancelled, the
    /// next call goes on from there.
    pub fn find_copies(&self, control: &Control, emit: &(dyn Fn(Event) + Sync)) -> Result<()> {
        self.compare_new(&Run::new(control), emit)
    }

    pub(crate) fn compare_new(&self, run: &Run<'_>, emit: &(dyn Fn(Event) + Sync)) -> Result<()> {
        let _alone = self.comparing.lock();
        self.make_prints(run)?;
        let kind = (self.model_id, VERSION);
        if self.catalog.read(|connection| copies::has_outdated(connection, kind))? {
            self.catalog.write(|connection| copies::forget_all(connection, self.model_id))?;
        }
        let outstanding = self.catalog.read(|connection| copies::outstanding(connection, kind))?;
        if outstanding.is_empty() {
            return Ok(());
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
        for (nth, batch) in outstanding.chunks(BATCH).enumerate() {
            if !run.proceed() {
                return Ok(());
            }
            tell((nth * BATCH) as u64);
            let found = parallel::map(self.threads, batch, |id| pictures.copies_of(*id))?;
            self.catalog.write(|connection| {
                let found = batch.iter().zip(&found).filter_map(|(id, found)| Some((id, found.as_ref()?)));
                found.into_iter().try_for_each(|(id, found)| copies::insert(connection, *id, kind, found))
            })?;
        }
        tell(total);
        tracing::info!("pictures were compared");
        Ok(())
    }

    /// All pictures that can be compared.
    pub(crate) fn pictures(&self) -> Result<Pictures<'_>> {
        let (vector_ids, hashes) = self.catalog.read(|connection| {
            let mut vector_ids = HashMap::new();
            embedding::for_each_owner(connection, self.model_id, |id, content_id| {
                vector_ids.insert(content_id, id);
            })?;
            Ok((vector_ids, prints::hashes(connection, print::VERSION)?))
        })?;
        Ok(Pictures { library: self, vectors: self.index.vectors()?, vector_ids, hashes })
    }
}

/// Pictures, by content id.
pub(crate) struct Pictures<'a> {
    library: &'a Library,
    vectors: Arc<TieredIndex>,
    vector_ids: HashMap<i64, i64>,
    hashes: Vec<(i64, u64)>,
}

impl Pictures<'_> {
    /// The embedding; none of a picture that came since, or is gone.
    fn vector(&self, content_id: i64) -> Option<Vec<i8>> {
        self.vectors.vector(*self.vector_ids.get(&content_id)?)
    }

    /// The print, of a picture that has one that tells it from others.
    fn print(&self, content_id: i64) -> Result<Option<Print>> {
        let stored = self.library.catalog.read(|connection| prints::get(connection, content_id))?;
        let stored = stored.filter(|print| print.version == print::VERSION && print.hash.is_some());
        Ok(stored.and_then(|print| Print::from_levels(&print.levels)))
    }

    /// The copies of a picture among all others; none for one that is yet to come into the index.
    fn copies_of(&self, content_id: i64) -> Result<Option<Vec<Copy>>> {
        let Some(vector) = self.vector(content_id) else { return Ok(None) };
        let mut found = HashMap::new();
        let mut doubtful = Vec::new();
        for neighbor in self.vectors.search(&vector, NEIGHBORS, None)? {
            let owner = self.library.catalog.read(|connection| embedding::owner(connection, neighbor.id))?;
            let Some(other) = owner.filter(|other| *other != content_id) else { continue };
            if neighbor.similarity >= self.library.model.bands().near_identical {
                found.insert(other, neighbor.similarity);
            } else if neighbor.similarity >= self.library.model.bands().related && doubtful.len() < DOUBTFUL {
                doubtful.push((other, 0));
            }
        }
        if let Some(print) = self.print(content_id)? {
            let turned = [0, 1, 2, 3].map(|quarters| print.turned(quarters));
            doubtful.extend(self.near_by_hash(content_id, &turned));
            for (other, quarters) in doubtful {
                if !found.contains_key(&other)
                    && let Some(other_print) = self.print(other)?
                    && let correlation = turned[quarters].correlation(&other_print)
                    && self.agrees((content_id, &vector), quarters, (other, correlation))?
                {
                    found.insert(other, correlation);
                }
            }
        }
        let pair = |(other, similarity)| Copy {
            one: content_id.min(other),
            other: content_id.max(other),
            similarity,
        };
        Ok(Some(found.into_iter().map(pair).collect()))
    }

    /// Whether two pictures are copies, by their embeddings or, however one is turned, by their prints.
    pub(crate) fn are_copies(&self, one: i64, other: i64) -> Result<bool> {
        let (Some(vector), Some(other_vector)) = (self.vector(one), self.vector(other)) else {
            return Ok(false);
        };
        if vector_index::cosine(&vector, &other_vector)? >= self.library.model.bands().near_identical {
            return Ok(true);
        }
        let (Some(print), Some(other_print)) = (self.print(one)?, self.print(other)?) else {
            return Ok(false);
        };
        for quarters in 0..4 {
            let correlation = print.turned(quarters).correlation(&other_print);
            if self.agrees((one, &vector), quarters, (other, correlation))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Pictures whose hash is near that of one of the turned prints, the nearest first, with how it is turned.
    fn near_by_hash(&self, content_id: i64, turned: &[Print; 4]) -> Vec<(i64, usize)> {
        let hashes = turned.each_ref().map(Print::hash);
        let mut near = Vec::new();
        for &(other, hash) in &self.hashes {
            for (quarters, own) in hashes.iter().enumerate() {
                let distance = (own ^ hash).count_ones();
                if distance <= HASH_DISTANCE && other != content_id {
                    near.push((distance, other, quarters));
                }
            }
        }
        near.sort_unstable();
        near.truncate(DOUBTFUL);
        near.into_iter().map(|(_, other, quarters)| (other, quarters)).collect()
    }

    /// Whether two pictures, one of them turned, are copies by the correlation of their prints, and their embeddings do
    /// not speak against it: pages of text, and screens of one program, have much the same prints.
    fn agrees(
        &self,
        (content_id, vector): (i64, &[i8]),
        quarters: usize,
        (other, correlation): (i64, f32),
    ) -> Result<bool> {
        if correlation < COPY {
            return Ok(false);
        }
        let Some(other) = self.vector(other) else { return Ok(false) };
        let similarity = if quarters == 0 {
            vector_index::cosine(vector, &other)?
        } else {
            let Some(turned) = self.turned_vector(content_id, quarters)? else { return Ok(false) };
            vector_index::cosine(&turned, &other)?
        };
        let bands = self.library.model.bands();
        Ok(similarity >= bands.similar || (similarity >= bands.related && correlation >= UNLIKE_COPY))
    }

    /// The embedding of a picture's thumbnail, turned; none where there is no thumbnail, or it says nothing turned.
    fn turned_vector(&self, content_id: i64, quarters: usize) -> Result<Option<Vec<i8>>> {
        let content = self.library.catalog.read(|connection| content::by_id(connection, content_id))?;
        let Some(content) = content else { return Ok(None) };
        let Some(jpeg) = self.library.stored_thumbnail(&content.hash)? else { return Ok(None) };
        let Ok(thumbnail) = photo::decode_thumbnail(&jpeg) else { return Ok(None) };
        let Ok(turned) = CLOCKWISE[quarters].apply(thumbnail) else { return Ok(None) };
        Ok(vector_index::quantize(&photo::embed(&self.library.model, &turned, None)?).ok())
    }
}
