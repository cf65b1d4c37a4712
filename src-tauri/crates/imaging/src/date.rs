//! When a photo was taken, from the texts that cameras, scanners and editors write: in EXIF, XMP and IPTC.
//!
//! The result is `YYYY-MM-DDTHH:MM:SS` by the camera's clock. Time zones and parts of seconds are passed over, and so is
//! what can be no date: cameras without a set clock write zeros or blanks.

/// Properties of XMP that tell it, the most telling first.
const XMP_PROPERTIES: [&str; 4] =
    ["exif:DateTimeOriginal", "photoshop:DateCreated", "exif:DateTimeDigitized", "xmp:CreateDate"];
/// More of an XMP packet than this is not searched. Real ones have a few kilobytes; those with an edit's history, more.
const LONGEST_XMP: usize = 4 << 20;

/// A date as EXIF or XMP has it, or as they should not have it: other separators, blanks for zeros, no seconds, no time.
pub(crate) fn parse(text: &[u8]) -> Option<String> {
    let text = text.split(|byte| *byte == 0).next()?.trim_ascii();
    let mut rest = text;
    let year = number(&mut rest, 4, 4)?;
    let month = number(separated(&mut rest, b":-/.")?, 1, 2)?;
    let day = number(separated(&mut rest, b":-/.")?, 1, 2)?;
    let time = time(rest).unwrap_or_default();
    written([year, month, day], time)
}

/// Hour, minute and second, as far as they are there.
fn time(mut rest: &[u8]) -> Option<[u32; 3]> {
    let hour = number(separated(&mut rest, b" T:")?, 1, 2)?;
    let minute = number(separated(&mut rest, b":")?, 1, 2)?;
    let second = separated(&mut rest, b":").and_then(|rest| number(rest, 1, 2)).unwrap_or(0);
    Some([hour, minute, second])
}

/// What follows one of these characters.
fn separated<'t, 'a>(rest: &'t mut &'a [u8], separators: &[u8]) -> Option<&'t mut &'a [u8]> {
    let (first, behind) = rest.split_first()?;
    *rest = behind;
    separators.contains(first).then_some(rest)
}

/// A number of so many digits, with blanks before it.
fn number(rest: &mut &[u8], least: usize, most: usize) -> Option<u32> {
    let text = rest.trim_ascii_start();
    let digits = text.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    let (number, behind) = text.split_at(digits);
    *rest = behind;
    if digits < least {
        return None;
    }
    std::str::from_utf8(number).ok()?.parse().ok()
}

fn written([year, month, day]: [u32; 3], [hour, minute, second]: [u32; 3]) -> Option<String> {
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

/// The date in an XMP packet, which has it as an attribute or as an element.
pub(crate) fn in_xmp(packet: &[u8]) -> Option<String> {
    let packet = &packet[..packet.len().min(LONGEST_XMP)];
    XMP_PROPERTIES.into_iter().find_map(|name| {
        let start = packet.windows(name.len()).position(|part| part == name.as_bytes())? + name.len();
        let rest = packet.get(start..)?.trim_ascii_start();
        let rest = match rest.split_first()? {
            (b'>', rest) => rest,
            (b'=', rest) => rest.trim_ascii_start().get(1..)?,
            _ => return None,
        };
        let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\'' | b'<'))?;
        parse(&rest[..end])
    })
}

/// The date in IPTC records (IIM, datasets 2:55 and 2:60).
pub(crate) fn in_iptc(records: &[u8]) -> Option<String> {
    const DATE_CREATED: [u8; 3] = [0x1C, 2, 55];
    const TIME_CREATED: [u8; 3] = [0x1C, 2, 60];
    let pairs = |name: [u8; 3], count: usize| -> Option<Vec<u32>> {
        let value = dataset(records, name)?.get(..count * 2)?;
        value.chunks(2).map(|pair| number(&mut &*pair, 2, 2)).collect()
    };
    let date = pairs(DATE_CREATED, 4)?;
    let time = pairs(TIME_CREATED, 3).and_then(|time| time.try_into().ok()).unwrap_or_default();
    written([date[0] * 100 + date[1], date[2], date[3]], time)
}

fn dataset(mut records: &[u8], name: [u8; 3]) -> Option<&[u8]> {
    loop {
        let (found, rest) = records.split_first_chunk::<3>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let value = rest.get(..length)?;
        if *found == name {
            return Some(value);
        }
        records = &rest[length..];
    }
}

/// The IPTC records in Photoshop's blocks, as JPEG files carry them.
pub(crate) fn iptc_of_photoshop(mut blocks: &[u8]) -> Option<&[u8]> {
    const IPTC: [u8; 2] = [4, 4];
    loop {
        let rest = blocks.strip_prefix(b"8BIM")?;
        let (kind, rest) = rest.split_first_chunk::<2>()?;
        // A name with its length before it, an even number of bytes.
        let name = usize::from(*rest.first()?) + 1;
        let rest = rest.get(name.next_multiple_of(2)..)?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        if *kind == IPTC {
            return rest.get(..length);
        }
        blocks = rest.get(length.checked_next_multiple_of(2)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_programs_write_them() {
        for text in [
            "2012:12:22 10:37:28",
            "2012-12-22 10:37:28",
            "2012/12/22 10:37:28",
            "2012.12.22 10:37:28",
            "2012-12-22T10:37:28",
            "2012:12:22T10:37:28Z",
            "2012-12-22T10:37:28.123+02:00",
            "2012:12:22 10:37:28.5",
            "2012:12:22 10:37:28-07:00",
            "  2012:12:22  10:37:28  ",
            "2012:12:22 10:37:28\0garbage",
        ] {
            assert_eq!(parse(text.as_bytes()).as_deref(), Some("2012-12-22T10:37:28"), "{text}");
        }
        for (text, expected) in [
            ("2012:12:22 10:37", "2012-12-22T10:37:00"),
            ("2012:12:22", "2012-12-22T00:00:00"),
            ("2012:12:22     :  :  ", "2012-12-22T00:00:00"),
            ("2012:12:22  9:07:05", "2012-12-22T09:07:05"),
            ("2012: 1: 2  9: 7: 5", "2012-01-02T09:07:05"),
            ("2012-1-2T9:07", "2012-01-02T09:07:00"),
        ] {
            assert_eq!(parse(text.as_bytes()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "0000:00:00 00:00:00",
            "    :  :     :  :  ",
            "2012:13:22 10:37:28",
            "2013:02:29 10:37:28",
            "2012:12:22 25:37:28",
            "12:22:2012 10:37:28",
            "2012_12_22",
            "1970",
            "<script>alert(1)</script>2021:07:04",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn dates_in_xmp() {
        let attribute =
            br#"<x xmp:CreateDate="2013-01-01" exif:DateTimeOriginal = '2012-12-22T10:37:28+02:00'/>"#;
        let element = b"<photoshop:DateCreated>2012-12-22T10:37:28</photoshop:DateCreated>";
        for packet in [&attribute[..], element] {
            assert_eq!(in_xmp(packet).as_deref(), Some("2012-12-22T10:37:28"));
        }
        assert_eq!(in_xmp(br#"<x exif:GPSTimeStamp="2012-12-22T10:37:28Z"/>"#), None);
        assert_eq!(in_xmp(b"<x exif:DateTimeOriginal"), None);
    }

    #[test]
    fn dates_in_iptc() {
        let records = b"\x1c\x02\x05\0\x05title\x1c\x02\x37\0\x0820121222\x1c\x02\x3c\0\x0b103728+0200";
        assert_eq!(in_iptc(records).as_deref(), Some("2012-12-22T10:37:28"));
        assert_eq!(in_iptc(&records[..24]).as_deref(), Some("2012-12-22T00:00:00"));
        let blocks =
            [&b"8BIM\x03\xed\0\0\0\0\0\x01x\0"[..], b"8BIM\x04\x04\x03abc\0\0\0", &[records.len() as u8]];
        assert_eq!(iptc_of_photoshop(&[&blocks.concat(), &records[..]].concat()), Some(&records[..]));
    }
}
