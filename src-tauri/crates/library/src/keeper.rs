//! Which photo of a group of duplicates to keep, and why. It suggests; nothing is ever deleted.

use serde::Serialize;

/// Pixels, sharpness or bytes that differ by less than this share are taken as equal.
const TOLERANCE: f64 = 0.05;

/// What sets the photo that is suggested to be kept apart from those it wins against first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepReason {
    /// It has more pixels.
    Larger,
    /// Its drive is there.
    Online,
    /// It shows more detail in as many pixels.
    Sharper,
    /// It still says when it was taken.
    HasDate,
    /// Its file is larger: less was lost in saving it.
    LessCompressed,
    /// Its file is older.
    Older,
    /// Nothing but its name.
    FirstByName,
}

/// What is known of one that may be kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) pixels: u64,
    /// Of its thumbnail; none where that is not to be had.
    pub(crate) sharpness: Option<f64>,
    /// Whether its folder is there.
    pub(crate) online: bool,
    pub(crate) has_date: bool,
    pub(crate) bytes: u64,
    pub(crate) modified_ns: i64,
}

type Measure = fn(&Candidate) -> f64;

/// What is better the larger it is, in the order in which it counts.
const MEASURES: [(KeepReason, Measure); 5] = [
    (KeepReason::Larger, |one| one.pixels as f64),
    (KeepReason::Sharper, |one| one.sharpness.unwrap_or_default()),
    (KeepReason::HasDate, |one| f64::from(u8::from(one.has_date))),
    (KeepReason::LessCompressed, |one| one.bytes as f64),
    (KeepReason::Online, |one| f64::from(u8::from(one.online))),
];

/// The position of the one to keep among several, which are in the order of their names.
pub(crate) fn choose(candidates: &[Candidate]) -> (usize, KeepReason) {
    let mut left: Vec<usize> = (0..candidates.len()).collect();
    let mut reason = None;
    let largest = |left: &[usize], value: Measure| {
        left.iter().map(|&at| value(&candidates[at])).fold(f64::MIN, f64::max)
    };
    let all_known = candidates.iter().all(|one| one.sharpness.is_some());
    for (criterion, value) in MEASURES {
        if criterion == KeepReason::Sharper && !all_known {
            continue;
        }
        let enough = largest(&left, value) * (1.0 - TOLERANCE);
        let before = left.len();
        left.retain(|&at| value(&candidates[at]) >= enough);
        if left.len() < before {
            reason = reason.or(Some(criterion));
        }
    }
    let oldest = left.iter().map(|&at| candidates[at].modified_ns).min();
    let before = left.len();
    left.retain(|&at| Some(candidates[at].modified_ns) == oldest);
    if left.len() < before {
        reason = reason.or(Some(KeepReason::Older));
    }
    (left.first().copied().unwrap_or(0), reason.unwrap_or(KeepReason::FirstByName))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Candidate = Candidate {
        pixels: 12_000_000,
        sharpness: Some(8.0),
        online: true,
        has_date: true,
        bytes: 4_000_000,
        modified_ns: 50,
    };

    #[test]
    fn the_first_difference_that_counts_decides() {
        let smaller = Candidate { pixels: 3_000_000, ..ONE };
        let blurred = Candidate { sharpness: Some(5.0), ..ONE };
        let stripped = Candidate { has_date: false, ..ONE };
        let squeezed = Candidate { bytes: 900_000, ..ONE };
        let unplugged = Candidate { online: false, modified_ns: 1, ..ONE };
        let newer = Candidate { modified_ns: 51, ..ONE };
        for (other, reason) in [
            (smaller, KeepReason::Larger),
            (blurred, KeepReason::Sharper),
            (stripped, KeepReason::HasDate),
            (squeezed, KeepReason::LessCompressed),
            (unplugged, KeepReason::Online),
            (newer, KeepReason::Older),
        ] {
            assert_eq!(choose(&[other, ONE]), (1, reason));
            assert_eq!(choose(&[ONE, other]), (0, reason));
        }
        assert_eq!(choose(&[ONE, ONE]), (0, KeepReason::FirstByName));
    }

    #[test]
    fn a_photo_whose_thumbnail_is_missing_is_not_taken_for_a_soft_one() {
        let unknown = Candidate { sharpness: None, modified_ns: 1, ..ONE };
        assert_eq!(choose(&[ONE, unknown]), (1, KeepReason::Older));
    }

    #[test]
    fn size_comes_before_sharpness_and_small_differences_do_not_count() {
        let large_and_soft = Candidate { pixels: 24_000_000, sharpness: Some(4.0), bytes: 1, ..ONE };
        assert_eq!(choose(&[ONE, large_and_soft]), (1, KeepReason::Larger));
        let cropped_a_little = Candidate { pixels: 11_900_000, modified_ns: 1, ..ONE };
        assert_eq!(choose(&[ONE, cropped_a_little]), (1, KeepReason::Older));
    }
}
