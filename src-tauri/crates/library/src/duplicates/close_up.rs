//! Looks at two pictures themselves where their thumbnails agree and cannot tell: pages may differ in no more than a name or
//! an amount.
//!
//! Files are read as photos are, by a reader, and only as large as print needs. Of a file that is out of reach, or that has
//! changed since it was read, nothing is said: such pairs wait until both can be looked at.

use std::sync::Arc;

use catalog::photo as photo_rows;
use imaging::{Limits, Orientation, RgbImage};

use crate::base::kept::Kept;
use crate::engine::photo::THUMBNAIL_SIDE;
use crate::reading::reader::Reader;
use crate::reading::same_file::Seen;
use crate::reading::source::Source;
use crate::{Library, Result};
use image_matching::agreement::{Pixels, agreement_of_close_ups};
use image_matching::page::may_be_page;

/// The longer side of a close-up in pixels: small print on a page is seven pixels high.
pub(crate) const SIDE: u32 = 1280;
/// JPEG quality of what a reader hands over: it adds next to no noise.
const QUALITY: u8 = 95;
/// The most bytes of a close-up: twice what noise takes.
const MOST_BYTES: u64 = 8 << 20;
/// Close-ups that are kept for the next comparison, some 300 KB each.
const KEPT: usize = 48;

/// What is known of two pictures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Likeness {
    /// They show the same, and agree so well.
    Copies(f32),
    /// They do not.
    Different,
    /// Their thumbnails agree, and one of the two is out of reach.
    Unverified,
}

/// Whether the thumbnails of two pictures do not tell whether these are the same. A picture that is smaller than thumbnails are
/// is all there.
pub(crate) fn needs_close_up(one: &RgbImage, other: &RgbImage) -> bool {
    let is_reduced = |image: &RgbImage| image.width().max(image.height()) >= THUMBNAIL_SIDE;
    is_reduced(one) && is_reduced(other) && (may_be_page(one) || may_be_page(other))
}

/// Pictures as they are in their files.
pub(crate) struct CloseUps<'a> {
    library: &'a Library,
    /// As JPEGs.
    kept: Kept<Arc<[u8]>>,
}

impl<'a> CloseUps<'a> {
    pub(crate) fn new(library: &'a Library) -> Self {
        Self { library, kept: Kept::new(KEPT) }
    }

    /// How alike two pictures are whose thumbnails agree, when the first of them lies as its thumbnail does here.
    pub(crate) fn likeness(
        &self,
        (one, way, thumbnail): (i64, Orientation, &Pixels),
        (other, other_thumbnail): (i64, &Pixels),
    ) -> Result<Likeness> {
        let (Some(own), Some(others)) = (self.of(one)?, self.of(other)?) else {
            return Ok(Likeness::Unverified);
        };
        let Ok(own) = way.apply(own) else { return Ok(Likeness::Different) };
        let (own, others) = (Pixels::of(own), Pixels::of(others));
        let agreement = agreement_of_close_ups((thumbnail, &own), (other_thumbnail, &others));
        Ok(agreement.map_or(Likeness::Different, Likeness::Copies))
    }

    /// One picture; none that is out of reach.
    pub(crate) fn of(&self, content_id: i64) -> Result<Option<RgbImage>> {
        if let Some(jpeg) = self.kept.get(content_id) {
            return Ok(decode(&jpeg));
        }
        let Some(jpeg) = self.library.close_up_of_content(content_id)? else { return Ok(None) };
        let image = decode(&jpeg);
        self.kept.keep(content_id, jpeg.into());
        Ok(image)
    }
}

impl Library {
    /// A close-up of what an example shows; none of what cannot be read now.
    pub(crate) fn close_up(&self, source: &Source) -> Option<RgbImage> {
        self.close_up_jpeg(source).and_then(|jpeg| decode(&jpeg))
    }

    /// The picture in one of its files that is as it was read.
    fn close_up_of_content(&self, content_id: i64) -> Result<Option<Vec<u8>>> {
        let photos = self.catalog.read(|connection| photo_rows::by_content(connection, content_id))?;
        let is_as_read = |photo: &photo_rows::Photo| {
            Seen::look(&photo.path).is_some_and(|seen| seen.is_as_read(photo.stamp))
        };
        Ok(photos.iter().filter(|photo| photo.online && is_as_read(photo)).find_map(|photo| {
            let jpeg = self.close_up_jpeg(&Source::Photo(photo.id))?;
            // It may have changed while it was read.
            is_as_read(photo).then_some(jpeg)
        }))
    }

    fn close_up_jpeg(&self, source: &Source) -> Option<Vec<u8>> {
        match self.with_image(source, |reader: &mut Reader| reader.reduce(SIDE, QUALITY)) {
            Ok(jpeg) => Some(jpeg),
            Err(error) => {
                tracing::debug!(%error, "a picture cannot be looked at more closely");
                None
            }
        }
    }
}

/// The pixels of what a reader made.
fn decode(jpeg: &[u8]) -> Option<RgbImage> {
    let limits = Limits {
        max_pixels: u64::from(SIDE).pow(2),
        max_decoded_bytes: 32 << 20,
        max_file_bytes: MOST_BYTES,
    };
    imaging::decode(jpeg, None, &limits).ok().map(|decoded| decoded.image)
}
