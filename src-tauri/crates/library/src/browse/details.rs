//! Everything known of one photo.

use std::path::PathBuf;

use catalog::photo::Photo;
use catalog::{Placeholder, content, damage, photo};
use jiff::tz::TimeZone;

use crate::ingest::damaged::share;
use crate::reading::same_file::Seen;
use crate::search::date::LocalTime;
use crate::search::subfolder::Subfolder;
use crate::{Library, LibraryError, Result};

/// A photo, its file and its picture.
#[derive(Debug, Clone, PartialEq)]
pub struct PhotoDetails {
    /// The photo.
    pub id: i64,
    /// Its picture; another one when the file's content changed.
    pub content_id: i64,
    /// Absolute path.
    pub path: PathBuf,
    /// The folder it lies in.
    pub folder_id: i64,
    /// The folders within it around the photo, the outermost first.
    pub subfolders: Vec<Subfolder>,
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// Lower-case name of the file format.
    pub format: String,
    /// Size of the file.
    pub bytes: u64,
    /// When it was taken, else when its file was last changed: `YYYY-MM-DDTHH:MM:SS` in local time.
    pub taken: String,
    /// Whether the camera says when it was taken.
    pub taken_by_camera: bool,
    /// How much of the picture is missing, from 0 to 1.
    pub missing: f32,
    /// Whether its file is there now.
    pub online: bool,
    /// Other paths of the library that lead to the same file.
    pub also_at: Vec<PathBuf>,
    /// Paths of the library that cannot be told from others to the same file: of files with the same bytes, on file systems
    /// that may show each other's.
    pub maybe_at: Vec<PathBuf>,
    /// Paths of the library's other files with the same bytes.
    pub copies: Vec<PathBuf>,
    /// Shown while the picture is loaded: its `ThumbHash`, zeros after its end.
    pub placeholder: Option<Placeholder>,
}

impl Library {
    /// Everything known of a photo. Looks whether its file is there, and reads nothing of it.
    pub fn photo_details(&self, id: i64) -> Result<PhotoDetails> {
        let (photo, content, same, missing) = self
            .catalog
            .read(|connection| {
                let Some(photo) = photo::by_id(connection, id)? else { return Ok(None) };
                let Some(content) = content::by_id(connection, photo.content_id)? else { return Ok(None) };
                let same = photo::by_content(connection, photo.content_id)?;
                let missing = damage::of(connection, photo.content_id)?;
                Ok(Some((photo, content, same, share(missing))))
            })?
            .ok_or(LibraryError::PhotoUnknown { id })?;
        let seen = if same.len() > 1 { Seen::look(&photo.path) } else { None };
        let (mut also_at, mut maybe_at, mut copies) = (Vec::new(), Vec::new(), Vec::new());
        for other in same.into_iter().filter(|other| other.id != id).map(|other| other.path) {
            let look = seen.as_ref().and_then(|_| Seen::look(&other));
            let agree = |same: fn(&Seen, &Seen) -> bool| {
                seen.as_ref().zip(look.as_ref()).is_some_and(|(one, other)| same(one, other))
            };
            if other == photo.path || agree(Seen::is_same) {
                also_at.push(other);
            } else if agree(Seen::may_be_same) {
                maybe_at.push(other);
            } else {
                copies.push(other);
            }
        }
        let captured_at = content.captured_at.as_deref();
        let taken = LocalTime::of_photo(captured_at, photo.stamp.modified_ns, &TimeZone::system());
        Ok(PhotoDetails {
            id,
            content_id: photo.content_id,
            online: photo.online && photo.path.symlink_metadata().is_ok(),
            subfolders: photo
                .path
                .strip_prefix(&photo.folder)
                .map(|relative| Subfolder::around(photo.folder_id, relative))
                .unwrap_or_default(),
            path: photo.path,
            folder_id: photo.folder_id,
            width: content.width,
            height: content.height,
            format: content.format,
            bytes: photo.stamp.size,
            taken: taken.to_string(),
            missing,
            taken_by_camera: content.captured_at.is_some(),
            also_at,
            maybe_at,
            copies,
            placeholder: content.placeholder,
        })
    }

    /// Where a photo is.
    pub fn photo_path(&self, id: i64) -> Result<PathBuf> {
        Ok(self.photo(id)?.path)
    }

    pub(crate) fn photo(&self, id: i64) -> Result<Photo> {
        let photo = self.catalog.read(|connection| photo::by_id(connection, id))?;
        photo.ok_or(LibraryError::PhotoUnknown { id })
    }
}
