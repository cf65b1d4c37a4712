//! What in a folder is no photo of the person's, and what a person leaves out or takes in besides.
//!
//! `exclusions.json` is the list, with a reason for each entry. A pattern is a name, or several with a `/` between them, at
//! any depth of a folder; `*` stands for any letters and `?` for one; capitals do not count. A path leaves out one place. What is left
//! out goes from the library with the next look at its folder, and comes back when it is taken in again.

use std::path::{Path, PathBuf};

use catalog::setting;
use serde::{Deserialize, Serialize};

use crate::{Library, LibraryError, Result};

const LIST: &str = include_str!("exclusions.json");
/// The setting that holds what a person chose.
const SETTING: &str = "exclusions";
/// Longer ones are no names of folders.
const LONGEST: usize = 1024;

/// Something that is left out of folders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    /// The pattern, or a path.
    pub pattern: String,
    /// A stable name for the reason; none of what the person leaves out.
    pub kind: Option<String>,
    /// The reason in words.
    pub reason: Option<String>,
    /// What makes such folders, by name.
    pub by: Option<String>,
    /// Whether it is left out now: those of the list may be taken in.
    pub active: bool,
}

/// What the person takes in although it is on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exclusions {
    /// The list, then what the person leaves out.
    pub excluded: Vec<Exclusion>,
    /// Places that the person takes in whatever they are called.
    pub included: Vec<String>,
}

impl Library {
    /// What is left out of the library's folders.
    pub fn exclusions(&self) -> Result<Exclusions> {
        Ok(Rules::load(&self.catalog)?.listed())
    }

    /// Leaves out what fits a pattern, or a path; of the list, what was taken in.
    ///
    /// Fails with [`LibraryError::ExclusionUnfit`] where it is neither, or would leave out a folder of the library.
    pub fn exclude(&self, pattern: &str) -> Result<()> {
        let mut chosen = Chosen::load(&self.catalog)?;
        let pattern = self.checked(pattern)?;
        if let Some(at) = position(&chosen.included, &pattern) {
            chosen.included.remove(at);
        } else if !List::get().has(&pattern) && position(&chosen.excluded, &pattern).is_none() {
            chosen.excluded.push(pattern);
        }
        self.keep_chosen(&chosen)
    }

    /// Takes in what the list leaves out, or what was left out before: a pattern as it stands there, or a path.
    ///
    /// Fails with [`LibraryError::ExclusionUnknown`] where nothing of that name is left out.
    pub fn include(&self, pattern: &str) -> Result<()> {
        let mut chosen = Chosen::load(&self.catalog)?;
        let pattern = self.checked(pattern)?;
        if let Some(at) = position(&chosen.excluded, &pattern) {
            chosen.excluded.remove(at);
        } else if position(&chosen.included, &pattern).is_some() {
            return Ok(());
        } else if List::get().has(&pattern) || self.leaves_out(Path::new(&pattern))? {
            chosen.included.push(pattern);
        } else {
            return Err(LibraryError::ExclusionUnknown { pattern });
        }
        self.keep_chosen(&chosen)
    }

    /// Whether a place in one of the folders is left out.
    pub(crate) fn leaves_out(&self, path: &Path) -> Result<bool> {
        let rules = Rules::load(&self.catalog)?;
        let folders = self.catalog.read(catalog::folder::all)?;
        Ok(folders.iter().any(|folder| {
            path.strip_prefix(&folder.path).is_ok_and(|below| rules.leave_out(&folder.path, below))
        }))
    }

    /// Has what was chosen of places in a folder hold where the folder is now.
    pub(crate) fn move_exclusions(&self, from: &Path, to: &Path) -> Result<()> {
        let mut chosen = Chosen::load(&self.catalog)?;
        let places = chosen.excluded.iter_mut().chain(&mut chosen.included);
        let mut has_moved = false;
        for place in places {
            if let Ok(below) = Path::new(place.as_str()).strip_prefix(from)
                && let Some(moved) = to.join(below).to_str()
            {
                moved.clone_into(place);
                has_moved = true;
            }
        }
        if has_moved { self.keep_chosen(&chosen) } else { Ok(()) }
    }

    fn keep_chosen(&self, chosen: &Chosen) -> Result<()> {
        let value = serde_json::to_string(chosen).unwrap_or_default();
        self.catalog.write(|connection| setting::set(connection, SETTING, &value))?;
        self.look_again();
        Ok(())
    }

    /// A pattern as it is kept: of a path, the place that it leads to.
    fn checked(&self, pattern: &str) -> Result<String> {
        let unfit = || LibraryError::ExclusionUnfit { pattern: pattern.to_owned() };
        let trimmed = pattern.trim().trim_end_matches(['/', std::path::MAIN_SEPARATOR]);
        let path = Path::new(trimmed);
        if !path.is_absolute() {
            let names = trimmed.split('/');
            let is_fit = trimmed.len() <= LONGEST
                && names.clone().all(|name| !matches!(name, "" | "." | ".."))
                && !names.clone().all(|name| name.chars().all(|letter| letter == '*'))
                && !trimmed.contains('\0');
            return if is_fit { Ok(trimmed.to_owned()) } else { Err(unfit()) };
        }
        let folders = self.catalog.read(catalog::folder::all)?;
        let is_below = |place: &&PathBuf| {
            folders.iter().any(|folder| place.starts_with(&folder.path) && **place != folder.path)
        };
        // By links it may lie elsewhere, too.
        let places = [Some(path.to_path_buf()), dunce::canonicalize(path).ok()];
        let place = places.iter().flatten().find(is_below);
        place.and_then(|place| place.to_str()).map(str::to_owned).ok_or_else(unfit)
    }
}

/// Where a pattern stands among others.
fn position(patterns: &[String], pattern: &str) -> Option<usize> {
    patterns.iter().position(|known| are_same(known, pattern))
}

fn are_same(one: &str, other: &str) -> bool {
    one == other || (!Path::new(one).is_absolute() && one.to_lowercase() == other.to_lowercase())
}

/// The list of what is no photo of a person's.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
struct List {
    kinds: std::collections::BTreeMap<String, String>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Entry {
    pattern: String,
    /// Names that the last part of the pattern does not stand for.
    #[serde(default)]
    but: Vec<String>,
    kind: String,
    by: Option<String>,
}

impl List {
    fn get() -> Self {
        // A test sees to it that it can be read.
        serde_json::from_str(LIST).unwrap_or_default()
    }

    fn has(&self, pattern: &str) -> bool {
        self.entries.iter().any(|entry| are_same(&entry.pattern, pattern))
    }
}

/// What a person chose.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Chosen {
    excluded: Vec<String>,
    included: Vec<String>,
}

impl Chosen {
    fn load(catalog: &catalog::Catalog) -> Result<Self> {
        let value = catalog.read(|connection| setting::get(connection, SETTING))?;
        // Damage costs what was chosen, and not the library.
        Ok(value.and_then(|value| serde_json::from_str(&value).ok()).unwrap_or_default())
    }
}

/// By what it is decided whether a place is left out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    list: List,
    chosen: Chosen,
    patterns: Vec<Pattern>,
    /// Places that are left out.
    excluded: Vec<PathBuf>,
    /// Places that are taken in.
    included: Vec<PathBuf>,
}

impl Rules {
    pub(crate) fn load(catalog: &catalog::Catalog) -> Result<Self> {
        Ok(Self::new(List::get(), Chosen::load(catalog)?))
    }

    fn new(list: List, chosen: Chosen) -> Self {
        let active = list.entries.iter().filter(|entry| position(&chosen.included, &entry.pattern).is_none());
        let mut patterns: Vec<Pattern> =
            active.map(|entry| Pattern::new(&entry.pattern, &entry.but)).collect();
        let is_path = |pattern: &&String| Path::new(pattern.as_str()).is_absolute();
        let own = chosen.excluded.iter().filter(|pattern| !is_path(pattern));
        patterns.extend(own.map(|pattern| Pattern::new(pattern, &[])));
        let paths = |of: &[String]| of.iter().filter(is_path).map(PathBuf::from).collect();
        let (excluded, included) = (paths(&chosen.excluded), paths(&chosen.included));
        Self { list, chosen, patterns, excluded, included }
    }

    fn listed(&self) -> Exclusions {
        let Self { list, chosen, .. } = self;
        let entries = list.entries.iter().map(|entry| Exclusion {
            pattern: entry.pattern.clone(),
            kind: Some(entry.kind.clone()),
            reason: list.kinds.get(&entry.kind).cloned(),
            by: entry.by.clone(),
            active: position(&chosen.included, &entry.pattern).is_none(),
        });
        let own = chosen.excluded.iter().map(|pattern| Exclusion {
            pattern: pattern.clone(),
            kind: None,
            reason: None,
            by: None,
            active: true,
        });
        let included = chosen.included.iter().filter(|pattern| !list.has(pattern));
        Exclusions { excluded: entries.chain(own).collect(), included: included.cloned().collect() }
    }

    /// Whether some part of a path that is relative to a folder is left out, and with it everything below.
    pub(crate) fn leave_out(&self, folder: &Path, relative: &Path) -> bool {
        let mut place = folder.to_path_buf();
        relative.iter().any(|name| {
            place.push(name);
            self.leave_out_itself(&place)
        })
    }

    /// Whether a place below a folder is left out by its own name; those above it are not looked at by themselves. A folder
    /// that was added is taken whatever it is called.
    pub(crate) fn leave_out_itself(&self, place: &Path) -> bool {
        if self.excluded.iter().any(|excluded| excluded == place) {
            return true;
        }
        let Some(name) = place.file_name() else { return false };
        let name = name.to_string_lossy().to_lowercase();
        self.patterns.iter().any(|pattern| pattern.fits(&name, place))
            && !self.included.iter().any(|included| included == place)
    }
}

#[cfg(test)]
impl Default for Rules {
    fn default() -> Self {
        Self::new(List::get(), Chosen::default())
    }
}

/// A pattern of names, in lower case.
#[derive(Debug, PartialEq, Eq)]
struct Pattern {
    last: Vec<char>,
    /// Those of the directories above, the nearest first.
    above: Vec<Vec<char>>,
    but: Vec<String>,
}

impl Pattern {
    fn new(pattern: &str, but: &[String]) -> Self {
        let mut names = pattern.rsplit('/').map(|name| name.to_lowercase().chars().collect());
        let last = names.next().unwrap_or_default();
        Self { last, above: names.collect(), but: but.iter().map(|name| name.to_lowercase()).collect() }
    }

    /// Whether it fits a place, whose name this is in lower case.
    fn fits(&self, name: &str, place: &Path) -> bool {
        let mut above = place
            .ancestors()
            .skip(1)
            .map(|directory| directory.file_name().unwrap_or_default().to_string_lossy().to_lowercase());
        fits(&self.last, name)
            && !self.but.iter().any(|but| but == name)
            && self.above.iter().all(|pattern| above.next().is_some_and(|name| fits(pattern, &name)))
    }
}

/// Whether a name is one that the pattern stands for. No longer than pattern times name, whatever they are.
fn fits(pattern: &[char], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut read) = (0, 0);
    // Where to go on from when what follows the last star does not fit.
    let mut star: Option<(usize, usize)> = None;
    while read < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((last_star, taken)) = star else { return false };
                star = Some((last_star, taken + 1));
                at = last_star + 1;
                read = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_out(relative: &str) -> bool {
        Rules::default().leave_out(Path::new("/photos"), Path::new(relative))
    }

    #[test]
    fn the_list_gives_a_reason_for_each_entry() {
        let list: List = serde_json::from_str(LIST).unwrap();
        assert!(list.entries.len() > 30);
        for entry in &list.entries {
            assert!(list.kinds.contains_key(&entry.kind), "{entry:?}");
            assert!(entry.by.is_some() || entry.kind == "hidden", "{entry:?}");
        }
        let exclusions = Rules::default().listed();
        assert!(exclusions.excluded.iter().all(|exclusion| exclusion.reason.is_some() && exclusion.active));
    }

    #[test]
    fn snapshots_trash_and_previews_are_left_out_in_any_case_of_letters() {
        for out in [
            "#snapshot/GMT-2024/a.jpg",
            "2019/~Snapshot/a.jpg",
            ".snapshot/a.jpg",
            "@eadir/a.jpg/SYNOPHOTO_THUMB_XL.jpg",
            "@Recycle/a.jpg",
            "@recently-snapshot/a.jpg",
            "$Recycle.Bin/S-1-5/a.jpg",
            "$RECYCLE.BIN/a.jpg",
            "Recycler/a.jpg",
            ".Trash-1000/files/a.jpg",
            "Lightroom/Lightroom Catalog Smart Previews.lrdata/1/a.dng",
            "Previews.LRDATA/a.jpg",
            "shoot/CaptureOne/Cache/Thumbnails/a.jpg",
            "My.cocatalog/cache/a.jpg",
            "darktable/mipmaps-0a1b.d/3/1.jpg",
            "Photos Library.photoslibrary/resources/derivatives/a.jpg",
            "Photos Library.PhotosLibrary/scopes/a.jpg",
            "x/.git/y.jpg",
            "._a.jpg",
        ] {
            assert!(is_out(out), "{out}");
        }
        for taken in [
            "snapshot/a.jpg",
            "Cache/a.jpg",
            "shoot/Cache/a.jpg",
            "Trash/a.jpg",
            "recycle/a.jpg",
            "Photos Library.photoslibrary/originals/1/a.heic",
            "Photos Library.photoslibrary/Masters/2014/a.jpg",
            "photoslibrary/resources/a.jpg",
            "a.lrdata.jpg",
            "$100/a.jpg",
            "x/y.jpg",
        ] {
            assert!(!is_out(taken), "{taken}");
        }
    }

    #[test]
    fn a_folder_that_was_added_is_taken_whatever_it_is_called_and_knows_where_it_is() {
        let rules = Rules::default();
        assert!(!rules.leave_out(Path::new("/nas/#snapshot"), Path::new("a.jpg")));
        let library = Path::new("/home/Photos Library.photoslibrary");
        assert!(rules.leave_out(library, Path::new("resources/a.jpg")));
        assert!(!rules.leave_out(library, Path::new("originals/0/a.heic")));
    }

    #[test]
    fn a_person_leaves_out_patterns_and_places_and_takes_in_what_is_on_the_list() {
        let own = |excluded: &[&str], included: &[&str]| {
            let texts = |of: &[&str]| of.iter().map(|text| (*text).to_owned()).collect();
            Rules::new(List::get(), Chosen { excluded: texts(excluded), included: texts(included) })
        };
        let is_out = |rules: &Rules, path: &str| rules.leave_out(Path::new("/photos"), Path::new(path));
        let rules = own(&["Raw*", "*_thumb.jpg", "2019/jobs", "/photos/2020/may"], &[]);
        for out in ["x/RAWs/a.jpg", "a_Thumb.JPG", "2019/Jobs/a.jpg", "x/2019/jobs/a.jpg", "2020/may/a.jpg"] {
            assert!(is_out(&rules, out), "{out}");
        }
        for taken in ["draw/a.jpg", "jobs/a.jpg", "2019/x/jobs/a.jpg", "2020/May 2/a.jpg", "x/2020/may/a.jpg"]
        {
            assert!(!is_out(&rules, taken), "{taken}");
        }
        let rules = own(&[], &["#Recycle", "/photos/.private"]);
        assert!(!is_out(&rules, "#recycle/a.jpg") && !is_out(&rules, ".private/a.jpg"));
        assert!(is_out(&rules, "@Recycle/a.jpg") && is_out(&rules, "x/.private/a.jpg"));
        assert!(is_out(&rules, ".private/.git/a.jpg"), "what lies in it is looked at");
    }

    #[test]
    fn stars_and_question_marks_stand_for_letters() {
        let fits = |pattern: &str, name: &str| fits(&pattern.chars().collect::<Vec<_>>(), name);
        for (pattern, name) in [
            ("a", "a"),
            ("*", ""),
            ("*", "größe"),
            ("a*c", "abcabc"),
            ("*.d", "a.d.d"),
            ("??ö*", "größe"),
            ("**a**", "bab"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a", ""), ("", "a"), ("a?", "a"), ("*.d", "a.dd"), ("a*b", "acd")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
        assert!(!fits(&"*a".repeat(500), &"a".repeat(400)));
    }
}
