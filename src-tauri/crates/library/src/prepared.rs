//! Decoded images, kept while a person draws boxes on them: then every box costs one embedding and no decode.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use catalog::photo::Stamp;
use imaging::{Decoded, ImageError, Limits, RgbImage, Target};
use parking_lot::Mutex;

use crate::Result;
use crate::once::Once;

/// Images kept: the one on show, and the one before it.
const KEPT: usize = 2;

/// Larger images are kept at half their size, or less: 72 MB each is enough.
const MOST_PIXELS: u64 = 24_000_000;

/// What makes two images the same.
#[derive(Debug, Clone)]
pub(crate) enum Key {
    /// A file that has not changed.
    File(PathBuf, Stamp),
    /// The very same bytes in memory.
    Bytes(Arc<[u8]>),
}

/// A decoded image.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// Upright, perhaps reduced.
    pub(crate) image: RgbImage,
    /// Width and height of the upright image in full.
    pub(crate) full: (u32, u32),
}

/// The last images that were prepared, newest first.
#[derive(Debug, Default)]
pub(crate) struct PreparedImages(Mutex<Entries>);

type Entries = VecDeque<(Key, Arc<Once<Prepared>>)>;

impl PreparedImages {
    /// The image, if it was prepared; waits while it is being decoded.
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<Prepared>> {
        let entry = find(&self.0.lock(), key)?;
        entry.get()
    }

    /// The image; decoded now if it was not before. Whoever asks meanwhile waits and gets the same.
    pub(crate) fn get_or_prepare(
        &self,
        key: Key,
        decode: impl FnOnce() -> Result<Prepared>,
    ) -> Result<Arc<Prepared>> {
        let entry = {
            let mut entries = self.0.lock();
            find(&entries, &key).unwrap_or_else(|| {
                let entry = Arc::new(Once::default());
                entries.push_front((key, Arc::clone(&entry)));
                entries.truncate(KEPT);
                entry
            })
        };
        entry.get_or_make(decode)
    }

    /// Frees the images.
    pub(crate) fn forget(&self) {
        self.0.lock().clear();
    }
}

fn find(entries: &Entries, key: &Key) -> Option<Arc<Once<Prepared>>> {
    entries.iter().find(|(known, _)| known == key).map(|(_, entry)| Arc::clone(entry))
}

impl Prepared {
    /// Whether a picture of this many pixels on its longer side can be made from it as from the original.
    pub(crate) fn is_enough_for(&self, side: u32) -> bool {
        let full = self.full == (self.image.width(), self.image.height());
        full || self.image.width().max(self.image.height()) >= side
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(path, stamp), Self::File(other_path, other_stamp)) => {
                (path, stamp) == (other_path, other_stamp)
            }
            (Self::Bytes(bytes), Self::Bytes(other)) => Arc::ptr_eq(bytes, other),
            _ => false,
        }
    }
}

/// Decodes an image for keeping.
pub(crate) fn decode(bytes: &[u8]) -> Result<Prepared, ImageError> {
    let limits = Limits::default();
    let probe = imaging::probe(bytes, &limits)?;
    let full = (probe.width, probe.height);
    let Decoded { image, .. } = imaging::decode(bytes, Some(affordable(full)), &limits)?;
    Ok(Prepared { image, full })
}

/// The largest of the reduced sizes that has few enough pixels.
fn affordable((width, height): (u32, u32)) -> Target {
    let at = |denominator: u32| (width.div_ceil(denominator), height.div_ceil(denominator));
    let fits = |&(width, height): &(u32, u32)| u64::from(width) * u64::from(height) <= MOST_PIXELS;
    let (width, height) = [1, 2, 4].map(at).into_iter().find(fits).unwrap_or_else(|| at(8));
    Target { short_side: width.min(height), long_side: width.max(height) }
}
