//! The library: what a person does with their photos. The only crate that the app and the command line call.
//!
//! It joins four crates that do not know each other: `imaging` (bytes to pixels), `image-embedder` (pixels to
//! vector), `catalog` (SQLite, the truth) and `vector-index` (nearest neighbours, a cache). It keeps the
//! promises of the project: originals are only read, an absent folder is offline, one bad file is recorded and
//! skipped, memory is bounded, and a crash loses at most the batch in flight.
//!
//! It knows nothing of windows, terminals or JSON documents.
//!
//! Its rooms, from the ground up: `base`, `system`, `store`, `engine`, `reading`, `folders`, `ingest`, `duplicates`, `search`,
//! `models`, `browse`, `upkeep`. Each says what it is for, and imports from itself and from those below only, which
//! `cargo xtask lint` holds it to. [`Library`] is the facade over all of them.

mod base;
mod browse;
mod duplicates;
mod engine;
mod folders;
mod ingest;
mod models;
mod reading;
mod search;
mod store;
mod system;
mod upkeep;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};

use ::catalog::{Catalog, Thumbnails};
use parking_lot::Mutex;

pub use ::catalog::{Placeholder, Region};
pub use base::control::Control;
pub use base::endings::WithoutPhotos;
pub use base::error::{LibraryError, Result};
pub use base::event::Event;
pub use base::json::lossy_path;
pub use base::profile::{Stage, StageTime};
pub use browse::details::PhotoDetails;
pub use browse::failures::{Failure, FailureKey};
pub use browse::overview::{FolderOverview, Overview};
pub use browse::shown::{shown, shown_name, shown_path};
pub use browse::subfolders::SubfolderOverview;
pub use browse::things::Thing;
pub use browse::timeline::TimelinePhoto;
pub use duplicates::group::{Duplicate, DuplicateGroup};
pub use duplicates::keeper::KeepReason;
pub use duplicates::list::{Going, WrittenList};
pub use duplicates::review::{Review, Verdict};
pub use engine::model::{Band, Bands, BuiltInModel, Calibration};
pub use engine::model_key::ModelKey;
pub use engine::photo::Preview;
pub use folders::renamed::Renamed;
pub use image_embedder::FeatureVector;
pub use imaging::{Place, Shot};
pub use ingest::damaged::DamagedPhoto;
pub use ingest::summary::{FailedPhoto, Summary};
pub use models::brought::Import;
pub use models::calibrate::LEAST_PICTURES;
pub use models::known::{ModelInfo, ModelState, Use};
pub use models::switch::Switching;
pub use reading::exclusions::{Exclusion, Exclusions};
pub use reading::reader::serve_if_asked;
pub use reading::source::Source;
pub use search::date::Day;
pub use search::direct::{EmbedOptions, Embedding, ModelChoice, embed_image, similarity};
pub use search::example::{Example, Weight};
pub use search::filter::Filter;
pub use search::query::{Match, Query};
pub use search::subfolder::Subfolder;
pub use store::chosen::{ChosenFile, PAGE_BEGINNING};
pub use store::data_dir::{check_data_dir, default_data_dir};
pub use store::finding::Finding;
pub use store::path_list::{PathList, Separator};
pub use store::settings::read_setting;
pub use system::file_limit::outlast_file_limits;
pub use upkeep::status::{DiskBytes, FolderStatus, IndexStatus, Status};
pub use upkeep::storage::Storage;
pub use upkeep::verify::Verification;

use base::budget::Budget;
use base::control::Run;
use base::profile::Stopwatch;
use duplicates::copies::Comparing;
use duplicates::keeper::true_size::Enlarged;
use engine::index::SearchIndex;
use engine::model::{self, Model};
use ingest::commit::Committer;
use ingest::inside::Inside;
use models::known::{self, Facts};
use models::switch::Target;
use reading::prepared::PreparedImages;
use reading::reader::Readers;
use search::filter::LastFilter;
use store::data_dir::DataDir;
use store::salvage;

/// Images that are decoded at a time for queries and for showing: however many are asked for, memory holds two.
const IMAGES_AT_ONCE: u64 = 2;

/// Threads that read photos at most, whatever is asked for: no system lets a program have any number of them.
const MOST_THREADS: usize = 256;

/// What a library is opened with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// The model of a library that has no vectors yet and for which none was chosen.
    pub model: BuiltInModel,
    /// Threads that read photos; none for one a core.
    pub threads: Option<NonZeroUsize>,
    /// Whether image files are read in processes of their own, which hostile ones cannot leave. They are this very
    /// program, which calls [`serve_if_asked`] before anything else.
    pub isolated: bool,
}

/// An open library. Shared between threads; one process at a time holds a data directory.
#[derive(Debug)]
pub struct Library {
    // Fields drop in this order: the lock goes last.
    index: SearchIndex,
    catalog: Arc<Catalog>,
    thumbnails: Thumbnails,
    model: Arc<Model>,
    readers: Readers,
    model_id: i64,
    /// Names the model that answers, the one above.
    key: ModelKey,
    /// The model that is to take over, once it was needed.
    target: Mutex<Option<Arc<Target>>>,
    /// What is known of models that were loaded.
    facts: Mutex<HashMap<ModelKey, Facts>>,
    isolated: bool,
    /// See [`Self::calibrate`]: pictures there were when nothing came of it.
    calibration_tried: AtomicU64,
    /// See [`Self::make_own_stand_ins`].
    has_stand_ins: AtomicBool,
    threads: usize,
    updating: Mutex<()>,
    /// How far it is with the parts of photos.
    inside: Inside,
    comparing: Comparing,
    /// What is known of pictures that were enlarged.
    enlarged: Enlarged,
    /// See [`Committer::changing`].
    changing: Mutex<()>,
    /// Counts the reasons for a running watch to look at everything at once.
    attention: AtomicU64,
    /// Running watches.
    watches: AtomicUsize,
    /// Where the photos of folders that are not there seem to be, by the folder's id.
    renamed: Mutex<HashMap<i64, PathBuf>>,
    /// Folders in which the last walk took nothing for a photo, by id.
    without_photos: Mutex<HashMap<i64, WithoutPhotos>>,
    last_filter: LastFilter,
    prepared: PreparedImages,
    /// See [`IMAGES_AT_ONCE`].
    decoding: Budget,
    data: DataDir,
}

impl Library {
    /// Opens the library in `data_dir` with the default options, making one where there is none.
    ///
    /// Fails with [`LibraryError::InUse`] when another process has it open.
    pub fn open(data_dir: &Path) -> Result<Self> {
        Self::open_with(data_dir, &Options::default())
    }

    /// Opens the library in `data_dir`, making one where there is none. The vector index is read when
    /// something needs it; see [`Self::expect_queries`].
    ///
    /// Fails with [`LibraryError::InUse`] when another process has it open.
    pub fn open_with(data_dir: &Path, options: &Options) -> Result<Self> {
        let data = DataDir::open(data_dir)?;
        let catalog = Arc::new(salvage::open(&data)?);
        let thumbnails = Thumbnails::open(&data.thumbnails())?;
        let (key, model) = known::open(&data, &catalog, options.model)?;
        let model_id = model::id_of(&model, &catalog)?;
        let index = SearchIndex::open(data.index(), &model, model_id, &catalog)?;
        let threads = options.threads.or_else(|| std::thread::available_parallelism().ok());
        Ok(Self {
            index,
            catalog,
            thumbnails,
            readers: Readers::new(Arc::clone(&model), options.isolated),
            model,
            model_id,
            key,
            target: Mutex::default(),
            facts: Mutex::default(),
            isolated: options.isolated,
            calibration_tried: AtomicU64::new(0),
            has_stand_ins: AtomicBool::new(false),
            threads: threads.map_or(1, NonZeroUsize::get).min(MOST_THREADS),
            updating: Mutex::new(()),
            inside: Inside::default(),
            comparing: Comparing::default(),
            enlarged: Enlarged::default(),
            changing: Mutex::new(()),
            attention: AtomicU64::new(0),
            watches: AtomicUsize::new(0),
            renamed: Mutex::default(),
            without_photos: Mutex::default(),
            last_filter: LastFilter::default(),
            prepared: PreparedImages::default(),
            decoding: Budget::new(IMAGES_AT_ONCE),
            data,
        })
    }

    /// Builds the graph for fast search where the library is large enough; exact search answers meanwhile.
    pub fn build_index(&self, control: &Control, emit: &(dyn Fn(Event) + Sync)) -> Result<()> {
        self.index.build(self.threads, &Run::new(control), emit)
    }

    /// Writes the index to disk, so that the next start is quick. Nothing is lost without it.
    pub fn save_index(&self) -> Result<()> {
        self.index.save()
    }

    /// Gets index and readers ready for the first query, in the background.
    pub fn expect_queries(&self) -> Result<()> {
        self.index.begin_to_load();
        let reader = self.readers.take().map_err(|unread| LibraryError::unread(Path::new(""), unread))?;
        self.readers.give_back(reader);
        Ok(())
    }

    fn committer(&self) -> Committer<'_> {
        Committer {
            catalog: &self.catalog,
            thumbnails: &self.thumbnails,
            index: &self.index,
            model_id: self.model_id,
            changing: &self.changing,
            stopwatch: Stopwatch::default(),
        }
    }
}
