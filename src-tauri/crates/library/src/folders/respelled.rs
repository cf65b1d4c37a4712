//! Names that a file answers to although its directory lists it in another case: the file system ignores case, and
//! somebody changed that of the name or of a directory's above it.
//!
//! Each directory is listed once. What is kept of that goes out of date, so it serves one look at the folders only.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

/// What directories list.
#[derive(Debug, Default)]
pub(crate) struct Spellings(HashMap<PathBuf, Names>);

impl Spellings {
    /// Whether a path of a folder, or a part of it, is spelled in another case now.
    pub(crate) fn is_respelled(&mut self, folder: &Path, path: &Path) -> bool {
        let answers = || fs::symlink_metadata(path).is_ok();
        let mut places = path.ancestors().take_while(|place| *place != folder);
        // Before and after: a drive may come or go meanwhile.
        answers() && places.any(|place| self.lists_in_other_case(place)) && answers()
    }

    fn lists_in_other_case(&mut self, place: &Path) -> bool {
        let (Some(directory), Some(name)) = (place.parent(), place.file_name()) else { return false };
        may_be_respelled(place)
            && self.0.entry(directory.into()).or_insert_with(|| Names::of(directory)).has_in_other_case(name)
    }
}

/// Whether something answers to a path in another case: elsewhere there is no need to list directories.
pub(crate) fn may_be_respelled(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(OsStr::to_str) else { return false };
    let turned = in_other_case(name);
    turned == name || fs::symlink_metadata(path.with_file_name(turned)).is_ok()
}

/// Whether two paths differ in case at most.
pub(crate) fn are_alike(one: &Path, other: &Path) -> bool {
    folded(one.as_os_str()) == folded(other.as_os_str())
}

/// File systems do not agree on the case of all letters; on these they do.
fn in_other_case(name: &str) -> String {
    let turn = |letter: char| match letter {
        'a'..='z' => letter.to_ascii_uppercase(),
        _ => letter.to_ascii_lowercase(),
    };
    name.chars().map(turn).collect()
}

fn folded(name: &OsStr) -> String {
    name.to_string_lossy().to_lowercase()
}

/// What a directory lists, as it is and folded. Nothing where it cannot be listed whole.
#[derive(Debug, Default)]
struct Names {
    listed: HashSet<OsString>,
    folded: HashSet<String>,
}

impl Names {
    fn of(directory: &Path) -> Self {
        let entries = fs::read_dir(directory).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        entries
            .map_or_else(|_| Self::default(), |entries| entries.iter().map(fs::DirEntry::file_name).collect())
    }

    /// A name that is not listed at all proves nothing: shares have been known to list half of what they hold.
    fn has_in_other_case(&self, name: &OsStr) -> bool {
        !self.listed.contains(name) && self.folded.contains(&folded(name))
    }
}

impl FromIterator<OsString> for Names {
    fn from_iter<I: IntoIterator<Item = OsString>>(names: I) -> Self {
        let listed: HashSet<OsString> = names.into_iter().collect();
        Self { folded: listed.iter().map(|name| folded(name)).collect(), listed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_is_listed_in_another_case_is_respelled() {
        let names: Names = ["Beach.jpg", "Märchen.jpg"].map(OsString::from).into_iter().collect();
        let is_respelled = |name: &str| names.has_in_other_case(OsStr::new(name));
        assert!(is_respelled("beach.JPG") && is_respelled("MÄRCHEN.jpg"));
        assert!(!is_respelled("Beach.jpg"), "it is listed as it is");
        assert!(!is_respelled("sea.jpg"), "the list may be half of one");
    }

    #[test]
    fn a_name_is_asked_for_in_another_case_before_directories_are_listed() {
        assert_eq!(in_other_case("Märchen 1.jpg"), "mäRCHEN 1.JPG");
        let folder = tempfile::tempdir().unwrap();
        assert!(!may_be_respelled(&folder.path().join("beach.jpg")), "there is no such file in any case");
        assert!(may_be_respelled(&folder.path().join("äöü")), "not known without listing");
    }

    #[test]
    fn a_name_that_does_not_answer_is_not_respelled() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("Beach.jpg");
        #[expect(clippy::disallowed_methods, reason = "tests change what they like")]
        fs::write(&photo, "").unwrap();
        let mut spellings = Spellings::default();
        assert!(!spellings.is_respelled(folder.path(), &photo));
        // Where case is told apart, this is another photo, which is gone.
        let other = folder.path().join("beach.jpg");
        assert_eq!(spellings.is_respelled(folder.path(), &other), other.exists());
    }
}
