//! Finds the pictures that are copies of each other: re-saved, resized, edited, framed, cropped a little, turned, or
//! taken in one burst. Each is compared with all others once, in the background, and what is found is kept.
//!
//! An embedding finds most; where it is in doubt, or of a model that nobody measured, a print decides (see
//! [`crate::print`]). Prints find those, too, that were turned. Which of the pairs make a group is the part of [`crate::duplicates`].

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use catalog::copies::{self, Copy};
use catalog::{content, embedding, print as prints};
use imaging::Orientation;
use parking_lot::Mutex;
use vector_index::{TieredIndex, VectorIndex};

use crate::control::Run;
use crate::event::Event;
use crate::model::Calibration;
use crate::overlay::Surface;
use crate::print::{self, Print};
use crate::{Control, Library, Result, parallel, photo};

/// Raise it when pictures are compared in another way: all are then compared again.
pub(crate) const VERSION: u32 = 2;

/// Pictures in a transaction.
const BATCH: usize = 256;

/// Near-identical pictures considered for each one: a long burst.
pub(crate) const NEIGHBORS: usize = 64;
/// The nearest of them that are kept as pairs: enough to find together all pictures of a burst.
const KEPT: usize = 16;
/// Pictures that are less alike whose prints are looked at, the nearest by embedding and the nearest by hash.
const DOUBTFUL: usize = 24;
/// The most promising of them, whose prints are laid over each other.
const LAID_OVER: usize = 12;

/// Turns by so many quarters.
const CLOCKWISE: [Orientation; 4] =
    [Orientation::Upright, Orientation::Turned90, Orientation::Turned180, Orientation::Turned270];

/// Bits of 63 in which the hashes of copies differ at most, and those of two copies that were edited in different ways.
const HASH_DISTANCE: u32 = 12;
const FAR_HASH_DISTANCE: u32 = 24;

/// The least correlation of the prints of copies whose embeddings are similar, and of those whose embeddings have
/// little in common, as have those of a photo and of the same one in a wide frame. Of 80,000 pairs of photos of clothes
/// in ten classes, six reach 0.96, and none of them 0.975.
const COPY: f32 = 0.97;
const UNLIKE_COPY: f32 = 0.98;

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
        let outstanding = self.catalog.read(|connection| copies::outstanding(connection, kind))?;
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
        for (nth, batch) in outstanding.chunks(BATCH).enumerate() {
            if !goes_on() {
                return Ok(false);
            }
            tell((nth * BATCH) as u64);
            let found = parallel::map(threads, batch, |id| pictures.copies_of(*id))?;
            self.catalog.write(|connection| {
                let found = batch.iter().zip(&found).filter_map(|(id, found)| Some((id, found.as_ref()?)));
                found.into_iter().try_for_each(|(id, found)| copies::insert(connection, *id, kind, found))
            })?;
        }
        tell(total);
        tracing::info!("pictures were compared");
        Ok(true)
    }

    /// All pictures that can be compared.
    pub(crate) fn pictures(&self) -> Result<Pictures<'_>> {
        let (mut vector_ids, mut owners) = (HashMap::new(), HashMap::new());
        let hashes = self.catalog.read(|connection| {
            embedding::for_each_owner(connection, self.model_id, |id, content_id| {
                vector_ids.insert(content_id, id);
                owners.insert(id, content_id);
            })?;
            prints::hashes(connection, print::VERSION)
        })?;
        let (vectors, hashes) = (self.index.vectors()?, hashes.into_iter().unzip());
        let embeddings_decide = self.model.calibration() == Calibration::Card;
        Ok(Pictures { library: self, vectors, vector_ids, owners, hashes, embeddings_decide })
    }
}

/// Pictures, by content id.
pub(crate) struct Pictures<'a> {
    library: &'a Library,
    vectors: Arc<TieredIndex>,
    vector_ids: HashMap<i64, i64>,
    owners: HashMap<i64, i64>,
    /// Pictures, and the hash of each.
    hashes: (Vec<i64>, Vec<u64>),
    /// Whether pictures that are near-identical to the model are copies without more ado. To a model that a person
    /// brought, one that names what it sees, say, all trousers may be.
    embeddings_decide: bool,
}

/// A picture that is compared with others, with what is made of it once.
struct Subject {
    content_id: i64,
    vector: Vec<i8>,
    /// Its print, turned by so many quarters, and the hash of each; none of a picture that no print tells from others.
    prints: Option<([Surface; 4], [u64; 4])>,
    /// The embeddings of its turned thumbnail, as far as they were asked for.
    turned: [OnceCell<Option<Vec<i8>>>; 4],
}

impl Pictures<'_> {
    /// A picture to be compared; none that came since, or is gone.
    fn subject(&self, content_id: i64) -> Result<Option<Subject>> {
        let Some(vector) = self.vector(content_id) else { return Ok(None) };
        let prints = self.print(content_id)?.map(|print| {
            let turned = [0, 1, 2, 3].map(|quarters| print.turned(quarters));
            (turned.each_ref().map(Surface::of), turned.each_ref().map(Print::hash))
        });
        Ok(Some(Subject { content_id, vector, prints, turned: Default::default() }))
    }

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
        let Some(subject) = self.subject(content_id)? else { return Ok(None) };
        let bands = self.library.model.bands();
        let (mut alike, mut doubtful) = (Vec::new(), Vec::new());
        for neighbor in self.vectors.search(&subject.vector, NEIGHBORS, None)? {
            let owner = self.owners.get(&neighbor.id).copied();
            let Some(other) = owner.filter(|other| *other != content_id) else { continue };
            if neighbor.similarity >= bands.near_identical && self.embeddings_decide {
                alike.push((other, neighbor.similarity));
            } else if neighbor.similarity >= bands.related && doubtful.len() < DOUBTFUL {
                doubtful.push((other, 0));
            }
        }
        let mut found = HashMap::new();
        if let Some((prints, hashes)) = &subject.prints {
            doubtful.extend(self.near_by_hash(content_id, hashes));
            doubtful.retain(|(other, _)| alike.iter().all(|(alike, _)| alike != other));
            for (other, quarters, print) in self.most_promising(prints, doubtful)? {
                let correlation = prints[quarters].correlation(&print);
                if self.agrees(&subject, quarters, (other, correlation))? {
                    found.insert(other, correlation);
                }
            }
        }
        // The nearest first. What is near all the others anyway is told by the embeddings again.
        found.extend(alike.into_iter().take(KEPT));
        let pair = |(other, similarity)| Copy {
            one: content_id.min(other),
            other: content_id.max(other),
            similarity,
        };
        Ok(Some(found.into_iter().map(pair).collect()))
    }

    /// Whether two pictures are copies by their embeddings.
    pub(crate) fn are_near_identical(&self, one: i64, other: i64) -> Result<bool> {
        if !self.embeddings_decide {
            return Ok(false);
        }
        let (Some(one), Some(other)) = (self.vector(one), self.vector(other)) else { return Ok(false) };
        Ok(vector_index::cosine(&one, &other)? >= self.library.model.bands().near_identical)
    }

    /// Whether two pictures are copies by their prints, however one is turned.
    pub(crate) fn are_edited_copies(&self, one: i64, other: i64) -> Result<bool> {
        let (Some(subject), Some(other_print)) = (self.subject(one)?, self.print(other)?) else {
            return Ok(false);
        };
        let Some((prints, hashes)) = &subject.prints else { return Ok(false) };
        let (other_hash, other_print) = (other_print.hash(), Surface::of(&other_print));
        for (quarters, (print, hash)) in prints.iter().zip(hashes).enumerate() {
            if (hash ^ other_hash).count_ones() <= FAR_HASH_DISTANCE
                && print.promise(&other_print).is_some()
                && self.agrees(&subject, quarters, (other, print.correlation(&other_print)))?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Of pictures that may be copies of one that is turned in some way, those whose prints go together best so far.
    fn most_promising(
        &self,
        prints: &[Surface; 4],
        doubtful: Vec<(i64, usize)>,
    ) -> Result<Vec<(i64, usize, Surface)>> {
        let mut promising = Vec::new();
        for (other, quarters) in doubtful {
            let print = self.print(other)?.map(|print| Surface::of(&print));
            promising.extend(
                print.and_then(|print| Some((prints[quarters].promise(&print)?, other, quarters, print))),
            );
        }
        promising.sort_by(|one, other| other.0.total_cmp(&one.0));
        promising.truncate(LAID_OVER);
        Ok(promising.into_iter().map(|(_, other, quarters, print)| (other, quarters, print)).collect())
    }

    /// Pictures whose hash is near one of these, of the turned prints, the nearest first, with how it is turned.
    fn near_by_hash(&self, content_id: i64, own: &[u64; 4]) -> Vec<(i64, usize)> {
        let mut near = Vec::new();
        let (others, hashes) = &self.hashes;
        for (quarters, own) in own.iter().enumerate() {
            vector_index::each_within(*own, hashes, HASH_DISTANCE, |place, distance| {
                if others[place] != content_id {
                    near.push((distance, others[place], quarters));
                }
            });
        }
        near.sort_unstable();
        near.truncate(DOUBTFUL);
        near.into_iter().map(|(_, other, quarters)| (other, quarters)).collect()
    }

    /// Whether two pictures, one of them turned, are copies by the correlation of their prints, and their embeddings do
    /// not speak against it: pages of text, and screens of one program, have much the same prints.
    fn agrees(&self, subject: &Subject, quarters: usize, (other, correlation): (i64, f32)) -> Result<bool> {
        if correlation < COPY {
            return Ok(false);
        }
        let Some(other) = self.vector(other) else { return Ok(false) };
        let Some(vector) = self.turned_vector(subject, quarters)? else { return Ok(false) };
        let similarity = vector_index::cosine(vector, &other)?;
        let bands = self.library.model.bands();
        Ok(similarity >= bands.similar || (similarity >= bands.related && correlation >= UNLIKE_COPY))
    }

    /// The embedding of a picture, or of its thumbnail, turned; none where there is no thumbnail, or it says nothing
    /// turned.
    fn turned_vector<'a>(&self, subject: &'a Subject, quarters: usize) -> Result<Option<&'a Vec<i8>>> {
        if quarters == 0 {
            return Ok(Some(&subject.vector));
        }
        let turned = &subject.turned[quarters];
        if turned.get().is_none() {
            // One thread compares it: nothing was set meanwhile.
            let _ = turned.set(self.embed_turned(subject.content_id, CLOCKWISE[quarters])?);
        }
        Ok(turned.get().and_then(Option::as_ref))
    }

    fn embed_turned(&self, content_id: i64, orientation: Orientation) -> Result<Option<Vec<i8>>> {
        let content = self.library.catalog.read(|connection| content::by_id(connection, content_id))?;
        let Some(content) = content else { return Ok(None) };
        let Some(jpeg) = self.library.stored_thumbnail(&content.hash)? else { return Ok(None) };
        let Ok(thumbnail) = photo::decode_thumbnail(&jpeg) else { return Ok(None) };
        let Ok(turned) = orientation.apply(thumbnail) else { return Ok(None) };
        Ok(vector_index::quantize(&photo::embed(&self.library.model, &turned, None)?).ok())
    }
}
