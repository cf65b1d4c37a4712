//! The list of duplicates as a file that the person chose: a table with all groups, or the paths of the photos that
//! are not kept, one a line. It replaces a list of the same name and no picture.
//!
//! How it is written, and where not, is the matter of `chosen`.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use crate::{Duplicate, DuplicateGroup, Library, LibraryError, Result, Review, Verdict};

const HEADINGS: &str = "group,suggestion,reason,decision,kind,width,height,bytes,path\n";

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// A table of all groups, with commas (RFC 4180).
    Table,
    /// Paths of what is not kept.
    Paths,
}

impl Library {
    /// Writes groups and what was decided about them, and returns how many. A file that ends in `.csv` gets a table, one
    /// in `.txt` the paths of the photos that are not kept. Groups that the person says are no duplicates are left out.
    ///
    /// Fails with [`LibraryError::ExportIntoLibrary`] for a file in a folder of the library, and with
    /// [`LibraryError::ExportFormat`] for one with another ending. When it fails, what was there before stays.
    pub fn write_duplicates(&self, groups: &[DuplicateGroup], file: &Path) -> Result<u64> {
        let format = format_of(file)?;
        let chosen = self.chosen_file(file)?;
        let reviews = self.reviews(groups)?;
        let listed =
            groups.iter().zip(&reviews).filter(|(_, review)| review.verdict != Verdict::NotDuplicates);
        let listed: Vec<_> = listed.collect();
        let text = match format {
            Format::Table => table(&listed),
            Format::Paths => paths(&listed),
        };
        chosen.write(text.as_bytes())?;
        Ok(listed.len() as u64)
    }
}

fn format_of(file: &Path) -> Result<Format> {
    let ends_in = |ending| file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending));
    if ends_in("csv") {
        Ok(Format::Table)
    } else if ends_in("txt") {
        Ok(Format::Paths)
    } else {
        Err(LibraryError::ExportFormat { path: file.into() })
    }
}

fn table(groups: &[(&DuplicateGroup, &Review)]) -> String {
    let mut text = HEADINGS.to_owned();
    for (number, (group, review)) in (1..).zip(groups) {
        let mut seen = HashSet::new();
        let twice: HashSet<i64> =
            group.photos.iter().map(|photo| photo.content_id).filter(|id| !seen.insert(*id)).collect();
        for (at, photo) in group.photos.iter().enumerate() {
            let is_suggested = at == group.keep;
            let kind = if twice.contains(&photo.content_id) { "copy" } else { "near-identical" };
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "{number},{},{},{},{kind},{},{},{},{}",
                if is_suggested { "keep" } else { "duplicate" },
                if is_suggested { reason(group) } else { String::new() },
                decision(photo, review),
                photo.width,
                photo.height,
                photo.bytes,
                quoted(&photo.path.to_string_lossy()),
            );
        }
    }
    text
}

/// The reason by its stable name.
fn reason(group: &DuplicateGroup) -> String {
    let name = serde_json::to_value(group.reason).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}

/// What the person says of a photo; nothing where they have not looked yet.
fn decision(photo: &Duplicate, review: &Review) -> &'static str {
    match review.verdict {
        Verdict::Open => "",
        _ if review.keep.contains(&photo.photo) => "keep",
        _ => "duplicate",
    }
}

fn paths(groups: &[(&DuplicateGroup, &Review)]) -> String {
    let mut text = String::new();
    for (group, review) in groups {
        for photo in group.photos.iter().filter(|photo| !review.keep.contains(&photo.photo)) {
            let _ = writeln!(text, "{}", photo.path.to_string_lossy());
        }
    }
    text
}

/// A field of a table, in quotes where it needs them.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
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
        assert_eq!(quoted("/a/one\ntwo.jpg"), "\"/a/one\ntwo.jpg\"");
    }
}
