//! Placeholders of pictures that were indexed before there were any, made from their thumbnails.

use catalog::{ContentHash, Placeholder, content};

use crate::base::control::Run;
use crate::engine::photo;
use crate::{Library, Result};

/// Placeholders in a transaction.
const BATCH: usize = 512;

impl Library {
    /// Makes the placeholders that are missing. Originals are not read: a picture without a thumbnail gets both
    /// when it is read again.
    pub(crate) fn make_placeholders(&self, run: &Run<'_>) -> Result<()> {
        let mut last = 0;
        while run.proceed() {
            let pictures =
                self.catalog.read(|connection| content::without_placeholder(connection, last, BATCH))?;
            let Some((highest, _)) = pictures.last() else { break };
            last = *highest;
            let mut made = Vec::with_capacity(pictures.len());
            for (id, hash) in &pictures {
                made.extend(self.placeholder_of(hash)?.map(|placeholder| (*id, placeholder)));
            }
            self.catalog.write(|connection| {
                made.iter()
                    .try_for_each(|(id, placeholder)| content::set_placeholder(connection, *id, placeholder))
            })?;
        }
        Ok(())
    }

    fn placeholder_of(&self, hash: &ContentHash) -> Result<Option<Placeholder>> {
        let jpeg = self.stored_thumbnail(hash)?;
        Ok(jpeg.and_then(|jpeg| photo::placeholder(&jpeg).ok()))
    }
}
