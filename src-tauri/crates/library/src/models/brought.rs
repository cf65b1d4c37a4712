//! Models that the person brings: tried, copied into the data directory, and loaded from there.
//!
//! A model is somebody's file like a photo is: it is tried in a reader's process before this one loads it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use catalog::brought_model::{self, BroughtModel};
use catalog::{Catalog, content};
use image_embedder::{About, Normalization, about_model, check_model, lacks_normalization};
use imaging::RgbImage;

use crate::base::clock;
use crate::base::profile::Stopwatch;
use crate::engine::model::{Model, ModelFile, id_of, identity};
use crate::engine::model_key::ModelKey;
use crate::reading::reader::{Input, Reader, SHORT_PAUSES, Unread, persist};
use crate::store::data_dir::DataDir;
use crate::{Library, LibraryError, Result};

/// The largest model file: embedders that phones and desktops run are a tenth of it.
const MOST_BYTES: u64 = 256 << 20;
/// The most components: the vectors of a picture and its parts must fit into a reader's answer.
const MOST_DIMENSIONS: usize = 16_384;
/// Letters of a name.
const LONGEST_NAME: usize = 60;
/// Letters that are kept of what a file says of itself.
const LONGEST_TEXT: usize = 2000;
/// Pictures of the library that a new model is tried with.
const TRIED: usize = 3;
/// Sides of the patterns that it is tried with, in pixels.
const PATTERN: u32 = 96;

/// How a model is brought.
#[derive(Debug, Clone, Default)]
pub struct Import {
    /// What it is to be called; none for what its file says, else the file's name.
    pub name: Option<String>,
    /// Mean and standard deviation, one value or one a channel each, for a model with float input whose file does not
    /// name them; also in place of those it names.
    pub normalization: Option<(Vec<f32>, Vec<f32>)>,
}

impl Library {
    /// Takes a `.tflite` file among the library's models, and returns which it is; it is not used yet. The file itself
    /// is only read. One that is there already stays as it is.
    pub fn import_model(&self, path: &Path, import: &Import) -> Result<ModelKey> {
        let bytes: Arc<[u8]> = read(path)?.into();
        check_model(&bytes)?;
        let given = import.normalization.as_ref().map(|(mean, std)| Normalization::new(mean, std));
        let normalization = given.transpose()?;
        if normalization.is_none() && lacks_normalization(&bytes)? {
            return Err(image_embedder::Error::MissingNormalization.into());
        }
        let hash = blake3::hash(&bytes);
        let known = self.catalog.read(brought_model::all)?;
        let normalization_row = normalization.map(|given| (given.mean(), given.std()));
        if let Some(row) =
            known.iter().find(|row| row.file == *hash.as_bytes() && row.normalization == normalization_row)
        {
            // Its copy may have been lost.
            keep(&self.data, row.file, &bytes)?;
            return Ok(ModelKey::Brought(row.id));
        }
        let about = about_model(&bytes)?;
        let name = name(import.name.as_deref(), &about, path, &known)?;
        let file = ModelFile::Brought { bytes: Arc::clone(&bytes), normalization };
        self.try_out(&file)?;
        let model = Model::load(&name, file)?;
        if model.dimension > MOST_DIMENSIONS {
            let reason =
                format!("its vectors have {} components, more than {MOST_DIMENSIONS}", model.dimension);
            return Err(LibraryError::ModelUnfit { reason });
        }
        keep(&self.data, *hash.as_bytes(), &bytes)?;
        let row = BroughtModel {
            id: 0,
            name,
            file: *hash.as_bytes(),
            normalization: normalization_row,
            description: shortened(&about.description),
            licence: shortened(&about.licence),
        };
        let id = self.catalog.write(|connection| brought_model::insert(connection, &row, clock::now()))?;
        id_of(&model, &self.catalog)?;
        Ok(ModelKey::Brought(id))
    }

    /// Has a reader run the model on a few pictures. One of them at least must give something to search by.
    fn try_out(&self, file: &ModelFile) -> Result<()> {
        let unfit = |reason: String| LibraryError::ModelUnfit { reason };
        let mut usable = false;
        let mut reader = None;
        for picture in self.pictures_to_try()? {
            let picture: Arc<[u8]> = picture.into();
            let mut embed = |anew: bool| {
                if anew {
                    reader = None;
                }
                let reader = match &mut reader {
                    Some(reader) => reader,
                    none => none.insert(Reader::of(file, self.isolated)?),
                };
                reader.load(Input::Bytes(Arc::clone(&picture)), &|| false, &Stopwatch::default())?;
                reader.embed()
            };
            let wait = |pause| {
                thread::sleep(pause);
                true
            };
            // A crash tells enough of a model; only what others do to its reader is not held against it.
            let attempt = |anew| match embed(anew) {
                Err(unread) if unread.may_be_its_own_doing() => Err(unread),
                other => Ok(other),
            };
            match persist(SHORT_PAUSES, attempt, wait).flatten() {
                Ok(asked) => usable |= vector_index::quantize(&asked.whole).is_ok(),
                Err(Unread::Refused(refusal)) => return Err(unfit(refusal.reason())),
                Err(unread @ (Unread::NoReader(_) | Unread::Killed)) => return Err(unfit(unread.reason())),
                Err(_) => return Err(unfit("running it crashed, or took more than it may".to_owned())),
            }
        }
        if usable { Ok(()) } else { Err(unfit("all it gives is zeros, or no numbers".to_owned())) }
    }

    /// Thumbnails of the library, and patterns, as JPEG.
    fn pictures_to_try(&self) -> Result<Vec<Vec<u8>>> {
        let mut pictures = Vec::new();
        for hash in self.catalog.read(|connection| content::runs(connection, TRIED, 1))?.iter().take(TRIED) {
            pictures.extend(self.stored_thumbnail(hash)?);
        }
        let patterns: [fn(u32, u32) -> [u8; 3]; 2] = [
            |x, y| [(x * 5) as u8, (y * 5) as u8, (x * y / 8) as u8],
            |x, y| if (x / 12 + y / 12) % 2 == 0 { [230, 200, 40] } else { [20, 60, 160] },
        ];
        for pattern in patterns {
            let pixels = (0..PATTERN * PATTERN).flat_map(|n| pattern(n % PATTERN, n / PATTERN)).collect();
            let image = RgbImage::new(PATTERN, PATTERN, pixels);
            let jpeg = image.and_then(|image| imaging::encode_jpeg(&image, 90));
            pictures.push(jpeg.map_err(|error| LibraryError::unreadable(Path::new(""), &error))?);
        }
        Ok(pictures)
    }
}

/// Reads a model from the data directory.
pub(crate) fn file(data: &DataDir, row: &BroughtModel) -> Result<ModelFile> {
    let damaged = || LibraryError::ModelFileDamaged { name: row.name.clone() };
    let bytes = read(&path(data, &row.file)).map_err(|_| damaged())?;
    if blake3::hash(&bytes).as_bytes() != &row.file {
        return Err(damaged());
    }
    Ok(ModelFile::Brought { bytes: bytes.into(), normalization: normalization(row)? })
}

/// Forgets a model and its copy, and returns what its vectors have in common.
pub(crate) fn forget(data: &DataDir, catalog: &Catalog, id: i64) -> Result<String> {
    let rows = catalog.read(brought_model::all)?;
    let Some(row) = rows.iter().find(|row| row.id == id) else {
        return Err(LibraryError::ModelUnknown { name: ModelKey::Brought(id).to_string() });
    };
    catalog.write(|connection| brought_model::delete(connection, id))?;
    // The same file may be there with another normalization.
    if !rows.iter().any(|other| other.id != id && other.file == row.file) {
        let path = path(data, &row.file);
        data_files::discard(&path).map_err(|source| LibraryError::ModelNotKept { path, source })?;
    }
    Ok(identity(blake3::Hash::from_bytes(row.file), normalization(row)?))
}

fn normalization(row: &BroughtModel) -> Result<Option<Normalization>> {
    Ok(row.normalization.map(|(mean, std)| Normalization::new(&mean, &std)).transpose()?)
}

fn path(data: &DataDir, file: &catalog::ContentHash) -> PathBuf {
    data.models().join(format!("{}.tflite", blake3::Hash::from_bytes(*file).to_hex()))
}

/// Copies a model into the data directory, whole or not at all.
fn keep(data: &DataDir, hash: catalog::ContentHash, bytes: &[u8]) -> Result<()> {
    let path = path(data, &hash);
    let failed = |source| LibraryError::ModelNotKept { path: path.clone(), source };
    let draft = path.with_extension("part");
    data_files::create_directory(&data.models()).map_err(failed)?;
    let written = data_files::create(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| data_files::replace(&draft, &path)).map_err(failed)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let failed = |source: io::Error| -> LibraryError {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::NotFound => image_embedder::Error::ModelMissing { path },
            _ => image_embedder::Error::ModelUnreadable { path, source },
        }
        .into()
    };
    match data_files::read(path, MOST_BYTES) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            let reason = format!("its file is larger than {} MB", MOST_BYTES >> 20);
            Err(LibraryError::ModelUnfit { reason })
        }
        other => other.map_err(failed),
    }
}

/// What the model is to be called: as it was given, or something that no other is called.
fn name(given: Option<&str>, about: &About, path: &Path, known: &[BroughtModel]) -> Result<String> {
    let is_taken = |name: &str| {
        let name = name.to_lowercase();
        name.parse::<ModelKey>().is_ok() || known.iter().any(|row| row.name.to_lowercase() == name)
    };
    if let Some(given) = given {
        let name = given.trim();
        let is_name =
            (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if !is_name || is_taken(name) {
            return Err(LibraryError::ModelNameTaken { name: name.to_owned() });
        }
        return Ok(name.to_owned());
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let own = if about.name.trim().is_empty() { stem.as_ref() } else { about.name.trim() };
    let own: String = own.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME - 5).collect();
    let own = if own.is_empty() { "model".to_owned() } else { own };
    let numbered = (2..).map(|number: u32| format!("{own} {number}"));
    let mut names = std::iter::once(own.clone()).chain(numbered);
    Ok(names.find(|name| !is_taken(name)).unwrap_or(own))
}

fn shortened(text: &str) -> String {
    text.trim().chars().take(LONGEST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> BroughtModel {
        let (description, licence) = (String::new(), String::new());
        BroughtModel {
            id: 1,
            name: name.to_owned(),
            file: [0; 32],
            normalization: None,
            description,
            licence,
        }
    }

    #[test]
    fn no_two_models_are_called_the_same() {
        let about = About { name: " Birds ".to_owned(), ..About::default() };
        let path = Path::new("/models/fast.tflite");
        assert_eq!(name(None, &about, path, &[]).unwrap(), "Birds");
        assert_eq!(name(None, &about, path, &[named("birds"), named("Birds 2")]).unwrap(), "Birds 3");
        assert_eq!(name(None, &About::default(), path, &[]).unwrap(), "fast 2");
        assert_eq!(name(Some("Mine"), &about, path, &[]).unwrap(), "Mine");
        for taken in ["", " ", "Fast", "accurate", "brought-1", "mine", "a\nb", &"x".repeat(61)] {
            let error = name(Some(taken), &about, path, &[named("Mine")]).unwrap_err();
            assert_eq!(error.code(), "model_name_taken", "{taken:?}");
        }
    }
}
