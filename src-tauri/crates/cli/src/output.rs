//! How results are printed: the JSON documents of each command, and the errors that end one.

use std::io::{self, Write};
use std::path::Path;

use library::{Embedding, FeatureVector, LibraryError, Region, Summary};
use serde::Serialize;

use crate::profile::Profile;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
    #[error("interrupts cannot be handled: {0}")]
    Signal(#[from] ctrlc::Error),
    #[error("stopped; run the command again to go on")]
    Stopped,
    #[error("the library has problems that were not mended")]
    Unsound,
    #[error("{0}")]
    Usage(String),
}

/// `index`.
#[derive(Debug, Serialize)]
pub(crate) struct IndexJson<'a> {
    #[serde(flatten)]
    pub(crate) summary: &'a Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<&'a Profile>,
}

/// `search`.
#[derive(Debug, Serialize)]
pub(crate) struct SearchJson<'a> {
    pub(crate) results: Vec<ResultJson<'a>>,
    pub(crate) seconds: f64,
}

/// One result of `search`.
#[derive(Debug, Serialize)]
pub(crate) struct ResultJson<'a> {
    #[serde(serialize_with = "library::lossy_path")]
    pub(crate) path: &'a Path,
    pub(crate) similarity: f32,
    pub(crate) band: library::Band,
    pub(crate) region: Option<RegionJson>,
}

/// A part of a photo.
#[derive(Debug, Serialize)]
pub(crate) struct RegionJson {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl From<Region> for RegionJson {
    fn from(Region { x, y, width, height }: Region) -> Self {
        Self { x, y, width, height }
    }
}

/// `embed`.
#[derive(Debug, Serialize)]
pub(crate) struct EmbedJson {
    pub(crate) embeddings: Vec<EmbeddingJson>,
}

/// One output of the model.
#[derive(Debug, Serialize)]
pub(crate) struct EmbeddingJson {
    pub(crate) index: usize,
    pub(crate) name: String,
    pub(crate) dimension: usize,
    pub(crate) values: Values,
}

/// Whole numbers when quantized.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Values {
    Float(Vec<f32>),
    Quantized(Vec<i8>),
}

impl From<Embedding> for EmbeddingJson {
    fn from(Embedding { index, name, vector }: Embedding) -> Self {
        let values = match vector {
            FeatureVector::Float(values) => Values::Float(values),
            FeatureVector::Quantized(values) => Values::Quantized(values),
        };
        let dimension = match &values {
            Values::Float(values) => values.len(),
            Values::Quantized(values) => values.len(),
        };
        Self { index, name, dimension, values }
    }
}

/// Prints one JSON document, on one line whatever a program takes for the end of one.
pub(crate) fn json(document: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(document).map_err(io::Error::from)?;
    writeln!(io::stdout().lock(), "{}", on_one_line(&text))?;
    Ok(())
}

/// JSON without the line ends that it allows in texts: outside of these there are none.
fn on_one_line(json: &str) -> String {
    json.replace('\u{85}', "\\u0085").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_one_line_and_says_the_same() {
        let name = "one\u{2028}two\u{2029}three\u{85}four\nfive\u{B}six";
        let line = on_one_line(&serde_json::to_string(name).unwrap());
        assert!(!line.contains(['\u{2028}', '\u{2029}', '\u{85}', '\n', '\u{B}']), "{line}");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), name);
    }
}
