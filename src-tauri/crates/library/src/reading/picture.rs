//! Pictures to look at, of photos and of any other image: thumbnails, previews, an image in full, how large it is, and how it was
//! taken.

use std::path::PathBuf;
use std::sync::Arc;

use catalog::{ContentHash, content, photo as photo_rows};
use imaging::Shot;

use crate::base::profile::Stopwatch;
use crate::engine::photo::{self, Preview};
use crate::reading::original::{self, ReadError};
use crate::reading::prepared::{Key, Prepared};
use crate::reading::reader::{Input, Reader, Unread};
use crate::reading::source::Source;
use crate::{Library, LibraryError, Result};

/// JPEG quality of previews.
const PREVIEW_QUALITY: u8 = 85;
/// JPEG quality of pictures that are looked at closely.
const FULL_QUALITY: u8 = 90;
/// A picture with more pixels is shown reduced to as many: a window holds 200 MB for each.
const MOST_PIXELS_SHOWN: u64 = 50_000_000;

impl Library {
    /// The thumbnail of a photo, an upright sRGB JPEG.
    pub fn thumbnail(&self, id: i64) -> Result<Option<Vec<u8>>> {
        let photo = self.photo(id)?;
        let content = self.catalog.read(|connection| content::by_id(connection, photo.content_id))?;
        Ok(match content {
            Some(content) => self.stored_thumbnail(&content.hash)?,
            None => None,
        })
    }

    /// What the store has for a picture; nothing where it is damaged, as the next whole update makes it anew.
    pub(crate) fn stored_thumbnail(&self, hash: &ContentHash) -> Result<Option<Vec<u8>>> {
        match self.thumbnails.get(hash) {
            Err(error) if error.is_damage() => Ok(None),
            other => Ok(other?),
        }
    }

    /// The thumbnail of a photo if it still shows the picture `content_id`; none when the photo has changed since.
    pub fn thumbnail_of(&self, id: i64, content_id: i64) -> Result<Option<Vec<u8>>> {
        if self.photo(id)?.content_id == content_id { self.thumbnail(id) } else { Ok(None) }
    }

    /// A small upright picture of an example, for showing what was asked.
    pub fn preview(&self, source: &Source) -> Result<Preview> {
        match self.prepared_image(source)? {
            Some(prepared) => {
                let preview = photo::preview_of(&prepared.image, prepared.full);
                preview.map_err(|error| LibraryError::unreadable(&self.name_of(source), &error))
            }
            None => self.with_image(source, Reader::preview),
        }
    }

    /// An image as an upright sRGB JPEG whose longer side is at most `max_side` pixels; a smaller image keeps its size.
    ///
    /// Fails with [`LibraryError::PhotoOffline`] when a photo of the library is out of reach.
    pub fn preview_jpeg(&self, source: &Source, max_side: u32) -> Result<Vec<u8>> {
        self.reduced_jpeg(source, max_side, PREVIEW_QUALITY)
    }

    /// An image as an upright sRGB JPEG in its own size, for looking at it closely; one with more pixels than a window can
    /// hold is reduced.
    ///
    /// Fails with [`LibraryError::PhotoOffline`] when a photo of the library is out of reach.
    pub fn full_jpeg(&self, source: &Source) -> Result<Vec<u8>> {
        let (width, height) = self.image_size(source)?;
        self.reduced_jpeg(source, side_shown(width, height), FULL_QUALITY)
    }

    fn reduced_jpeg(&self, source: &Source, max_side: u32, quality: u8) -> Result<Vec<u8>> {
        if let Some(prepared) = self.prepared_image(source)?
            && prepared.is_enough_for(max_side)
        {
            return imaging::thumbnail(&prepared.image, max_side, quality)
                .map_err(|error| LibraryError::unreadable(&self.name_of(source), &error));
        }
        self.with_image(source, |reader| reader.reduce(max_side, quality))
    }

    /// Width and height of an upright image in pixels.
    pub fn image_size(&self, source: &Source) -> Result<(u32, u32)> {
        if let Source::Photo(id) = source {
            let content = self.catalog.read(|connection| match photo_rows::by_id(connection, *id)? {
                Some(photo) => content::by_id(connection, photo.content_id),
                None => Ok(None),
            })?;
            return content
                .map(|content| (content.width, content.height))
                .ok_or(LibraryError::PhotoUnknown { id: *id });
        }
        self.with_image(source, Reader::size)
    }

    /// How an image was taken, as its file says.
    pub fn shot(&self, source: &Source) -> Result<Shot> {
        self.with_image(source, Reader::shot)
    }

    /// Decodes an image and keeps it for a while, so that queries by parts of it are quick.
    pub fn prepare(&self, source: &Source) -> Result<()> {
        let decode = || self.with_image(source, Reader::prepare);
        self.prepared.get_or_prepare(self.key_of(source)?, decode).map(drop)
    }

    /// The image, if it was prepared.
    pub(crate) fn prepared_image(&self, source: &Source) -> Result<Option<Arc<Prepared>>> {
        Ok(self.prepared.get(&self.key_of(source)?))
    }

    /// Has a reader take an image for `work`. Waits while others are at it.
    pub(crate) fn with_image<T>(
        &self,
        source: &Source,
        work: impl Fn(&mut Reader) -> Result<T, Unread>,
    ) -> Result<T> {
        let _turn = self.decoding.acquire(1);
        let path = match source {
            Source::Photo(id) => self.photo(*id)?.path,
            _ => self.name_of(source),
        };
        let (stopwatch, given_up) = (Stopwatch::default(), || false);
        let read = self.readers.with_reader(|reader| {
            match source {
                Source::Bytes(bytes) => {
                    reader.load(Input::Bytes(Arc::clone(bytes)), &given_up, &stopwatch)?;
                }
                Source::Photo(_) | Source::Path(_) => {
                    reader.load_file(&path, &given_up, &stopwatch)?;
                }
            }
            work(reader)
        });
        read.map_err(|unread| match (source, unread) {
            (Source::Photo(_), Unread::File(ReadError::Vanished | ReadError::Io(_))) => {
                LibraryError::PhotoOffline { path }
            }
            (_, unread) => LibraryError::unread(&path, unread),
        })
    }

    fn key_of(&self, source: &Source) -> Result<Key> {
        let path = match source {
            Source::Photo(id) => self.photo(*id)?.path,
            Source::Path(path) => path.clone(),
            Source::Bytes(bytes) => return Ok(Key::Bytes(Arc::clone(bytes))),
        };
        match path.metadata() {
            Ok(metadata) => Ok(Key::File(path, original::stamp(&metadata))),
            Err(_) if matches!(source, Source::Photo(_)) => Err(LibraryError::PhotoOffline { path }),
            Err(error) => Err(LibraryError::unread(&path, ReadError::from(error).into())),
        }
    }

    /// What messages call an image.
    fn name_of(&self, source: &Source) -> PathBuf {
        match source {
            Source::Photo(id) => self.photo_path(*id).unwrap_or_default(),
            Source::Path(path) => path.clone(),
            Source::Bytes(_) => "the image".into(),
        }
    }
}

/// The longer side of a picture of this size as it is looked at closely.
fn side_shown(width: u32, height: u32) -> u32 {
    let (longer, pixels) = (width.max(height), u64::from(width) * u64::from(height));
    if pixels <= MOST_PIXELS_SHOWN {
        return longer;
    }
    (f64::from(longer) * (MOST_PIXELS_SHOWN as f64 / pixels as f64).sqrt()) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looked_at_closely_a_picture_keeps_its_size_if_a_window_can_hold_it() {
        assert_eq!(side_shown(4000, 6000), 6000);
        let longer = side_shown(20_000, 10_000);
        assert!((9_990..=10_000).contains(&longer), "{longer}");
    }
}
