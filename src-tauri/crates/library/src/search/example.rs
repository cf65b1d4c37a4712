//! What a query is about: examples, and their embeddings.
//!
//! An example is a photo of the library, a file or bytes, whole or cropped. A file that is not in the library
//! is embedded on the spot; one that is and has not changed answers with its stored embedding.

use std::collections::HashSet;
use std::path::Path;

use catalog::folder::Folder;
use catalog::photo::Photo;
use catalog::{Region, embedding, folder, photo as photo_rows};

use crate::engine::look::{Asked, embed_region};
use crate::engine::photo::Preview;
use crate::reading::original;
use crate::reading::reader::Reader;
use crate::reading::source::Source;
use crate::{Library, LibraryError, Result};

/// How much a counter-example pulls the query away, against 1 for each example. The more counter-examples there are
/// for each example, the less each of them pulls: all together never more than this for each example, or two of them
/// would find nothing but the opposite of what was asked for.
const COUNTER_PULL: f32 = 0.5;

/// How much an example counts against the others of its query: 1 unless said otherwise.
///
/// It makes a difference only where there are other examples: a query is a direction.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Weight(f32);

impl Weight {
    /// The least there is. With less, an example says nothing beside another, and is better left out.
    pub const LEAST: f32 = 0.1;
    /// The most there is. With more, an example drowns the others.
    pub const MOST: f32 = 4.0;

    /// Refuses what is not within [`Self::LEAST`] and [`Self::MOST`].
    pub fn new(weight: f32) -> Result<Self> {
        if (Self::LEAST..=Self::MOST).contains(&weight) {
            Ok(Self(weight))
        } else {
            Err(LibraryError::WeightInvalid { weight, least: Self::LEAST, most: Self::MOST })
        }
    }

    /// As a factor.
    pub fn get(self) -> f32 {
        self.0
    }
}

impl Default for Weight {
    fn default() -> Self {
        Self(1.0)
    }
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
    /// How much it counts.
    pub weight: Weight,
}

impl Example {
    /// Results should look like all of the image.
    pub fn like(source: Source) -> Self {
        Self { source, crop: None, negative: false, weight: Weight::default() }
    }

    /// Only this part of the image matters, or all of it.
    #[must_use]
    pub fn cropped(self, crop: Option<Region>) -> Self {
        Self { crop, ..self }
    }
}

/// What a query looks for, as int8 vectors.
#[derive(Debug)]
pub(crate) struct Sought {
    /// Among photos as wholes.
    pub(crate) whole: Vec<i8>,
    /// Among parts of photos.
    pub(crate) part: Vec<i8>,
}

/// What each example pulls the query by, away from it when below zero.
fn pulls(examples: &[Example]) -> Vec<f32> {
    let total = |negative: bool| -> f32 {
        let side = examples.iter().filter(|example| example.negative == negative);
        side.map(|example| example.weight.get()).sum()
    };
    let (sought, avoided) = (total(false), total(true));
    let counter = -COUNTER_PULL * sought / (sought + avoided);
    let side = |example: &Example| if example.negative { counter } else { 1.0 };
    examples.iter().map(|example| side(example) * example.weight.get()).collect()
}

impl Library {
    /// The embedding of an image, of unit length, as the library's model sees it.
    pub fn embedding_of(&self, source: &Source, crop: Option<Region>) -> Result<Vec<f32>> {
        Ok(self.asked(source, crop)?.whole)
    }

    /// The same, and as it is compared with parts of photos.
    fn asked(&self, source: &Source, crop: Option<Region>) -> Result<Asked> {
        match (source, crop) {
            (Source::Photo(id), None) => self.stored_embedding(&self.photo(*id)?),
            (Source::Path(path), None) => match self.photo_at(path)? {
                Some(photo) if is_unchanged(&photo) => self.stored_embedding(&photo),
                _ => self.with_image(source, Reader::embed),
            },
            (_, Some(region)) => Ok(Asked::alike(match self.prepared_image(source)? {
                Some(prepared) => embed_region(&prepared.image, prepared.full, region, &self.model)?,
                None => self.with_image(source, |reader| reader.embed_region(region))?,
            })),
            (Source::Bytes(_), None) => self.with_image(source, Reader::embed),
        }
    }

    /// The vectors that a query looks for: the sums of its examples, by their weights. `tests/bench/RANKING.md` says what
    /// else was tried.
    ///
    /// And a small picture of what is asked for, where a file or bytes were decoded for it as the only example: whoever
    /// looks at its pixels need not decode it again.
    pub(crate) fn query_vector(&self, examples: &[Example]) -> Result<(Sought, Option<Preview>)> {
        if examples.iter().all(|example| example.negative) {
            return Err(LibraryError::EmptyQuery);
        }
        let mut shown = None;
        let zeros = || vec![0.0; self.model.dimension];
        let (mut whole, mut part) = (zeros(), zeros());
        for (example, pull) in examples.iter().zip(pulls(examples)) {
            let asked = match examples {
                [Example { source, crop: None, .. }] if self.is_outside(source)? => {
                    let (asked, preview) = self.with_image(source, Reader::embed_and_show)?;
                    shown = Some(preview);
                    asked
                }
                _ => self.asked(&example.source, example.crop)?,
            };
            for (sum, embedding) in [(&mut whole, asked.whole), (&mut part, asked.part)] {
                sum.iter_mut().zip(embedding).for_each(|(sum, value)| *sum += pull * value);
            }
        }
        let quantize = |sum: &[f32]| match vector_index::quantize(sum) {
            Err(vector_index::Error::ZeroVector) => Err(LibraryError::EmptyQuery),
            other => Ok(other?),
        };
        Ok((Sought { whole: quantize(&whole)?, part: quantize(&part)? }, shown))
    }

    /// Whether nothing is known of an example but what reading it tells.
    fn is_outside(&self, source: &Source) -> Result<bool> {
        Ok(match source {
            Source::Photo(_) => false,
            Source::Path(path) => self.photo_id_at(path)?.is_none(),
            Source::Bytes(_) => true,
        })
    }

    /// Photos of the library that are examples themselves: the same path, not mere copies.
    pub(crate) fn own_photos(&self, examples: &[Example]) -> Result<HashSet<i64>> {
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

    /// The id of the library's photo at an absolute or relative path, if the file is as it was when indexed.
    pub fn photo_id_at(&self, path: &Path) -> Result<Option<i64>> {
        Ok(self.photo_at(path)?.filter(is_unchanged).map(|photo| photo.id))
    }

    /// The library's photo at an absolute or relative path.
    fn photo_at(&self, path: &Path) -> Result<Option<Photo>> {
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

    fn stored_embedding(&self, photo: &Photo) -> Result<Asked> {
        let stored =
            self.catalog.read(|connection| embedding::whole(connection, photo.content_id, self.model_id))?;
        match stored {
            Some(vector) => Ok(Asked::alike(unit_length(&vector))),
            // Indexed with another model, and not yet with this one.
            None => self.with_image(&Source::Photo(photo.id), Reader::embed),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_neither_nothing_nor_everything() {
        for good in [Weight::LEAST, 0.5, 1.0, Weight::MOST] {
            assert!((Weight::new(good).unwrap().get() - good).abs() < f32::EPSILON);
        }
        for bad in [0.0, 0.05, -1.0, 4.1, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(Weight::new(bad).unwrap_err().code(), "weight_invalid", "{bad}");
        }
    }

    fn weighing(weights: &[f32]) -> Vec<Example> {
        let example = |weight: &f32| Example {
            negative: *weight < 0.0,
            weight: Weight::new(weight.abs()).unwrap(),
            ..Example::like(Source::Photo(1))
        };
        weights.iter().map(example).collect()
    }

    fn assert_pulls(weights: &[f32], expected: &[f32]) {
        let found = pulls(&weighing(weights));
        let is_near = found.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-6);
        assert!(is_near && found.len() == expected.len(), "{weights:?} pull by {found:?}, not {expected:?}");
    }

    #[test]
    fn examples_pull_by_their_weights_and_counter_examples_less_the_other_way() {
        assert_pulls(&[1.0, 3.0], &[1.0, 3.0]);
        assert_pulls(&[1.0, -1.0], &[1.0, -0.25]);
        assert_pulls(&[1.0, 2.0, -1.0], &[1.0, 2.0, -0.375]);
        assert_pulls(&[1.0, -1.0, -3.0], &[1.0, -0.1, -0.3]);
    }

    #[test]
    fn no_crowd_of_counter_examples_turns_a_query_round() {
        let crowd = [&[0.1][..], &[-4.0; 15]].concat();
        let away: f32 = pulls(&weighing(&crowd)).iter().filter(|pull| **pull < 0.0).sum();
        assert!(away < 0.0 && away > -0.1 * COUNTER_PULL, "{away}");
    }
}
