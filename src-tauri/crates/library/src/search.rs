//! Queries: one or several examples in, the photos most like them out.
//!
//! An example is a photo of the library, a file or bytes, whole or cropped. A file that is not in the library
//! is embedded on the spot; one that is and has not changed answers with its stored embedding.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use catalog::folder::Folder;
use catalog::photo::Photo;
use catalog::{Region, content, embedding, folder, photo as photo_rows};
use vector_index::VectorIndex;

use crate::direct::read_query;
use crate::model::Band;
use crate::original;
use crate::photo::{self, DigestError, Preview, embed_query};
use crate::{Library, LibraryError, Result};

/// How much a counter-example pulls the query away, against 1 for each example.
const COUNTER_WEIGHT: f32 = -0.5;

/// Where an example's pixels come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A photo of the library, by id. Works while its folder is offline.
    Photo(i64),
    /// A file, in the library or not.
    Path(PathBuf),
    /// The bytes of an image file, as pasted or dropped.
    Bytes(Vec<u8>),
}

/// A thing to look for, or to stay away from.
#[derive(Debug, Clone)]
pub struct Example {
    /// The image.
    pub source: Source,
    /// The part of it that matters, in pixels of the upright, full-size image; none for all of it.
    pub crop: Option<Region>,
    /// A counter-example: results should *not* look like it.
    pub negative: bool,
}

/// One photo among the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The photo.
    pub photo: i64,
    /// Where it is.
    pub path: PathBuf,
    /// Cosine similarity to the query, -1 to 1.
    pub similarity: f32,
    /// The similarity in words.
    pub band: Band,
    /// Where in the photo the match is; none for the photo as a whole.
    pub region: Option<Region>,
    /// Whether its folder is there.
    pub online: bool,
}

impl Library {
    /// The `limit` photos most like the examples, best first; the examples themselves are not among them.
    pub fn search(&self, examples: &[Example], limit: usize) -> Result<Vec<Match>> {
        let query = match vector_index::quantize(&self.query_embedding(examples)?) {
            Err(vector_index::Error::ZeroVector) => return Err(LibraryError::EmptyQuery),
            other => other?,
        };
        let own = self.own_photos(examples)?;
        // Room for the examples themselves, which are the best matches and are left out.
        let neighbors = self.index.vectors().search(&query, limit.saturating_add(own.len()), None)?;
        let mut matches = Vec::new();
        self.catalog.read(|connection| {
            for neighbor in neighbors {
                let Some(owner) = embedding::owner(connection, neighbor.id)? else { continue };
                for photo in photo_rows::by_content(connection, owner.content_id)? {
                    if !own.contains(&photo.id) {
                        matches.push(self.to_match(photo, neighbor.similarity, owner.region));
                    }
                }
            }
            Ok(())
        })?;
        matches.truncate(limit);
        Ok(matches)
    }

    /// The embedding of an image, of unit length, as the library's model sees it.
    pub fn embedding_of(&self, source: &Source, crop: Option<Region>) -> Result<Vec<f32>> {
        match (source, crop) {
            (Source::Photo(id), None) => self.stored_embedding(&self.photo(*id)?),
            (Source::Photo(id), Some(_)) => self.embed_file(&self.photo(*id)?.path, crop),
            (Source::Path(path), None) => match self.photo_at(path)? {
                Some(photo) if is_unchanged(&photo) => self.stored_embedding(&photo),
                _ => self.embed_file(path, None),
            },
            (Source::Path(path), Some(_)) => self.embed_file(path, crop),
            (Source::Bytes(bytes), _) => self.embed_bytes(Path::new("the image"), bytes, crop),
        }
    }

    fn query_embedding(&self, examples: &[Example]) -> Result<Vec<f32>> {
        if examples.iter().all(|example| example.negative) {
            return Err(LibraryError::EmptyQuery);
        }
        let mut sum = vec![0.0; self.model.dimension];
        for example in examples {
            let weight = if example.negative { COUNTER_WEIGHT } else { 1.0 };
            let embedding = self.embedding_of(&example.source, example.crop)?;
            sum.iter_mut().zip(embedding).for_each(|(sum, value)| *sum += weight * value);
        }
        Ok(sum)
    }

    /// Photos of the library that are examples themselves: the same path, not mere copies.
    fn own_photos(&self, examples: &[Example]) -> Result<HashSet<i64>> {
        let mut own = HashSet::new();
        for example in examples {
            match &example.source {
                Source::Photo(id) => own.extend([*id]),
                Source::Path(path) => own.extend(self.photo_at(path)?.map(|photo| photo.id)),
                Source::Bytes(_) => {}
            }
        }
        Ok(own)
    }

    /// The library's photo at an absolute or relative path.
    pub(crate) fn photo_at(&self, path: &Path) -> Result<Option<Photo>> {
        // As it is, it may lead through a link below one of our folders, or to an unplugged drive; resolved, it
        // may be one of ours reached by another way.
        let ways = [std::path::absolute(path).ok(), dunce::canonicalize(path).ok()];
        Ok(self.catalog.read(|connection| {
            for Folder { id, path: root, .. } in folder::all(connection)? {
                for relative in ways.iter().flatten().filter_map(|path| path.strip_prefix(&root).ok()) {
                    if let Some(photo) = photo_rows::by_path(connection, id, relative)? {
                        return Ok(Some(photo));
                    }
                }
            }
            Ok(None)
        })?)
    }

    fn stored_embedding(&self, photo: &Photo) -> Result<Vec<f32>> {
        let stored =
            self.catalog.read(|connection| embedding::whole(connection, photo.content_id, self.model_id))?;
        match stored {
            Some(vector) => Ok(unit_length(&vector)),
            // Indexed with another model, and not yet with this one.
            None => self.embed_file(&photo.path, None),
        }
    }

    fn embed_file(&self, path: &Path, crop: Option<Region>) -> Result<Vec<f32>> {
        let bytes = read_query(path)?;
        self.embed_bytes(path, &bytes, crop)
    }

    fn embed_bytes(&self, path: &Path, bytes: &[u8], crop: Option<Region>) -> Result<Vec<f32>> {
        embed_query(bytes, crop, &self.model).map_err(|error| match error {
            DigestError::Image(error) => LibraryError::QueryUnreadable {
                path: path.into(),
                code: error.code(),
                reason: error.to_string(),
            },
            DigestError::Embedding(error) => error,
        })
    }

    fn to_match(&self, photo: Photo, similarity: f32, region: Option<Region>) -> Match {
        Match {
            photo: photo.id,
            path: photo.path,
            similarity,
            band: self.model.bands.of(similarity),
            region,
            online: photo.online,
        }
    }

    /// A small upright picture of an example, for showing what was asked.
    pub fn preview(&self, source: &Source) -> Result<Preview> {
        let read;
        let (name, bytes) = match source {
            Source::Photo(id) => {
                let path = self.photo(*id)?.path;
                read = read_query(&path)?;
                (path, &read)
            }
            Source::Path(path) => {
                read = read_query(path)?;
                (path.clone(), &read)
            }
            Source::Bytes(bytes) => (PathBuf::from("the image"), bytes),
        };
        photo::preview(bytes).map_err(|error| LibraryError::QueryUnreadable {
            path: name,
            code: error.code(),
            reason: error.to_string(),
        })
    }

    /// Up to `count` photos spread evenly over the library, in the order of their ids.
    pub fn sample(&self, count: usize) -> Result<Vec<PathBuf>> {
        Ok(self.catalog.read(|connection| photo_rows::sample(connection, count))?)
    }

    /// The thumbnail of a photo, an upright sRGB JPEG.
    pub fn thumbnail(&self, id: i64) -> Result<Option<Vec<u8>>> {
        let photo = self.photo(id)?;
        let content = self.catalog.read(|connection| content::by_id(connection, photo.content_id))?;
        Ok(match content {
            Some(content) => self.thumbnails.get(&content.hash)?,
            None => None,
        })
    }

    fn photo(&self, id: i64) -> Result<Photo> {
        let photo = self.catalog.read(|connection| photo_rows::by_id(connection, id))?;
        photo.ok_or(LibraryError::PhotoUnknown { id })
    }
}

fn is_unchanged(photo: &Photo) -> bool {
    match std::fs::metadata(&photo.path) {
        Ok(metadata) => original::stamp(&metadata) == photo.stamp,
        // Offline: the stored embedding is the best there is.
        Err(_) => true,
    }
}

/// The float vector that an int8 vector stands for: only its direction was stored.
fn unit_length(vector: &[i8]) -> Vec<f32> {
    let norm =
        vector.iter().map(|&value| f32::from(value).powi(2)).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    vector.iter().map(|&value| f32::from(value) / norm).collect()
}
