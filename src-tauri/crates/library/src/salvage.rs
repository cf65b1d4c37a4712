//! Brings back a library whose catalog is damaged. Nothing here touches one that is sound.

use std::fs;
use std::path::Path;

use catalog::{Catalog, CatalogError, Salvaged};

use crate::data_dir::DataDir;
use crate::{Finding, Library, Result};

impl Library {
    /// Puts a new catalog in the place of one that is damaged, with all that can be read of it: folders first, then
    /// their photos. The damaged file is kept beside it.
    ///
    /// Nothing when there is no damage. Else says what was found; the next update reads all photos again.
    pub fn salvage(data_dir: &Path) -> Result<Option<Finding>> {
        let data = DataDir::open(data_dir)?;
        let Some(damage) = find_damage(&data)? else { return Ok(None) };
        let Salvaged { aside, folders, photos } = ::catalog::salvage(&data.catalog())?;
        let saved = match folders {
            0 => "nothing could be read of it, please add your folders again".to_owned(),
            _ => format!("folders saved: {folders}, photos: {photos}"),
        };
        let detail =
            format!("the catalog was damaged ({damage}); {saved}; it is kept as {}", aside.display());
        Ok(Some(Finding { code: "catalog_damaged", detail, repaired: folders > 0 }))
    }
}

/// What is wrong with the catalog, if something is.
fn find_damage(data: &DataDir) -> Result<Option<String>> {
    match open(data) {
        Ok(catalog) => match catalog.check() {
            Ok(problems) => Ok(problems.into_iter().next().map(|problem| problem.0)),
            Err(error) if error.is_damage() => Ok(Some(reason(&error))),
            Err(error) => Err(error.into()),
        },
        Err(error) if error.is_damage() => Ok(Some(reason(&error))),
        Err(error) => Err(error.into()),
    }
}

/// What SQLite said of a damaged file.
pub(crate) fn reason(error: &CatalogError) -> String {
    std::error::Error::source(error).map_or_else(|| "it is empty".to_owned(), ToString::to_string)
}

/// Opens the catalog. To SQLite an empty file is a new database; where there was a library, it is a damaged one.
pub(crate) fn open(data: &DataDir) -> catalog::Result<Catalog> {
    let is_empty = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0);
    let path = data.catalog();
    if is_empty(&path) && fs::metadata(data.thumbnails()).is_ok() && !is_empty(&data.thumbnails()) {
        return Err(CatalogError::Emptied { path });
    }
    Catalog::open(&path)
}
