//! The models of a library: which there are, which one answers, and choosing another.
//!
//! One model answers at a time. A model that is chosen and has not read the photos yet is wished for first: see
//! [`crate::models::switch`]. Vectors of a model stay until the person has them forgotten.

use std::sync::Arc;

use catalog::brought_model::BroughtModel;
use catalog::{Catalog, brought_model, calibration, content, copies, embedding, photo, setting};
use serde::Serialize;

use crate::base::clock;
use crate::engine::model::{Bands, BuiltInModel, Calibration, Model, ModelFile, id_of};
use crate::engine::model_key::ModelKey;
use crate::models::brought;
use crate::store::data_dir::DataDir;
use crate::{Library, LibraryError, Result};

/// The setting that names the model that answers; none before one was chosen.
const SERVING: &str = "model.serving";
/// The setting that names the model that is to take over.
const WANTED: &str = "model.wanted";

/// A model takes over at once when it lacks one photo in so many at most: those it reads in the next update.
const ONE_IN: u64 = 50;

/// Pictures whose vectors are dropped in a transaction.
const FORGOTTEN_AT_ONCE: usize = 2048;

/// What a person may want to know of a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelInfo {
    /// Names it.
    pub key: ModelKey,
    /// What it is called.
    pub name: String,
    /// What it is: of one that the person brought, as its file says; empty where that says nothing.
    pub description: String,
    /// The licence, likewise.
    pub licence: String,
    /// Whether it can be used; not when the copy of its file is missing or damaged.
    pub usable: bool,
    /// Size of its file.
    pub bytes: u64,
    /// Components of its vectors.
    pub dimension: usize,
    /// Width and height of its input in pixels.
    pub input: (u32, u32),
    /// Milliseconds that it takes for one image on this machine, on one thread.
    pub milliseconds: Option<f32>,
    /// Where its bands of similarity begin.
    pub bands: Bands,
    /// What these rest on.
    pub calibration: Calibration,
    /// Photos that it has read.
    pub embedded: u64,
    /// Photos that there are.
    pub photos: u64,
    /// What it does.
    pub state: ModelState,
}

/// What a model does in a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum ModelState {
    /// It answers.
    Serving,
    /// It is to answer when it has read all photos.
    Wanted,
    /// Nothing. It may have vectors.
    Idle,
}

/// What comes of choosing a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Use {
    /// It answers already. If another one was to take over, it is not any more.
    Serves,
    /// It takes over at once: open the library anew.
    TakesOver,
    /// It takes over when it has read these photos; the one before answers meanwhile.
    Begins {
        /// Pictures that it is yet to read.
        outstanding: u64,
    },
}

/// What it takes loading a model to know.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    identity: String,
    bytes: u64,
    dimension: usize,
    input: (u32, u32),
    milliseconds: Option<f32>,
    bands: Bands,
    calibration: Calibration,
}

/// The model that answers in a library: the one that was chosen, else the one of ours with the most vectors. Where only an
/// earlier version has read photos with one of ours, it goes on answering as it did there, and is to be replaced.
pub(crate) fn open(
    data: &DataDir,
    catalog: &Catalog,
    default: BuiltInModel,
) -> Result<(ModelKey, Arc<Model>)> {
    let key = match stored(catalog, SERVING)? {
        Some(key) => key,
        None => ModelKey::BuiltIn(most_used(catalog, default)?.unwrap_or(default)),
    };
    let key = as_read(catalog, key)?;
    match load(data, catalog, key) {
        Ok(model) => Ok((key, Arc::new(model))),
        // Rather another model than no library. The choice stays, for when the file is back.
        Err(error) if matches!(key, ModelKey::Brought(_)) => {
            tracing::warn!(%error, "the fast model answers in place of the one that was chosen");
            let fast = BuiltInModel::Fast;
            Ok((ModelKey::BuiltIn(fast), Arc::new(Model::built_in(fast)?)))
        }
        Err(error) => Err(error),
    }
}

/// Loads a model, with its bands as they are known.
pub(crate) fn load(data: &DataDir, catalog: &Catalog, key: ModelKey) -> Result<Model> {
    let id = match key {
        ModelKey::BuiltIn(model) => return Model::built_in(model),
        ModelKey::Earlier(model) => return Model::load(model.name(), ModelFile::Earlier(model)),
        ModelKey::Brought(id) => id,
    };
    let Some(row) = catalog.read(|connection| brought_model::by_id(connection, id))? else {
        return Err(LibraryError::ModelUnknown { name: key.to_string() });
    };
    let model = Model::load(&row.name, brought::file(data, &row)?)?;
    let measured = catalog.read(|connection| {
        let id = ::catalog::model::by_identity(connection, &model.identity)?;
        id.map_or(Ok(None), |id| calibration::get(connection, id))
    })?;
    if let Some(::catalog::calibration::Calibration { limits, pictures, measured_at }) = measured {
        let [near_identical, very_similar, similar, related] = limits;
        let bands = Bands { near_identical, very_similar, similar, related };
        model.set_bands(bands, Calibration::Library { pictures, measured_at });
    }
    Ok(model)
}

/// A model of ours as it can answer: as earlier versions used it, where photos were read in no other way. Then the model as it
/// is used now is wished for, unless another one is.
fn as_read(catalog: &Catalog, key: ModelKey) -> Result<ModelKey> {
    let ModelKey::BuiltIn(model) = key else { return Ok(key) };
    let has_read = |file: ModelFile| {
        catalog.read(|connection| {
            let id = ::catalog::model::by_identity(connection, &file.identity())?;
            id.map_or(Ok(false), |id| Ok(embedding::count(connection, id)? > 0))
        })
    };
    if has_read(ModelFile::BuiltIn(model))? || !has_read(ModelFile::Earlier(model))? {
        return Ok(key);
    }
    let earlier = ModelKey::Earlier(model);
    let noted = catalog.write(|connection| {
        setting::set(connection, SERVING, &earlier.to_string())?;
        if setting::get(connection, WANTED)?.is_none() {
            setting::set(connection, WANTED, &key.to_string())?;
        }
        Ok(())
    });
    if let Err(error) = noted {
        // The photos can be searched all the same, and the next start notes it.
        tracing::warn!(%error, "the photos are not read anew yet");
    }
    Ok(earlier)
}

fn stored(catalog: &Catalog, setting: &str) -> Result<Option<ModelKey>> {
    let text = catalog.read(|connection| setting::get(connection, setting))?;
    // One that another version wrote is as good as none.
    Ok(text.and_then(|text| text.parse().ok()))
}

/// The model of ours with the most vectors: a library in which none was chosen is one of an earlier version.
/// Of two with as many, it is the default.
fn most_used(catalog: &Catalog, default: BuiltInModel) -> Result<Option<BuiltInModel>> {
    let mut ours = [BuiltInModel::Fast, BuiltInModel::Accurate];
    ours.sort_by_key(|model| *model != default);
    let most =
        catalog.read(|connection| ::catalog::model::most_used(connection, ours.map(BuiltInModel::name)))?;
    Ok(ours.into_iter().find(|model| most.as_deref() == Some(model.name())))
}

impl Library {
    /// The models there are: ours first, then those that the person brought. One of ours as earlier versions used it is there
    /// for as long as it answers.
    pub fn models(&self) -> Result<Vec<ModelInfo>> {
        let brought = self.catalog.read(brought_model::all)?;
        let ours = [BuiltInModel::Fast, BuiltInModel::Accurate];
        let earlier = ours.map(ModelKey::Earlier).into_iter().filter(|key| *key == self.key);
        let keys = ours.map(ModelKey::BuiltIn).into_iter().chain(earlier);
        keys.map(|key| self.info_of_ours(key))
            .chain(brought.iter().map(|row| self.info_of_brought(row)))
            .collect()
    }

    /// What the bands of the model that answers rest on.
    pub fn calibration(&self) -> Calibration {
        self.model.calibration()
    }

    /// The model with this name, as [`Self::models`] has it.
    pub fn model_named(&self, name: &str) -> Result<ModelKey> {
        let brought = self.catalog.read(brought_model::all)?;
        let lower = name.to_lowercase();
        let known = brought.into_iter().find(|row| row.name.to_lowercase() == lower);
        match (lower.parse(), known) {
            (Ok(key @ ModelKey::BuiltIn(_)), _) => Ok(key),
            (Ok(key @ ModelKey::Earlier(_)), _) if key == self.key => Ok(key),
            (_, Some(row)) => Ok(ModelKey::Brought(row.id)),
            _ => Err(LibraryError::ModelUnknown { name: name.to_owned() }),
        }
    }

    /// Has a model answer from now on, or once it has read all photos; until then the present one goes on answering.
    /// Choosing the present one ends the wish for another.
    pub fn use_model(&self, key: ModelKey) -> Result<Use> {
        let outcome = if key == self.key {
            self.hand_over(key)?;
            Use::Serves
        } else {
            let model = load(&self.data, &self.catalog, key)?;
            let id = id_of(&model, &self.catalog)?;
            let (all, outstanding) =
                self.catalog.read(|connection| content::count_to_embed(connection, id))?;
            if outstanding * ONE_IN <= all {
                self.hand_over(key)?;
                Use::TakesOver
            } else {
                self.catalog.write(|connection| setting::set(connection, WANTED, &key.to_string()))?;
                Use::Begins { outstanding }
            }
        };
        // Whatever model photos are being read for, it may be another now.
        self.look_again();
        Ok(outcome)
    }

    /// Whether another model has taken over since this library was opened. Open it anew to have that answer.
    pub fn is_superseded(&self) -> Result<bool> {
        Ok(stored(&self.catalog, SERVING)?.is_some_and(|key| key != self.key && self.exists(key)))
    }

    fn exists(&self, key: ModelKey) -> bool {
        load(&self.data, &self.catalog, key).is_ok()
    }

    /// Forgets a model that the person brought, or of one of ours its vectors only; and gives their room back. Fails
    /// with [`LibraryError::ModelInUse`] for the model that answers and the one that is to.
    pub fn remove_model(&self, key: ModelKey) -> Result<()> {
        let used = [Some(self.key), stored(&self.catalog, SERVING)?, self.wish()?];
        if used.contains(&Some(key)) {
            return Err(LibraryError::ModelInUse { name: self.model_name(key)? });
        }
        let identity = match key {
            ModelKey::BuiltIn(model) => ModelFile::BuiltIn(model).identity(),
            ModelKey::Earlier(model) => ModelFile::Earlier(model).identity(),
            ModelKey::Brought(id) => brought::forget(&self.data, &self.catalog, id)?,
        };
        self.facts.lock().remove(&key);
        if let Some(id) =
            self.catalog.read(|connection| ::catalog::model::by_identity(connection, &identity))?
        {
            self.forget_vectors(id)?;
        }
        self.give_room_back();
        Ok(())
    }

    /// Forgets the vectors that earlier versions made with models of ours, once nothing needs them any more.
    pub(crate) fn forget_earlier_vectors(&self) -> Result<()> {
        for key in [BuiltInModel::Fast, BuiltInModel::Accurate].map(ModelKey::Earlier) {
            let ModelKey::Earlier(model) = key else { continue };
            let identity = ModelFile::Earlier(model).identity();
            let known =
                self.catalog.read(|connection| ::catalog::model::by_identity(connection, &identity))?;
            let is_needed =
                [Some(self.key), stored(&self.catalog, SERVING)?, self.wish()?].contains(&Some(key));
            if let Some(id) = known.filter(|_| !is_needed) {
                tracing::info!(model = model.name(), "the vectors that an earlier version made are dropped");
                self.forget_vectors(id)?;
                self.give_room_back();
            }
        }
        Ok(())
    }

    fn give_room_back(&self) {
        if let Err(error) = self.catalog.shrink() {
            tracing::warn!(%error, "the room of the vectors is used again, but not given back");
        }
    }

    fn forget_vectors(&self, model_id: i64) -> Result<()> {
        let pictures = self.catalog.read(content::all_ids)?;
        for chunk in pictures.chunks(FORGOTTEN_AT_ONCE) {
            let (Some(first), Some(last)) = (chunk.first(), chunk.last()) else { continue };
            self.catalog
                .write(|connection| ::catalog::model::forget_vectors(connection, model_id, *first, *last))?;
        }
        Ok(self.catalog.write(|connection| ::catalog::model::delete(connection, model_id))?)
    }

    /// What a model is called.
    pub(crate) fn model_name(&self, key: ModelKey) -> Result<String> {
        let ModelKey::Brought(id) = key else { return Ok(key.to_string()) };
        let row = self.catalog.read(|connection| brought_model::by_id(connection, id))?;
        row.map(|row| row.name).ok_or_else(|| LibraryError::ModelUnknown { name: key.to_string() })
    }

    /// The model that is to take over.
    pub(crate) fn wish(&self) -> Result<Option<ModelKey>> {
        Ok(stored(&self.catalog, WANTED)?.filter(|wish| *wish != self.key))
    }

    /// Drops the wish for a model, if it is still that one.
    pub(crate) fn drop_wish(&self, key: ModelKey) -> Result<()> {
        Ok(self.catalog.write(|connection| {
            if setting::get(connection, WANTED)?.is_some_and(|text| text == key.to_string()) {
                setting::delete(connection, WANTED)?;
            }
            Ok(())
        })?)
    }

    /// Notes that a model answers, in libraries that are opened from now on.
    pub(crate) fn hand_over(&self, key: ModelKey) -> Result<()> {
        Ok(self.catalog.write(|connection| {
            setting::delete(connection, WANTED)?;
            setting::set(connection, SERVING, &key.to_string())
        })?)
    }

    /// Stores where the bands of a model begin, and has the model use them.
    pub(crate) fn set_bands(&self, (model, id): (&Model, i64), bands: Bands, pictures: u32) -> Result<()> {
        let Bands { near_identical, very_similar, similar, related } = bands;
        let measured_at = clock::now();
        let limits = [near_identical, very_similar, similar, related];
        let row = ::catalog::calibration::Calibration { limits, pictures, measured_at };
        self.catalog.write(|connection| {
            calibration::set(connection, id, &row)?;
            // They were told by limits that are no more.
            copies::forget_all(connection, id)
        })?;
        model.set_bands(bands, Calibration::Library { pictures, measured_at });
        self.facts.lock().retain(|_, facts| facts.identity != model.identity);
        Ok(())
    }

    fn info_of_ours(&self, key: ModelKey) -> Result<ModelInfo> {
        let (ModelKey::BuiltIn(model) | ModelKey::Earlier(model)) = key else {
            return Err(LibraryError::ModelUnknown { name: key.to_string() });
        };
        self.info(key, key.to_string(), model.description().to_owned(), model.licence().to_owned())
    }

    fn info_of_brought(&self, row: &BroughtModel) -> Result<ModelInfo> {
        let BroughtModel { id, name, description, licence, .. } = row;
        self.info(ModelKey::Brought(*id), name.clone(), description.clone(), licence.clone())
    }

    fn info(&self, key: ModelKey, name: String, description: String, licence: String) -> Result<ModelInfo> {
        let state = match key {
            _ if key == self.key => ModelState::Serving,
            _ if self.wish()? == Some(key) => ModelState::Wanted,
            _ => ModelState::Idle,
        };
        let facts = self.facts(key);
        let (embedded, photos) = self.catalog.read(|connection| {
            let identity = facts.as_ref().ok().map(|facts| facts.identity.as_str());
            let id = identity.map_or(Ok(None), |it| ::catalog::model::by_identity(connection, it))?;
            let embedded = id.map_or(Ok(0), |id| photo::count_embedded(connection, id))?;
            Ok((embedded, photo::count_by_folder(connection)?.values().sum()))
        })?;
        let usable = facts.is_ok();
        let facts = facts.unwrap_or_else(|error| {
            tracing::warn!(%error, "a model cannot be used");
            Facts::unknown()
        });
        let Facts { bytes, dimension, input, milliseconds, bands, calibration, .. } = facts;
        Ok(ModelInfo {
            key,
            name,
            description,
            licence,
            usable,
            bytes,
            dimension,
            input,
            milliseconds,
            bands,
            calibration,
            embedded,
            photos,
            state,
        })
    }

    fn facts(&self, key: ModelKey) -> Result<Facts> {
        if let Some(facts) = self.facts.lock().get(&key) {
            return Ok(facts.clone());
        }
        let facts = if key == self.key {
            Facts::of(&self.model)
        } else {
            Facts::of(&load(&self.data, &self.catalog, key)?)
        };
        self.facts.lock().insert(key, facts.clone());
        Ok(facts)
    }

    /// How many pictures the model that answers has read.
    pub(crate) fn pictures_read(&self) -> Result<u64> {
        Ok(self.catalog.read(|connection| embedding::count(connection, self.model_id))?)
    }
}

impl Facts {
    fn of(model: &Model) -> Self {
        Self {
            identity: model.identity.clone(),
            bytes: model.file.len() as u64,
            dimension: model.dimension,
            input: model.input,
            milliseconds: model.milliseconds().ok(),
            bands: model.bands(),
            calibration: model.calibration(),
        }
    }

    /// Of a model whose file is gone.
    fn unknown() -> Self {
        Self {
            identity: String::new(),
            bytes: 0,
            dimension: 0,
            input: (0, 0),
            milliseconds: None,
            bands: BuiltInModel::Fast.bands(),
            calibration: Calibration::Nothing,
        }
    }
}
