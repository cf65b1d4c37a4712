//! What EXIF is asked for here: which way is up, and when and how the photo was taken.

use crate::date;
use crate::ifd::{Directory, Tiff};
use crate::orientation::Orientation;
use crate::shot::Shot;

const ORIENTATION: u16 = 0x0112;
const DATE_TIME: u16 = 0x0132;
const EXIF_DIRECTORY: u16 = 0x8769;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const DATE_TIME_DIGITIZED: u16 = 0x9004;

/// What was found; the default is what a file without EXIF has.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Exif {
    orientation: Option<Orientation>,
    /// `YYYY-MM-DDTHH:MM:SS` by the camera's clock; EXIF seldom knows the time zone.
    pub(crate) captured_at: Option<String>,
    pub(crate) shot: Shot,
}

impl Exif {
    /// Upright unless stated otherwise.
    pub(crate) fn orientation(&self) -> Orientation {
        self.orientation.unwrap_or_default()
    }

    /// What this one says, completed by `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            orientation: self.orientation.or(other.orientation),
            captured_at: self.captured_at.or(other.captured_at),
            shot: self.shot.or(other.shot),
        }
    }

    /// What this one says, with the date that `other` finds if it has none.
    pub(crate) fn or_dated(self, other: impl FnOnce() -> Option<String>) -> Self {
        Self { captured_at: self.captured_at.or_else(other), ..self }
    }
}

/// Reads an EXIF block, which is a small TIFF file; some writers leave JPEG's marker before it. Damage reads as absence.
pub(crate) fn read(block: &[u8]) -> Exif {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let Some(tiff) = Tiff::new(block) else { return Exif::default() };
    tiff.directory(tiff.first()).map(|main| of_directory(tiff, &main)).unwrap_or_default()
}

/// What a directory says, with the one of details that it leads to.
pub(crate) fn of_directory(tiff: Tiff<'_>, main: &Directory<'_>) -> Exif {
    let details = main.number(EXIF_DIRECTORY).and_then(|offset| tiff.directory(offset));
    let dated = |tag| details.as_ref().and_then(|details| date(details, tag)).or_else(|| date(main, tag));
    Exif {
        orientation: main.number(ORIENTATION).map(Orientation::from_exif),
        captured_at: [DATE_TIME_ORIGINAL, DATE_TIME_DIGITIZED, DATE_TIME].into_iter().find_map(dated),
        shot: Shot::read(tiff, main, details.as_ref()),
    }
}

fn date(directory: &Directory<'_>, tag: u16) -> Option<String> {
    date::parse(directory.get(tag)?.value)
}
