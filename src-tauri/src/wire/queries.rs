//! What is asked and what is found.

use library::{Query, Source, shown_name};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Band, Filter, base64, id};
use crate::foreign::ForeignImages;
use crate::problem::{Result, ShellError};

/// Examples of a query at most: one of more says nothing any more.
pub(crate) const EXAMPLES: usize = 16;

/// A part of an image in upright, full-size pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// A thing in an image that can be pointed at, in upright, full-size pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Thing {
    /// A box around it.
    pub region: Region,
    /// A place that is on it.
    pub x: u32,
    /// A place that is on it.
    pub y: u32,
}

/// An image that a query is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum ImageRef {
    /// A photo of the library.
    Photo {
        /// Its id.
        id: u32,
    },
    /// A dropped, pasted or chosen image.
    Foreign {
        /// The key that the shell gave it.
        key: String,
    },
}

/// Upright pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Size {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// A dropped, pasted or chosen image, kept while the program runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ForeignImage {
    /// Names it in commands and addresses.
    pub key: String,
    /// File name; empty for pasted pixels.
    pub name: String,
    /// Upright pixels.
    pub width: u32,
    /// Upright pixels.
    pub height: u32,
}

/// A thing to look for, or to stay away from.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Example {
    /// The image.
    pub image: ImageRef,
    /// The part of it that matters; none for all of it.
    pub crop: Option<Region>,
    /// Results should not look like it.
    pub negative: bool,
    /// How much it counts against the others: 0.1 to 4, usually 1.
    pub weight: f32,
}

/// A query.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchRequest {
    /// One at least that is not negative.
    pub examples: Vec<Example>,
    /// Results at most.
    pub limit: u32,
    /// Which photos to search among.
    pub filter: Filter,
    /// Of photos that show the same picture, give the best match only.
    pub hide_copies: bool,
}

/// What a query found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchResults {
    /// Best first.
    pub matches: Vec<Match>,
    /// Time taken.
    pub milliseconds: f32,
}

/// One photo among the results.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Match {
    /// The photo's id.
    pub id: u32,
    /// Changes with the picture; part of its addresses.
    pub version: u32,
    /// File name.
    pub name: String,
    /// Upright pixels.
    pub width: u32,
    /// Upright pixels.
    pub height: u32,
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
    /// The similarity in words.
    pub band: Band,
    /// Where in the photo the match is; none for the photo as a whole.
    pub region: Option<Region>,
    /// Whether its folder is there.
    pub online: bool,
    /// Day it was taken, `YYYY-MM-DD`.
    pub day: String,
    /// Photos of the same picture that were left out because copies are hidden.
    pub hidden_copies: u32,
    /// ThumbHash of the picture, base64.
    pub placeholder: Option<String>,
}

impl From<library::Thing> for Thing {
    fn from(library::Thing { region, on: (x, y) }: library::Thing) -> Self {
        let library::Region { x: left, y: top, width, height } = region;
        Self { region: Region { x: left, y: top, width, height }, x, y }
    }
}

impl ImageRef {
    /// Where its pixels come from.
    pub(crate) fn source(&self, foreign: &ForeignImages) -> Result<Source> {
        Ok(match self {
            Self::Photo { id } => Source::Photo(i64::from(*id)),
            Self::Foreign { key } => foreign.get(key)?,
        })
    }
}

impl SearchRequest {
    /// What the library is asked.
    pub(crate) fn query(self, foreign: &ForeignImages) -> Result<Query> {
        if self.examples.len() > EXAMPLES {
            return Err(ShellError::TooManyExamples { most: EXAMPLES }.into());
        }
        let examples = self
            .examples
            .into_iter()
            .map(|example| {
                Ok(library::Example {
                    source: example.image.source(foreign)?,
                    crop: example.crop.map(|crop| library::Region {
                        x: crop.x,
                        y: crop.y,
                        width: crop.width,
                        height: crop.height,
                    }),
                    negative: example.negative,
                    weight: library::Weight::new(example.weight)?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Query {
            examples,
            limit: self.limit as usize,
            filter: self.filter.try_into()?,
            hide_copies: self.hide_copies,
        })
    }
}

impl From<&library::Match> for Match {
    fn from(found: &library::Match) -> Self {
        Self {
            id: id(found.photo),
            version: id(found.content_id),
            name: shown_name(&found.path),
            width: found.width,
            height: found.height,
            similarity: found.similarity,
            band: found.band,
            region: found.region.map(|region| Region {
                x: region.x,
                y: region.y,
                width: region.width,
                height: region.height,
            }),
            online: found.online,
            day: found.day.to_string(),
            hidden_copies: found.hidden_copies,
            placeholder: found.placeholder.map(|hash| base64(&hash)),
        }
    }
}
