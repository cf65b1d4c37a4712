//! File names in words for people: nothing in a name can hide what it is.
//!
//! A name may hold characters that turn what follows around, so that `photo` and `gpj.exe` read as `photoexe.jpg`, that
//! break lines, that have a terminal obey, or that are not seen at all. They are written out here, but where a script
//! or an emoji needs them. Programs get names as they are, see `json`.

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

/// Text with a name in it for showing it: characters that are not seen but change what is seen, or what a name is, are
/// written as `[U+202E]`.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if is_seen(character) || is_needed(before, character, characters.peek().copied()) {
            shown.push(character);
        } else {
            // Writing to a string does not fail.
            let _ = write!(shown, "[U+{:04X}]", u32::from(character));
        }
        before = Some(character);
    }
    shown
}

/// Whether a character takes part in what is seen by itself. Those that do not are controls, line and paragraph
/// separators, annotations, and what Unicode calls default ignorable: marks of direction (Unicode Standard Annex 9),
/// joiners, fillers, tags and variation selectors.
fn is_seen(character: char) -> bool {
    let is_ignored = matches!(
        character,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    );
    !is_ignored && !character.is_control()
}

/// Whether a character that is not seen changes how its neighbours look, as it is meant to. In Latin none does.
fn is_needed(before: Option<char>, character: char, after: Option<char>) -> bool {
    let is_other_script = |neighbour: char| !neighbour.is_ascii() && is_seen(neighbour);
    let follows = before.is_some_and(is_other_script);
    match character {
        // In an emoji a joiner may come behind a variation selector.
        ZERO_WIDTH_NON_JOINER | ZERO_WIDTH_JOINER => {
            (follows || before == Some(AS_EMOJI)) && after.is_some_and(is_other_script)
        }
        // Also behind a digit, where a key is drawn around both.
        AS_EMOJI => follows || after == Some(KEYCAP),
        '\u{180B}'..='\u{180D}' | '\u{FE00}'..='\u{FE0E}' | '\u{E0100}'..='\u{E01EF}' => follows,
        _ => false,
    }
}

const ZERO_WIDTH_NON_JOINER: char = '\u{200C}';
const ZERO_WIDTH_JOINER: char = '\u{200D}';
/// The variation selector that asks for a colourful picture.
const AS_EMOJI: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_hide_its_ending() {
        assert_eq!(shown_path(Path::new("/a/photo\u{202E}gpj.exe")), "/a/photo[U+202E]gpj.exe");
        assert_eq!(shown_name(Path::new("/a/one\nline\u{1B}[2J.jpg")), "one[U+000A]line[U+001B][2J.jpg");
        assert_eq!(shown("photo.jpg\u{2028}.exe\u{2029}"), "photo.jpg[U+2028].exe[U+2029]");
    }

    #[test]
    fn two_names_that_differ_do_not_look_the_same() {
        let invisible = [
            0xAD, 0x34F, 0x61C, 0x115F, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0x2061, 0x2062,
            0x2063, 0x2064, 0x3164, 0xFE00, 0xFE0E, 0xFE0F, 0xFEFF, 0xE0001, 0xE0041, 0xE0100,
        ];
        for code in invisible {
            let character = char::from_u32(code).unwrap();
            for name in ["", "photo", "photo.jpg", "1"] {
                let written = format!("{name}[U+{code:04X}].jpg");
                assert_eq!(shown(&format!("{name}{character}.jpg")), written);
            }
        }
    }

    #[test]
    fn nothing_is_hidden_behind_an_emoji() {
        assert_eq!(shown("❤\u{FE0F}\u{FE0F}\u{FE01}.jpg"), "❤\u{FE0F}[U+FE0F][U+FE01].jpg");
        assert_eq!(shown("\u{1F468}\u{200D}\u{200D}\u{1F467}"), "\u{1F468}[U+200D][U+200D]\u{1F467}");
        assert_eq!(shown("\u{1F468}\u{200D}.jpg"), "\u{1F468}[U+200D].jpg");
        assert_eq!(shown("\u{1F3F4}\u{E0067}\u{E007F}"), "\u{1F3F4}[U+E0067][U+E007F]");
    }

    #[test]
    fn names_in_any_script_stay_as_they_are() {
        for name in [
            "Größe 1.jpg",
            "صورة.jpg",
            "תמונה.png",
            "می\u{200C}خواهم.jpg",
            "葛\u{E0100}城.jpg",
            "\u{1F468}\u{200D}\u{1F467}.heic",
            "❤\u{FE0F}\u{200D}\u{1F525}.jpg",
            "☀\u{FE0F} 1\u{FE0F}\u{20E3}.png",
        ] {
            assert_eq!(shown(name), name);
        }
    }
}
