//! Shots that a camera takes one after the other: frames of a burst, exposures of a bracket, pictures of a time lapse. Nothing
//! but the light may differ in them, and each is a picture of its own.
//!
//! What tells them apart is when they were taken, and within a second the numbers that the camera gave them. A copy has
//! the time of its original or none.

use std::path::Path;

use catalog::content::Content;
use catalog::photo::Photo;
use jiff::civil::DateTime;

use crate::duplicates::keeper::names::Name;

/// Seconds between two shots of a series at most. Clocks that are set to another zone differ by a quarter of an hour at least.
const MOST_APART: i64 = 600;
const SECONDS_A_MINUTE: i64 = 60;

/// Whether two pictures, each with its photos, are two shots.
pub(crate) fn are_two_shots(one: (&Content, &[Photo]), other: (&Content, &[Photo])) -> bool {
    let taken = |content: &Content| content.captured_at.as_deref().and_then(|text| text.parse().ok());
    let (Some(own), Some(others)) = (taken(one.0), taken(other.0)) else { return false };
    if own != others {
        return are_apart(own, others);
    }
    let sides = |content: &Content| (content.width.min(content.height), content.width.max(content.height));
    let numbers = |photos: &[Photo]| -> Vec<(String, String)> {
        photos.iter().filter_map(|photo| camera_number(&photo.path)).collect()
    };
    let (own, others) = (numbers(one.1), numbers(other.1));
    let are_numbered_on = own.iter().any(|own| others.iter().any(|other| own.0 == other.0))
        && !own.iter().any(|number| others.contains(number));
    sides(one.0) == sides(other.0) && are_numbered_on
}

/// Whether two times are those of two shots. Some programs write down no seconds.
fn are_apart(one: DateTime, other: DateTime) -> bool {
    let Ok(span) = one.until(other) else { return false };
    let seconds =
        span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_or(i64::MAX, |d| d.as_secs().abs());
    let may_lack_seconds = seconds < SECONDS_A_MINUTE && (one.second() == 0 || other.second() == 0);
    seconds <= MOST_APART && !may_lack_seconds
}

/// What a camera's name begins with and the number at its end, `img_` and `1234`.
fn camera_number(path: &Path) -> Option<(String, String)> {
    if !Name::of(path).is_cameras {
        return None;
    }
    let stem = path.file_stem()?.to_str()?.to_lowercase();
    let begins = stem.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    Some((stem[..begins].to_owned(), stem[begins..].to_owned()))
}

#[cfg(test)]
mod tests {
    use catalog::photo::Stamp;

    use super::*;

    fn are_two(one: (&str, Option<&str>), other: (&str, Option<&str>)) -> bool {
        let content = |taken: Option<&str>| Content {
            hash: [0; 32],
            format: "jpeg".to_owned(),
            width: 40,
            height: 30,
            captured_at: taken.map(str::to_owned),
            placeholder: None,
        };
        let photo = |path: &str| Photo {
            id: 1,
            folder_id: 1,
            folder: "/".into(),
            path: path.into(),
            stamp: Stamp { size: 1, modified_ns: 1 },
            drive: None,
            content_id: 1,
            online: true,
        };
        let (own, others) = (content(one.1), content(other.1));
        are_two_shots((&own, &[photo(one.0)]), (&others, &[photo(other.0)]))
    }

    #[test]
    fn shots_of_a_series_are_told_by_their_times_and_within_a_second_by_their_numbers() {
        let noon = Some("2024-05-01T12:00:10");
        assert!(are_two(("/p/a.jpg", noon), ("/p/b.jpg", Some("2024-05-01T12:00:11"))), "a second later");
        assert!(are_two(("/p/a.jpg", noon), ("/p/b.jpg", Some("2024-05-01T12:05:00"))), "minutes later");
        assert!(are_two(("/p/IMG_0001.JPG", noon), ("/p/IMG_0002.JPG", noon)), "a bracket");
    }

    #[test]
    fn copies_have_the_time_of_their_original_or_none() {
        let noon = Some("2024-05-01T12:00:10");
        assert!(!are_two(("/p/IMG_0001.JPG", noon), ("/q/IMG_0001.JPG", noon)));
        assert!(!are_two(("/p/IMG_0001.JPG", noon), ("/p/IMG_0001 edited.jpg", noon)));
        assert!(!are_two(("/p/IMG_0001.JPG", noon), ("/p/IMG-20240501-WA0001.jpg", None)));
        assert!(!are_two(("/p/a.jpg", noon), ("/p/b.jpg", Some("2024-05-01T14:00:10"))), "another zone");
        assert!(!are_two(("/p/a.jpg", noon), ("/p/b.jpg", Some("2024-05-01T12:00:00"))), "no seconds");
    }
}
