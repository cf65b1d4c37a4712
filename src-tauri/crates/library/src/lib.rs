//! The library: what a person does with their photos. The only crate that the app and the command line call.
//!
//! It joins four crates that do not know each other: `imaging` (bytes to pixels), `image-embedder` (pixels to
//! vector), `catalog` (SQLite, the truth) and `vector-index` (nearest neighbours, a cache). It keeps the
//! promises of the project: originals are only read, an absent folder is offline, one bad file is recorded and
//! skipped, memory is bounded, and a crash loses at most the batch in flight.
//!
//! It knows nothing of windows, terminals or JSON documents.

mod absence;
mod backfill;
mod brought;
mod budget;
mod calibrate;
mod chosen;
mod clock;
mod commit;
mod control;
mod copies;
mod damaged;
mod data_dir;
mod date;
mod details;
mod direct;
mod doubtful;
mod drive;
mod duplicate_group;
mod duplicate_list;
mod duplicates;
mod edits;
mod endings;
mod error;
mod event;
mod example;
mod exclusions;
mod export;
mod failures;
mod file_id;
mod file_limit;
mod filter;
mod folders;
mod follow;
mod identity;
mod index;
mod inside;
mod json;
mod keeper;
mod layers;
mod linkage;
mod live;
mod mark;
mod model;
mod model_key;
mod models;
mod names;
mod network;
mod once;
mod origin;
mod original;
mod other_drive;
mod overview;
mod pairs;
mod parallel;
mod path_list;
mod photo;
mod picture;
mod placeholders;
mod polling;
mod prepared;
mod prints;
mod profile;
mod reader;
mod reconcile;
mod regions;
mod renamed;
mod rerank;
mod reread;
mod respelled;
mod review;
mod salvage;
mod same_file;
mod search;
mod settings;
mod shown;
mod stand_in;
mod status;
mod storage;
mod switch;
mod tiles;
mod timeline;
mod true_size;
mod update;
mod verify;
mod walk;
mod watch;
mod worker;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};

use ::catalog::{Catalog, Thumbnails};
use parking_lot::Mutex;

pub use ::catalog::{Placeholder, Region};
pub use brought::Import;
pub use calibrate::LEAST_PICTURES;
pub use chosen::{ChosenFile, PAGE_BEGINNING};
pub use control::Control;
pub use damaged::DamagedPhoto;
pub use data_dir::{check_data_dir, default_data_dir};
pub use date::Day;
pub use details::PhotoDetails;
pub use direct::{EmbedOptions, Embedding, ModelChoice, embed_image, similarity};
pub use duplicate_group::{Duplicate, DuplicateGroup};
pub use duplicate_list::{Going, WrittenList};
pub use endings::WithoutPhotos;
pub use error::{LibraryError, Result};
pub use event::Event;
pub use example::{Example, Source, Weight};
pub use exclusions::{Exclusion, Exclusions};
pub use failures::{Failure, FailureKey};
pub use file_limit::outlast_file_limits;
pub use filter::Filter;
pub use image_embedder::FeatureVector;
pub use json::lossy_path;
pub use keeper::KeepReason;
pub use model::{Band, Bands, BuiltInModel, Calibration};
pub use model_key::ModelKey;
pub use models::{ModelInfo, ModelState, Use};
pub use overview::{FolderOverview, Overview};
pub use path_list::{PathList, Separator};
pub use photo::Preview;
pub use profile::{Stage, StageTime};
pub use reader::serve_if_asked;
pub use renamed::Renamed;
pub use review::{Review, Verdict};
pub use search::{Match, Query};
pub use settings::read_setting;
pub use shown::{shown, shown_name, shown_path};
pub use status::{DiskBytes, FolderStatus, IndexStatus, Status};
pub use storage::Storage;
pub use switch::Switching;
pub use timeline::TimelinePhoto;
pub use update::{FailedPhoto, Summary};
pub use verify::{Finding, Verification};

use budget::Budget;
use commit::Committer;
use control::Run;
use copies::Comparing;
use data_dir::DataDir;
use filter::LastFilter;
use index::SearchIndex;
use inside::Inside;
use model::Model;
use models::Facts;
use prepared::PreparedImages;
use profile::Stopwatch;
use reader::Readers;
use switch::Target;
use true_size::Enlarged;

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
        let (key, model) = models::open(&data, &catalog, options.model)?;
        let model_id = id_of(&model, &catalog)?;
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

/// The model's row. It is there already but for the first time: a library on a full disk can still be searched.
pub(crate) fn id_of(model: &Model, catalog: &Catalog) -> Result<i64> {
    let known = catalog.read(|connection| ::catalog::model::id(connection, &model.identity, &model.name))?;
    match known {
        Some(id) => Ok(id),
        None => Ok(catalog.write(|connection| {
            ::catalog::model::insert(connection, &model.identity, &model.name, model.dimension)
        })?),
    }
}
