//! Which photo of a group of duplicates to keep, and why. It suggests; nothing is ever deleted.
//!
//! First the best of the files with the same bytes is chosen, then the best picture. Each reason sets aside what is worse by
//! it, and the next one decides among those that are left:
//!
//! 1. a camera RAW before anything that was made from one;
//! 2. more pixels, margins not counted, unless they only come from enlarging (see [`crate::duplicates::keeper::true_size`]);
//! 3. what no name calls a screenshot, and then no edit;
//! 4. what says when it was taken, and then what has the name that cameras give;
//! 5. what has no bars or frame around it;
//! 6. what is the way up that most are;
//! 7. more bytes, and then more sharpness: of pictures of one size, which are the same but for how they were saved. A turn,
//!    an edit or another format makes a file larger and edges harder without making the picture better;
//! 8. what is on a drive that is there, the older file, a name that is no copy's, the first by name.
//!
//! What the full pictures would tell is not looked at here, but where the second reason is in doubt: it would take longer
//! than all the rest. The pixels that thumbnails and prints are made of, dates and names are at hand. The reason that is
//! given sets the suggested photo apart from the one that comes next, and is true of these two; by the same reason or an
//! earlier one it is better than the others.

pub(crate) mod names;
pub(crate) mod true_size;

use serde::Serialize;

use crate::duplicates::keeper::names::Name;
use image_matching::levels::Levels;

/// Pixels, sharpness or bytes that differ by less than this share are taken as equal.
const TOLERANCE: f64 = 0.05;

/// What sets the photo that is suggested to be kept apart from the one that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum KeepReason {
    /// It is the camera's RAW file.
    Raw,
    /// It has more pixels.
    Larger,
    /// The other is a screenshot, by its name.
    NoScreenshot,
    /// The other is an edit, by its name.
    Unedited,
    /// It still says when it was taken.
    HasDate,
    /// It has a name as cameras give it.
    CameraName,
    /// It has no bars or frame around it.
    NoMargin,
    /// It is the way up that most are.
    Upright,
    /// Its file has more bytes: less was lost in saving it.
    MoreBytes,
    /// It shows more detail in as many pixels.
    Sharper,
    /// Its drive is there.
    Online,
    /// Its file is older.
    Older,
    /// The other is a copy, by its name.
    OwnName,
    /// Nothing but its name.
    FirstByName,
}

/// What is known of one that may be kept.
#[derive(Debug, Clone)]
pub(crate) struct Candidate<'a> {
    pub(crate) name: Name,
    /// Files with the same one have the same bytes.
    pub(crate) content_id: i64,
    /// Lower-case name of the file format.
    pub(crate) format: &'a str,
    pub(crate) pixels: f64,
    /// Those that count: not those of margins, nor those that enlarging added.
    pub(crate) true_pixels: f64,
    /// The share of its pixels that is within its margins.
    pub(crate) inside: f64,
    /// Whether it was enlarged from another one of the group.
    pub(crate) is_enlarged: bool,
    /// Of its thumbnail; none where that is not to be had.
    pub(crate) sharpness: Option<f64>,
    pub(crate) levels: Option<&'a Levels>,
    /// Whether its folder is there.
    pub(crate) online: bool,
    pub(crate) has_date: bool,
    pub(crate) bytes: u64,
    pub(crate) modified_ns: i64,
}

/// What to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The position of the one to keep.
    pub(crate) keep: usize,
    pub(crate) reason: KeepReason,
    /// The position of the one that comes next, of which the reason is said.
    pub(crate) over: usize,
}

/// How good each of some candidates is in one respect, the larger the better; none where they cannot be compared in it.
type Measure = fn(&[&Candidate<'_>]) -> Option<Vec<f64>>;

const PICTURES: [(KeepReason, Measure); 12] = [
    (KeepReason::Raw, |all| Some(each(all, |one| one.format == "raw"))),
    (KeepReason::Larger, |all| Some(all.iter().map(|one| one.true_pixels).collect())),
    (KeepReason::NoScreenshot, |all| Some(each(all, |one| !one.name.is_screenshot))),
    (KeepReason::Unedited, |all| Some(each(all, |one| !one.name.is_edit))),
    (KeepReason::HasDate, |all| Some(each(all, |one| one.has_date))),
    (KeepReason::CameraName, |all| Some(each(all, |one| one.name.is_cameras))),
    (KeepReason::NoMargin, |all| Some(all.iter().map(|one| one.inside).collect())),
    (KeepReason::Upright, upright),
    (KeepReason::MoreBytes, |all| {
        let is_alike = are_all(all, |one, other| {
            one.format == other.format && are_of_one_size(one, other) && are_only_saved_anew(one, other)
        });
        is_alike.then(|| all.iter().map(|one| one.bytes as f64).collect())
    }),
    (KeepReason::Sharper, |all| {
        let is_alike = are_all(all, |one, other| {
            let is_blurred = one.is_enlarged || other.is_enlarged;
            (is_blurred || are_of_one_size(one, other)) && are_only_saved_anew(one, other)
        });
        if is_alike { all.iter().map(|one| one.sharpness).collect() } else { None }
    }),
    (KeepReason::Online, |all| Some(each(all, |one| one.online))),
    (KeepReason::Older, older),
];

const FILES: [(KeepReason, Measure); 3] = [
    (KeepReason::Online, |all| Some(each(all, |one| one.online))),
    (KeepReason::Older, older),
    (KeepReason::OwnName, |all| Some(each(all, |one| !one.name.is_copy))),
];

fn each(all: &[&Candidate<'_>], is_good: impl Fn(&Candidate<'_>) -> bool) -> Vec<f64> {
    all.iter().map(|one| f64::from(u8::from(is_good(one)))).collect()
}

/// Whether the first is like each of the others: groups may have thousands.
fn are_all(all: &[&Candidate<'_>], alike: impl Fn(&Candidate<'_>, &Candidate<'_>) -> bool) -> bool {
    all.split_first().is_some_and(|(first, others)| others.iter().all(|other| alike(first, other)))
}

fn are_of_one_size(one: &Candidate<'_>, other: &Candidate<'_>) -> bool {
    one.pixels.min(other.pixels) >= one.pixels.max(other.pixels) * (1.0 - TOLERANCE)
}

/// Whether two are the same way up, and neither is an edit.
fn are_only_saved_anew(one: &Candidate<'_>, other: &Candidate<'_>) -> bool {
    let (Some(levels), Some(others)) = (one.levels, other.levels) else { return false };
    !one.name.is_edit && !other.name.is_edit && levels.is_saved_anew(others)
}

/// Those that are the way up that more than half are; two alone cannot tell.
fn upright(all: &[&Candidate<'_>]) -> Option<Vec<f64>> {
    let first = all.first()?.levels?;
    let ways: Vec<usize> = all.iter().map(|one| Some(first.way_to(one.levels?))).collect::<Option<_>>()?;
    let most = ways.iter().find(|way| 2 * ways.iter().filter(|other| other == way).count() > ways.len())?;
    Some(ways.iter().map(|way| f64::from(u8::from(way == most))).collect())
}

/// By age against the oldest: numbers of nanoseconds since 1970 are too large to be told apart by a share.
fn older(all: &[&Candidate<'_>]) -> Option<Vec<f64>> {
    let oldest = all.iter().map(|one| one.modified_ns).min()?;
    Some(each(all, |one| one.modified_ns == oldest))
}

/// The one to keep among several, which are in the order of their names; none of none.
pub(crate) fn choose(candidates: &[Candidate<'_>]) -> Option<Choice> {
    let mut pictures: Vec<usize> = Vec::new();
    let mut only = None;
    for (at, one) in candidates.iter().enumerate() {
        if candidates[..at].iter().any(|before| before.content_id == one.content_id) {
            continue;
        }
        let files = (at..candidates.len()).filter(|&other| candidates[other].content_id == one.content_id);
        let best = best_of(candidates, files.collect(), &FILES)?;
        pictures.push(best.keep);
        only = only.or(Some(best));
    }
    if pictures.len() == 1 { only } else { best_of(candidates, pictures, &PICTURES) }
}

fn best_of(
    candidates: &[Candidate<'_>],
    mut left: Vec<usize>,
    measures: &[(KeepReason, Measure)],
) -> Option<Choice> {
    let mut next = None;
    for (reason, measure) in measures {
        let all: Vec<&Candidate<'_>> = left.iter().map(|&at| &candidates[at]).collect();
        let Some(values) = measure(&all) else { continue };
        let enough = values.iter().copied().fold(f64::MIN, f64::max) * (1.0 - TOLERANCE);
        let mut values = values.iter();
        let (good, worse) = left.iter().partition(|_| values.next().is_some_and(|value| *value >= enough));
        left = good;
        let worse: Vec<usize> = worse;
        next = worse.first().map(|over| (*reason, *over)).or(next);
    }
    // Both are in the order of names.
    let keep = left.first().copied()?;
    let (reason, over) = match left.get(1) {
        Some(over) => (KeepReason::FirstByName, *over),
        None => next.unwrap_or((KeepReason::FirstByName, keep)),
    };
    let is_larger = candidates[keep].pixels > candidates[over].pixels;
    let reason = if reason == KeepReason::Larger && !is_larger { KeepReason::NoMargin } else { reason };
    Some(Choice { keep, reason, over })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn levels(brightness: u8) -> Levels {
        let value = |at: usize| (at % 32 * 4 + at / 32 * 2) as u8 / 2 + brightness;
        Levels::new((0..1024).map(value).collect()).unwrap()
    }

    fn turned() -> Levels {
        let value = |at: usize| ((31 - at % 32) * 2 + at / 32 * 4) as u8 / 2;
        Levels::new((0..1024).map(value).collect()).unwrap()
    }

    /// A photo as others are compared with: of each group the second, and what is compared with it the first.
    fn photo(content_id: i64, levels: &Levels) -> Candidate<'_> {
        Candidate {
            name: Name::of(Path::new("/photos/IMG_1234.jpg")),
            content_id,
            format: "jpeg",
            pixels: 12e6,
            true_pixels: 12e6,
            inside: 1.0,
            is_enlarged: false,
            sharpness: Some(8.0),
            levels: Some(levels),
            online: true,
            has_date: true,
            bytes: 4_000_000,
            modified_ns: 50,
        }
    }

    /// That one beats the other for a reason, in either order.
    fn beats(one: &Candidate<'_>, other: &Candidate<'_>, reason: KeepReason) {
        let first = choose(&[one.clone(), other.clone()]).unwrap();
        assert_eq!(first, Choice { keep: 0, reason, over: 1 });
        let second = choose(&[other.clone(), one.clone()]).unwrap();
        assert_eq!(second, Choice { keep: 1, reason, over: 0 });
    }

    #[test]
    fn each_reason_decides_where_those_before_it_do_not() {
        let levels = levels(0);
        let (one, other) = (photo(1, &levels), photo(2, &levels));
        let named = |name: &'static str| Candidate { name: Name::of(Path::new(name)), ..other.clone() };
        let preview = Candidate { format: "raw", true_pixels: 1e6, pixels: 1e6, ..one.clone() };
        beats(&preview, &other, KeepReason::Raw);
        beats(&one, &Candidate { pixels: 3e6, true_pixels: 3e6, ..other.clone() }, KeepReason::Larger);
        beats(&one, &named("/photos/Bildschirmfoto 2024-05-01.png"), KeepReason::NoScreenshot);
        beats(&one, &named("/photos/IMG_1234 edited.jpg"), KeepReason::Unedited);
        beats(&one, &Candidate { has_date: false, ..other.clone() }, KeepReason::HasDate);
        beats(&one, &named("/photos/IMG-20200101-WA0001.jpg"), KeepReason::CameraName);
        beats(&one, &Candidate { inside: 0.8, pixels: 15e6, ..other.clone() }, KeepReason::NoMargin);
        beats(&one, &Candidate { bytes: 900_000, ..other.clone() }, KeepReason::MoreBytes);
        beats(&one, &Candidate { sharpness: Some(5.0), ..other.clone() }, KeepReason::Sharper);
        beats(&one, &Candidate { online: false, modified_ns: 1, ..other.clone() }, KeepReason::Online);
        beats(&one, &Candidate { modified_ns: 51, ..other.clone() }, KeepReason::Older);
        assert_eq!(choose(&[one, other]).unwrap().reason, KeepReason::FirstByName);
    }

    #[test]
    fn of_files_with_the_same_bytes_the_one_that_is_there_the_older_and_the_one_with_its_own_name_come_first()
    {
        let levels = levels(0);
        let one = photo(1, &levels);
        beats(&one, &Candidate { online: false, modified_ns: 1, ..one.clone() }, KeepReason::Online);
        beats(&one, &Candidate { modified_ns: 51, ..one.clone() }, KeepReason::Older);
        let copy = Candidate { name: Name::of(Path::new("/photos/IMG_1234 (1).jpg")), ..one.clone() };
        beats(&one, &copy, KeepReason::OwnName);
        beats(&copy, &Candidate { modified_ns: 51, ..one.clone() }, KeepReason::Older);
    }

    #[test]
    fn neither_sharpness_nor_bytes_count_across_a_turn_an_edit_or_another_format() {
        let (plain, loud, turned) = (levels(0), levels(25), turned());
        let original = Candidate { name: Name::of(Path::new("/a.jpg")), has_date: false, ..photo(1, &plain) };
        let better =
            Candidate { sharpness: Some(20.0), bytes: 9_000_000, modified_ns: 60, ..original.clone() };
        for other in [
            Candidate { levels: Some(&turned), content_id: 2, ..better.clone() },
            Candidate { levels: Some(&loud), content_id: 2, ..better.clone() },
            Candidate { levels: None, content_id: 2, ..better.clone() },
        ] {
            beats(&original, &other, KeepReason::Older);
        }
        let png = Candidate { format: "png", content_id: 2, sharpness: Some(8.0), ..better };
        beats(&original, &png, KeepReason::Older);
        let edited =
            Candidate { name: Name::of(Path::new("/IMG_2248 edited.jpg")), levels: Some(&turned), ..png };
        beats(&original, &edited, KeepReason::Unedited);
    }

    #[test]
    fn the_one_that_most_are_turned_like_is_upright() {
        let (upright, turned) = (levels(0), turned());
        let one = photo(1, &upright);
        let other = Candidate { modified_ns: 60, ..photo(2, &upright) };
        let third = Candidate { levels: Some(&turned), modified_ns: 1, ..photo(3, &upright) };
        let choice = choose(&[third.clone(), one.clone(), other.clone()]).unwrap();
        assert_eq!(choice.keep, 1);
        assert_eq!((choice.reason, choice.over), (KeepReason::Older, 2));
        let choice = choose(&[third.clone(), one.clone(), Candidate { content_id: 1, ..other }]).unwrap();
        assert_eq!((choice.keep, choice.reason), (0, KeepReason::Older), "two pictures cannot tell");
        beats(&third, &one, KeepReason::Older);
    }

    #[test]
    fn enlarging_makes_no_picture_better() {
        let levels = levels(0);
        let small = Candidate { pixels: 2e5, true_pixels: 2e5, ..photo(1, &levels) };
        let enlarged = Candidate {
            pixels: 2e6,
            true_pixels: 2e5,
            is_enlarged: true,
            name: Name::of(Path::new("/photos/large.png")),
            format: "png",
            has_date: false,
            ..photo(2, &levels)
        };
        beats(&small, &enlarged, KeepReason::HasDate);
        let (plain, blurred) = (
            Candidate { name: Name::of(Path::new("/a.jpg")), has_date: false, ..small },
            Candidate { sharpness: Some(6.0), ..enlarged },
        );
        beats(&plain, &blurred, KeepReason::Sharper);
    }

    #[test]
    fn the_reason_is_true_of_the_two_it_is_said_of() {
        let levels = levels(0);
        let small = Candidate { pixels: 1e6, true_pixels: 1e6, ..photo(1, &levels) };
        let original = photo(2, &levels);
        let rotated = Candidate {
            name: Name::of(Path::new("/burger_rotation180.jpg")),
            bytes: 5_000_000,
            ..photo(3, &levels)
        };
        let choice = choose(&[small, rotated, original]).unwrap();
        assert_eq!(choice, Choice { keep: 2, reason: KeepReason::Unedited, over: 1 });
        // Wide bars make it no larger, though it has more pixels.
        let letterboxed = Candidate { pixels: 14e6, true_pixels: 8e6, inside: 0.57, ..photo(1, &levels) };
        beats(&photo(2, &levels), &letterboxed, KeepReason::NoMargin);
    }

    #[test]
    fn small_differences_do_not_count_and_a_missing_thumbnail_makes_no_photo_a_soft_one() {
        let levels = levels(0);
        let cropped = Candidate { pixels: 11.9e6, true_pixels: 11.9e6, modified_ns: 1, ..photo(1, &levels) };
        beats(&cropped, &photo(2, &levels), KeepReason::Older);
        let unknown = Candidate { sharpness: None, levels: None, modified_ns: 1, ..photo(1, &levels) };
        beats(&unknown, &photo(2, &levels), KeepReason::Older);
        assert_eq!(choose(&[]), None);
    }
}
