//! Puts the photo first that a picture was cut from, and says where it was.
//!
//! For a picture from elsewhere, as a whole: with a box on a picture, its surroundings are known, and tell as much.
//! Photos that are alike without having the very same pixels stay where they are.

use std::sync::OnceLock;

use catalog::Region;
use catalog::content::{self, Content};

use crate::base::parallel;
use crate::engine::photo::{self, Preview};
use crate::engine::regions::{Found, FoundBy};
use crate::reading::source::Source;
use crate::search::example::Example;
use crate::{Library, Result};
use image_matching::excerpt::{Brightness, Excerpt, Place};

/// The first results that are looked at. What was cut out has nothing around it, as the parts of photos have that it is
/// compared with: it is among the first 24 in 0.94 of cases where it is among the first twelve in 0.88.
const LOOKED_AT: usize = 24;

/// A part of a photo that is all but the photo is no part.
const MOST_AREA: f64 = 0.9;

/// Looks for the photo that a query's picture was cut from.
pub(crate) struct Origins<'a> {
    library: &'a Library,
    /// What was asked for; none where it cannot have been cut from anything.
    source: Option<&'a Source>,
    /// A small picture of it, where there is one already.
    shown: Option<&'a Preview>,
    /// The picture and its number of pixels, once it was read; none when there is nothing to recognise.
    asked: OnceLock<Option<(Excerpt, u64)>>,
}

impl<'a> Origins<'a> {
    /// For a query with one example, which is no photo of the library.
    pub(crate) fn new(library: &'a Library, examples: &'a [Example], shown: Option<&'a Preview>) -> Self {
        let source = match examples {
            [
                Example {
                    source: source @ (Source::Path(_) | Source::Bytes(_)),
                    crop: None,
                    negative: false,
                    ..
                },
            ] => Some(source),
            _ => None,
        };
        Self { library, source, shown, asked: OnceLock::new() }
    }

    /// Moves the pictures that it was cut from to the front of what was found, which comes best first.
    pub(crate) fn put_first(&self, found: &mut Vec<Found>) -> Result<()> {
        let bands = self.library.model.bands();
        // Whatever is all but the same as a whole was found.
        let is_found = |first: &Found| first.similarity >= bands.near_identical;
        let Some(source) = self.source else { return Ok(()) };
        if found.first().is_none_or(is_found) {
            return Ok(());
        }
        if self.asked.get().is_none() {
            // Nobody else sets it meanwhile.
            let _ = self.asked.set(self.read(source)?);
        }
        let Some(Some((excerpt, pixels))) = self.asked.get() else { return Ok(()) };
        let looked_at: Vec<Found> =
            found.iter().take(LOOKED_AT).filter(|found| found.similarity >= bands.related).copied().collect();
        let origins =
            parallel::map(self.library.threads, &looked_at, |found| self.origin(found, *pixels, excerpt))?;
        let mut origins: Vec<Found> = origins.into_iter().flatten().collect();
        origins.sort_by(|one, other| other.similarity.total_cmp(&one.similarity));
        found.retain(|found| origins.iter().all(|origin| origin.content_id != found.content_id));
        found.splice(0..0, origins);
        Ok(())
    }

    fn read(&self, source: &Source) -> Result<Option<(Excerpt, u64)>> {
        let read = if self.shown.is_none() { Some(self.library.preview(source)?) } else { None };
        let Some(Preview { jpeg, width, height }) = self.shown.or(read.as_ref()) else { return Ok(None) };
        let excerpt = photo::decode_thumbnail(jpeg).ok().and_then(|image| Excerpt::of(&image));
        Ok(excerpt.map(|excerpt| (excerpt, u64::from(*width) * u64::from(*height))))
    }

    /// Where in a picture the excerpt is from, if it is: as similar as its pixels correlate.
    fn origin(&self, found: &Found, pixels: u64, excerpt: &Excerpt) -> Result<Option<Found>> {
        let content = self.library.catalog.read(|connection| content::by_id(connection, found.content_id))?;
        // What was cut from it has fewer pixels.
        let content = content.filter(|content| u64::from(content.width) * u64::from(content.height) > pixels);
        let Some(Content { hash, width, height, .. }) = content else { return Ok(None) };
        let Some(jpeg) = self.library.stored_thumbnail(&hash)? else { return Ok(None) };
        let Ok(thumbnail) = photo::decode_thumbnail(&jpeg) else { return Ok(None) };
        let Some((place, similarity)) = excerpt.find(&Brightness::of(&thumbnail)) else { return Ok(None) };
        let region = in_full(place, (thumbnail.width(), thumbnail.height()), (width, height));
        let share =
            f64::from(region.width) * f64::from(region.height) / (f64::from(width) * f64::from(height));
        let by = FoundBy::Region(region);
        let origin = Found { content_id: found.content_id, similarity, by, is_excerpt: true };
        Ok((share <= MOST_AREA).then_some(origin))
    }
}

/// A place in a thumbnail of this size as a region of the picture of that size.
fn in_full(place: Place, thumbnail: (u32, u32), full: (u32, u32)) -> Region {
    let along = |start: f32, length: f32, from: u32, to: u32| {
        let scaled = |value: f32| (value * to as f32 / from as f32).round().clamp(0.0, to as f32) as u32;
        let first = scaled(start).min(to - 1);
        (first, scaled(start + length).max(first + 1) - first)
    };
    let (x, width) = along(place.x, place.width, thumbnail.0, full.0);
    let (y, height) = along(place.y, place.height, thumbnail.1, full.1);
    Region { x, y, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_thumbnail_stays_within_the_picture() {
        let place = Place { x: 280.0, y: -0.8, width: 40.6, height: 20.0 };
        let region = in_full(place, (320, 240), (4000, 3000));
        assert_eq!(region, Region { x: 3500, y: 0, width: 500, height: 240 });
    }
}
