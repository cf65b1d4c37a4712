//! Image sequences of HEIC and AVIF files that have no picture that stands for them: their first frame as a file of one
//! picture, which is read like any other.
//!
//! A track of pictures has its samples in a table (ISO/IEC 14496-12, 8.5 to 8.7). The first one needs no other.

use std::borrow::Cow;

use crate::boxes::{long_number, next_box, number};

/// The fields of a picture's entry before the boxes in it (ISO/IEC 14496-12, 12.1.3).
const ENTRY: usize = 78;
/// The longest description of how pictures are coded.
const MOST_BYTES: usize = 1 << 20;

/// The file with its first frame as its only picture; the file itself where it has a picture, or no frame either.
pub(crate) fn as_still(bytes: &[u8]) -> Cow<'_, [u8]> {
    if child(bytes, *b"meta").is_some() {
        return Cow::Borrowed(bytes);
    }
    still(bytes).map_or(Cow::Borrowed(bytes), Cow::Owned)
}

/// The content of the first box of this kind.
fn child(bytes: &[u8], wanted: [u8; 4]) -> Option<&[u8]> {
    children(bytes).find(|(kind, _)| *kind == wanted).map(|(_, content)| content)
}

fn children(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (found, following) = next_box(rest)?;
        rest = following;
        Some(found)
    })
}

fn still(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut tracks = children(child(bytes, *b"moov")?).filter(|(kind, _)| kind == b"trak");
    tracks.find_map(|(_, track)| still_of_track(bytes, track))
}

fn still_of_track(bytes: &[u8], track: &[u8]) -> Option<Vec<u8>> {
    let media = child(track, *b"mdia")?;
    let handler = child(media, *b"hdlr")?.get(8..12)?;
    if !matches!(handler, b"pict" | b"vide") {
        return None;
    }
    let table = child(child(media, *b"minf")?, *b"stbl")?;
    let ((kind, entry), _) = next_box(child(table, *b"stsd")?.get(8..)?)?;
    let item = match &kind {
        b"hvc1" | b"hev1" => *b"hvc1",
        b"av01" => *b"av01",
        _ => return None,
    };
    let side = |at: usize| Some(u32::from(u16::from_be_bytes(*entry.get(at..)?.first_chunk()?)));
    let (width, height) = (side(24)?, side(26)?);
    let described = children(entry.get(ENTRY..)?)
        .filter(|(kind, content)| matches!(kind, b"hvcC" | b"av1C" | b"colr") && content.len() <= MOST_BYTES);
    let properties: Vec<Vec<u8>> = described.map(|(kind, content)| boxed(kind, &[content])).collect();
    let sample = first_sample(bytes, table)?;
    Some(file(item, (width, height), &properties, sample))
}

fn first_sample<'a>(bytes: &'a [u8], table: &[u8]) -> Option<&'a [u8]> {
    let sizes = child(table, *b"stsz")?;
    let size = match number(sizes, 4)? {
        0 => number(sizes, 12)?,
        size => size,
    };
    let offset = match child(table, *b"stco") {
        Some(offsets) => u64::from(number(offsets, 8)?),
        None => long_number(child(table, *b"co64")?, 8)?,
    };
    bytes.get(usize::try_from(offset).ok()?..)?.get(..size as usize)
}

fn boxed(kind: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let length = 8 + parts.iter().map(|part| part.len()).sum::<usize>() as u32;
    [&length.to_be_bytes(), &kind[..], &parts.concat()].concat()
}

/// A file of one picture (ISO/IEC 23008-12).
fn file(item: [u8; 4], (width, height): (u32, u32), described: &[Vec<u8>], sample: &[u8]) -> Vec<u8> {
    let brands = boxed(*b"ftyp", &[b"mif1", &[0; 4], b"mif1"]);
    let size = boxed(*b"ispe", &[&[0; 4], &width.to_be_bytes(), &height.to_be_bytes()]);
    let properties = boxed(*b"ipco", &[&size, &described.concat()]);
    let count = 1 + described.len() as u8;
    let associated: Vec<u8> = (1..=count).collect();
    let association = boxed(*b"ipma", &[&[0; 4], &1_u32.to_be_bytes(), &[0, 1, count], &associated]);
    let meta = |offset: u32| {
        let handler = boxed(*b"hdlr", &[&[0; 8], b"pict", &[0; 13]]);
        let primary = boxed(*b"pitm", &[&[0; 4], &[0, 1]]);
        let entry = boxed(*b"infe", &[&[2, 0, 0, 0], &[0, 1, 0, 0], &item, &[0]]);
        let entries = boxed(*b"iinf", &[&[0; 4], &[0, 1], &entry]);
        let place = [offset.to_be_bytes(), (sample.len() as u32).to_be_bytes()].concat();
        let places = boxed(*b"iloc", &[&[0; 4], &[0x44, 0, 0, 1], &[0, 1, 0, 0, 0, 1], &place]);
        let properties = boxed(*b"iprp", &[&properties, &association]);
        boxed(*b"meta", &[&[0; 4], &handler, &primary, &places, &entries, &properties])
    };
    let offset = (brands.len() + meta(0).len() + 8) as u32;
    [brands, meta(offset), boxed(*b"mdat", &[sample])].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;
    use crate::heif::Primary;
    use crate::{Limits, decode};

    /// The picture of a file as the first frame of a track.
    fn film(format: Format, still: &[u8], codec: [u8; 4], config: [u8; 4], brand: [u8; 4]) -> Vec<u8> {
        let primary = Primary::open(format, still).unwrap();
        let sample = primary.context.item_data(primary.item).unwrap();
        let (width, height) = primary.size().unwrap();
        let at = still.windows(4).position(|kind| kind == config).unwrap();
        let ((_, config_content), _) = next_box(&still[at - 4..]).unwrap();
        let sides = [(width as u16).to_be_bytes(), (height as u16).to_be_bytes()].concat();
        let config = boxed(config, &[config_content]);
        let entry = boxed(codec, &[&[0; 24], &sides, &[0; ENTRY - 28], &config]);
        let brands = boxed(*b"ftyp", &[&brand, &[0; 4], &brand]);
        let data = boxed(*b"mdat", &[&sample, &[7; 100]]);
        let offset = (brands.len() + 8) as u32;
        let table = boxed(
            *b"stbl",
            &[
                &boxed(*b"stsd", &[&[0; 4], &1_u32.to_be_bytes(), &entry]),
                &boxed(
                    *b"stsz",
                    &[&[0; 8], &2_u32.to_be_bytes(), &(sample.len() as u32).to_be_bytes(), &[0, 0, 0, 100]],
                ),
                &boxed(*b"stco", &[&[0; 4], &1_u32.to_be_bytes(), &offset.to_be_bytes()]),
            ],
        );
        let handler = boxed(*b"hdlr", &[&[0; 8], b"pict", &[0; 13]]);
        let media = boxed(*b"mdia", &[&handler, &boxed(*b"minf", &[&table])]);
        let movie = boxed(*b"moov", &[&boxed(*b"trak", &[&media])]);
        [brands, data, movie].concat()
    }

    #[test]
    fn a_sequence_without_a_picture_shows_its_first_frame() {
        let heic = include_bytes!("../tests/fixtures/plain.heic");
        let avif = include_bytes!("../tests/fixtures/plain.avif");
        for (format, still, codec, config, brand) in [
            (Format::Heic, &heic[..], *b"hvc1", *b"hvcC", *b"hevc"),
            (Format::Avif, &avif[..], *b"av01", *b"av1C", *b"avis"),
        ] {
            let film = film(format, still, codec, config, brand);
            let expected = decode(still, None, &Limits::default()).unwrap();
            let found = decode(&film, None, &Limits::default()).unwrap();
            assert_eq!(found.probe.format, format);
            assert_eq!(
                (found.image.width(), found.image.height()),
                (expected.image.width(), expected.image.height())
            );
            let difference = found.image.pixels().iter().zip(expected.image.pixels());
            let most = difference.map(|(one, other)| one.abs_diff(*other)).max().unwrap();
            assert!(most <= 24, "{format}: {most}; the container's own account of the colours is missing");
            for length in (0..film.len()).step_by(7) {
                let _ = decode(&film[..length], None, &Limits::default());
            }
        }
    }
}
