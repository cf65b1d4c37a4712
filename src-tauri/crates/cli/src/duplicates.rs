//! The `duplicates` command: groups of photos that show the same picture, and which of each to keep. It only lists,
//! or writes the list.

use std::io::{self, Write};
use std::path::Path;

use library::{Duplicate, DuplicateGroup, KeepReason, Library, shown_path};
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
}

#[derive(Debug, Serialize)]
struct ExportJson<'a> {
    groups: u64,
    file: PathJson<'a>,
}

/// Writes the list to a file.
pub(crate) fn export(
    library: &Library,
    min_similarity: Option<f32>,
    file: &Path,
    json: bool,
) -> Result<(), Failure> {
    let groups = library.write_duplicates(&library.duplicates(min_similarity)?, file)?;
    if json {
        return output::json(&ExportJson { groups, file: PathJson(file) });
    }
    let what = if groups == 1 { "group" } else { "groups" };
    writeln!(io::stdout().lock(), "{groups} {what} written to {}", shown_path(file))?;
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
        for (at, photo) in group.photos.iter().enumerate() {
            let advice = if at == group.keep { why(group.reason) } else { "" };
            writeln!(out, "  {}  {}{advice}", shown_path(&photo.path), facts(photo, group))?;
        }
    }
    Ok(())
}

fn path(photo: &Duplicate) -> PathJson<'_> {
    PathJson(&photo.path)
}

fn suggestion(group: &DuplicateGroup) -> SuggestionJson<'_> {
    SuggestionJson { keep: path(&group.photos[group.keep]), reason: group.reason }
}

fn facts(photo: &Duplicate, group: &DuplicateGroup) -> String {
    let same = group.photos.iter().filter(|other| other.content_id == photo.content_id).count();
    let copies = if same > 1 { format!(", {same} with the same bytes") } else { String::new() };
    format!("({} x {}, {} KB{copies})", photo.width, photo.height, photo.bytes.div_ceil(1000))
}

fn why(reason: KeepReason) -> &'static str {
    match reason {
        KeepReason::Larger => "  keep: the largest",
        KeepReason::Online => "  keep: its drive is there",
        KeepReason::Sharper => "  keep: the sharpest",
        KeepReason::HasDate => "  keep: it says when it was taken",
        KeepReason::LessCompressed => "  keep: the least compressed",
        KeepReason::Older => "  keep: the oldest",
        KeepReason::FirstByName => "  keep: any; this is the first by name",
    }
}
