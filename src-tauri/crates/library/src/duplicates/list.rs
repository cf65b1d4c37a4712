//! The list of duplicates as a file that the person chose: a table with all groups, or the paths of the photos that
//! could go, for another program. How it is written, where not, and what it replaces is the matter of `chosen`.
//!
//! A path is on the list only if its file is there as it was read, and another file that is kept stands in for it and is
//! there, too. What may be one file by two ways is on none. The table is for people: what a spreadsheet would compute has an apostrophe before it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::duplicates::group::DuplicateGroup;
use crate::duplicates::review::{Review, Verdict};
use crate::store::chosen::HEADINGS;
use crate::store::path_list::{self, PathList, Separator};
use crate::{Library, LibraryError, Result};

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// A table of all groups, with commas (RFC 4180).
    Table,
    /// Paths of what could go.
    Paths(Separator),
}

/// What came of writing a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenList {
    /// Groups that it is about.
    pub groups: u64,
    /// Photos whose names hold line breaks and are not among paths that are one a line.
    pub refused: Vec<PathBuf>,
    /// Photos that are not among the paths, as they, or what is kept in their place, are out of reach or have changed, or as
    /// both may be one file.
    pub out_of_reach: u64,
}

/// The photos of some groups that could go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Going {
    /// Their paths.
    pub paths: Vec<PathBuf>,
    /// How many more there are that are out of reach or have changed, as is what is kept in their place, or that may be the
    /// same file as that.
    pub out_of_reach: u64,
}

impl Library {
    /// Writes groups and what was decided about them. A file that ends in `.csv` gets a table, one in `.txt` the paths of
    /// the photos that could go; so does any other but a picture's with [`Separator::Nul`]. Groups that the person says are
    /// no duplicates are left out.
    ///
    /// Fails with [`LibraryError::ExportIntoLibrary`] for a file in a folder of the library, and with
    /// [`LibraryError::ExportFormat`] for one with another ending. When it fails, what was there before stays.
    pub fn write_duplicates(
        &self,
        groups: &[DuplicateGroup],
        file: &Path,
        separator: Separator,
    ) -> Result<WrittenList> {
        let format = format_of(file, separator)?;
        let chosen = self.chosen_file(file)?;
        let reviews = self.reviews(groups)?;
        let listed = listed(groups, &reviews);
        let mut written = WrittenList { groups: listed.len() as u64, ..WrittenList::default() };
        let bytes = match format {
            Format::Table => table(&listed).into_bytes(),
            Format::Paths(separator) => {
                let Going { paths, out_of_reach } = going(&listed);
                let list = PathList::new(paths.iter().map(PathBuf::as_path), separator);
                written = WrittenList { refused: list.refused, out_of_reach, ..written };
                list.bytes
            }
        };
        chosen.write(&bytes)?;
        Ok(written)
    }

    /// The photos of these groups that could go: what a list of paths holds.
    pub fn going(&self, groups: &[DuplicateGroup]) -> Result<Going> {
        let reviews = self.reviews(groups)?;
        Ok(going(&listed(groups, &reviews)))
    }
}

/// The groups that a list is about.
fn listed<'a>(groups: &'a [DuplicateGroup], reviews: &'a [Review]) -> Vec<(&'a DuplicateGroup, &'a Review)> {
    let all = groups.iter().zip(reviews);
    all.filter(|(_, review)| review.verdict != Verdict::NotDuplicates).collect()
}

fn format_of(file: &Path, separator: Separator) -> Result<Format> {
    let ends_in = |ending| file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending));
    match separator {
        Separator::Line if ends_in("csv") => Ok(Format::Table),
        Separator::Line if ends_in("txt") => Ok(Format::Paths(separator)),
        Separator::Nul if !ends_in("csv") && !imaging::is_candidate(file) => Ok(Format::Paths(separator)),
        _ => Err(LibraryError::ExportFormat { path: file.into() }),
    }
}

fn going(groups: &[(&DuplicateGroup, &Review)]) -> Going {
    let mut going = Going::default();
    for (group, review) in groups {
        let (photos, out_of_reach) = group.removable(&review.keep);
        going.paths.extend(photos.into_iter().map(|photo| photo.path.clone()));
        going.out_of_reach += out_of_reach;
    }
    going
}

fn table(groups: &[(&DuplicateGroup, &Review)]) -> String {
    let mut text = HEADINGS.to_owned();
    for (number, (group, review)) in (1..).zip(groups) {
        let mut seen = HashSet::new();
        let twice: HashSet<i64> =
            group.photos.iter().map(|photo| photo.content_id).filter(|id| !seen.insert(*id)).collect();
        let kept = group.kept();
        let going = group.going(&review.keep);
        // What is acted on is looked at now: a file that is kept may be gone, or may have become another picture.
        let safe: HashSet<i64> =
            group.removable(&review.keep).0.into_iter().map(|photo| photo.photo).collect();
        for (at, photo) in group.photos.iter().enumerate() {
            let is_kept = kept.contains(&photo.photo);
            let kind = match photo {
                _ if photo.perhaps_one.is_some() => "maybe-same-file",
                _ if twice.contains(&photo.content_id) => "copy",
                _ if at != group.keep && is_kept && photo.shot.is_some() => "pair",
                _ => "near-identical",
            };
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "{number},{},{},{},{kind},{},{},{},{}",
                suggestion(is_kept, going.contains(&at) && !safe.contains(&photo.photo)),
                reason(group, at, is_kept),
                decision(review, going.contains(&at), safe.contains(&photo.photo)),
                photo.width,
                photo.height,
                photo.bytes,
                cell(&photo.path.to_string_lossy()),
            );
            // No file of its own, which takes up no more.
            for path in &photo.also_at {
                let _ = writeln!(text, "{number},,,,same-file,,,,{}", cell(&path.to_string_lossy()));
            }
        }
    }
    text
}

fn suggestion(is_kept: bool, is_out_of_reach: bool) -> &'static str {
    match (is_kept, is_out_of_reach) {
        (true, _) => "keep",
        (false, true) => OUT_OF_REACH,
        (false, false) => "duplicate",
    }
}

/// Why a photo is kept, by a stable name.
fn reason(group: &DuplicateGroup, at: usize, is_kept: bool) -> String {
    if at != group.keep {
        let beside = match &group.photos[at] {
            photo if photo.perhaps_one.is_some() => "maybe_same_file",
            photo if photo.shot.is_some() => "pair",
            photo if photo.is_raw => "raw",
            photo if photo.has_film => "film",
            _ => "colours",
        };
        return if is_kept { beside.into() } else { String::new() };
    }
    let name = serde_json::to_value(group.reason).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}

/// What a table says of a photo that could go if it, and what is kept in its place, were there as they were read.
const OUT_OF_REACH: &str = "out-of-reach";

/// What the person says of a photo; nothing where they have not looked yet. What nothing kept stands in for is kept.
fn decision(review: &Review, is_going: bool, is_safe: bool) -> &'static str {
    match review.verdict {
        Verdict::Open => "",
        _ if is_going && is_safe => "duplicate",
        _ if is_going => OUT_OF_REACH,
        _ => "keep",
    }
}

/// A field of a table, in quotes where it needs them, and with an apostrophe before what a spreadsheet would take for a
/// formula, also behind what some take for the end of a field.
fn cell(field: &str) -> String {
    let mut neutral = String::with_capacity(field.len());
    let mut begins = true;
    for character in field.chars() {
        if begins && FORMULAS.contains(&character) {
            neutral.push('\'');
        }
        neutral.push(character);
        let is_end = ENDS_OF_FIELDS.contains(&character) || path_list::ends_line(character);
        begins = is_end || (begins && character == ' ');
    }
    quoted(&neutral)
}

/// What formulas begin with, in wide letters, too.
const FORMULAS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
const ENDS_OF_FIELDS: [char; 5] = [',', ';', '|', '"', '\t'];

/// A field of a table, in quotes where it needs them.
fn quoted(field: &str) -> String {
    if field.contains([',', ';', '"', '\t']) || field.contains(path_list::ends_line) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_commas_quotes_and_breaks_stay_one_field() {
        assert_eq!(quoted("/a/b c.jpg"), "/a/b c.jpg");
        assert_eq!(quoted("/a/one, \"two\".jpg"), "\"/a/one, \"\"two\"\".jpg\"");
        for end in ['\n', '\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}'] {
            let name = format!("/a/one{end}two.jpg");
            assert_eq!(quoted(&name), format!("\"{name}\""));
        }
    }

    #[test]
    fn no_field_is_a_formula_however_a_spreadsheet_cuts_fields() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "  =1"] {
            let field = cell(formula);
            let inside = field.trim_start_matches('"').trim_start();
            assert!(inside.starts_with('\''), "{formula:?} is {field:?}");
        }
        assert_eq!(cell("/a;=1+1;b.jpg"), "\"/a;'=1+1;b.jpg\"");
        assert_eq!(cell("/a\"=1\".jpg"), "\"/a\"\"'=1\"\".jpg\"");
        assert_eq!(cell("/a\n@x.jpg"), "\"/a\n'@x.jpg\"");
        assert_eq!(cell("/a\u{2028}=x.jpg"), "\"/a\u{2028}'=x.jpg\"");
        assert_eq!(cell("/a - b/c=d+e@f.jpg"), "/a - b/c=d+e@f.jpg");
    }
}
