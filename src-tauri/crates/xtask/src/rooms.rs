//! Holds the library to the order of its rooms: what a room takes comes from it or from one below it, no two of its files take
//! from each other, and it stays small enough to be known.
//!
//! It looks at paths that begin with `crate`, outside of tests, which may use everything. What the facade hands from one
//! room to another it does not see.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, ItemUse, UseTree};

use crate::error::{Error, Result};

const LIBRARY: &str = "src-tauri/crates/library/src";

/// From the ground up.
const ROOMS: [&str; 12] = [
    "base",
    "system",
    "store",
    "engine",
    "reading",
    "folders",
    "ingest",
    "duplicates",
    "search",
    "models",
    "browse",
    "upkeep",
];

/// What every room may take from the root of the crate.
const FACADE: [&str; 4] = ["Library", "LibraryError", "Options", "Result"];

/// Files, or folders of one subject, in a room.
const MOST_FILES: usize = 12;

/// A file of a room, and what it says.
struct Source {
    room: String,
    /// Its name in the room, without its ending; that of the folder for files in one.
    name: String,
    text: String,
}

/// Fails with all that is out of order.
pub(crate) fn check() -> Result<()> {
    let mut breaches = Vec::new();
    let sources = sources(&crate::root().join(LIBRARY), &mut breaches)?;
    breaches.extend(breaches_of(&sources)?);
    if breaches.is_empty() { Ok(()) } else { Err(Error::RoomsInDisorder(breaches.join("\n"))) }
}

/// The files of all rooms. What stands outside of them is a breach.
fn sources(library: &Path, breaches: &mut Vec<String>) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for room in entries(library)? {
        let name = stem(&room);
        if !room.is_dir() || !ROOMS.contains(&name.as_str()) {
            if name != "lib" {
                breaches.push(format!("{name} stands outside of the rooms"));
            }
            continue;
        }
        for file in entries(&room)? {
            for path in rust_files(&file)? {
                let text = fs::read_to_string(&path).map_err(Error::of(&path))?;
                sources.push(Source { room: name.clone(), name: stem(&file), text });
            }
        }
    }
    Ok(sources)
}

/// What is out of order in and between rooms.
fn breaches_of(sources: &[Source]) -> Result<Vec<String>> {
    let mut breaches = BTreeSet::new();
    // Which file of a room takes from which other one of it.
    let mut within = BTreeSet::new();
    for source in sources {
        let Source { room, name, .. } = source;
        for path in paths(source)? {
            let [_, from, rest @ ..] = path.as_slice() else { continue };
            if from == room {
                within.extend(rest.first().map(|file| (room.clone(), name.clone(), file.clone())));
            } else if place(from).is_some() && place(from) > place(room) {
                let what = rest.join("::");
                breaches.insert(format!("{room}/{name} takes {what} from {from}, which is above it"));
            } else if place(from).is_none() && !FACADE.contains(&from.as_str()) {
                breaches.insert(format!("{room}/{name} takes {from} from the root, not from its room"));
            }
        }
    }
    for (room, one, other) in &within {
        if one < other && within.contains(&(room.clone(), other.clone(), one.clone())) {
            breaches.insert(format!("{room}/{one} and {room}/{other} take from each other"));
        }
    }
    breaches.extend(ROOMS.iter().filter_map(|room| too_large(room, sources)));
    Ok(breaches.into_iter().collect())
}

/// Says so where a room holds too many files beside the one that begins it.
fn too_large(room: &str, sources: &[Source]) -> Option<String> {
    let of_room = sources.iter().filter(|source| source.room == room && source.name != "mod");
    let count = of_room.map(|source| &source.name).collect::<BTreeSet<_>>().len();
    (count > MOST_FILES).then(|| format!("{room} holds {count} files, more than {MOST_FILES}"))
}

fn place(room: &str) -> Option<usize> {
    ROOMS.iter().position(|known| *known == room)
}

/// All paths of a file that begin with `crate`.
fn paths(source: &Source) -> Result<Vec<Vec<String>>> {
    let parsed = syn::parse_file(&source.text).map_err(|error| Error::NotRust {
        file: format!("{}/{}", source.room, source.name),
        source: error,
    })?;
    let mut paths = Paths::default();
    paths.visit_file(&parsed);
    Ok(paths.found)
}

#[derive(Default)]
struct Paths {
    found: Vec<Vec<String>>,
}

impl Paths {
    fn add(&mut self, path: Vec<String>) {
        if path.first().is_some_and(|first| first == "crate") {
            self.found.push(path);
        }
    }

    /// The paths of an import, each to its end.
    fn add_import(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: String| [before, &[name]].concat();
        match tree {
            UseTree::Path(path) => self.add_import(&with(path.ident.to_string()), &path.tree),
            UseTree::Name(name) => self.add(with(name.ident.to_string())),
            UseTree::Rename(rename) => self.add(with(rename.ident.to_string())),
            UseTree::Glob(_) => self.add(before.to_vec()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_import(before, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !module.attrs.iter().any(is_for_tests) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, import: &'ast ItemUse) {
        self.add_import(&[], &import.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

/// `cfg(test)`, alone or with other conditions.
fn is_for_tests(attribute: &Attribute) -> bool {
    let mut is_test = false;
    if attribute.path().is_ident("cfg") {
        // Conditions that are no list of names are none of ours.
        let _ = attribute.parse_nested_meta(|meta| {
            is_test |= meta.path.is_ident("test");
            if meta.path.is_ident("all") {
                meta.parse_nested_meta(|inner| {
                    is_test |= inner.path.is_ident("test");
                    Ok(())
                })?;
            }
            Ok(())
        });
    }
    is_test
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).map_err(Error::of(directory))?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(Error::of(directory))).collect()
}

/// A file, or those in a folder and its folders, that are Rust.
fn rust_files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_dir() {
        let files: Result<Vec<_>> = entries(path)?.iter().map(|path| rust_files(path)).collect();
        return Ok(files?.concat());
    }
    let is_rust = path.extension().is_some_and(|ending| ending == "rs");
    Ok(if is_rust { vec![path.into()] } else { Vec::new() })
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches(files: &[(&str, &str, &str)]) -> Vec<String> {
        let source = |&(room, name, text): &(&str, &str, &str)| Source {
            room: room.to_owned(),
            name: name.to_owned(),
            text: text.to_owned(),
        };
        breaches_of(&files.iter().map(source).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_room_takes_from_those_below_it() {
        let below = "use crate::base::error; use crate::{Library, Result}; fn f() { crate::store::open(); }";
        assert_eq!(breaches(&[("search", "query", below)]), Vec::<String>::new());
        let above = [
            "use crate::search::query::Query;",
            "use crate::{base::clock, search::query::{Query as Asked}};",
            "fn f(query: crate::search::query::Query) {}",
        ];
        for text in above {
            let found = breaches(&[("store", "settings", text)]);
            assert_eq!(found, ["store/settings takes query::Query from search, which is above it"], "{text}");
        }
        let root = breaches(&[("store", "settings", "use crate::Band;")]);
        assert_eq!(root, ["store/settings takes Band from the root, not from its room"]);
    }

    #[test]
    fn tests_may_use_everything() {
        for condition in ["test", "all(test, unix)"] {
            let text = format!("#[cfg({condition})] mod tests {{ use crate::upkeep::watch; }}");
            assert_eq!(breaches(&[("base", "clock", &text)]), Vec::<String>::new(), "{condition}");
        }
        assert_eq!(
            breaches(&[("base", "clock", "#[cfg(unix)] mod own { use crate::upkeep::watch; }")]).len(),
            1
        );
    }

    #[test]
    fn no_two_files_take_from_each_other() {
        let one = ("ingest", "commit", "use crate::ingest::update::Summary;");
        let other = ("ingest", "update", "use crate::ingest::commit::Committer;");
        assert_eq!(breaches(&[one]), Vec::<String>::new());
        assert_eq!(breaches(&[one, other]), ["ingest/commit and ingest/update take from each other"]);
    }

    #[test]
    fn a_room_is_small() {
        let names: Vec<String> = (0..13).map(|nth| format!("file{nth:02}")).collect();
        let mut files: Vec<_> = names.iter().map(|name| ("browse", name.as_str(), "")).collect();
        assert_eq!(breaches(&files), ["browse holds 13 files, more than 12"]);
        files[12].1 = "mod";
        assert_eq!(breaches(&files), Vec::<String>::new(), "a dozen and what begins them");
    }
}
