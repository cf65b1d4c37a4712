//! Images that are not in the library but were dropped, pasted or chosen: kept by key while the program runs.
//!
//! The window never names a file: it gets a key for what the person handed in, and the key opens nothing else.

use std::num::NonZeroUsize;

use library::Source;
use lru::LruCache;
use parking_lot::Mutex;

use crate::problem::ShellError;

/// How many are kept: more than a person steps back through.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);
/// Bytes of pasted images that are kept. Files are not held in memory.
const KEPT_BYTES: usize = 256 << 20;

/// The images that were handed in lately.
#[derive(Debug)]
pub(crate) struct ForeignImages {
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    images: LruCache<u64, Source>,
    next: u64,
}

impl Default for ForeignImages {
    fn default() -> Self {
        Self { kept: Mutex::new(Kept { images: LruCache::new(KEPT), next: 1 }) }
    }
}

impl ForeignImages {
    /// Keeps an image and returns its key.
    pub(crate) fn insert(&self, source: Source) -> String {
        let mut kept = self.kept.lock();
        let key = kept.next;
        kept.next += 1;
        kept.images.push(key, source);
        // The newest stays however large it is: it is what the person looks for.
        while kept.images.len() > 1 && bytes(&kept.images) > KEPT_BYTES {
            kept.images.pop_lru();
        }
        key.to_string()
    }

    /// The image with this key.
    pub(crate) fn get(&self, key: &str) -> Result<Source, ShellError> {
        let key: u64 = key.parse().map_err(|_| ShellError::ImageUnknown)?;
        self.kept.lock().images.get(&key).cloned().ok_or(ShellError::ImageUnknown)
    }
}

fn bytes(images: &LruCache<u64, Source>) -> usize {
    images.iter().map(|(_, source)| if let Source::Bytes(bytes) = source { bytes.len() } else { 0 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(bytes: usize) -> Source {
        Source::Bytes(vec![0; bytes].into())
    }

    #[test]
    fn a_key_opens_the_image_it_was_given_for_and_nothing_else() {
        let images = ForeignImages::default();
        let key = images.insert(image(3));
        assert!(matches!(images.get(&key), Ok(Source::Bytes(bytes)) if bytes.len() == 3));
        for key in ["", "0", "99", "-1", "../1", "/etc/hostname", "1.0"] {
            assert!(images.get(key).is_err(), "{key}");
        }
    }

    #[test]
    fn pasted_images_do_not_fill_the_memory() {
        let images = ForeignImages::default();
        let first = images.insert(image(KEPT_BYTES / 2));
        let second = images.insert(image(KEPT_BYTES / 2 + 1));
        assert!(images.get(&first).is_err());
        let huge = images.insert(image(KEPT_BYTES + 1));
        assert!(images.get(&second).is_err());
        assert!(images.get(&huge).is_ok());
    }
}
