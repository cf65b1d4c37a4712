//! Decoded images, kept while a person draws boxes on them: then every box costs one embedding and no decode.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use catalog::photo::Stamp;
use imaging::{Decoded, ImageError, Limits, RgbImage, Target};
use parking_lot::Mutex;

use crate::Result;
use crate::base::once::Once;

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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    fn tiny() -> Prepared {
        Prepared { image: RgbImage::new(1, 1, vec![0; 3]).unwrap(), full: (1, 1) }
    }

    #[test]
    fn whoever_asks_while_an_image_is_decoded_gets_the_same_one() {
        let (images, decodes) = (PreparedImages::default(), AtomicUsize::new(0));
        let key = Key::Bytes(Arc::from(&b"image"[..]));
        let all: Vec<Arc<Prepared>> = thread::scope(|threads| {
            let asking: Vec<_> = (0..8)
                .map(|_| {
                    threads.spawn(|| {
                        images.get_or_prepare(key.clone(), || {
                            decodes.fetch_add(1, Ordering::SeqCst);
                            thread::yield_now();
                            Ok(tiny())
                        })
                    })
                })
                .collect();
            asking.into_iter().map(|asking| asking.join().unwrap().unwrap()).collect()
        });
        assert_eq!(decodes.load(Ordering::SeqCst), 1);
        assert!(all.iter().all(|image| Arc::ptr_eq(image, &all[0])));
    }

    #[test]
    fn only_the_last_images_are_kept_and_a_failed_decode_is_tried_again() {
        let images = PreparedImages::default();
        let keys: Vec<Key> = (0..=KEPT as u8).map(|n| Key::Bytes(Arc::from(&[n][..]))).collect();
        let failed = images.get_or_prepare(keys[0].clone(), || Err(crate::LibraryError::EmptyQuery));
        assert!(failed.is_err() && images.get(&keys[0]).is_none());
        for key in &keys {
            images.get_or_prepare(key.clone(), || Ok(tiny())).unwrap();
        }
        assert!(images.get(&keys[0]).is_none(), "the oldest made room");
        assert!(keys[1..].iter().all(|key| images.get(key).is_some()));
    }

    #[test]
    fn large_images_are_kept_reduced() {
        for (size, kept) in
            [((4000, 3000), (4000, 3000)), ((8000, 6000), (4000, 3000)), ((9, 90_000_000), (2, 11_250_000))]
        {
            let target = affordable(size);
            assert_eq!((target.short_side, target.long_side), (kept.0.min(kept.1), kept.0.max(kept.1)));
        }
    }
}
