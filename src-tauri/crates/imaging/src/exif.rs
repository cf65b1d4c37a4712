//! The two things EXIF is asked for here: which way is up, and when the photo was taken.

use crate::ifd::{Directory, Tiff};
use crate::orientation::Orientation;

const ORIENTATION: u16 = 0x0112;
const DATE_TIME: u16 = 0x0132;
const EXIF_DIRECTORY: u16 = 0x8769;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const DATE_TIME_DIGITIZED: u16 = 0x9004;

/// What was found; the default is what a file without EXIF has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Exif {
    orientation: Option<Orientation>,
    /// `YYYY-MM-DDTHH:MM:SS` by the camera's clock; EXIF seldom knows the time zone.
    pub(crate) captured_at: Option<String>,
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
        }
    }
}

/// Reads an EXIF block, which is a small TIFF file; some writers leave JPEG's marker before it. Damage reads as absence.
pub(crate) fn read(block: &[u8]) -> Exif {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let Some(tiff) = Tiff::new(block) else { return Exif::default() };
    let Some(main) = tiff.directory(tiff.first()) else { return Exif::default() };
    let details = main.number(EXIF_DIRECTORY).and_then(|offset| tiff.directory(offset));
    let dated = |tag| details.as_ref().and_then(|details| date(details, tag)).or_else(|| date(&main, tag));
    Exif {
        orientation: main.number(ORIENTATION).map(Orientation::from_exif),
        captured_at: [DATE_TIME_ORIGINAL, DATE_TIME_DIGITIZED, DATE_TIME].into_iter().find_map(dated),
    }
}

/// A date tag's value in ISO 8601, if it is a date that can have been: cameras without a set clock write zeros.
fn date(directory: &Directory<'_>, tag: u16) -> Option<String> {
    let text = std::str::from_utf8(directory.get(tag)?.value.get(..19)?).ok()?;
    let separators = [(4, b':'), (7, b':'), (10, b' '), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, separator)| text.as_bytes()[*at] != *separator) {
        return None;
    }
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to)?;
        digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse::<u32>().ok())?
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let real = year >= 1800
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    real.then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    }
}
