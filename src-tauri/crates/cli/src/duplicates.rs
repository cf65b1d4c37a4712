//! The `duplicates` command: groups of photos that show the same picture, and which of each to keep. It only lists,
//! or writes the list.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use library::{
    Duplicate, DuplicateGroup, Going, KeepReason, Library, PathList, Separator, WrittenList, shown_name,
    shown_path,
};
use serde::Serialize;

use crate::output::{self, Failure};

#[derive(Debug, Serialize)]
struct DuplicatesJson<'a> {
    groups: Vec<Vec<PathJson<'a>>>,
    /// One for each group, in the same order.
    suggestions: Vec<SuggestionJson<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct PathJson<'a>(#[serde(serialize_with = "library::lossy_path")] &'a Path);

#[derive(Debug, Serialize)]
struct SuggestionJson<'a> {
    keep: PathJson<'a>,
    reason: KeepReason,
    /// What the reason is said of.
    over: PathJson<'a>,
    /// What is kept beside it: a RAW's JPEG, a RAW that no other stands in for.
    beside: Vec<PathJson<'a>>,
    /// Pieces of one shot each, such as a RAW and its JPEG.
    pairs: Vec<Vec<PathJson<'a>>>,
    /// Paths that lead to one file each, the one in the group first.
    same_file: Vec<Vec<PathJson<'a>>>,
    /// Photos of which each cannot be told from the others of its list: perhaps they are one file.
    maybe_same_file: Vec<Vec<PathJson<'a>>>,
}

#[derive(Debug, Serialize)]
struct ExportJson<'a> {
    groups: u64,
    file: PathJson<'a>,
    /// Names with line breaks, which are not in a list of one path a line.
    refused: Vec<PathJson<'a>>,
    out_of_reach: u64,
}

/// Writes the list to a file.
pub(crate) fn export(
    library: &Library,
    min_similarity: Option<f32>,
    (file, separator): (&Path, Separator),
    json: bool,
) -> Result<(), Failure> {
    let written = library.write_duplicates(&library.duplicates(min_similarity)?, file, separator)?;
    let WrittenList { groups, refused, out_of_reach } = &written;
    if json {
        return output::json(&ExportJson {
            groups: *groups,
            file: PathJson(file),
            refused: refused.iter().map(|path| PathJson(path)).collect(),
            out_of_reach: *out_of_reach,
        });
    }
    let what = if *groups == 1 { "group" } else { "groups" };
    writeln!(io::stdout().lock(), "{groups} {what} written to {}", shown_path(file))?;
    tell_what_is_left_out(&written)
}

/// Prints the paths of the photos that could go, each ended by a NUL.
pub(crate) fn print(library: &Library, min_similarity: Option<f32>) -> Result<(), Failure> {
    let Going { paths, out_of_reach } = library.going(&library.duplicates(min_similarity)?)?;
    let list = PathList::new(paths.iter().map(std::path::PathBuf::as_path), Separator::Nul);
    let mut out = io::stdout().lock();
    out.write_all(&list.bytes)?;
    out.flush()?;
    tell_what_is_left_out(&WrittenList { refused: list.refused, out_of_reach, ..WrittenList::default() })
}

fn tell_what_is_left_out(written: &WrittenList) -> Result<(), Failure> {
    let mut out = io::stderr().lock();
    let WrittenList { refused, out_of_reach, .. } = written;
    if !refused.is_empty() {
        let (names, have) = if refused.len() == 1 { ("name", "has") } else { ("names", "have") };
        let count = refused.len();
        writeln!(
            out,
            "{count} {names} cannot be one line of a list and {have} been left out; use --null, or a .csv:"
        )?;
        for path in refused {
            writeln!(out, "  {}", shown_path(path))?;
        }
    }
    if *out_of_reach > 0 {
        let photos = if *out_of_reach == 1 { "photo" } else { "photos" };
        writeln!(
            out,
            "{out_of_reach} {photos} left out: the file, or what is kept in its place, is out of reach or has changed, or both \
             may be one file"
        )?;
    }
    Ok(())
}

/// Lists the groups.
pub(crate) fn list(library: &Library, min_similarity: Option<f32>, json: bool) -> Result<(), Failure> {
    let groups = library.duplicates(min_similarity)?;
    if json {
        return output::json(&DuplicatesJson {
            groups: groups.iter().map(|group| group.photos.iter().map(path).collect()).collect(),
            suggestions: groups.iter().map(suggestion).collect(),
        });
    }
    let mut out = io::stdout().lock();
    if groups.is_empty() {
        writeln!(out, "No two photos show the same picture.")?;
    }
    for (number, group) in (1..).zip(&groups) {
        writeln!(out, "Group {number}, {} photos", group.photos.len())?;
        let kept = group.kept();
        for (at, photo) in group.photos.iter().enumerate() {
            let advice = match photo {
                _ if at == group.keep => why(group),
                _ if !kept.contains(&photo.photo) => String::new(),
                _ if photo.perhaps_one.is_some() => format!("  keep: {}", perhaps_one(photo, group)),
                _ if photo.shot.is_some() => format!("  keep: {}", pair(photo, group)),
                _ if photo.is_raw => "  keep: a RAW of its own".to_owned(),
                _ if photo.has_film => "  keep: it has a film or another view with it".to_owned(),
                _ => "  keep: it has colours".to_owned(),
            };
            writeln!(out, "  {}  {}{advice}", shown_path(&photo.path), facts(photo, group))?;
            for other in &photo.also_at {
                writeln!(out, "    the same file at {}", shown_path(other))?;
            }
        }
    }
    Ok(())
}

fn path(photo: &Duplicate) -> PathJson<'_> {
    PathJson(&photo.path)
}

fn suggestion(group: &DuplicateGroup) -> SuggestionJson<'_> {
    let kept = group.kept();
    let is_beside = |(at, photo): &(usize, &Duplicate)| *at != group.keep && kept.contains(&photo.photo);
    let beside = group.photos.iter().enumerate().filter(is_beside).map(|(_, photo)| path(photo));
    let shots = together(group, |photo| photo.shot);
    let same_file = group.photos.iter().filter(|photo| !photo.also_at.is_empty()).map(|photo| {
        std::iter::once(path(photo)).chain(photo.also_at.iter().map(|path| PathJson(path))).collect()
    });
    SuggestionJson {
        keep: path(&group.photos[group.keep]),
        reason: group.reason,
        over: path(&group.photos[group.over]),
        beside: beside.collect(),
        pairs: shots,
        same_file: same_file.collect(),
        maybe_same_file: together(group, |photo| photo.perhaps_one),
    }
}

/// The photos of a group that belong together, as they have the same number.
fn together(group: &DuplicateGroup, number: fn(&Duplicate) -> Option<usize>) -> Vec<Vec<PathJson<'_>>> {
    let numbers: BTreeSet<usize> = group.photos.iter().filter_map(number).collect();
    let photos = |wanted| group.photos.iter().filter(move |photo| number(photo) == Some(wanted));
    numbers.into_iter().map(|wanted| photos(wanted).map(path).collect()).collect()
}

fn facts(photo: &Duplicate, group: &DuplicateGroup) -> String {
    let same = group.photos.iter().filter(|other| other.content_id == photo.content_id).count();
    let copies = if same > 1 { format!(", {same} with the same bytes") } else { String::new() };
    format!("({} x {}, {} KB{copies})", photo.width, photo.height, photo.bytes.div_ceil(1000))
}

/// With what a photo may be one file.
fn perhaps_one(photo: &Duplicate, group: &DuplicateGroup) -> String {
    let is_other = |other: &&Duplicate| other.photo != photo.photo && other.perhaps_one == photo.perhaps_one;
    let paths: Vec<String> =
        group.photos.iter().filter(is_other).map(|other| shown_path(&other.path)).collect();
    format!("perhaps the same file as {}", paths.join(", "))
}

/// To what a piece of a shot belongs.
fn pair(photo: &Duplicate, group: &DuplicateGroup) -> String {
    let others = group.photos.iter().filter(|other| other.photo != photo.photo && other.shot == photo.shot);
    let names: Vec<String> = others.map(|other| shown_name(&other.path)).collect();
    format!("a pair with {}", names.join(", "))
}

/// Why the suggested photo is, rather than the one that comes next.
fn why(group: &DuplicateGroup) -> String {
    let reason = match group.reason {
        KeepReason::Raw => "the camera's RAW",
        KeepReason::Larger => "larger",
        KeepReason::NoScreenshot => "not a screenshot, by its name",
        KeepReason::Unedited => "not an edit, by its name",
        KeepReason::HasDate => "it says when it was taken",
        KeepReason::CameraName => "it has the name that the camera gave it",
        KeepReason::NoMargin => "it has no bars or frame around it",
        KeepReason::Upright => "the way up that most are",
        KeepReason::MoreBytes => "more bytes, so less was lost in saving it",
        KeepReason::Sharper => "sharper",
        KeepReason::Online => "its drive is there",
        KeepReason::Older => "the older file",
        KeepReason::OwnName => "not a copy, by its name",
        KeepReason::FirstByName => "any would do; it is the first by name",
    };
    if group.photos.len() == 2 {
        return format!("  keep: {reason}");
    }
    format!("  keep, rather than {}: {reason}", shown_name(&group.photos[group.over].path))
}
