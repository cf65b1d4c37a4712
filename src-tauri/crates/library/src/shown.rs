//! File names in words for people: nothing in a name can hide what it is.
//!
//! A name may hold characters that turn what follows around, so that `photo` and `gpj.exe` read as `photoexe.jpg`, that
//! break lines, or that have a terminal obey. They are written out here. Programs get names as they are, see `json`.

use std::fmt::Write;
use std::path::Path;

/// A path for showing it. What is not Unicode shows as a replacement character.
pub fn shown_path(path: &Path) -> String {
    shown(&path.to_string_lossy())
}

/// The last part of a path for showing it.
pub fn shown_name(path: &Path) -> String {
    shown(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}

/// Text with a name in it for showing it: characters that are not seen but change what is seen are written as
/// `[U+202E]`.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if changes_what_is_seen(character) {
            // Writing to a string does not fail.
            let _ = write!(shown, "[U+{:04X}]", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Control characters, line and paragraph separators, and the marks that set a direction (Unicode Standard Annex 9).
fn changes_what_is_seen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_hide_its_ending() {
        assert_eq!(shown_path(Path::new("/a/photo\u{202E}gpj.exe")), "/a/photo[U+202E]gpj.exe");
        assert_eq!(shown_name(Path::new("/a/one\nline\u{1B}[2J.jpg")), "one[U+000A]line[U+001B][2J.jpg");
    }

    #[test]
    fn names_in_any_script_stay_as_they_are() {
        for name in
            ["Größe 1.jpg", "صورة.jpg", "תמונה.png", "\u{1F468}\u{200D}\u{1F467}.heic", "می\u{200C}خواهم.jpg"]
        {
            assert_eq!(shown(name), name);
        }
    }
}
