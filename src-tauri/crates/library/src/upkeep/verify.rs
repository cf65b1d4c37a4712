//! Checks catalog, thumbnails and index against each other, and mends what can be mended.
//!
//! Only SQLite is the truth; the rest can be made again from it and the photos.

use std::collections::HashSet;

use catalog::{content, embedding, tiling};
use serde::Serialize;

use crate::base::control::Control;
use crate::base::event::Event;
use crate::engine::index;
use crate::store::finding::Finding;
use crate::{Library, Result};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// What is not as it should be; empty when all is well.
    pub findings: Vec<Finding>,
    /// Whether everything is in order now.
    pub sound: bool,
}

impl Library {
    /// Checks the library; with `repair`, mends what it can, reading photos again where that is needed.
    pub fn verify(
        &self,
        repair: bool,
        control: &Control,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Verification> {
        let mut findings = self.inspect(repair)?;
        // After a salvage everything is to be read again.
        let outstanding = !self.catalog.read(content::outdated)?.is_empty();
        if repair && (outstanding || !findings.is_empty()) {
            self.update(control, emit)?;
            self.save_index()?;
            // What an update could not mend (a folder that is offline, say) shows again.
            let left = self.inspect(false)?;
            for finding in &mut findings {
                finding.repaired = !left.iter().any(|left| left.code == finding.code);
            }
        }
        let sound = findings.iter().all(|finding| finding.repaired);
        Ok(Verification { findings, sound })
    }

    fn inspect(&self, repair: bool) -> Result<Vec<Finding>> {
        // An update writes thumbnails before rows; in between they look like orphans.
        let _alone = self.updating.lock();
        let mut findings = self.check_databases(repair)?;
        findings.extend(self.check_embeddings(repair)?);
        findings.extend(self.check_thumbnails(repair)?);
        findings.extend(self.check_index()?);
        Ok(findings)
    }

    /// The catalog is the truth: damage in it is reported here, and mended by [`Library::salvage`] while nobody has
    /// it open. Thumbnails are made anew.
    fn check_databases(&self, repair: bool) -> Result<Vec<Finding>> {
        let finding = |code, detail| Finding { code, detail, repaired: false };
        let mut findings: Vec<Finding> =
            self.catalog.check()?.into_iter().map(|problem| finding("catalog_damaged", problem.0)).collect();
        let damage = match self.thumbnails.check() {
            Ok(problems) => problems.into_iter().next().map(|problem| problem.0),
            Err(error) if error.is_damage() => Some(error.damage()),
            Err(error) => return Err(error.into()),
        };
        if let Some(damage) = damage {
            findings.push(finding("thumbnails_damaged", format!("the thumbnails are damaged: {damage}")));
            if repair {
                self.thumbnails.recreate()?;
            }
        }
        Ok(findings)
    }

    fn check_embeddings(&self, repair: bool) -> Result<Vec<Finding>> {
        let code_bytes = vector_index::code_bytes(self.model.dimension);
        let (malformed, missing, tilings) = self.catalog.read(|connection| {
            let malformed = embedding::malformed(connection, self.model_id)?;
            let missing = content::without_embedding(connection, self.model_id)?;
            Ok((malformed, missing, tiling::malformed(connection, self.model_id, code_bytes)?))
        })?;
        if repair {
            self.catalog.write(|connection| {
                malformed.iter().try_for_each(|id| embedding::delete(connection, *id))?;
                tilings.iter().try_for_each(|picture| tiling::delete(connection, *picture, self.model_id))
            })?;
        }
        let mut findings = Vec::new();
        report(&mut findings, "embedding_damaged", malformed.len(), "embeddings are damaged");
        report(
            &mut findings,
            "regions_damaged",
            tilings.len(),
            "pictures have damaged embeddings of regions",
        );
        report(&mut findings, "embedding_missing", missing.len(), "pictures have no embedding");
        Ok(findings)
    }

    fn check_thumbnails(&self, repair: bool) -> Result<Vec<Finding>> {
        let contents: HashSet<_> =
            self.catalog.read(content::all_hashes)?.into_iter().map(|(_, hash)| hash).collect();
        let pictured: HashSet<_> = match self.thumbnails.hashes() {
            // Reported as damage already.
            Err(error) if error.is_damage() => return Ok(Vec::new()),
            other => other?.into_iter().collect(),
        };
        let orphans: Vec<_> = pictured.difference(&contents).copied().collect();
        if repair {
            self.thumbnails.delete(&orphans)?;
        }
        let missing = contents.difference(&pictured).count();
        let mut findings = Vec::new();
        report(&mut findings, "thumbnail_missing", missing, "pictures have no thumbnail");
        report(&mut findings, "thumbnail_orphaned", orphans.len(), "thumbnails belong to no picture");
        Ok(findings)
    }

    fn check_index(&self) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        // Checking is mending here: the index is a cache.
        let (missing, stray) = index::align(&*self.index.vectors()?, &self.catalog, self.model_id)?;
        report(&mut findings, "index_incomplete", missing, "embeddings were not in the index");
        report(&mut findings, "index_stray", stray, "index entries had no embedding");
        if let Err(error) = self.index.check_snapshot() {
            let detail = format!("the index on disk cannot be loaded: {error}");
            findings.push(Finding { code: "snapshot_unusable", detail, repaired: false });
        }
        Ok(findings)
    }
}

fn report(findings: &mut Vec<Finding>, code: &'static str, count: usize, what: &str) {
    if count > 0 {
        findings.push(Finding { code, detail: format!("{count} {what}"), repaired: false });
    }
}
