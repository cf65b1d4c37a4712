//! How a photo was taken, read from its file when a person asks for it. Nothing of it is kept or searched by.

use imaging::Shot;

/// No name is longer.
const LONGEST_NAME: usize = 1024;

/// Whether it is what a reader in its right mind says.
pub(crate) fn is_sound(shot: &Shot) -> bool {
    let names = [&shot.camera, &shot.lens, &shot.profile];
    let numbers = [shot.exposure, shot.aperture, shot.focal_length].map(|number| number.map(f64::from));
    let place = shot.place.map(|place| [Some(place.latitude), Some(place.longitude), place.altitude]);
    names.into_iter().flatten().all(|name| name.len() <= LONGEST_NAME)
        && numbers.into_iter().chain(place.into_iter().flatten()).flatten().all(f64::is_finite)
}
