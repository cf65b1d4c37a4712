//! The chunks of a PNG file, where more is in them than the decoder looks for: metadata anywhere, and an end that is
//! missing. Pixels are the decoder's.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use flate2::read::ZlibDecoder;

use crate::date;
use crate::exif::{self, Exif};

const SIGNATURE: usize = 8;
/// What ends a file: a chunk without content, and its checksum.
const END: &[u8] = b"\0\0\0\0IEND\xAE\x42\x60\x82";
/// Most characters of a text that are unpacked to find EXIF in it: twice as many as the block has bytes.
const LONGEST_TEXT: u64 = 8 << 20;
/// How ImageMagick and others named EXIF before it had a chunk of its own.
const EXIF_TEXTS: [&[u8]; 2] = [b"Raw profile type exif", b"Raw profile type APP1"];
const XMP: &[u8] = b"XML:com.adobe.xmp";

/// The chunks that are there in full, each by name and content, and where it ends.
fn chunks(png: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8], usize)> {
    let mut at = SIGNATURE;
    std::iter::from_fn(move || {
        let (length, rest) = png.get(at..)?.split_first_chunk::<4>()?;
        let (name, rest) = rest.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        let content = rest.get(..length)?;
        at = at.checked_add(length)?.checked_add(12).filter(|end| *end <= png.len())?;
        Some((*name, content, at))
    })
}

/// How many frames an animation has, by its own word; none of a still picture.
pub(crate) fn frames(png: &[u8]) -> u32 {
    let control = chunks(png).take_while(|(name, ..)| name != b"IDAT").find(|(name, ..)| name == b"acTL");
    let count = control.and_then(|(_, content, _)| content.first_chunk());
    count.map_or(0, |count| u32::from_be_bytes(*count))
}

/// EXIF in a chunk of its own, which may stand behind the pixels, or else in a text.
pub(super) fn exif(png: &[u8]) -> Exif {
    let own = chunks(png).find(|(name, ..)| name == b"eXIf").map(|(_, block, _)| exif::read(block));
    own.or_else(|| {
        chunks(png).find_map(|(name, content, _)| exif_text(name, content)).map(|b| exif::read(&b))
    })
    .unwrap_or_default()
    .or_dated(|| {
        chunks(png)
            .find_map(|(name, content, _)| text(name, content, &[XMP]))
            .and_then(|xmp| date::in_xmp(&xmp))
    })
}

/// The EXIF block that is written as digits into a text.
fn exif_text(name: [u8; 4], content: &[u8]) -> Option<Vec<u8>> {
    text(name, content, &EXIF_TEXTS).map(|text| from_digits(&text))
}

/// A text under one of these names, unpacked.
fn text(name: [u8; 4], content: &[u8], keywords: &[&[u8]]) -> Option<Vec<u8>> {
    if !matches!(&name, b"tEXt" | b"zTXt" | b"iTXt") {
        return None;
    }
    let (keyword, rest) = split_at_zero(content)?;
    if !keywords.contains(&keyword) {
        return None;
    }
    Some(match &name {
        b"tEXt" => rest.to_vec(),
        b"zTXt" => unpack(rest.get(1..)?),
        _ => {
            let [is_packed, _method, rest @ ..] = rest else { return None };
            let (_language, rest) = split_at_zero(rest)?;
            let (_translated, text) = split_at_zero(rest)?;
            if *is_packed == 1 { unpack(text) } else { text.to_vec() }
        }
    })
}

fn split_at_zero(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

fn unpack(zlib: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    // What was unpacked before damage may do.
    let _ = ZlibDecoder::new(zlib).take(LONGEST_TEXT).read_to_end(&mut text);
    text
}

/// The bytes of a profile that stands there as its name, its length and hexadecimal digits, in lines.
fn from_digits(text: &[u8]) -> Vec<u8> {
    let mut lines = text.split(|byte| *byte == b'\n').skip_while(|line| line.trim_ascii().is_empty());
    let (_name, _length) = (lines.next(), lines.next());
    let mut digits = lines.flatten().filter_map(|digit| char::from(*digit).to_digit(16));
    std::iter::from_fn(|| Some((digits.next()? << 4 | digits.next()?) as u8)).collect()
}

/// The file, with the end that it lost.
#[derive(Debug, Clone)]
pub(super) struct WithEnd<'a> {
    parts: [&'a [u8]; 2],
    at: usize,
}

impl<'a> WithEnd<'a> {
    pub(super) fn new(png: &'a [u8]) -> Self {
        let (last, end) =
            chunks(png).last().map_or((*b"    ", SIGNATURE.min(png.len())), |(name, _, end)| (name, end));
        let ended = chunks(png).any(|(name, ..)| name == *b"IEND");
        // Of a chunk that is cut off, only pixels are of use.
        let cut = png.get(end + 4..end + 8).is_some_and(|name| name == b"IDAT" || name == b"fdAT");
        let parts = if ended || cut || last == *b"    " { [png, &[][..]] } else { [&png[..end], END] };
        Self { parts, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        let [file, end] = self.parts;
        file.get(self.at..)
            .filter(|rest| !rest.is_empty())
            .unwrap_or_else(|| end.get(self.at.saturating_sub(file.len())..).unwrap_or_default())
    }
}

impl Read for WithEnd<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.rest().read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

impl BufRead for WithEnd<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.rest())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl Seek for WithEnd<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let length = self.parts.iter().map(|part| part.len() as u64).sum();
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => (self.at as u64).checked_add_signed(by),
            SeekFrom::End(by) => u64::checked_add_signed(length, by),
        };
        let target = target.ok_or(io::ErrorKind::InvalidInput)?.min(length);
        self.at = usize::try_from(target).unwrap_or(usize::MAX);
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_become_bytes() {
        assert_eq!(from_digits(b"\nexif\n      4\n4D4d\n00\n2a\n"), b"MM\0\x2A");
        assert_eq!(from_digits(b"exif\n4\n4D4"), b"M");
        assert_eq!(from_digits(b""), b"");
    }
}
