//! The pixels of thumbnails, by which pictures are compared with each other.

use std::sync::Arc;

use catalog::content;
use imaging::RgbImage;

use crate::base::kept::Kept;
use crate::engine::photo;
use crate::{Library, Result};
use image_matching::agreement::Pixels;

/// Thumbnails that are kept for the next comparison: pages of one template are compared with each other.
const KEPT: usize = 64;

/// Thumbnails, by content id.
pub(crate) struct Thumbnails<'a> {
    library: &'a Library,
    kept: Kept<Arc<Pixels>>,
}

impl<'a> Thumbnails<'a> {
    pub(crate) fn new(library: &'a Library) -> Self {
        Self { library, kept: Kept::new(KEPT) }
    }

    /// The pixels of one, as it lies; none where there is no thumbnail.
    pub(crate) fn of(&self, content_id: i64) -> Result<Option<Arc<Pixels>>> {
        if let Some(pixels) = self.kept.get(content_id) {
            return Ok(Some(pixels));
        }
        let Some(thumbnail) = self.library.thumbnail_pixels(content_id)? else { return Ok(None) };
        let pixels = Arc::new(Pixels::of(thumbnail));
        self.kept.keep(content_id, Arc::clone(&pixels));
        Ok(Some(pixels))
    }
}

impl Library {
    /// The pixels of a picture's thumbnail, where there is one.
    pub(crate) fn thumbnail_pixels(&self, content_id: i64) -> Result<Option<RgbImage>> {
        let content = self.catalog.read(|connection| content::by_id(connection, content_id))?;
        let Some(content) = content else { return Ok(None) };
        let jpeg = self.stored_thumbnail(&content.hash)?;
        // A damaged thumbnail is found and made anew by the next update.
        Ok(jpeg.and_then(|jpeg| photo::decode_thumbnail(&jpeg).ok()))
    }
}
