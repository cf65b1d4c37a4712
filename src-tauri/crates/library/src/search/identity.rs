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
use crate::duplicates::copies::VERSION;
use crate::engine::photo::{self, Preview};
use crate::engine::regions::{Found, FoundBy};
use crate::reading::source::Source;
use crate::search::example::Example;
use crate::{Library, Result};
use image_matching::agreement::{Pixels, agreement};
use image_matching::excerpt::{Brightness, Excerpt, Place};

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
        let image = match example.crop {
            Some(region) => part(&image, in_thumbnail(region, full, &image)),
            None => Some(image),
        };
        Ok(image.map(|image| Query { excerpt: Excerpt::of(&image), pixels: Pixels::of(image) }))
    }

    fn is_same(&self, query: &Query, found: &Found) -> Result<bool> {
        let Some(others) = self.library.thumbnail_pixels(found.content_id)? else { return Ok(false) };
        if let FoundBy::Whole(_) = found.by {
            return Ok(are_same(&query.pixels, others));
        }
        // Of a part, only roughly is known where it is.
        let Some(excerpt) = &query.excerpt else { return Ok(false) };
        let Some((place, _)) = excerpt.find(&Brightness::of(&others)) else { return Ok(false) };
        let cut = part(&others, place);
        Ok(cut.is_some_and(|cut| agreement(&query.pixels, &Pixels::of(cut)).is_some()))
    }
}

impl Library {
    /// Whether two pictures are the same by their pixels, mirrored or not.
    pub(crate) fn are_same(&self, one: i64, other: i64) -> Result<bool> {
        let (Some(one), Some(other)) = (self.thumbnail_pixels(one)?, self.thumbnail_pixels(other)?) else {
            return Ok(false);
        };
        Ok(are_same(&Pixels::of(one), other))
    }
}

fn are_same(one: &Pixels, other: RgbImage) -> bool {
    let mirrored = Orientation::Mirrored.apply(other.clone());
    let is_same = |other: RgbImage| agreement(one, &Pixels::of(other)).is_some();
    is_same(other) || mirrored.is_ok_and(is_same)
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
