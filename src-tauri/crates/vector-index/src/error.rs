//! Everything that can go wrong in this crate.

use std::io;
use std::path::PathBuf;

/// The result of an operation on vectors or indexes.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation was refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A vector or query does not have the index's number of components.
    #[error("the vector has {actual} components, the index holds vectors of {expected}")]
    DimensionMismatch {
        /// The index's dimension.
        expected: usize,
        /// The length of the vector that was passed.
        actual: usize,
    },
    /// An index cannot be made for this dimension.
    #[error("dimension {dimension} is not supported: it must be from 1 to {}", crate::MAX_DIMENSION)]
    UnsupportedDimension {
        /// The dimension that was asked for.
        dimension: usize,
    },
    /// All components are zero, so there is no direction to compare.
    #[error("a vector of zeros has no direction")]
    ZeroVector,
    /// A component is NaN or infinite.
    #[error("component {position} of the vector is not a finite number")]
    NonFinite {
        /// The first such component, from 0.
        position: usize,
    },
    /// The bytes are not codes of vectors of the index's dimension, one after the other.
    #[error("{actual} bytes are not whole codes of {expected} bytes")]
    CodeLength {
        /// Bytes of one code.
        expected: usize,
        /// Bytes that were passed.
        actual: usize,
    },
    /// The index cannot number any more vectors.
    #[error("the index is full: it holds at most {limit} vectors")]
    Full {
        /// How many vectors it can number, removed ones included until the next build.
        limit: usize,
    },
    /// The build was told to stop.
    #[error("the index build was cancelled")]
    BuildCancelled,
    /// The index was rebuilt from another plan since this one was made.
    #[error("the index changed its base while this build was running")]
    BuildOutdated,
    /// The threads of a build could not be started.
    #[error("could not start {threads} threads to build the index: {reason}")]
    BuildThreads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
    /// There is no snapshot in the directory.
    #[error("there is no index snapshot in {}", directory.display())]
    SnapshotMissing {
        /// The directory that was looked in.
        directory: PathBuf,
    },
    /// A snapshot file could not be read or written.
    #[error("index snapshot {}: {source}", path.display())]
    SnapshotIo {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A snapshot file is damaged or does not fit its manifest.
    #[error("index snapshot {} is damaged: {reason}", path.display())]
    SnapshotDamaged {
        /// The file.
        path: PathBuf,
        /// What does not hold.
        reason: String,
    },
    /// The snapshot was written by a version with another format.
    #[error("index snapshot {} has format {found}, this version reads {supported}", path.display())]
    SnapshotFormat {
        /// The manifest.
        path: PathBuf,
        /// The format it names.
        found: u32,
        /// The format this version reads and writes.
        supported: u32,
    },
    /// The snapshot holds vectors of another model or dimension.
    #[error("the index snapshot was made for {what} {found}, not {expected}")]
    SnapshotMismatch {
        /// `fingerprint` or `dimension`.
        what: &'static str,
        /// What the caller expects.
        expected: String,
        /// What the snapshot says.
        found: String,
    },
}

impl Error {
    /// A name for the kind of error that stays the same between versions.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DimensionMismatch { .. } => "dimension_mismatch",
            Self::UnsupportedDimension { .. } => "unsupported_dimension",
            Self::ZeroVector => "zero_vector",
            Self::NonFinite { .. } => "non_finite",
            Self::Full { .. } => "index_full",
            Self::BuildCancelled => "build_cancelled",
            Self::BuildOutdated => "build_outdated",
            Self::BuildThreads { .. } => "build_threads",
            Self::SnapshotMissing { .. } => "snapshot_missing",
            Self::SnapshotIo { .. } => "snapshot_io",
            Self::SnapshotDamaged { .. } => "snapshot_damaged",
            Self::SnapshotFormat { .. } => "snapshot_format",
            Self::SnapshotMismatch { .. } => "snapshot_mismatch",
            Self::CodeLength { .. } => "code_length",
        }
    }
}
