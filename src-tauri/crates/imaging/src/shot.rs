//! How a photo was taken, as its EXIF tells: camera, lens, exposure and place. For a person to read; nothing here is searched by.
//!
//! What cannot be, such as an exposure of no length or a place beyond the poles, is as good as not told.

use crate::ifd::{Directory, Entry, Tiff};

const MAKE: u16 = 0x010F;
const MODEL: u16 = 0x0110;
const GPS_DIRECTORY: u16 = 0x8825;
const EXPOSURE_TIME: u16 = 0x829A;
const F_NUMBER: u16 = 0x829D;
const SENSITIVITY: u16 = 0x8827;
const FOCAL_LENGTH: u16 = 0x920A;
const FOCAL_LENGTH_35: u16 = 0xA405;
const LENS_MODEL: u16 = 0xA434;
const LATITUDE: u16 = 2;
const LONGITUDE: u16 = 4;
const ALTITUDE: u16 = 6;

/// No name of a camera or a lens is longer.
const LONGEST_NAME: usize = 120;

/// How a photo was taken; what its file does not say is none.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Shot {
    /// Maker and model of the camera.
    pub camera: Option<String>,
    /// The lens.
    pub lens: Option<String>,
    /// How long it was exposed, in seconds.
    pub exposure: Option<f32>,
    /// The f-number.
    pub aperture: Option<f32>,
    /// The sensitivity.
    pub iso: Option<u32>,
    /// Focal length in millimetres.
    pub focal_length: Option<f32>,
    /// The focal length, in millimetres, that shows as much on film of 35 mm.
    pub focal_length_35: Option<u32>,
    /// Where it was taken.
    pub place: Option<Place>,
    /// What the file calls its colours, such as "Display P3", in formats that are asked.
    pub profile: Option<String>,
}

/// A place on Earth.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Place {
    /// Degrees north of the equator.
    pub latitude: f64,
    /// Degrees east of Greenwich.
    pub longitude: f64,
    /// Metres above the sea.
    pub altitude: Option<f64>,
}

impl Shot {
    /// What this one says, completed by `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            camera: self.camera.or(other.camera),
            lens: self.lens.or(other.lens),
            exposure: self.exposure.or(other.exposure),
            aperture: self.aperture.or(other.aperture),
            iso: self.iso.or(other.iso),
            focal_length: self.focal_length.or(other.focal_length),
            focal_length_35: self.focal_length_35.or(other.focal_length_35),
            place: self.place.or(other.place),
            profile: self.profile.or(other.profile),
        }
    }

    /// What a file's main directory says, and the one of details that it leads to; some files have the details in the main one.
    pub(crate) fn read(tiff: Tiff<'_>, main: &Directory<'_>, details: Option<&Directory<'_>>) -> Self {
        let entry = |tag| details.and_then(|details| details.get(tag)).or_else(|| main.get(tag));
        let number = |tag| entry(tag).and_then(|entry| entry.numbers().next()).filter(|number| *number > 0);
        let fraction = |tag| entry(tag).and_then(fraction).filter(|fraction| *fraction > 0.0);
        let gps = main.number(GPS_DIRECTORY).and_then(|offset| tiff.directory(offset));
        Self {
            camera: camera(main.get(MAKE).and_then(text), main.get(MODEL).and_then(text)),
            lens: entry(LENS_MODEL).and_then(text),
            exposure: fraction(EXPOSURE_TIME),
            aperture: fraction(F_NUMBER),
            iso: number(SENSITIVITY),
            focal_length: fraction(FOCAL_LENGTH),
            focal_length_35: number(FOCAL_LENGTH_35),
            place: gps.and_then(|gps| place(&gps)),
            profile: None,
        }
    }
}

/// Many models begin with their maker's name, or with a part of it.
fn camera(make: Option<String>, model: Option<String>) -> Option<String> {
    let (make, model) = match (make, model) {
        (Some(make), Some(model)) => (make, model),
        (make, model) => return model.or(make),
    };
    let first_word = |name: &str| name.split(' ').next().unwrap_or_default().to_lowercase();
    let repeats = first_word(&make) == first_word(&model);
    Some(if repeats { model } else { format!("{make} {model}") })
}

fn place(gps: &Directory<'_>) -> Option<Place> {
    let degrees = |tag: u16, negative: u8, most: f64| {
        let parts = gps.get(tag)?.fractions();
        let [degrees, minutes, seconds] = [0, 1, 2].map(|at| parts.get(at).copied().map_or(0.0, f64::from));
        let size = degrees + minutes / 60.0 + seconds / 3600.0;
        let letter = gps.get(tag - 1)?.value.first()?;
        let signed = if letter.eq_ignore_ascii_case(&negative) { -size } else { size };
        (signed.is_finite() && signed.abs() <= most && !parts.is_empty()).then_some(signed)
    };
    let (latitude, longitude) = (degrees(LATITUDE, b'S', 90.0)?, degrees(LONGITUDE, b'W', 180.0)?);
    // What a camera writes that has found no satellite yet.
    if latitude == 0.0 && longitude == 0.0 {
        return None;
    }
    let below = gps.number(ALTITUDE - 1) == Some(1);
    let altitude = gps.get(ALTITUDE).and_then(fraction).map(f64::from);
    Some(Place { latitude, longitude, altitude: altitude.map(|metres| if below { -metres } else { metres }) })
}

fn fraction(entry: &Entry<'_>) -> Option<f32> {
    entry.fractions().first().copied().filter(|fraction| fraction.is_finite())
}

/// A line of text; what is no text, or blank, is none.
fn text(entry: &Entry<'_>) -> Option<String> {
    let text = entry.value.split(|byte| *byte == 0).next()?;
    let text = String::from_utf8_lossy(&text[..text.len().min(LONGEST_NAME)]);
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.chars().any(char::is_alphanumeric).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(make: &str, model: &str) -> Option<String> {
        let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        camera(name(make), name(model))
    }

    #[test]
    fn a_camera_is_called_by_its_maker_once() {
        assert_eq!(named("NIKON CORPORATION", "NIKON D90").as_deref(), Some("NIKON D90"));
        assert_eq!(named("Canon", "Canon EOS R6").as_deref(), Some("Canon EOS R6"));
        assert_eq!(named("Apple", "iPhone 15 Pro").as_deref(), Some("Apple iPhone 15 Pro"));
        assert_eq!(named("", "X100V").as_deref(), Some("X100V"));
        assert_eq!(named("", ""), None);
    }
}
