//! What is said between the library and a reader. Both are the same build of the same program.
//!
//! The library takes nothing that a reader says on trust: a file may have taken the reader over. Replies are data with
//! bounded length; one that does not fit its question counts as the reader's death.

use catalog::{ContentHash, Region};
use imaging::Shot;
use serde::{Deserialize, Serialize};

use crate::LibraryError;
use crate::base::profile::Times;
use crate::engine::look::{Asked, Parts};
use crate::engine::model::BuiltInModel;
use crate::engine::photo::{Digest, DigestError, Preview, Wanted};

/// The longest message: pixels of a prepared image and something to spare.
pub(crate) const LONGEST: usize = 96 << 20;
/// The longest reply with a picture for the screen.
const LONGEST_PICTURE: usize = 32 << 20;
/// The longest of the replies of which many wait at a time.
const LONGEST_DIGEST: usize = 1 << 20;

/// What tells one build from another: an update may have put another program in the place of the one that runs.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a reader is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Load the model. Comes first, and once.
    Start { model: StartWith },
    /// Take the file that comes with this and read it; all that follows is about it.
    Load,
    /// Let go of the file.
    PutDown,
    /// See [`Reader::cost`](super::Reader::cost).
    Cost { wanted: Wanted },
    /// See [`Reader::digest`](super::Reader::digest).
    Digest { hash: ContentHash, wanted: Wanted },
    /// See [`Reader::parts`](super::Reader::parts).
    Parts,
    /// See [`Reader::embed`](super::Reader::embed).
    Embed { region: Option<Region> },
    /// See [`Reader::embed_and_show`](super::Reader::embed_and_show).
    EmbedAndShow,
    /// See [`Reader::size`](super::Reader::size).
    Size,
    /// See [`Reader::shot`](super::Reader::shot).
    Shot,
    /// See [`Reader::preview`](super::Reader::preview).
    Preview,
    /// See [`Reader::reduce`](super::Reader::reduce).
    Reduce { max_side: u32, quality: u8 },
    /// See [`Reader::prepare`](super::Reader::prepare).
    Prepare,
}

/// The model that a reader begins with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum StartWith {
    /// One that is in the program.
    BuiltIn(BuiltInModel),
    /// The same, used as earlier versions did.
    Earlier(BuiltInModel),
    /// The file that comes along, and mean and standard deviation of each channel in place of its own.
    Brought { normalization: Option<([f32; 3], [f32; 3])> },
}

/// What a reader answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// From now on the reader tells signals that others send from those that it causes.
    Here,
    /// The model is loaded. What keeps the reader confined failed where `unconfined` has the reason.
    Ready {
        unconfined: Option<String>,
    },
    /// So many bytes were read.
    Loaded(u64),
    PutDown,
    Cost(u64),
    Digest(Box<Digest>),
    Parts(Parts),
    Asked(Asked),
    Embedding(Vec<f32>),
    Shown {
        asked: Asked,
        preview: Preview,
    },
    Size(u32, u32),
    Shot(Box<Shot>),
    Preview(Preview),
    Jpeg(#[serde(with = "serde_bytes")] Vec<u8>),
    Pixels {
        width: u32,
        height: u32,
        #[serde(with = "serde_bytes")]
        pixels: Vec<u8>,
        full: (u32, u32),
    },
}

impl Request {
    /// The longest answer there is.
    pub(crate) fn longest_answer(&self) -> usize {
        match self {
            Self::Prepare => LONGEST,
            Self::EmbedAndShow | Self::Preview | Self::Reduce { .. } => LONGEST_PICTURE,
            _ => LONGEST_DIGEST,
        }
    }
}

/// A reply, or why there is none, and where the time went.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) reply: Result<Reply, Refusal>,
    pub(crate) times: Times,
}

/// Why a file yields nothing, in a reader's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Refusal {
    /// It is no picture that we can read.
    Image { code: String, reason: String },
    /// The drive it lies on, or the system, does not give it out.
    Unreadable { reason: String },
    /// The picture decodes and gives no usable embedding.
    Embedding { code: String, reason: String },
    /// The region leaves the image of this width and height.
    Crop { region: Region, width: u32, height: u32 },
}

impl Refusal {
    /// A stable name for the reason.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Image { code, .. } | Self::Embedding { code, .. } => code,
            Self::Unreadable { .. } => "unreadable",
            Self::Crop { .. } => "crop_out_of_bounds",
        }
    }

    /// The reason in words.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Image { reason, .. } | Self::Embedding { reason, .. } | Self::Unreadable { reason } => {
                reason.clone()
            }
            Self::Crop { region, width, height } => {
                LibraryError::crop_out_of_bounds(*region, *width, *height).to_string()
            }
        }
    }
}

impl From<DigestError> for Refusal {
    fn from(error: DigestError) -> Self {
        match error {
            DigestError::Image(error) => {
                Self::Image { code: error.code().to_owned(), reason: error.to_string() }
            }
            DigestError::Crop { region, width, height } => Self::Crop { region, width, height },
            DigestError::Embedding(error) => {
                Self::Embedding { code: error.code().to_owned(), reason: error.to_string() }
            }
        }
    }
}
