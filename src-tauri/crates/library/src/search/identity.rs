//! Which of the first results show the very picture that was asked for: only of these it is said.
//!
//! An embedding says that two pictures are near-identical of pages of other text, too. So the first results that it says it
//! of are looked at: what was found to be a copy when pictures were compared with each other is known, and of the rest a
//! few are compared now, pixel by pixel. A query of several examples asks for no one picture.

use std::collections::HashSet;
use std::sync::OnceLock;

use catalog::{Region, content, copies, photo as photo_rows};
use imaging::{Orientation, RgbImage};

use crate::base::parallel;
use crate::duplicates::close_up::{CloseUps, Likeness, needs_close_up};
use crate::duplicates::copies::VERSION;
use crate::engine::photo::{self, Preview};
use crate::engine::regions::{Found, FoundBy};
use crate::reading::source::Source;
use crate::search::example::Example;
use crate::{Library, Result};
use image_matching::agreement::{Pixels, agreement, agreement_of_close_ups};
use image_matching::excerpt::{Brightness, Excerpt, Place};
use image_matching::page::may_be_page;

/// Results that are compared now, at most: a search is not to be felt.
const MOST_COMPARED: usize = 3;
/// The least side, in pixels of a thumbnail, of a part that is compared.
const LEAST_SIDE: f32 = 40.0;

/// Looks for the picture that a query asks for.
pub(crate) struct Identity<'a> {
    library: &'a Library,
    /// None where no one picture is asked for.
    example: Option<&'a Example>,
    /// A small picture of it, where there is one already.
    shown: Option<&'a Preview>,
    /// What is asked for, once it was looked at.
    asked: OnceLock<Asked>,
}

/// What is known of the picture that is asked for.
#[derive(Default)]
struct Asked {
    /// A picture of the library.
    content_id: Option<i64>,
    /// Pictures that are copies of it.
    copies: HashSet<i64>,
    /// Whether it was compared with all pictures that were there then: only those that came later may be copies, too, and
    /// these are compared with it.
    is_compared: bool,
    pixels: OnceLock<Option<Query>>,
}

/// The pixels of a query.
struct Query {
    pixels: Pixels,
    /// Where it may be a part of others.
    excerpt: Option<Excerpt>,
    source: Source,
    /// The part of the source that is asked for, in its pixels, and how large that is.
    crop: Option<(Region, (u32, u32))>,
    /// Larger than a thumbnail, once that was needed; none of what is out of reach.
    close_up: OnceLock<Option<Pixels>>,
}

impl<'a> Identity<'a> {
    pub(crate) fn new(library: &'a Library, examples: &'a [Example], shown: Option<&'a Preview>) -> Self {
        let example = match examples {
            [example] if !example.negative => Some(example),
            _ => None,
        };
        Self { library, example, shown, asked: OnceLock::new() }
    }

    /// The pictures, of those found, that show what is asked for.
    pub(crate) fn of(&self, found: &[Found]) -> Result<HashSet<i64>> {
        let limit = self.library.model.bands().near_identical;
        let mut near: Vec<&Found> = found.iter().filter(|found| found.similarity >= limit).collect();
        // Its pixels were compared when it was found.
        let mut same: HashSet<i64> =
            found.iter().filter(|found| found.is_excerpt).map(|found| found.content_id).collect();
        let Some(example) = self.example.filter(|_| !near.is_empty()) else { return Ok(same) };
        if self.asked.get().is_none() {
            // Nobody else sets it meanwhile.
            let _ = self.asked.set(self.asked(example)?);
        }
        let Some(asked) = self.asked.get() else { return Ok(same) };
        let is_known = |id: i64| asked.content_id == Some(id) || asked.copies.contains(&id);
        same.extend(near.iter().map(|found| found.content_id).filter(|id| is_known(*id)));
        near.retain(|found| !same.contains(&found.content_id));
        if near.is_empty() {
            return Ok(same);
        }
        if asked.is_compared {
            near = self.not_compared(near)?;
        }
        near.truncate(MOST_COMPARED);
        if asked.pixels.get().is_none() {
            let _ = asked.pixels.set(self.query(example)?);
        }
        let Some(Some(query)) = asked.pixels.get() else { return Ok(same) };
        let compared = parallel::map(self.library.threads, &near, |found| self.is_same(query, found))?;
        same.extend(near.iter().zip(compared).filter(|(_, same)| *same).map(|(found, _)| found.content_id));
        Ok(same)
    }

    /// Those that were not compared with other pictures yet.
    fn not_compared<'f>(&self, mut found: Vec<&'f Found>) -> Result<Vec<&'f Found>> {
        let kind = (self.library.model_id, VERSION);
        let compared: Vec<bool> = self.library.catalog.read(|connection| {
            found.iter().map(|found| copies::is_compared(connection, found.content_id, kind)).collect()
        })?;
        let mut compared = compared.into_iter();
        found.retain(|_| !compared.next().unwrap_or_default());
        Ok(found)
    }

    fn asked(&self, example: &Example) -> Result<Asked> {
        let photo = match &example.source {
            Source::Photo(id) => Some(*id),
            Source::Path(path) => self.library.photo_id_at(path)?,
            Source::Bytes(_) => None,
        };
        let Some(photo) = photo.filter(|_| example.crop.is_none()) else { return Ok(Asked::default()) };
        let model_id = self.library.model_id;
        Ok(self.library.catalog.read(|connection| {
            let Some(photo) = photo_rows::by_id(connection, photo)? else { return Ok(Asked::default()) };
            let id = photo.content_id;
            Ok(Asked {
                content_id: Some(id),
                copies: copies::of(connection, id, (model_id, VERSION))?.into_iter().collect(),
                is_compared: copies::is_compared(connection, id, (model_id, VERSION))?,
                pixels: OnceLock::new(),
            })
        })?)
    }

    /// The pixels of what is asked for; none where there is nothing to see.
    fn query(&self, example: &Example) -> Result<Option<Query>> {
        let (jpeg, full) = match &example.source {
            Source::Photo(id) => {
                let photo = self.library.photo(*id)?;
                let content = self.library.catalog.read(|rows| content::by_id(rows, photo.content_id))?;
                let Some(content) = content else { return Ok(None) };
                (self.library.stored_thumbnail(&content.hash)?, (content.width, content.height))
            }
            source => {
                let shown = self.shown.cloned();
                let preview = shown.map_or_else(|| self.library.preview(source), Ok)?;
                (Some(preview.jpeg), (preview.width, preview.height))
            }
        };
        let Some(image) = jpeg.and_then(|jpeg| photo::decode_thumbnail(&jpeg).ok()) else { return Ok(None) };
        let crop = example.crop.map(|region| (region, full));
        let image = match crop {
            Some((region, full)) => part(&image, in_thumbnail(region, full, &image)),
            None => Some(image),
        };
        Ok(image.map(|image| Query {
            excerpt: Excerpt::of(&image),
            pixels: Pixels::of(image),
            source: example.source.clone(),
            crop,
            close_up: OnceLock::new(),
        }))
    }

    fn is_same(&self, query: &Query, found: &Found) -> Result<bool> {
        let Some(others) = self.library.thumbnail_pixels(found.content_id)? else { return Ok(false) };
        if let FoundBy::Whole(_) = found.by {
            let is_sure = !needs_close_up(query.pixels.image(), &others);
            let Some((way, lying)) = same_way(&query.pixels, &others) else { return Ok(false) };
            let shown = |image| way.apply(image).ok();
            return Ok(is_sure || self.is_same_closely(query, (found.content_id, &lying), shown)?);
        }
        // Of a part, only roughly is known where it is.
        let Some(excerpt) = &query.excerpt else { return Ok(false) };
        let Some((place, _)) = excerpt.find(&Brightness::of(&others)) else { return Ok(false) };
        let Some(cut) = part(&others, place) else { return Ok(false) };
        let is_sure = !may_be_page(query.pixels.image()) && !may_be_page(&cut);
        let cut = Pixels::of(cut);
        if agreement(&query.pixels, &cut).is_none() {
            return Ok(false);
        }
        let in_close_up = |image: RgbImage| {
            let by = (
                image.width() as f32 / others.width() as f32,
                image.height() as f32 / others.height() as f32,
            );
            let Place { x, y, width, height } = place;
            part(&image, Place { x: x * by.0, y: y * by.1, width: width * by.0, height: height * by.1 })
        };
        Ok(is_sure || self.is_same_closely(query, (found.content_id, &cut), in_close_up)?)
    }

    /// Whether a query shows the same as what `shown` makes of a picture, when both are looked at themselves. In their thumbnails
    /// they do.
    fn is_same_closely(
        &self,
        query: &Query,
        (content_id, thumbnail): (i64, &Pixels),
        shown: impl Fn(RgbImage) -> Option<RgbImage>,
    ) -> Result<bool> {
        let own = query.close_up.get_or_init(|| {
            let image = self.library.close_up(&query.source)?;
            let image = match query.crop {
                Some((region, full)) => part(&image, in_thumbnail(region, full, &image)),
                None => Some(image),
            };
            image.map(Pixels::of)
        });
        let Some(own) = own else { return Ok(false) };
        let others = CloseUps::new(self.library).of(content_id)?.and_then(shown);
        let is_same = |others: RgbImage| {
            agreement_of_close_ups((&query.pixels, own), (thumbnail, &Pixels::of(others))).is_some()
        };
        Ok(others.is_some_and(is_same))
    }
}

impl Library {
    /// Whether two pictures are the same by their pixels, mirrored or not.
    pub(crate) fn are_same(&self, one: i64, other: i64) -> Result<bool> {
        let (Some(own), Some(others)) = (self.thumbnail_pixels(one)?, self.thumbnail_pixels(other)?) else {
            return Ok(false);
        };
        let own = Pixels::of(own);
        let Some((way, lying)) = same_way(&own, &others) else { return Ok(false) };
        if !needs_close_up(own.image(), &others) {
            return Ok(true);
        }
        let likeness = CloseUps::new(self).likeness((other, way, &lying), (one, &own))?;
        Ok(matches!(likeness, Likeness::Copies(_)))
    }
}

/// How another picture lies when it is the same as one, as it is or mirrored, and its pixels then.
fn same_way(one: &Pixels, other: &RgbImage) -> Option<(Orientation, Pixels)> {
    [Orientation::Upright, Orientation::Mirrored].into_iter().find_map(|way| {
        let lying = Pixels::of(way.apply(other.clone()).ok()?);
        agreement(one, &lying).map(|_| (way, lying))
    })
}

/// A region of a picture of `full` size in its thumbnail.
fn in_thumbnail(region: Region, full: (u32, u32), thumbnail: &RgbImage) -> Place {
    let across = thumbnail.width() as f32 / full.0.max(1) as f32;
    let down = thumbnail.height() as f32 / full.1.max(1) as f32;
    Place {
        x: region.x as f32 * across,
        y: region.y as f32 * down,
        width: region.width as f32 * across,
        height: region.height as f32 * down,
    }
}

/// A part of a thumbnail; none that has too few pixels to tell by.
fn part(image: &RgbImage, place: Place) -> Option<RgbImage> {
    if place.width.min(place.height) < LEAST_SIDE {
        return None;
    }
    let along = |start: f32, length: f32, limit: u32| {
        let first = (start.round().max(0.0) as u32).min(limit - 1);
        (first, ((start + length).round() as u32).clamp(first + 1, limit))
    };
    let (left, right) = along(place.x, place.width, image.width());
    let (top, bottom) = along(place.y, place.height, image.height());
    let row = |y: u32| {
        let start = |x: u32| 3 * (y as usize * image.width() as usize + x as usize);
        image.pixels()[start(left)..start(right)].to_vec()
    };
    RgbImage::new(right - left, bottom - top, (top..bottom).flat_map(row).collect()).ok()
}
