//! Photos of which a part is missing: their files are damaged or end too early. What is there is shown and found.

use std::path::PathBuf;

use catalog::damage;
use serde::Serialize;

use crate::base::json::lossy_path;
use crate::{Library, Result};

/// A photo of which a part is missing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DamagedPhoto {
    /// The photo's id.
    #[serde(skip)]
    pub photo: i64,
    /// Where it is.
    #[serde(serialize_with = "lossy_path")]
    pub path: PathBuf,
    /// How much is missing, from 0 to 1.
    pub missing: f32,
}

impl From<damage::Damaged> for DamagedPhoto {
    fn from(damage::Damaged { photo, path, missing }: damage::Damaged) -> Self {
        Self { photo, path, missing: share(missing) }
    }
}

/// Thousandths as a share.
pub(crate) fn share(missing: u16) -> f32 {
    f32::from(missing) / 1000.0
}

impl Library {
    /// All photos of which a part is missing, by path.
    pub fn damaged_photos(&self) -> Result<Vec<DamagedPhoto>> {
        Ok(self.catalog.read(damage::all)?.into_iter().map(DamagedPhoto::from).collect())
    }
}
