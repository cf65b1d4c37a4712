//! Pictures that may be copies of one, and whether they are.
//!
//! Embeddings and prints only propose (see [`mod@image_matching::print`]); whether two are copies, the pixels of their thumbnails
//! decide (see [`image_matching::agreement`]), and those of the pictures themselves where thumbnails cannot tell (see
//! [`crate::duplicates::close_up`]).

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use catalog::copies::Copy;
use catalog::{content, embedding, photo as photo_rows, print as prints, several};
use imaging::Orientation;
use vector_index::{TieredIndex, VectorIndex};

use crate::duplicates::close_up::{CloseUps, Likeness, needs_close_up};
use crate::duplicates::series;
use crate::duplicates::thumbnails::Thumbnails;
use crate::{Library, Result};
use image_matching::agreement::{Pixels, agreement};
use image_matching::overlay::Surface;
use image_matching::print::{self, Print};

/// Pictures considered for each one, the nearest by embedding: a long burst.
const NEIGHBORS: usize = 64;
/// Pictures whose prints are looked at, the nearest by embedding that are not near-identical, and the nearest by hash.
const DOUBTFUL: usize = 24;
/// The most promising of all, whose prints are laid over each other, and those whose pixels are then compared. Among pages of
/// one template, the prints of others may go together better than those of a page and its cropped copy.
const LAID_OVER: usize = 160;
const COMPARED: usize = 24;
/// Pictures that are looked at themselves, the best by their thumbnails: among thousands of pages of one template it takes long.
const MOST_CLOSE_UPS: usize = 6;

/// A picture as it is, and in the seven other ways that it can lie.
const WAYS: [Orientation; 8] = [
    Orientation::Upright,
    Orientation::Turned90,
    Orientation::Turned180,
    Orientation::Turned270,
    Orientation::Mirrored,
    Orientation::MirroredTurned90,
    Orientation::MirroredTurned180,
    Orientation::MirroredTurned270,
];
/// The place of the mirror image among them, to which an embedding is almost blind.
const MIRRORED: usize = 4;

/// Bits of 63 in which the hashes of copies differ at most, and those of two copies that were edited in different ways.
const HASH_DISTANCE: u32 = 12;
const FAR_HASH_DISTANCE: u32 = 24;

/// Levels of brightness by which copies that show next to nothing differ at most.
const LEVEL_DISTANCE: f32 = 6.0;

/// The least correlation of the prints of two pictures whose pixels are worth comparing.
const PROMISING: f32 = 0.93;
/// Where the embeddings are near-identical, this is enough: prints of pages have little to go by once their margins are cut
/// off. A table and its cropped copy have 0.91, and two tables 0.98.
const ALIKE_PROMISING: f32 = 0.88;
/// And so much is, for so many.
const FAINTLY_PROMISING: f32 = 0.7;
const FAINT_ONES: usize = 2;

impl Library {
    /// All pictures that can be compared.
    pub(crate) fn pictures(&self) -> Result<Pictures<'_>> {
        let (mut vector_ids, mut owners) = (HashMap::new(), HashMap::new());
        let (hashes, blank, several) = self.catalog.read(|connection| {
            embedding::for_each_owner(connection, self.model_id, |id, content_id| {
                vector_ids.insert(content_id, id);
                owners.insert(id, content_id);
            })?;
            let hashes = prints::hashes(connection, print::VERSION)?;
            Ok((hashes, prints::blank(connection, print::VERSION)?, several::all(connection)?))
        })?;
        let level = |(id, levels): (i64, Vec<u8>)| Some((id, Print::from_levels(&levels)?.mean()));
        let mut blank: Vec<(i64, f32)> = blank.into_iter().filter_map(level).collect();
        blank.sort_by(|one, other| one.1.total_cmp(&other.1));
        let (vectors, hashes) = (self.index.vectors()?, hashes.into_iter().unzip());
        let (thumbnails, close_ups) = (Thumbnails::new(self), CloseUps::new(self));
        Ok(Pictures {
            library: self,
            vectors,
            vector_ids,
            owners,
            hashes,
            blank,
            several,
            thumbnails,
            close_ups,
        })
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
    /// Pictures that show too little to have a hash, and how bright each is, the darkest first.
    blank: Vec<(i64, f32)>,
    /// Those that are the first of several in their files. What comes behind is not looked at, so only their bytes tell whether
    /// they are the same.
    several: HashSet<i64>,
    thumbnails: Thumbnails<'a>,
    close_ups: CloseUps<'a>,
}

/// What came of comparing a picture with the others.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) copies: Vec<Copy>,
    /// Pairs, the smaller id first, that wait until both pictures are in reach.
    pub(crate) unverified: Vec<(i64, i64)>,
}

/// How the thumbnails of two pictures agree.
struct Agreement {
    other: i64,
    way: usize,
    /// The other's pixels.
    thumbnail: Arc<Pixels>,
    similarity: f32,
    /// Whether that says nothing yet.
    needs_close_up: bool,
}

/// A picture that is compared with others, with what is made of it once.
struct Subject {
    content_id: i64,
    vector: Vec<i8>,
    /// How bright it is.
    level: f32,
    /// Its print in each way that it can lie, and the hash of each; no hashes of a picture that shows too little to be
    /// looked up by one.
    prints: Option<([Surface; 8], Option<[u64; 8]>)>,
    /// Its pixels in each way, as far as they were asked for; none where there is no thumbnail.
    pixels: [OnceCell<Option<Arc<Pixels>>>; 8],
}

/// A picture that may be a copy of a subject that lies in some way.
struct Candidate {
    other: i64,
    way: usize,
    /// Whether the embeddings are near-identical.
    is_alike: bool,
}

impl Pictures<'_> {
    /// A picture to be compared; none that came since, or is gone.
    fn subject(&self, content_id: i64) -> Result<Option<Subject>> {
        let Some(vector) = self.vector(content_id) else { return Ok(None) };
        let print = self.print(content_id)?;
        let level = print.as_ref().map_or(0.0, Print::mean);
        let prints = print.map(|print| {
            let ways = std::array::from_fn::<Print, 8, _>(|way| {
                let lying = print.turned(way % MIRRORED);
                if way < MIRRORED { lying } else { print.mirrored().turned(way % MIRRORED) }
            });
            let hashes = print.has_detail().then(|| ways.each_ref().map(Print::hash));
            (ways.each_ref().map(Surface::of), hashes)
        });
        Ok(Some(Subject { content_id, vector, level, prints, pixels: Default::default() }))
    }

    /// The embedding; none of a picture that came since, or is gone.
    fn vector(&self, content_id: i64) -> Option<Vec<i8>> {
        self.vectors.vector(*self.vector_ids.get(&content_id)?)
    }

    fn print(&self, content_id: i64) -> Result<Option<Print>> {
        let stored = self.library.catalog.read(|connection| prints::get(connection, content_id))?;
        let stored = stored.filter(|print| print.version == print::VERSION);
        Ok(stored.and_then(|print| Print::from_levels(&print.levels)))
    }

    /// The copies of a picture among all others that are due; none for one that is yet to come into the index.
    pub(crate) fn copies_of(
        &self,
        content_id: i64,
        is_due: &(dyn Fn(i64, i64) -> bool + Sync),
    ) -> Result<Option<Found>> {
        if self.several.contains(&content_id) {
            return Ok(Some(Found::default()));
        }
        let Some(subject) = self.subject(content_id)? else { return Ok(None) };
        let mut candidates = self.candidates(&subject)?;
        candidates.retain(|candidate| {
            is_due(content_id, candidate.other) && !self.several.contains(&candidate.other)
        });
        let mut agreeing: Vec<Agreement> = Vec::new();
        for (other, way) in self.promising(&subject, candidates)? {
            if agreeing.iter().all(|known| known.other != other) {
                agreeing.extend(self.agreement(&subject, way, other)?);
            }
        }
        agreeing.sort_by(|one, other| other.similarity.total_cmp(&one.similarity));
        let (mut found, mut close_ups) = (Found::default(), 0);
        for agreement in agreeing {
            close_ups += usize::from(agreement.needs_close_up);
            if agreement.needs_close_up && close_ups > MOST_CLOSE_UPS {
                continue;
            }
            let pair = (content_id.min(agreement.other), content_id.max(agreement.other));
            match self.verified(&subject, &agreement)? {
                Likeness::Copies(similarity) => {
                    found.copies.push(Copy { one: pair.0, other: pair.1, similarity });
                }
                Likeness::Unverified => found.unverified.push(pair),
                Likeness::Different => {}
            }
        }
        Ok(Some(found))
    }

    /// Pictures that may be copies of one, by their embeddings and by hashes of their prints.
    fn candidates(&self, subject: &Subject) -> Result<Vec<Candidate>> {
        let (bands, copies_from) = (self.library.model.bands(), self.library.model.copies_from());
        let (mut candidates, mut doubtful) = (Vec::new(), 0);
        for neighbor in self.vectors.search(&subject.vector, NEIGHBORS, None)? {
            let owner = self.owners.get(&neighbor.id).copied();
            let Some(other) = owner.filter(|other| *other != subject.content_id) else { continue };
            let is_alike = neighbor.similarity >= copies_from;
            if is_alike {
                candidates.push(Candidate { other, way: MIRRORED, is_alike });
            } else if neighbor.similarity >= bands.related && doubtful < DOUBTFUL {
                doubtful += 1;
            } else {
                continue;
            }
            candidates.push(Candidate { other, way: 0, is_alike });
        }
        if let Some((_, Some(hashes))) = &subject.prints {
            for (other, way) in self.near_by_hash(subject.content_id, hashes) {
                if candidates.iter().all(|known| (known.other, known.way) != (other, way)) {
                    candidates.push(Candidate { other, way, is_alike: false });
                }
            }
        }
        for other in self.near_by_level(subject) {
            if candidates.iter().all(|known| known.other != other) {
                candidates.push(Candidate { other, way: 0, is_alike: false });
            }
        }
        Ok(candidates)
    }

    /// Of a picture that shows too little to have a hash, those of its kind that are about as bright.
    fn near_by_level(&self, subject: &Subject) -> Vec<i64> {
        let Some((level, None)) = subject.prints.as_ref().map(|(_, hashes)| (subject.level, hashes.as_ref()))
        else {
            return Vec::new();
        };
        let first = self.blank.partition_point(|(_, other)| *other < level - LEVEL_DISTANCE);
        let near = self.blank[first..].iter().take_while(|(_, other)| *other <= level + LEVEL_DISTANCE);
        let mut near: Vec<(f32, i64)> = near
            .filter(|(id, _)| *id != subject.content_id)
            .map(|(id, other)| ((other - level).abs(), *id))
            .collect();
        near.sort_by(|one, other| one.0.total_cmp(&other.0));
        near.truncate(DOUBTFUL);
        near.into_iter().map(|(_, id)| id).collect()
    }

    /// Of pictures that may be copies, those whose prints go together best, with how the subject lies then; the best
    /// first.
    fn promising(&self, subject: &Subject, candidates: Vec<Candidate>) -> Result<Vec<(i64, usize)>> {
        let Some((prints, hashes)) = &subject.prints else { return Ok(Vec::new()) };
        let mut promising = Vec::new();
        for Candidate { other, way, is_alike } in candidates {
            let Some(print) = self.print(other)? else { continue };
            let surface = Surface::of(&print);
            // What shows nothing goes over nothing: its level and colour are looked at.
            let is_blank = hashes.is_none() && !print.has_detail();
            let promise = if is_blank { Some(1.0) } else { prints[way].promise(&surface) };
            // Where a climb begins, pages that are cut a little say nothing yet.
            let promise = promise.or(is_alike.then_some(0.0));
            promising.extend(promise.map(|promise| (promise, is_alike, is_blank, other, way, surface)));
        }
        promising.sort_by(|one, other| other.0.total_cmp(&one.0));
        promising.truncate(LAID_OVER);
        let mut laid_over = Vec::new();
        for (_, is_alike, is_blank, other, way, surface) in promising {
            let correlation = if is_blank { Some(1.0) } else { prints[way].correlation(&surface) };
            let enough = if is_alike { FAINTLY_PROMISING } else { PROMISING };
            if let Some(correlation) = correlation.filter(|correlation| *correlation >= enough) {
                laid_over.push((correlation, is_alike, other, way));
            }
        }
        laid_over.sort_by(|one, other| other.0.total_cmp(&one.0));
        let enough = |is_alike: bool| if is_alike { ALIKE_PROMISING } else { PROMISING };
        let sure =
            laid_over.iter().filter(|(correlation, is_alike, ..)| *correlation >= enough(*is_alike)).count();
        laid_over.truncate((sure + FAINT_ONES).min(COMPARED));
        Ok(laid_over.into_iter().map(|(_, _, other, way)| (other, way)).collect())
    }

    /// Whether two pictures are copies, however one lies: as long as there is a way in which their prints go together.
    pub(crate) fn likeness(&self, one: i64, other: i64) -> Result<Likeness> {
        if self.several.contains(&one) || self.several.contains(&other) {
            return Ok(Likeness::Different);
        }
        let (Some(subject), Some(print)) = (self.subject(one)?, self.print(other)?) else {
            return Ok(Likeness::Different);
        };
        let hash = print.has_detail().then(|| print.hash());
        let is_alike = self.are_alike(one, other, self.library.model.copies_from())?;
        let hashes = subject.prints.as_ref().and_then(|(_, hashes)| *hashes);
        let is_near = |way: usize| match (hashes, hash) {
            (Some(hashes), Some(hash)) => (hashes[way] ^ hash).count_ones() <= FAR_HASH_DISTANCE,
            _ => false,
        };
        let ways = (0..WAYS.len()).filter(|way| is_near(*way) || (is_alike && way % MIRRORED == 0));
        let candidates = ways.map(|way| Candidate { other, way, is_alike }).collect();
        for (other, way) in self.promising(&subject, candidates)? {
            if let Some(agreement) = self.agreement(&subject, way, other)? {
                return self.verified(&subject, &agreement);
            }
        }
        Ok(Likeness::Different)
    }

    /// Whether the embeddings of two pictures are that alike.
    pub(crate) fn are_alike(&self, one: i64, other: i64, limit: f32) -> Result<bool> {
        let (Some(one), Some(other)) = (self.vector(one), self.vector(other)) else { return Ok(false) };
        Ok(vector_index::cosine(&one, &other)? >= limit)
    }

    /// Pictures whose hash is near one of these, of the print in all ways, the nearest first, with the way.
    fn near_by_hash(&self, content_id: i64, own: &[u64; 8]) -> Vec<(i64, usize)> {
        let mut near = Vec::new();
        let (others, hashes) = &self.hashes;
        for (way, own) in own.iter().enumerate() {
            vector_index::each_within(*own, hashes, HASH_DISTANCE, |place, distance| {
                if others[place] != content_id {
                    near.push((distance, others[place], way));
                }
            });
        }
        near.sort_unstable();
        near.truncate(DOUBTFUL);
        near.into_iter().map(|(_, other, way)| (other, way)).collect()
    }

    /// How the thumbnails of two pictures agree, one of them lying in some way; none where they are no copies.
    fn agreement(&self, subject: &Subject, way: usize, other: i64) -> Result<Option<Agreement>> {
        let pixels = &subject.pixels[way];
        if pixels.get().is_none() {
            let upright = self.thumbnails.of(subject.content_id)?;
            // One thread compares it: nothing was set meanwhile.
            let _ = pixels.set(upright.and_then(|upright| lying(&upright, WAYS[way])));
        }
        let Some(Some(own)) = pixels.get() else { return Ok(None) };
        let Some(others) = self.thumbnails.of(other)? else { return Ok(None) };
        Ok(agreement(own, &others).map(|similarity| {
            let needs_close_up = needs_close_up(own.image(), others.image());
            Agreement { other, way, thumbnail: others, similarity, needs_close_up }
        }))
    }

    /// What is known of two pictures whose thumbnails agree, once they were looked at as closely as it takes.
    fn verified(&self, subject: &Subject, agreement: &Agreement) -> Result<Likeness> {
        if self.are_two_shots(subject.content_id, agreement.other)? {
            return Ok(Likeness::Different);
        }
        let Agreement { other, way, ref thumbnail, .. } = *agreement;
        match subject.pixels[way].get() {
            Some(Some(own)) if agreement.needs_close_up => {
                self.close_ups.likeness((subject.content_id, WAYS[way], own), (other, thumbnail))
            }
            _ => Ok(Likeness::Copies(agreement.similarity)),
        }
    }

    fn are_two_shots(&self, one: i64, other: i64) -> Result<bool> {
        Ok(self.library.catalog.read(|connection| {
            let known = |id: i64| -> catalog::Result<_> {
                Ok((content::by_id(connection, id)?, photo_rows::by_content(connection, id)?))
            };
            Ok(match (known(one)?, known(other)?) {
                ((Some(own), photos), (Some(others), other_photos)) => {
                    series::are_two_shots((&own, &photos), (&others, &other_photos))
                }
                _ => false,
            })
        })?)
    }
}

/// The pixels of a picture when it lies in some way.
fn lying(upright: &Arc<Pixels>, way: Orientation) -> Option<Arc<Pixels>> {
    match way {
        Orientation::Upright => Some(Arc::clone(upright)),
        way => way.apply(upright.image().clone()).ok().map(|image| Arc::new(Pixels::of(image))),
    }
}
