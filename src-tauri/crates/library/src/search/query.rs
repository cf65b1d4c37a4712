//! Queries: one or several examples in, the photos most like them out.

use std::collections::HashSet;
use std::path::PathBuf;

use catalog::content::Content;
use catalog::photo::Photo;
use catalog::{Connection, Placeholder, Region, content, copies, embedding, photo as photo_rows};
use jiff::tz::TimeZone;
use vector_index::{CodeIndex, TieredIndex, VectorIndex};

use crate::duplicates::copies::VERSION;
use crate::engine::model::Band;
use crate::engine::regions::{Found, FoundBy, merge};
use crate::search::date::{Day, LocalTime};
use crate::search::example::{Example, Sought};
use crate::search::filter::{Allowed, Filter};
use crate::search::identity::Identity;
use crate::search::origin::Origins;
use crate::search::rerank::{self, Candidate, RERANKED};
use crate::{Library, Result};

/// Pictures that are compared for a search that hides copies, at most: those that came since pictures were compared.
const MOST_COMPARED: usize = 8;

/// A query.
#[derive(Debug, Clone)]
pub struct Query {
    /// What to look for; one at least that is not negative.
    pub examples: Vec<Example>,
    /// Results at most.
    pub limit: usize,
    /// Which photos to search among.
    pub filter: Filter,
    /// Of photos that are copies of each other, give the one most like the query only.
    pub hide_copies: bool,
}

/// One photo among the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The photo.
    pub photo: i64,
    /// Its picture; another one when the file's content changed.
    pub content_id: i64,
    /// Where it is.
    pub path: PathBuf,
    /// Cosine similarity to the query, -1 to 1; where the query was cut from the photo, the correlation of their pixels.
    pub similarity: f32,
    /// The similarity in words; near-identical only where the pixels agree.
    pub band: Band,
    /// Where in the photo the match is; none for the photo as a whole.
    pub region: Option<Region>,
    /// Whether its folder is there.
    pub online: bool,
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// Lower-case name of the file format.
    pub format: String,
    /// The day it was taken, else the day its file was last changed.
    pub day: Day,
    /// Shown while the thumbnail is loaded: the picture's `ThumbHash`, zeros after its end.
    pub placeholder: Option<Placeholder>,
    /// Photos that are copies of it and were left out in favour of this one.
    pub hidden_copies: u32,
}

impl Library {
    /// The `limit` photos most like the examples, best first; the examples themselves are not among them.
    pub fn search(&self, examples: &[Example], limit: usize) -> Result<Vec<Match>> {
        let examples = examples.to_vec();
        self.query(&Query { examples, limit, filter: Filter::default(), hide_copies: false })
    }

    /// The photos that pass the query's filter and are most like its examples, best first; the examples themselves
    /// are not among them.
    pub fn query(&self, query: &Query) -> Result<Vec<Match>> {
        // While the examples are read.
        self.index.begin_to_load();
        let (sought, shown) = self.query_vector(&query.examples)?;
        let indexes = (&*self.index.vectors()?, &*self.index.regions()?);
        let allowed = self.allowed(&query.filter)?;
        let own = self.own_photos(&query.examples)?;
        let origins = Origins::new(self, &query.examples, shown.as_ref());
        let identity = Identity::new(self, &query.examples, shown.as_ref());
        // Room for the examples themselves, which are the best matches and are left out. As many as are put in order
        // at least: who asks for ten gets the first ten of a hundred.
        let mut wanted = query.limit.max(RERANKED).saturating_add(own.len());
        loop {
            let (mut found, exhausted) = self.pictures_like(indexes, &sought, wanted, allowed.as_deref())?;
            // Regions keep crops in their places. Without them, half of the photos that a small crop is of would lose
            // theirs to photos of the same kind.
            if !indexes.1.is_empty() {
                self.rerank(&sought.whole, indexes.0, &mut found);
                if own.is_empty() {
                    origins.put_first(&mut found)?;
                }
            }
            let mut results = Results::new(self, query, &own, allowed.as_deref(), identity.of(&found)?);
            self.catalog.read(|connection| {
                found.into_iter().try_for_each(|found| {
                    // Later ones may be copies of those that are there.
                    let is_full = results.matches.len() >= query.limit && !query.hide_copies;
                    if is_full { Ok(()) } else { results.add(connection, found) }
                })
            })?;
            // Hidden copies, and pictures without a photo that are yet to be collected, may take up places.
            if exhausted || results.matches.len() >= query.limit {
                results.matches.truncate(query.limit);
                return Ok(results.matches);
            }
            wanted = wanted.saturating_mul(4);
        }
    }

    /// The `wanted` pictures most like what is sought as wholes, and those a part of which is more like it than the last of
    /// them, best first. And whether that is all there are.
    fn pictures_like(
        &self,
        (vectors, codes): (&TieredIndex, &CodeIndex),
        sought: &Sought,
        wanted: usize,
        allowed: Option<&Allowed>,
    ) -> Result<(Vec<Found>, bool)> {
        let is_vector = |id| allowed.is_none_or(|allowed| allowed.vectors.contains(&id));
        let is_picture = |id| allowed.is_none_or(|allowed| allowed.pictures.contains(&id));
        let accept = |accept| if allowed.is_some() { Some(accept) } else { None };
        let neighbors =
            vectors.search(&sought.whole, wanted, accept(&is_vector as vector_index::Accept<'_>))?;
        let exhausted = neighbors.len() < wanted;
        let bar = neighbors.last().filter(|_| !exhausted).map_or(-1.0, |last| last.similarity);
        self.catalog.read(|connection| {
            let mut whole = Vec::with_capacity(neighbors.len());
            for neighbor in &neighbors {
                let content_id = embedding::owner(connection, neighbor.id)?;
                let (similarity, by) = (neighbor.similarity, FoundBy::Whole(neighbor.id));
                let found = |content_id| Found { content_id, similarity, by, is_excerpt: false };
                whole.extend(content_id.map(found));
            }
            let parts =
                self.pictures_with(connection, codes, &sought.part, (wanted, bar), accept(&is_picture));
            Ok(parts.map(|parts| (merge(whole, parts), exhausted)))
        })?
    }

    /// Puts the best of those that were found as wholes in a better order, see [`rerank`].
    fn rerank(&self, query: &[i8], vectors: &TieredIndex, found: &mut [Found]) {
        let candidate = |(place, found): (usize, &Found)| {
            let FoundBy::Whole(id) = found.by else { return None };
            let (similarity, band) = (found.similarity, self.model.bands().of(found.similarity));
            Some(Candidate { place, vector: vectors.vector(id)?, similarity, band })
        };
        let candidates: Vec<Candidate> =
            found.iter().take(RERANKED).enumerate().filter_map(candidate).collect();
        let order = rerank::order(query, &candidates);
        let reordered: Vec<Found> = order.into_iter().map(|nth| found[candidates[nth].place]).collect();
        for (candidate, moved) in candidates.iter().zip(reordered) {
            found[candidate.place] = moved;
        }
    }

    /// Up to `count` photos spread evenly over the library, in the order of their ids.
    pub fn sample(&self, count: usize) -> Result<Vec<PathBuf>> {
        Ok(self.catalog.read(|connection| photo_rows::sample(connection, count))?)
    }
}

/// Turns pictures, best first, into matches.
struct Results<'a> {
    library: &'a Library,
    query: &'a Query,
    own: &'a HashSet<i64>,
    allowed: Option<&'a Allowed>,
    /// Pictures whose pixels agree with those of what is asked for.
    same: HashSet<i64>,
    zone: TimeZone,
    matches: Vec<Match>,
    /// The pictures of the matches, where copies are hidden.
    shown: Shown,
    /// How many of them were compared with others just now.
    compared: usize,
}

impl<'a> Results<'a> {
    fn new(
        library: &'a Library,
        query: &'a Query,
        own: &'a HashSet<i64>,
        allowed: Option<&'a Allowed>,
        same: HashSet<i64>,
    ) -> Self {
        let (zone, shown) = (TimeZone::system(), Shown::default());
        Self { library, query, own, allowed, same, zone, matches: Vec::new(), shown, compared: 0 }
    }

    fn add(&mut self, connection: &Connection, found: Found) -> catalog::Result<()> {
        let Found { content_id, similarity, by, .. } = found;
        let mut photos = photo_rows::by_content(connection, content_id)?;
        photos.retain(|photo| {
            !self.own.contains(&photo.id)
                && self.allowed.is_none_or(|allowed| allowed.photos.contains(&photo.id))
        });
        if photos.is_empty() {
            return Ok(());
        }
        if self.query.hide_copies {
            let kind = (self.library.model_id, VERSION);
            let mut copies = copies::of(connection, content_id, kind)?;
            if !copies::is_compared(connection, content_id, kind)? {
                copies.extend(self.copies_among_shown(connection, content_id)?);
            }
            if let Some(shown) = self.shown.find_or_add(content_id, &copies) {
                self.matches[shown].hidden_copies += photos.len() as u32;
                return Ok(());
            }
            // Any of the files will do; rather one that is there.
            photos.sort_by_key(|photo| !photo.online);
        }
        let Some(content) = content::by_id(connection, content_id)? else { return Ok(()) };
        let region = if let FoundBy::Region(region) = by { Some(region) } else { None };
        let copies = photos.len() as u32 - 1;
        let shown = if self.query.hide_copies { 1 } else { photos.len() };
        for photo in photos.into_iter().take(shown) {
            let mut shown = self.to_match(photo, &content, similarity, region);
            shown.hidden_copies = if self.query.hide_copies { copies } else { 0 };
            self.matches.push(shown);
        }
        Ok(())
    }

    /// Of pictures that are shown, one that this one, which is yet to be compared with all, is a copy of.
    fn copies_among_shown(
        &mut self,
        connection: &Connection,
        content_id: i64,
    ) -> catalog::Result<Option<i64>> {
        let model_id = self.library.model_id;
        let Some(vector) = embedding::whole(connection, content_id, model_id)? else { return Ok(None) };
        let limit = self.library.model.copies_from();
        for &shown in &self.shown.0 {
            let Some(other) = embedding::whole(connection, shown, model_id)? else { continue };
            let is_near = vector_index::cosine(&vector, &other).is_ok_and(|cosine| cosine >= limit);
            if !is_near || self.compared == MOST_COMPARED {
                continue;
            }
            self.compared += 1;
            // Where a thumbnail cannot be read, nothing is hidden.
            if self.library.are_same(content_id, shown).unwrap_or_default() {
                return Ok(Some(shown));
            }
        }
        Ok(None)
    }

    /// What an embedding alone says is never more than very similar.
    fn band(&self, content_id: i64, similarity: f32) -> Band {
        match self.library.model.bands().of(similarity) {
            Band::NearIdentical if !self.same.contains(&content_id) => Band::VerySimilar,
            band => band,
        }
    }

    fn to_match(&self, photo: Photo, content: &Content, similarity: f32, region: Option<Region>) -> Match {
        let captured_at = content.captured_at.as_deref();
        Match {
            photo: photo.id,
            content_id: photo.content_id,
            path: photo.path,
            similarity,
            band: self.band(photo.content_id, similarity),
            region,
            online: photo.online,
            width: content.width,
            height: content.height,
            format: content.format.clone(),
            day: LocalTime::of_photo(captured_at, photo.stamp.modified_ns, &self.zone).day(),
            placeholder: content.placeholder,
            hidden_copies: 0,
        }
    }
}

/// Pictures that are shown, by content id.
#[derive(Debug, Default)]
struct Shown(Vec<i64>);

impl Shown {
    /// The position of the first picture that is this one or one of its copies. Where there is none, this one is shown:
    /// those that are hidden hide no others, so a chain of copies is not one picture.
    fn find_or_add(&mut self, content_id: i64, copies: &[i64]) -> Option<usize> {
        let found = self.0.iter().position(|shown| *shown == content_id || copies.contains(shown));
        if found.is_none() {
            self.0.push(content_id);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_pictures_hide_no_others() {
        let mut shown = Shown::default();
        // Neighbours are copies, the ends are not.
        let copies: [(i64, &[i64]); 4] = [(0, &[20]), (20, &[0, 40]), (40, &[20, 60]), (60, &[40])];
        let hidden = copies.map(|(id, copies)| shown.find_or_add(id, copies));
        assert_eq!(hidden, [None, Some(0), None, Some(1)]);
    }
}
