//! The things in an image that a person may point at, to search by one of them. They are told from a small picture of it: no
//! original is read for those of a photo.

use catalog::{Region, content};
use imaging::RgbImage;

use crate::engine::photo;
use crate::reading::source::Source;
use crate::{Library, LibraryError, Result};

/// How much wider than the thing its box is on each side, as a share of it: a little of the surroundings helps a model.
const MARGIN: f32 = 0.03;

/// A thing in an image, in full-size upright pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thing {
    /// A box around it.
    pub region: Region,
    /// A place that is on it.
    pub on: (u32, u32),
}

impl Library {
    /// The things that stand out in an image, those that do most first; none where nothing does.
    pub fn things(&self, source: &Source) -> Result<Vec<Thing>> {
        let (small, full) = if let Source::Photo(id) = source {
            let photo = self.photo(*id)?;
            let content = self.catalog.read(|connection| content::by_id(connection, photo.content_id))?;
            let Some(content) = content else { return Ok(Vec::new()) };
            let Some(jpeg) = self.stored_thumbnail(&content.hash)? else { return Ok(Vec::new()) };
            (jpeg, (content.width, content.height))
        } else {
            let preview = self.preview(source)?;
            (preview.jpeg, (preview.width, preview.height))
        };
        let image = photo::decode_thumbnail(&small)
            .map_err(|error| LibraryError::unreadable("the thumbnail".as_ref(), &error))?;
        Ok(imaging::things(&image).into_iter().map(|thing| in_full(thing, &image, full)).collect())
    }
}

/// The same thing in the full-size image.
fn in_full(thing: imaging::Thing, small: &RgbImage, (width, height): (u32, u32)) -> Thing {
    let scaled = |value: u32, small: u32, full: u32| {
        (u64::from(value) * u64::from(full) / u64::from(small.max(1))) as u32
    };
    let widened = |start: u32, length: u32, small: u32, full: u32| {
        let (start, end) = (scaled(start, small, full), scaled(start + length, small, full));
        let margin = ((end - start) as f32 * MARGIN) as u32;
        let first = start.saturating_sub(margin);
        (first, (end + margin).min(full).saturating_sub(first).max(1))
    };
    let (x, region_width) = widened(thing.left, thing.width, small.width(), width);
    let (y, region_height) = widened(thing.top, thing.height, small.height(), height);
    Thing {
        region: Region { x, y, width: region_width, height: region_height },
        on: (scaled(thing.on.0, small.width(), width), scaled(thing.on.1, small.height(), height)),
    }
}
