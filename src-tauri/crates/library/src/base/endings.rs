//! What files there are in a folder in which nothing was taken for a photo, by the endings of their names: a person who added
//! the wrong folder, or one of a kind of file that we do not read, can tell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::base::json::lossy_path;

/// So many endings are told apart.
const MOST: usize = 1_000;
/// So many are told.
const TOLD: usize = 8;
/// Longer ones are no endings that a person would know.
const LONGEST: usize = 16;

/// A folder in which nothing was taken for a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WithoutPhotos {
    /// The folder.
    #[serde(serialize_with = "lossy_path")]
    pub path: PathBuf,
    /// Files in it.
    pub files: u64,
    /// The endings of their names in lower case, with the dot, that are seen most, and of how many files; nothing is the ending
    /// of those that have none.
    pub endings: Vec<(String, u64)>,
}

/// Counts files by the endings of their names.
#[derive(Debug, Default)]
pub(crate) struct Endings {
    files: u64,
    counts: BTreeMap<String, u64>,
}

impl Endings {
    pub(crate) fn add(&mut self, file: &Path) {
        self.files += 1;
        let ending =
            file.extension().and_then(|ending| ending.to_str()).filter(|ending| ending.len() <= LONGEST);
        let ending = ending.map_or_else(String::new, |ending| format!(".{}", ending.to_lowercase()));
        if self.counts.len() < MOST || self.counts.contains_key(&ending) {
            *self.counts.entry(ending).or_default() += 1;
        }
    }

    /// What is to be told of the folder that they are in.
    pub(crate) fn told(self, folder: &Path) -> WithoutPhotos {
        let mut endings: Vec<(String, u64)> = self.counts.into_iter().collect();
        endings.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        endings.truncate(TOLD);
        WithoutPhotos { path: folder.to_path_buf(), files: self.files, endings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_endings_are_told() {
        let mut endings = Endings::default();
        for file in ["a.MP4", "b.mp4", "README", "x/c.txt", "d.a name with a dot in it"] {
            endings.add(Path::new(file));
        }
        (0..20).for_each(|number| endings.add(Path::new(&format!("e.{number}"))));
        let WithoutPhotos { files, endings, .. } = endings.told(Path::new("/films"));
        assert_eq!(files, 25);
        assert_eq!(endings[..2], [(String::new(), 2), (".mp4".to_owned(), 2)]);
        assert_eq!(endings.len(), TOLD);
    }
}
