//! Brings back a library whose catalog is damaged or missing. Nothing here touches one that is sound.

use std::path::{Path, PathBuf};

use catalog::{Catalog, CatalogError, Salvaged, Thumbnails};

use crate::store::data_dir::DataDir;
use crate::store::finding::Finding;
use crate::{Library, Result};

impl Library {
    /// Puts a new catalog in the place of one that is damaged, with all that can be read of it and its log: folders first,
    /// then their photos. What was there is kept beside it. So is what is in the place of other files of ours.
    ///
    /// Nothing when there is no damage. Else says what was found; the next update reads all photos again.
    pub fn salvage(data_dir: &Path) -> Result<Vec<Finding>> {
        let (data, mut findings) = DataDir::open_and_mend(data_dir)?;
        loop {
            match find_damage(&data)? {
                None => return Ok(findings),
                Some(Damage::Version { actual, damage }) => {
                    Catalog::set_version_right(&data.catalog(), actual)?;
                    let detail = format!("the catalog was damaged ({damage}); its format is put right");
                    findings.push(Finding { code: "catalog_damaged", detail, repaired: true });
                }
                Some(Damage::Content(damage)) => {
                    findings.push(replace(&data, &damage)?);
                    return Ok(findings);
                }
            }
        }
    }
}

/// What is wrong with a catalog.
enum Damage {
    /// Only the number of its format, which is to be the actual one.
    Version { actual: u32, damage: String },
    /// What it holds, in words.
    Content(String),
}

/// Puts a new catalog in the place of a damaged one, or of none.
fn replace(data: &DataDir, damage: &str) -> Result<Finding> {
    let mut kept_thumbnails = None;
    let mut keep_thumbnails = |new: &catalog::Connection| {
        kept_thumbnails = Thumbnails::keep_aside(&data.thumbnails(), new)?;
        Ok(())
    };
    let salvaged = match catalog::salvage_with(&data.catalog(), &mut keep_thumbnails) {
        // There is no file, and no log of it.
        Err(CatalogError::Salvage { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            begin_anew(data, &mut keep_thumbnails)?;
            None
        }
        other => Some(other?),
    };
    let is_saved = salvaged.as_ref().is_some_and(|salvaged| salvaged.folders > 0);
    let saved = match &salvaged {
        Some(Salvaged { folders, photos, .. }) if is_saved => {
            format!("folders saved: {folders}, photos: {photos}")
        }
        _ => "nothing could be read of it, please add your folders again".to_owned(),
    };
    let kept: Vec<PathBuf> =
        salvaged.map(|salvaged| salvaged.aside).into_iter().chain(kept_thumbnails).collect();
    let kept = kept.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" and ");
    let kept = if kept.is_empty() { kept } else { format!("; what was there is kept as {kept}") };
    let detail = format!("the catalog was damaged ({damage}); {saved}{kept}");
    Ok(Finding { code: "catalog_damaged", detail, repaired: is_saved })
}

/// Makes an empty catalog where there is none. Thumbnails go first: with the new one beside, they would be nobody's.
fn begin_anew(
    data: &DataDir,
    keep_thumbnails: &mut dyn FnMut(&catalog::Connection) -> catalog::Result<()>,
) -> Result<()> {
    let empty = catalog::empty()?;
    keep_thumbnails(&empty)?;
    drop(Catalog::open(&data.catalog())?);
    Ok(())
}

/// What is wrong with the catalog, if something is.
fn find_damage(data: &DataDir) -> Result<Option<Damage>> {
    let checked = open(data).and_then(|catalog| catalog.check());
    match checked {
        Ok(problems) => Ok(problems.into_iter().next().map(|problem| Damage::Content(problem.0))),
        Err(error) if error.is_damage() => {
            let damage = error.damage();
            Ok(Some(match error {
                CatalogError::WrongVersion { actual, .. } => Damage::Version { actual, damage },
                _ => Damage::Content(damage),
            }))
        }
        Err(error) => Err(error.into()),
    }
}

/// Opens the catalog. Where there is anything else of a library, one that is missing or empty is damaged: to SQLite it
/// would be a new one.
pub(crate) fn open(data: &DataDir) -> catalog::Result<Catalog> {
    let path = data.catalog();
    if data.has_traces() { Catalog::open_known(&path) } else { Catalog::open(&path) }
}
