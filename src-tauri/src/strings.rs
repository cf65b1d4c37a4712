//! The few strings that the system shows for us: tray menu and dialog titles.
//!
//! They live in the window's catalogue (`ui/src/lib/strings`, area `native`), so that a language is one file.

use include_dir::{Dir, include_dir};
use serde_json::Value;

static CATALOGUE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../ui/src/lib/strings");

/// The system's language, such as `de-AT`.
pub(crate) fn system_language() -> String {
    sys_locale::get_locale().unwrap_or_else(|| "en".to_owned())
}

/// The string in the person's language (the system's when none was chosen), in English where it is missing.
pub(crate) fn native(key: &str, language: Option<&str>) -> String {
    let language = language.map_or_else(system_language, str::to_owned);
    let base = language.split(['-', '_']).next().unwrap_or("en");
    find(base, key).or_else(|| find("en", key)).unwrap_or_else(|| key.to_owned())
}

fn find(language: &str, key: &str) -> Option<String> {
    let file = CATALOGUE.get_file(format!("{language}.json"))?;
    let messages: Value = serde_json::from_slice(file.contents()).ok()?;
    messages["native"][key].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_native_string() {
        for file in CATALOGUE.files().filter(|file| file.path().extension().is_some_and(|end| end == "json"))
        {
            let language = file.path().file_stem().unwrap().to_str().unwrap();
            let of_dialogs = [
                "addFolders",
                "chooseImages",
                "exportTo",
                "images",
                "importModel",
                "listName",
                "models",
                "paths",
                "saveList",
                "table",
            ];
            for key in of_dialogs.into_iter().chain(["open", "pause", "quit", "resume"]) {
                assert!(find(language, key).is_some_and(|text| !text.is_empty()), "{language}: {key}");
            }
        }
    }

    #[test]
    fn an_unknown_language_gets_english() {
        assert_eq!(native("quit", Some("xx-YY")), native("quit", Some("en")));
    }
}
