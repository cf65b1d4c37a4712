//! Checks catalog, thumbnails and index against each other, and mends what can be mended.
//!
//! Only SQLite is the truth; the rest can be made again from it and the photos.

use std::collections::HashSet;

use catalog::{content, embedding};
use serde::Serialize;

use crate::control::Control;
use crate::event::Event;
use crate::index;
use crate::{Library, Result};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// What is not as it should be; empty when all is well.
    pub findings: Vec<Finding>,
    /// Whether everything is in order now.
    pub sound: bool,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable name.
    pub code: &'static str,
    /// What it is, in words.
    pub detail: String,
    /// Whether it has been mended.
    pub repaired: bool,
}

impl Library {
    /// Checks the library; with `repair`, mends what it can, reading photos again where that is needed.
    pub fn verify(
        &self,
        repair: bool,
        control: &Control,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Verification> {
        let mut findings = self.check_databases()?;
        findings.extend(self.check_embeddings(repair)?);
        findings.extend(self.check_thumbnails(repair)?);
        findings.extend(self.check_index(repair)?);
        if repair && findings.iter().any(|finding| finding.repaired) {
            self.update(control, emit)?;
            self.save_index()?;
        }
        let sound = findings.iter().all(|finding| finding.repaired);
        Ok(Verification { findings, sound })
    }

    /// Damage inside a database file cannot be mended from the outside; the reason is reported.
    fn check_databases(&self) -> Result<Vec<Finding>> {
        let catalog = self.catalog.check()?.into_iter().map(|problem| ("catalog_damaged", problem));
        let thumbnails = self.thumbnails.check()?.into_iter().map(|problem| ("thumbnails_damaged", problem));
        Ok(catalog
            .chain(thumbnails)
            .map(|(code, problem)| Finding { code, detail: problem.0, repaired: false })
            .collect())
    }

    fn check_embeddings(&self, repair: bool) -> Result<Vec<Finding>> {
        let (malformed, missing) = self.catalog.read(|connection| {
            let malformed = embedding::malformed(connection, self.model_id)?;
            Ok((malformed, content::without_embedding(connection, self.model_id)?))
        })?;
        if repair {
            self.catalog
                .write(|connection| malformed.iter().try_for_each(|id| embedding::delete(connection, *id)))?;
        }
        let mut findings = Vec::new();
        report(&mut findings, "embedding_damaged", malformed.len(), "embeddings are damaged", repair);
        report(&mut findings, "embedding_missing", missing.len(), "pictures have no embedding", repair);
        Ok(findings)
    }

    fn check_thumbnails(&self, repair: bool) -> Result<Vec<Finding>> {
        let contents: HashSet<_> =
            self.catalog.read(content::all_hashes)?.into_iter().map(|(_, hash)| hash).collect();
        let pictured: HashSet<_> = self.thumbnails.hashes()?.into_iter().collect();
        let orphans: Vec<_> = pictured.difference(&contents).copied().collect();
        if repair {
            self.thumbnails.delete(&orphans)?;
        }
        let missing = contents.difference(&pictured).count();
        let mut findings = Vec::new();
        report(&mut findings, "thumbnail_missing", missing, "pictures have no thumbnail", repair);
        report(&mut findings, "thumbnail_orphaned", orphans.len(), "thumbnails belong to no picture", repair);
        Ok(findings)
    }

    fn check_index(&self, repair: bool) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        // Opening has aligned the index already; this tells of what went wrong since.
        let (missing, stray) = index::align(self.index.vectors(), &self.catalog, self.model_id)?;
        report(&mut findings, "index_incomplete", missing, "embeddings were not in the index", true);
        report(&mut findings, "index_stray", stray, "index entries had no embedding", true);
        if let Err(error) = self.index.check_snapshot() {
            findings.push(Finding {
                code: "snapshot_unusable",
                detail: format!("the index on disk cannot be loaded: {error}"),
                repaired: repair,
            });
        }
        Ok(findings)
    }
}

fn report(findings: &mut Vec<Finding>, code: &'static str, count: usize, what: &str, repaired: bool) {
    if count > 0 {
        findings.push(Finding { code, detail: format!("{count} {what}"), repaired });
    }
}
