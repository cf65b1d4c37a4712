//! Which photos to show or to search among.

use std::collections::HashSet;
use std::sync::Arc;

use catalog::{embedding, photo};
use jiff::tz::TimeZone;
use parking_lot::Mutex;

use crate::search::date::{Day, LocalTime};
use crate::search::subfolder::Subfolder;
use crate::{Library, Result};

/// Conditions that a photo must meet, all of them. The default lets every photo pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Ids of the folders it may lie in; none for any.
    pub folders: Vec<i64>,
    /// The folder within a folder that it must lie in, at any depth.
    pub subfolder: Option<Subfolder>,
    /// The first day it may be of.
    pub from: Option<Day>,
    /// The last day it may be of.
    pub to: Option<Day>,
    /// Lower-case names of the file formats it may have; none for any.
    pub formats: Vec<String>,
}

/// A photo that passes a filter.
pub(crate) struct Passed<'a> {
    pub(crate) photo: photo::Listed<'a>,
    pub(crate) taken: LocalTime,
}

/// Photos that pass a filter, their pictures, and the vectors of these.
#[derive(Debug)]
pub(crate) struct Allowed {
    pub(crate) photos: HashSet<i64>,
    pub(crate) pictures: HashSet<i64>,
    pub(crate) vectors: HashSet<i64>,
}

/// What the last filter allowed. People search again with the same filter far more often than they change it.
#[derive(Debug, Default)]
pub(crate) struct LastFilter(Mutex<Option<(Filter, u64, Arc<Allowed>)>>);

impl LastFilter {
    /// Frees what was kept.
    pub(crate) fn forget(&self) {
        *self.0.lock() = None;
    }
}

impl Filter {
    fn passes(&self, photo: &photo::Listed<'_>, day: Day) -> bool {
        (self.folders.is_empty() || self.folders.contains(&photo.folder_id))
            && (self.formats.is_empty() || self.formats.iter().any(|format| format == photo.format))
            && self.from.is_none_or(|from| day >= from)
            && self.to.is_none_or(|to| day <= to)
    }
}

impl Library {
    /// Calls `each` with every photo that passes the filter, in no order.
    pub(crate) fn for_each_passed(&self, filter: &Filter, mut each: impl FnMut(Passed<'_>)) -> Result<()> {
        let zone = TimeZone::system();
        Ok(self.catalog.read(|connection| {
            let look = |photo: photo::Listed<'_>| {
                let taken = LocalTime::of_photo(photo.captured_at, photo.modified_ns, &zone);
                if filter.passes(&photo, taken.day()) {
                    each(Passed { photo, taken });
                }
            };
            match &filter.subfolder {
                Some(Subfolder { folder_id, path }) => {
                    photo::for_each_listed_below(connection, *folder_id, path, look)
                }
                None => photo::for_each_listed(connection, look),
            }
        })?)
    }

    /// What a filter allows; none when it allows everything.
    pub(crate) fn allowed(&self, filter: &Filter) -> Result<Option<Arc<Allowed>>> {
        if *filter == Filter::default() {
            return Ok(None);
        }
        let mut last = self.last_filter.0.lock();
        // Before reading: a write in between makes what is read now out of date the next time.
        let generation = self.catalog.generation();
        if let Some((last, read_at, allowed)) = &*last
            && (last, *read_at) == (filter, generation)
        {
            return Ok(Some(Arc::clone(allowed)));
        }
        let (mut photos, mut pictures, mut vectors) = (HashSet::new(), HashSet::new(), HashSet::new());
        self.for_each_passed(filter, |Passed { photo, .. }| {
            photos.insert(photo.id);
            pictures.insert(photo.content_id);
        })?;
        self.catalog.read(|connection| {
            embedding::for_each_owner(connection, self.model_id, |id, content_id| {
                if pictures.contains(&content_id) {
                    vectors.insert(id);
                }
            })
        })?;
        let allowed = Arc::new(Allowed { photos, pictures, vectors });
        *last = Some((filter.clone(), generation, Arc::clone(&allowed)));
        Ok(Some(allowed))
    }
}
