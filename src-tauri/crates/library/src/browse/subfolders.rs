//! Folders as people have them: those within a folder of the library, a level at a time. They are what the paths of its
//! photos say; no folder is looked at.

use std::path::Path;

use catalog::photo;

use crate::search::subfolder::Subfolder;
use crate::{Library, Result};

/// A folder within a folder, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubfolderOverview {
    /// Names it.
    pub subfolder: Subfolder,
    /// Photos in it, at any depth.
    pub photos: u64,
    /// Whether some of them lie deeper.
    pub has_subfolders: bool,
}

impl Library {
    /// The folders that lie directly in a folder of the library, or with `within` in that one of it, by path. Those without photos
    /// are not known.
    pub fn subfolders(&self, folder_id: i64, within: Option<&Subfolder>) -> Result<Vec<SubfolderOverview>> {
        let prefix = within.map_or(Path::new(""), |within| &within.path);
        let mut found: Vec<SubfolderOverview> = Vec::new();
        self.catalog.read(|connection| {
            photo::for_each_path_below(connection, folder_id, prefix, |path| {
                let Ok(relative) = path.strip_prefix(prefix) else { return };
                let mut parts = relative.components();
                let (Some(first), Some(_)) = (parts.next(), parts.next()) else { return };
                let is_deeper = parts.next().is_some();
                match found.last_mut() {
                    // Paths come in their order: those of one folder follow each other.
                    Some(last) if last.subfolder.name() == Path::new(first.as_os_str()) => {
                        last.photos += 1;
                        last.has_subfolders |= is_deeper;
                    }
                    _ => found.push(SubfolderOverview {
                        subfolder: Subfolder { folder_id, path: prefix.join(first) },
                        photos: 1,
                        has_subfolders: is_deeper,
                    }),
                }
            })
        })?;
        Ok(found)
    }
}
