//! Models and what they do.

use library::{LEAST_PICTURES, ModelKey};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ModelState, count};

/// A model: one that comes with Lookalike, or one that the person brought.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Names it.
    pub key: String,
    /// What it is called; `fast` and `accurate` are those that come with Lookalike.
    pub name: String,
    /// Whether it comes with Lookalike.
    pub built_in: bool,
    /// What it is, as its file says; may be empty.
    pub description: String,
    /// Its licence, likewise.
    pub licence: String,
    /// Whether it can be used; not when its file is missing or damaged.
    pub usable: bool,
    /// Size of its file.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Components of its vectors.
    pub dimension: u32,
    /// Width of its input in pixels.
    pub input_width: u32,
    /// Height of its input in pixels.
    pub input_height: u32,
    /// Milliseconds that it takes for one image on this machine.
    pub milliseconds: Option<f32>,
    /// Least similarity of near-identical, very similar, similar and related pictures.
    pub bands: [f32; 4],
    /// What the bands rest on.
    pub calibration: Calibration,
    /// Photos that it has read.
    pub embedded: u32,
    /// Photos that there are.
    pub photos: u32,
    /// What it does.
    pub state: ModelState,
}

/// What a model's bands rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Calibration {
    /// Labelled photos.
    Card,
    /// So many of the library's own pictures.
    Library {
        /// How many.
        pictures: u32,
    },
    /// Nothing yet; they are those of the fast model.
    Nothing {
        /// How many pictures it takes.
        least: u32,
    },
}

/// How the input of a float model is normalized: one value, or one a channel.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Normalization {
    /// Taken off each value of 0 to 255.
    pub mean: Vec<f32>,
    /// What it is divided by then.
    pub std: Vec<f32>,
}

impl From<library::ModelInfo> for Model {
    fn from(model: library::ModelInfo) -> Self {
        let library::Bands { near_identical, very_similar, similar, related } = model.bands;
        Self {
            key: model.key.to_string(),
            name: model.name,
            built_in: !matches!(model.key, ModelKey::Brought(_)),
            description: model.description,
            licence: model.licence,
            usable: model.usable,
            bytes: model.bytes,
            dimension: count(model.dimension as u64),
            input_width: model.input.0,
            input_height: model.input.1,
            milliseconds: model.milliseconds,
            bands: [near_identical, very_similar, similar, related],
            calibration: match model.calibration {
                library::Calibration::Card => Calibration::Card,
                library::Calibration::Library { pictures, .. } => Calibration::Library { pictures },
                library::Calibration::Nothing => Calibration::Nothing { least: count(LEAST_PICTURES) },
            },
            embedded: count(model.embedded),
            photos: count(model.photos),
            state: model.state,
        }
    }
}
