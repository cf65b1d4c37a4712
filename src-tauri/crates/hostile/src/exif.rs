//! EXIF blocks that go round in circles or claim what cannot be.

use crate::tiff::{ASCII, BYTE, FIRST, Field, LONG, RATIONAL, SHORT, directory, file};

const ORIENTATION: u16 = 0x0112;
const DATE_TIME: u16 = 0x0132;
const EXIF_DIRECTORY: u16 = 0x8769;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const MAKER_NOTE: u16 = 0x927C;

/// Every block, with what is wrong about it.
pub(crate) fn blocks() -> Vec<(&'static str, Vec<u8>)> {
    let upright = (ORIENTATION, SHORT, 1, 1);
    let within_itself = [upright, (EXIF_DIRECTORY, LONG, 1, FIRST)];
    let absurd = [
        (ORIENTATION, SHORT, u32::MAX, 6),
        (DATE_TIME, ASCII, u32::MAX, u32::MAX - 4),
        (EXIF_DIRECTORY, LONG, u32::MAX, u32::MAX),
        (DATE_TIME_ORIGINAL, RATIONAL, u32::MAX / 8 + 1, FIRST),
        (MAKER_NOTE, BYTE, u32::MAX, 0),
        (0x0201, 0xFFFF, u32::MAX, u32::MAX),
    ];
    let many = vec![(DATE_TIME, ASCII, 20, FIRST); 5_000];
    vec![
        ("follows itself", file(&[upright], FIRST, &[])),
        ("is its own part", file(&within_itself, FIRST, &[])),
        ("two follow each other", two_in_a_circle(upright)),
        ("sizes beyond any file", file(&absurd, u32::MAX, &[])),
        ("thousands of fields", file(&many, 0, &[])),
        ("more fields than bytes", [&b"II\x2A\0\x08\0\0\0\xFF\xFF"[..], &[7; 40]].concat()),
        ("begins behind its end", b"MM\0\x2A\xFF\xFF\xFF\xFF".to_vec()),
        ("a date of HTML", file(&[(DATE_TIME, ASCII, 34, 26)], 0, b"<script>alert(1)</script>2021:07:04\0")),
        (
            "a date of control characters",
            file(&[(DATE_TIME, ASCII, 20, 26)], 0, b"2021:07:04\x1b]0;x\x07\x00\x7f12\0"),
        ),
        ("nothing", Vec::new()),
    ]
}

fn two_in_a_circle(field: Field) -> Vec<u8> {
    let second = FIRST + directory(&[field], 0).len() as u32;
    file(&[field], second, &directory(&[field], FIRST))
}
