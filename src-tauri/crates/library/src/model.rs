//! The models that come with Lookalike, and what the library needs to know of a model.
//!
//! Running a model is the embedder's part; here it gets its name, its identity and its similarity bands.

use std::sync::Arc;

use image_embedder::{ImageEmbedder, ImageEmbedderOptions, ModelSource, Resampling, RgbView};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::Result;

/// Part of a model's identity: raise it when decoding or resampling changes what a vector is.
const PREPROCESSING: &str = "antialiased-2";

/// A model of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BuiltInModel {
    /// EfficientNet-Lite0, 224 x 224.
    #[default]
    Fast,
    /// EfficientNet-Lite2, 260 x 260.
    Accurate,
}

impl BuiltInModel {
    /// The bytes of the `.tflite` file.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Fast => include_bytes!("../../../models/efficientnet-lite0-int8.tflite"),
            Self::Accurate => include_bytes!("../../../models/efficientnet-lite2-int8.tflite"),
        }
    }

    /// The model's name, as in `models.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fast => "efficientnet-lite0-int8",
            Self::Accurate => "efficientnet-lite2-int8",
        }
    }

    /// Where its similarity bands begin, measured as its model card tells.
    fn bands(self) -> Bands {
        match self {
            Self::Fast => Bands { near_identical: 0.91, very_similar: 0.71, similar: 0.51, related: 0.35 },
            Self::Accurate => Bands { near_identical: 0.92, very_similar: 0.76, similar: 0.57, related: 0.4 },
        }
    }
}

/// How alike two pictures are, in words. Best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// The same picture: re-saved, resized, lightly edited or cropped.
    NearIdentical,
    /// The same thing or scene.
    VerySimilar,
    /// The same kind of thing.
    Similar,
    /// Something in common.
    Related,
    /// No more alike than any two photos.
    Unrelated,
}

impl Band {
    /// The name as the command line prints it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NearIdentical => "near-identical",
            Self::VerySimilar => "very-similar",
            Self::Similar => "similar",
            Self::Related => "related",
            Self::Unrelated => "unrelated",
        }
    }
}

/// The cosine similarities at which a model's bands begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bands {
    /// Where [`Band::NearIdentical`] begins.
    pub near_identical: f32,
    /// Where [`Band::VerySimilar`] begins.
    pub very_similar: f32,
    /// Where [`Band::Similar`] begins.
    pub similar: f32,
    /// Where [`Band::Related`] begins.
    pub related: f32,
}

impl Bands {
    /// The band of a cosine similarity.
    pub fn of(&self, similarity: f32) -> Band {
        match similarity {
            s if s >= self.near_identical => Band::NearIdentical,
            s if s >= self.very_similar => Band::VerySimilar,
            s if s >= self.similar => Band::Similar,
            s if s >= self.related => Band::Related,
            _ => Band::Unrelated,
        }
    }
}

/// The model a library uses, with embedders that are lent to one thread at a time.
pub(crate) struct Model {
    pub(crate) built_in: BuiltInModel,
    pub(crate) name: &'static str,
    /// What vectors must have in common to be compared: the model's bytes and the preprocessing.
    pub(crate) identity: String,
    pub(crate) bands: Bands,
    pub(crate) dimension: usize,
    /// Sides of the input in pixels.
    pub(crate) input: (u32, u32),
    source: ModelSource,
    idle: Mutex<Vec<ImageEmbedder>>,
}

impl Model {
    pub(crate) fn load(model: BuiltInModel) -> Result<Self> {
        let bytes: Arc<[u8]> = model.bytes().into();
        let identity = format!("{}:{PREPROCESSING}", blake3::hash(&bytes).to_hex());
        let source = ModelSource::Content(bytes);
        let first = create(&source)?;
        Ok(Self {
            built_in: model,
            name: model.name(),
            identity,
            bands: model.bands(),
            dimension: first.get_embedding_dimension(0).unwrap_or(0),
            input: first.input_size(),
            source,
            idle: Mutex::new(vec![first]),
        })
    }

    /// Runs the model once over nothing in particular: what the runtime puts off until then is done after it.
    pub(crate) fn warm_up(&self) -> Result<()> {
        let pixels = vec![0; 3 * self.input.0 as usize * self.input.1 as usize];
        let view = RgbView::new(self.input.0, self.input.1, &pixels)?;
        self.with_embedder(|embedder| Ok(embedder.embed(view, None).map(drop)?))
    }

    /// Lends an embedder to `work`. Each runs one inference thread: one embedder a worker is the best
    /// throughput.
    pub(crate) fn with_embedder<T>(&self, work: impl FnOnce(&mut ImageEmbedder) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().pop();
        let mut embedder = match idle {
            Some(embedder) => embedder,
            None => create(&self.source)?,
        };
        let value = work(&mut embedder);
        self.idle.lock().push(embedder);
        value
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model")
            .field("name", &self.name)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

fn create(source: &ModelSource) -> Result<ImageEmbedder> {
    let mut options = ImageEmbedderOptions::new(source.clone());
    options.l2_normalize = true;
    options.resampling = Resampling::Antialiased;
    Ok(ImageEmbedder::create_from_options(options)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_those_of_the_model_cards() {
        let cards: serde_json::Value =
            serde_json::from_str(include_str!("../../../models/models.json")).unwrap();
        for model in [BuiltInModel::Fast, BuiltInModel::Accurate] {
            let cards = cards["models"].as_array().unwrap();
            let card = cards.iter().find(|card| card["id"] == model.name()).unwrap();
            let limit = |band: &str| card["bands"][band].as_f64().unwrap() as f32;
            let expected = Bands {
                near_identical: limit("near_identical"),
                very_similar: limit("very_similar"),
                similar: limit("similar"),
                related: limit("related"),
            };
            assert_eq!(model.bands(), expected, "{}", model.name());
        }
    }
}
