//! Makes the prints of pictures from their thumbnails. What prints are for is told in [`mod@image_matching::print`].

use catalog::{ContentHash, copies, print as rows};

use crate::base::parallel;
use crate::engine::photo;
use crate::{Library, Result};
use image_matching::print::{Print, VERSION};

/// Prints in a transaction.
const BATCH: usize = 512;

impl Library {
    /// Makes the prints that are missing. A picture whose thumbnail is damaged or missing gets one when both are made
    /// anew.
    pub(crate) fn make_prints(&self, threads: usize, goes_on: &dyn Fn() -> bool) -> Result<()> {
        let mut last = 0;
        while goes_on() {
            let pictures =
                self.catalog.read(|connection| rows::outstanding(connection, VERSION, last, BATCH))?;
            let Some((highest, _)) = pictures.last() else { break };
            last = *highest;
            let made = parallel::map(threads, &pictures, |(_, hash)| self.new_print(hash))?;
            self.catalog.write(|connection| {
                let made = pictures.iter().zip(&made);
                made.filter_map(|((id, _), print)| Some((id, print.as_ref()?))).try_for_each(|(id, print)| {
                    rows::set(connection, *id, print)?;
                    // It may have been compared without.
                    copies::forget(connection, *id)
                })
            })?;
        }
        Ok(())
    }

    fn new_print(&self, hash: &ContentHash) -> Result<Option<rows::Print>> {
        let Some(jpeg) = self.stored_thumbnail(hash)? else { return Ok(None) };
        // A damaged thumbnail is found and made anew by the next update.
        let Ok(thumbnail) = photo::decode_thumbnail(&jpeg) else { return Ok(None) };
        let print = Print::of(&thumbnail);
        Ok(Some(rows::Print {
            version: VERSION,
            hash: print.has_detail().then(|| print.hash()),
            sharpness: imaging::sharpness(&thumbnail),
            levels: print.levels().to_vec(),
        }))
    }
}
