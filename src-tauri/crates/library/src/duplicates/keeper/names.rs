//! What a file's name says of how the file came about: by the camera, as an edit, as a copy, as a picture of a screen.
//!
//! Names are hints and no proof: they count where pixels and dates do not decide. Words are those that systems and
//! programs use in several languages; who names files by hand may use them, too.

use std::path::Path;

/// What the name of a picture says.
#[expect(clippy::struct_excessive_bools, reason = "each is said or not, whatever the others are")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Name {
    /// It is as cameras number their pictures.
    pub(crate) is_cameras: bool,
    pub(crate) is_edit: bool,
    pub(crate) is_copy: bool,
    pub(crate) is_screenshot: bool,
}

impl Name {
    pub(crate) fn of(path: &Path) -> Self {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let folded = stem.to_lowercase();
        let words: Vec<&str> =
            folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let has_word = |known: &[&str]| {
            // `rotation180`, `copy2`
            words.iter().any(|word| known.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit())))
        };
        let has_phrase = |known: &[&str]| known.iter().any(|phrase| folded.contains(phrase));
        Self {
            is_cameras: is_cameras(&stem),
            is_edit: has_word(EDITS) || has_phrase(EDIT_PHRASES) || is_edited_by_phone(&stem),
            is_copy: has_word(COPIES) || has_phrase(COPY_PHRASES) || is_numbered(&stem),
            is_screenshot: has_phrase(SCREENS),
        }
    }
}

const EDITS: &[&str] = &[
    "edit",
    "edited",
    "edits",
    "bearbeitet",
    "bearbeitung",
    "modified",
    "modifié",
    "modifie",
    "editado",
    "editada",
    "modificato",
    "modificata",
    "bewerkt",
    "redigerad",
    "redigeret",
    "retouched",
    "retouche",
    "retusche",
    "retuschiert",
    "crop",
    "cropped",
    "zuschnitt",
    "zugeschnitten",
    "beschnitten",
    "recadré",
    "recortado",
    "recortada",
    "ritagliato",
    "rotate",
    "rotated",
    "rotation",
    "turned",
    "gedreht",
    "rotiert",
    "drehung",
    "flipped",
    "mirrored",
    "gespiegelt",
    "resize",
    "resized",
    "scaled",
    "downscaled",
    "skaliert",
    "verkleinert",
    "verkleinerung",
    "réduit",
    "upscale",
    "upscaled",
    "enlarged",
    "vergrößert",
    "vergrössert",
    "vergroessert",
    "vergrößerung",
    "compressed",
    "komprimiert",
    "thumb",
    "thumbnail",
    "snapseed",
    "filter",
    "filtered",
    "framed",
    "gerahmt",
    "collage",
];
const EDIT_PHRASES: &[&str] = &["編集", "编辑", "правк"];

const COPIES: &[&str] = &[
    "copy",
    "copies",
    "kopie",
    "copie",
    "copia",
    "cópia",
    "kopia",
    "kopi",
    "kopio",
    "копия",
    "duplicate",
    "duplikat",
];
const COPY_PHRASES: &[&str] = &["副本", "コピー", "복사본"];

/// As systems name pictures of their screens.
const SCREENS: &[&str] = &[
    "screenshot",
    "screen shot",
    "screen_shot",
    "screen-shot",
    "screencap",
    "screen capture",
    "screengrab",
    "bildschirmfoto",
    "bildschirmaufnahme",
    "captura de pantalla",
    "captura de tela",
    "captura de ecrã",
    "capture d’écran",
    "capture d'écran",
    "capture d'ecran",
    "capture décran",
    "capture_d_ecran",
    "schermata",
    "schermafbeelding",
    "schermopname",
    "skärmavbild",
    "skärmbild",
    "skjermbilde",
    "skærmbillede",
    "näyttökuva",
    "zrzut ekranu",
    "snímek obrazovky",
    "снимок экрана",
    "скриншот",
    "スクリーンショット",
    "屏幕截图",
    "截屏",
    "截图",
    "스크린샷",
];

/// What stands before the numbers in cameras' names.
const CAMERAS: &[&str] = &[
    "img_", "_mg_", "dsc", "dsc_", "_dsc", "dscn", "dscf", "sdim", "pxl_", "mvimg_", "pano_", "dji_", "gopr",
    "gx", "gh", "sam_", "cimg", "imgp", "_igp", "kimg", "imag", "wp_", "pict", "mvc-", "dcp_", "hpim", "p",
    "l", "r", "_", "burst", "img-", "",
];

/// Whether a name is as a camera gives it, such as `IMG_1234`, `DSC08155`, `PXL_20240501_123456789`,
/// `20240501_123456`, `100_0123`.
fn is_cameras(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    CAMERAS.iter().filter_map(|prefix| Some((prefix, stem.strip_prefix(prefix)?))).any(|(prefix, rest)| {
        let parts: Vec<&str> = rest.split('_').collect();
        let are_numbers =
            parts.iter().all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()));
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        are_numbers
            && matches!(
                (prefix.len(), &lengths[..]),
                // A letter and seven digits.
                (0, [8, 6, ..] | [3, 4]) | (1, [7]) | (2.., [4..=9] | [8, 6..=9] | [8, 6..=9, 1..=3])
            )
    })
}

/// `IMG_E1234` is an iPhone's edit of `IMG_1234`; `20240501_123456~2` a phone's of `20240501_123456`.
fn is_edited_by_phone(stem: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let iphone =
        stem.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("IMG_E")) && is_number(&stem[5..]);
    iphone || stem.rsplit_once('~').is_some_and(|(_, number)| is_number(number) && number.len() <= 2)
}

/// `photo (1)`, `photo(2)`
fn is_numbered(stem: &str) -> bool {
    let number = stem.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map(|(_, number)| number);
    number.is_some_and(|number| (1..=3).contains(&number.len()) && number.bytes().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(stem: &str) -> Name {
        Name::of(Path::new(&format!("/photos/Screenshot copies/{stem}.jpg")))
    }

    #[test]
    fn names_that_cameras_give_are_known() {
        for stem in [
            "IMG_1234",
            "img_0001",
            "DSC08155",
            "DSC_0042",
            "_DSC1234",
            "DSCN0001",
            "DSCF1234",
            "P1010001",
            "_MG_1234",
            "PXL_20240501_123456789",
            "IMG_20240501_123456",
            "20240501_123456",
            "100_0123",
            "DJI_0001",
            "L1000123",
            "GOPR0123",
            "IMGP1234",
        ] {
            assert_eq!(name(stem), Name { is_cameras: true, ..Name::default() }, "{stem}");
        }
        for stem in [
            "sunset",
            "IMG-20200101-WA0001",
            "FB_IMG_1234567890",
            "image0",
            "received_1234",
            "hat-2",
            "2024",
            "photo_2024",
            "signal-2024-05-01",
            "unnamed",
            "p12",
            "1",
            "download",
        ] {
            assert_eq!(name(stem), Name::default(), "{stem}");
        }
    }

    #[test]
    fn edits_copies_and_pictures_of_screens_are_known_in_several_languages() {
        for stem in [
            "IMG_2248 edited",
            "burger_rotation180",
            "IMG_1234-Edit",
            "IMG_E1234",
            "20240501_123456~2",
            "Foto bearbeitet",
            "photo_cropped",
            "IMG_1234-bearbeitet",
            "sunset-upscaled",
        ] {
            assert!(name(stem).is_edit && !name(stem).is_cameras, "{stem}");
        }
        for stem in
            ["IMG_1234 (1)", "a-copy", "Foto - Kopie", "photo copy 2", "Copie de photo", "IMG_1234(2)"]
        {
            assert!(name(stem).is_copy && !name(stem).is_edit, "{stem}");
        }
        for stem in [
            "Screenshot_20240501-123456",
            "Bildschirmfoto 2024-05-01 um 12.00.00",
            "Screen Shot 2024",
            "screenshot",
            "Captura de pantalla 2024",
        ] {
            assert!(name(stem).is_screenshot, "{stem}");
        }
    }
}
