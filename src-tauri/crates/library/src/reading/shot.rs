//! How a photo was taken, read from its file when a person asks for it. Nothing of it is kept or searched by.

use imaging::{ImageError, Limits};
use serde::{Deserialize, Serialize};

/// No name is longer.
const LONGEST_NAME: usize = 1024;

/// What a file says of the moment it was taken; what it does not say is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// What the file calls its colours.
    pub profile: Option<String>,
}

/// A place on Earth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees north of the equator.
    pub latitude: f64,
    /// Degrees east of Greenwich.
    pub longitude: f64,
    /// Metres above the sea.
    pub altitude: Option<f64>,
}

impl Shot {
    /// Whether it is what a reader in its right mind says.
    pub(crate) fn is_sound(&self) -> bool {
        let names = [&self.camera, &self.lens, &self.profile];
        let numbers = [self.exposure, self.aperture, self.focal_length].map(|number| number.map(f64::from));
        let place = self.place.map(|place| [Some(place.latitude), Some(place.longitude), place.altitude]);
        names.into_iter().flatten().all(|name| name.len() <= LONGEST_NAME)
            && numbers.into_iter().chain(place.into_iter().flatten()).flatten().all(f64::is_finite)
    }
}

/// Reads it from a file's bytes.
pub(crate) fn read(bytes: &[u8]) -> Result<Shot, ImageError> {
    let imaging::Shot { camera, lens, exposure, aperture, iso, focal_length, focal_length_35, place } =
        imaging::probe(bytes, &Limits::default())?.shot;
    let place =
        place.map(|imaging::Place { latitude, longitude, altitude }| Place { latitude, longitude, altitude });
    let profile = imaging::profile_name(bytes);
    Ok(Shot { camera, lens, exposure, aperture, iso, focal_length, focal_length_35, place, profile })
}
