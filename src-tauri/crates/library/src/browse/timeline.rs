//! All photos in the order they were taken.

use std::cmp::Reverse;
use std::collections::HashSet;

use catalog::{Placeholder, absent, folder};

use crate::search::date::{Day, LocalTime};
use crate::search::filter::{Filter, Passed};
use crate::{Library, Result};

/// What the grid needs of a photo before it shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimelinePhoto {
    /// The photo.
    pub id: i64,
    /// Its picture; another one when the file's content changed.
    pub content_id: i64,
    /// The day it was taken, else the day its file was last changed.
    pub day: Day,
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// Whether it, and its folder, is there.
    pub online: bool,
    /// Shown while the thumbnail is loaded: the picture's `ThumbHash`, zeros after its end.
    pub placeholder: Option<Placeholder>,
}

impl Library {
    /// All photos that pass the filter, newest first; of the same second, the one that was found later first.
    pub fn timeline(&self, filter: &Filter) -> Result<Vec<TimelinePhoto>> {
        let (folders, absent) =
            self.catalog.read(|connection| Ok((folder::all(connection)?, absent::all(connection)?)))?;
        let online: HashSet<i64> =
            folders.into_iter().filter(|folder| folder.online).map(|folder| folder.id).collect();
        let mut photos: Vec<(LocalTime, TimelinePhoto)> = Vec::new();
        self.for_each_passed(filter, |Passed { photo, taken }| {
            let photo = TimelinePhoto {
                id: photo.id,
                content_id: photo.content_id,
                day: taken.day(),
                width: photo.width,
                height: photo.height,
                online: online.contains(&photo.folder_id) && !absent.contains(&photo.id),
                placeholder: photo.placeholder,
            };
            photos.push((taken, photo));
        })?;
        // Sorted by SQLite, with its rows in a temporary table, it takes several times as long.
        photos.sort_unstable_by_key(|(taken, photo)| Reverse((*taken, photo.id)));
        Ok(photos.into_iter().map(|(_, photo)| photo).collect())
    }
}
