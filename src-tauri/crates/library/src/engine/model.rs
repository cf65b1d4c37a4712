//! The models that come with Lookalike, and what the library needs to know of a model, theirs or another.
//!
//! Running a model is the embedder's part; here it gets its name, its identity and its similarity bands.

use std::sync::Arc;
use std::time::{Duration, Instant};

use catalog::Catalog;
use image_embedder::{
    FeatureMapper, ImageEmbedder, ImageEmbedderOptions, ModelSource, Normalization, Pooling, Resampling,
    RgbView,
};
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::engine::tiles::Tiling;

/// Part of a model's identity: raise them when decoding, resampling or pooling changes what a vector is.
const SQUEEZED: &str = "antialiased-2";
const OWN_ASPECT: &str = "own-aspect-1";

/// How much farther from a query a part of a photo counts than a whole one does, where parts are seen apart. The best of many
/// is always somewhat like anything: without this, whole-photo queries on 400 labelled photos find the right class first in
/// 0.644 of cases in place of 0.672, with it in 0.662; crops find their photos as before.
const PARTS_SEEN_APART: f32 = 1.15;
/// The same where they come of the one look at the whole: there it makes nothing better (`tests/bench/RANKING.md`).
const PARTS_OF_ONE_LOOK: f32 = 1.0;

/// See [`Model::copies_from`].
const COPIES_FROM: f32 = 0.8;

/// The time that measuring a model's speed takes at most, a slow first image aside.
const MEASURED_FOR: Duration = Duration::from_millis(150);
/// Images that are timed at most.
const MEASURED: usize = 7;

/// A model of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BuiltInModel {
    /// EfficientNet-Lite0 on the area of 288 x 288.
    #[default]
    Fast,
    /// EfficientNet-Lite2 on the area of 320 x 320.
    Accurate,
}

impl BuiltInModel {
    /// The bytes of the `.tflite` file.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Fast => include_bytes!("../../../../models/efficientnet-lite0-int8.tflite"),
            Self::Accurate => include_bytes!("../../../../models/efficientnet-lite2-int8.tflite"),
        }
    }

    /// The model's name, as in `models.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fast => "efficientnet-lite0-int8",
            Self::Accurate => "efficientnet-lite2-int8",
        }
    }

    /// What it is, in short.
    pub fn description(self) -> &'static str {
        match self {
            Self::Fast => "EfficientNet-Lite0 without its classifier, full int8",
            Self::Accurate => "EfficientNet-Lite2 without its classifier, full int8",
        }
    }

    /// The licence it comes under.
    pub fn licence(self) -> &'static str {
        "Apache-2.0"
    }

    /// Side of a square of as many pixels as it looks at of a picture, in the picture's own aspect.
    pub(crate) fn area_side(self) -> u32 {
        match self {
            Self::Fast => 288,
            Self::Accurate => 320,
        }
    }

    /// Where its similarity bands begin, measured as its model card tells.
    pub(crate) fn bands(self) -> Bands {
        match self {
            Self::Fast => Bands { near_identical: 0.93, very_similar: 0.69, similar: 0.53, related: 0.39 },
            Self::Accurate => {
                Bands { near_identical: 0.92, very_similar: 0.74, similar: 0.57, related: 0.41 }
            }
        }
    }

    /// Those of the vectors that earlier versions made with it.
    pub(crate) fn earlier_bands(self) -> Bands {
        match self {
            Self::Fast => Bands { near_identical: 0.91, very_similar: 0.71, similar: 0.51, related: 0.35 },
            Self::Accurate => Bands { near_identical: 0.92, very_similar: 0.76, similar: 0.57, related: 0.4 },
        }
    }
}

/// How alike two pictures are, in words. Best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
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

/// What the bands of a model rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Calibration {
    /// Labelled photos, as its card tells.
    Card,
    /// So many of the library's own pictures.
    Library {
        /// How many.
        pictures: u32,
        /// When, Unix milliseconds.
        measured_at: i64,
    },
    /// Nothing yet: they are those of the fast model, and may be far off for this one.
    Nothing,
}

/// All that it takes to load a model. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) enum ModelFile {
    BuiltIn(BuiltInModel),
    /// One of ours as earlier versions used it, in libraries whose photos they read: on squeezed squares.
    Earlier(BuiltInModel),
    /// One that the person brought.
    Brought {
        bytes: Arc<[u8]>,
        /// In place of the file's own.
        normalization: Option<Normalization>,
    },
}

impl ModelFile {
    fn bytes(&self) -> Arc<[u8]> {
        match self {
            Self::BuiltIn(model) | Self::Earlier(model) => model.bytes().into(),
            Self::Brought { bytes, .. } => Arc::clone(bytes),
        }
    }

    /// Bytes of the file.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::BuiltIn(model) | Self::Earlier(model) => model.bytes().len(),
            Self::Brought { bytes, .. } => bytes.len(),
        }
    }

    fn normalization(&self) -> Option<Normalization> {
        match self {
            Self::BuiltIn(_) | Self::Earlier(_) => None,
            Self::Brought { normalization, .. } => *normalization,
        }
    }

    /// What vectors must have in common to be compared: the model's bytes and the preprocessing.
    pub(crate) fn identity(&self) -> String {
        match self {
            Self::BuiltIn(model) => format!("{}:{OWN_ASPECT}", blake3::hash(model.bytes()).to_hex()),
            Self::Earlier(model) => identity(blake3::hash(model.bytes()), None),
            Self::Brought { bytes, normalization } => identity(blake3::hash(bytes), *normalization),
        }
    }
}

/// The identity of a model that is shown squeezed squares, as those that a person brought are.
pub(crate) fn identity(hash: blake3::Hash, normalization: Option<Normalization>) -> String {
    let hash = hash.to_hex();
    match normalization {
        None => format!("{hash}:{SQUEEZED}"),
        Some(given) => format!("{hash}:{SQUEEZED}:{:?}{:?}", given.mean(), given.std()),
    }
}

/// A model as the runtime has it.
pub(crate) enum Network {
    /// It makes a vector of a squeezed square.
    Squeezed(ImageEmbedder),
    /// It makes a feature map of a picture in its own aspect.
    OwnAspect(FeatureMapper),
}

/// A model, with networks that are lent to one thread at a time.
pub(crate) struct Model {
    pub(crate) file: ModelFile,
    pub(crate) name: String,
    /// See [`ModelFile::identity`].
    pub(crate) identity: String,
    /// They change when the model is calibrated.
    bands: RwLock<(Bands, Calibration)>,
    pub(crate) dimension: usize,
    /// Sides of the input in pixels; of a square of its area where it takes pictures in their own aspect.
    pub(crate) input: (u32, u32),
    options: ImageEmbedderOptions,
    idle: Mutex<Vec<Network>>,
}

impl Model {
    /// Makes a model ready to be loaded: ours are when something is first embedded here, which those who have readers for that
    /// never do. One that is not ours is loaded at once, so that one that cannot be is known, and has the bands of the fast
    /// one until it is given others.
    pub(crate) fn load(name: &str, file: ModelFile) -> Result<Self> {
        let (bytes, normalization) = (file.bytes(), file.normalization());
        let identity = file.identity();
        let shape = image_embedder::model_shape(&bytes)?;
        let mut options = ImageEmbedderOptions::new(ModelSource::Content(bytes));
        options.l2_normalize = true;
        options.resampling = Resampling::Antialiased;
        options.normalization = normalization;
        let bands = match &file {
            ModelFile::BuiltIn(model) => (model.bands(), Calibration::Card),
            ModelFile::Earlier(model) => (model.earlier_bands(), Calibration::Card),
            ModelFile::Brought { .. } => (BuiltInModel::Fast.bands(), Calibration::Nothing),
        };
        let input = match &file {
            ModelFile::BuiltIn(model) => (model.area_side(), model.area_side()),
            _ => shape.input,
        };
        let is_ours = !matches!(file, ModelFile::Brought { .. });
        let model = Self {
            file,
            name: name.to_owned(),
            identity,
            bands: RwLock::new(bands),
            dimension: shape.dimension,
            input,
            options,
            idle: Mutex::default(),
        };
        if !is_ours {
            model.with_network(|_| Ok(()))?;
        }
        Ok(model)
    }

    /// One of ours.
    pub(crate) fn built_in(model: BuiltInModel) -> Result<Self> {
        Self::load(model.name(), ModelFile::BuiltIn(model))
    }

    /// Whether one look at a picture, in its own aspect, gives the vectors of the whole and of its parts.
    pub(crate) fn looks_once(&self) -> bool {
        matches!(self.file, ModelFile::BuiltIn(_))
    }

    /// Side of the square that it looks at, or of one of as many pixels.
    pub(crate) fn area_side(&self) -> u32 {
        self.input.0.max(self.input.1)
    }

    /// How the pictures that it reads are cut into parts.
    pub(crate) fn tiling(&self) -> Tiling {
        if self.looks_once() { Tiling::OfOneLook } else { Tiling::Squares }
    }

    /// How much farther from a query a part counts than a whole photo does.
    pub(crate) fn discount(&self) -> f32 {
        if self.looks_once() { PARTS_OF_ONE_LOOK } else { PARTS_SEEN_APART }
    }

    /// How alike two pictures are at least whose pixels are looked at closely for whether one is a copy of the other. Pixels
    /// decide; this only says where it is worth it.
    ///
    /// Vectors that are weighted about the middle move further when a page loses its margins: of two copies of each of 90 drawn
    /// pages, receipts and the like, 0.900 are found from the limit of near-identical on, 0.939 from 0.9, 0.972 from 0.86, 0.978 from 0.8 and from 0.74.
    pub(crate) fn copies_from(&self) -> f32 {
        let near_identical = self.bands().near_identical;
        if self.looks_once() { near_identical.min(COPIES_FROM) } else { near_identical }
    }

    /// Where its bands begin.
    pub(crate) fn bands(&self) -> Bands {
        self.bands.read().0
    }

    /// What its bands rest on.
    pub(crate) fn calibration(&self) -> Calibration {
        self.bands.read().1
    }

    pub(crate) fn set_bands(&self, bands: Bands, calibration: Calibration) {
        *self.bands.write() = (bands, calibration);
    }

    /// Milliseconds that one image takes on this machine: the least of a few, as other programs only ever add to it.
    pub(crate) fn milliseconds(&self) -> Result<f32> {
        self.warm_up()?;
        let (started, mut least) = (Instant::now(), Duration::MAX);
        for _ in 0..MEASURED {
            let before = Instant::now();
            self.warm_up()?;
            least = least.min(before.elapsed());
            if started.elapsed() > MEASURED_FOR {
                break;
            }
        }
        Ok(least.as_secs_f32() * 1000.0)
    }

    /// Runs the model once over nothing in particular: what the runtime puts off until then is done after it.
    pub(crate) fn warm_up(&self) -> Result<()> {
        let pixels = vec![0; 3 * self.input.0 as usize * self.input.1 as usize];
        let view = RgbView::new(self.input.0, self.input.1, &pixels)?;
        self.with_network(|network| match network {
            Network::Squeezed(embedder) => Ok(embedder.embed(view, None).map(drop)?),
            Network::OwnAspect(mapper) => {
                mapper.map(view, None, self.area_side())?.pool(Pooling::AboutMiddle);
                Ok(())
            }
        })
    }

    /// Lends a network to `work`. Each runs one inference thread: one network a worker is the best throughput.
    pub(crate) fn with_network<T>(&self, work: impl FnOnce(&mut Network) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().pop();
        let mut network = match idle {
            Some(network) => network,
            None if self.looks_once() => {
                Network::OwnAspect(FeatureMapper::create_from_options(self.options.clone())?)
            }
            None => Network::Squeezed(ImageEmbedder::create_from_options(self.options.clone())?),
        };
        let value = work(&mut network);
        self.idle.lock().push(network);
        value
    }
}

/// The model's row. It is there already but for the first time: a library on a full disk can still be searched.
pub(crate) fn id_of(model: &Model, catalog: &Catalog) -> Result<i64> {
    let known = catalog.read(|connection| catalog::model::id(connection, &model.identity, &model.name))?;
    match known {
        Some(id) => Ok(id),
        None => Ok(catalog.write(|connection| {
            catalog::model::insert(connection, &model.identity, &model.name, model.dimension)
        })?),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_those_of_the_model_cards() {
        let cards: serde_json::Value =
            serde_json::from_str(include_str!("../../../../models/models.json")).unwrap();
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
            assert_eq!(card["licence"], model.licence());
            assert_eq!(card["area_side"], model.area_side());
        }
    }
}
