//! Days and times of photos, by the clock of the place where they were taken, or of this computer.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::LibraryError;

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// A day of the calendar: the number of days since 1970-01-01. As text it is `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl FromStr for Day {
    type Err = LibraryError;

    fn from_str(text: &str) -> Result<Self, LibraryError> {
        match text.parse::<Date>() {
            // The parser knows other spellings too.
            Ok(date) if date.to_string() == text => Ok(LocalTime::from(date.at(0, 0, 0, 0)).day()),
            _ => Err(LibraryError::DayInvalid { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        LocalTime(i64::from(self.0) * SECONDS_A_DAY).date_time().date().fmt(f)
    }
}

/// A time without a zone: seconds since 1970-01-01T00:00:00 on the same clock. As text it is
/// `YYYY-MM-DDTHH:MM:SS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LocalTime(i64);

impl LocalTime {
    /// When a photo was taken: what the camera says, else when the file was last changed, by this computer's
    /// clock.
    pub(crate) fn of_photo(captured_at: Option<&str>, modified_ns: i64, zone: &TimeZone) -> Self {
        let captured = captured_at.and_then(|text| text.parse::<DateTime>().ok());
        captured.map_or_else(|| Self::of_file(modified_ns, zone), Self::from)
    }

    fn of_file(modified_ns: i64, zone: &TimeZone) -> Self {
        // Every number of nanoseconds that fits is a time that has a name.
        let time = Timestamp::from_nanosecond(modified_ns.into()).unwrap_or(Timestamp::UNIX_EPOCH);
        Self(time.as_second() + i64::from(zone.to_offset(time).seconds()))
    }

    /// The day it is on.
    pub(crate) fn day(self) -> Day {
        Day(self.0.div_euclid(SECONDS_A_DAY) as i32)
    }

    fn date_time(self) -> DateTime {
        EPOCH.saturating_add(SignedDuration::from_secs(self.0))
    }
}

impl From<DateTime> for LocalTime {
    fn from(time: DateTime) -> Self {
        Self(time.duration_since(EPOCH).as_secs())
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date_time().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1970_and_are_written_as_dates() {
        for (text, days) in
            [("1970-01-01", 0), ("1969-12-31", -1), ("2024-02-29", 19_782), ("1850-06-01", -43_678)]
        {
            let day: Day = text.parse().unwrap();
            assert_eq!((day, day.to_string().as_str()), (Day(days), text));
        }
        for text in ["", "2023-02-29", "2024-2-29", "20240229", "2024-02-29T10:00", " 2024-02-29", "today"] {
            assert!(text.parse::<Day>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_photo_without_a_date_has_its_files_by_the_local_clock() {
        let zone = TimeZone::fixed(jiff::tz::offset(-5));
        let midnight = 1_700_006_400 * 1_000_000_000;
        let time = LocalTime::of_photo(None, midnight, &zone);
        assert_eq!(time.to_string(), "2023-11-14T19:00:00");
        assert_eq!(time.day().to_string(), "2023-11-14");
        let taken = LocalTime::of_photo(Some("1999-12-31T23:59:60"), midnight, &zone);
        assert_eq!(taken.day().to_string(), "1999-12-31");
        assert_eq!(LocalTime::of_photo(Some("soon"), midnight, &zone), time);
        assert!(LocalTime::of_photo(None, i64::MIN, &zone).to_string().starts_with("1677-"));
    }
}
