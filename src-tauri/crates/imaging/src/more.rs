//! What a file has besides the picture that is shown of it: the pages of a scan, the frames of an animation or a film, the film of
//! a motion photo.
//!
//! It looks at the file's structure and decodes nothing. Thumbnails, masks, depth and gain maps are no pictures of their own.

use std::io::Cursor;

use gif::DecodeOptions;
use heic_rs::meta;
use heic_rs::meta::iref::RefKind;

use crate::boxes::next_box;
use crate::format::Format;
use crate::ifd::Tiff;
use crate::limits::Limits;
use crate::{jxl, png};

/// What a file has besides the picture that is shown of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Besides {
    /// Nothing.
    #[default]
    Nothing,
    /// More of the same moment: the film of a motion photo, the other eye's view.
    SameMoment,
    /// Other pictures: pages, frames, shots of a burst.
    Pictures,
}

/// What a TIFF directory is: bits that say that it is a smaller copy or a mask of another one.
const NEW_SUBFILE_TYPE: u16 = 254;
const REDUCED_OR_MASK: u32 = 0b101;
/// Directories that are looked at: two pages are enough.
const MOST_DIRECTORIES: usize = 16;

/// Where WebP keeps what its file has, and the bit for an animation.
const WEBP_EXTENDED: &[u8] = b"VP8X";
const WEBP_FLAGS: usize = 20;
const WEBP_ANIMATED: u8 = 0b10;

/// Brands of files that hold a sequence of pictures.
const SEQUENCES: [&[u8; 4]; 5] = [b"avis", b"msf1", b"hevc", b"hevs", b"hevx"];
/// The box in which a motion photo keeps its film (Android, Motion photo format 1.0).
const MOTION: [u8; 4] = *b"mpvd";

/// What the file has besides the picture that is shown of it.
pub(crate) fn besides(format: Format, bytes: &[u8], limits: &Limits) -> Besides {
    let has_more = match format {
        Format::Tiff => pages(bytes) > 1,
        Format::Gif => frames(bytes) > 1,
        Format::Png => png::frames(bytes) > 1,
        Format::WebP => {
            bytes.get(12..16) == Some(WEBP_EXTENDED)
                && bytes.get(WEBP_FLAGS).is_some_and(|flags| flags & WEBP_ANIMATED != 0)
        }
        Format::Heic | Format::Avif => is_sequence(bytes) || is_collection(bytes),
        Format::Jxl => jxl::is_animated(bytes, limits),
        Format::Jpeg | Format::Bmp | Format::Raw => false,
    };
    let has_film = match format {
        Format::Jpeg => has_film_behind(bytes) || has_other_views(bytes),
        Format::Heic | Format::Avif => boxes(bytes).any(|kind| kind == MOTION),
        _ => false,
    };
    match (has_more, has_film) {
        (true, _) => Besides::Pictures,
        (false, true) => Besides::SameMoment,
        (false, false) => Besides::Nothing,
    }
}

fn pages(bytes: &[u8]) -> usize {
    let Some(tiff) = Tiff::new(bytes) else { return 0 };
    let mut offset = tiff.first();
    let mut pages = 0;
    for _ in 0..MOST_DIRECTORIES {
        let Some(directory) = tiff.directory(offset) else { break };
        let kind = directory.number(NEW_SUBFILE_TYPE).unwrap_or(0);
        pages += usize::from(kind & REDUCED_OR_MASK == 0);
        offset = directory.next;
    }
    pages
}

/// Frames of an animation, two at most.
fn frames(bytes: &[u8]) -> usize {
    let mut options = DecodeOptions::new();
    options.skip_frame_decoding(true);
    let Ok(mut decoder) = options.read_info(Cursor::new(bytes)) else { return 0 };
    (0..2).take_while(|_| matches!(decoder.next_frame_info(), Ok(Some(_)))).count()
}

fn is_sequence(bytes: &[u8]) -> bool {
    let Some(((kind, brands), _)) = next_box(bytes) else { return false };
    let (brands, _) = brands.as_chunks::<4>();
    // The second four bytes are a version.
    let mut brands = brands.iter().enumerate().filter(|(nth, _)| *nth != 1).map(|(_, brand)| brand);
    kind == *b"ftyp" && brands.any(|brand| SEQUENCES.contains(&brand))
}

/// The kinds of the boxes that a file is made of.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = [u8; 4]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let ((kind, _), behind) = next_box(rest)?;
        rest = behind;
        Some(kind)
    })
}

/// Whether several pictures are there to be shown, as of a burst. Tiles, thumbnails, masks and depth maps are referred to by what
/// they belong to, or refer to it.
fn is_collection(bytes: &[u8]) -> bool {
    let Ok(meta) = meta::parse(bytes) else { return false };
    let is_part = |id: u32| {
        meta.refs.iter().any(|reference| match reference.kind {
            RefKind::Dimg => reference.to.contains(&id),
            RefKind::Thmb | RefKind::Auxl => reference.from == id,
            _ => false,
        })
    };
    let is_picture = |kind: [u8; 4]| matches!(&kind, b"hvc1" | b"av01" | b"grid" | b"iden" | b"iovl");
    let shown = meta.items.iter().filter(|item| is_picture(item.item_type) && !item.hidden);
    shown.filter(|item| !is_part(item.id)).nth(1).is_some()
}

/// Whether a film follows a JPEG, as in motion photos: a box of type `ftyp` of few bytes. Within a JPEG's picture three zeros
/// never follow each other.
fn has_film_behind(bytes: &[u8]) -> bool {
    const LONGEST: u8 = 64;
    memchr::memmem::find_iter(bytes, b"ftyp").any(|at| {
        at.checked_sub(4)
            .and_then(|start| bytes.get(start..at))
            .is_some_and(|length| length[..3] == [0; 3] && (8..=LONGEST).contains(&length[3]))
    })
}

/// Where a JPEG says which further pictures follow it (CIPA DC-007, Multi-Picture Format), and where in an entry the kind of a
/// picture is.
const MULTI_PICTURE: &[u8] = b"MPF\0";
const ENTRIES: u16 = 0xB002;
const ENTRY_BYTES: usize = 16;
const KIND: u32 = 0xFF_FFFF;
/// Kinds of pictures that are views of their own: of a panorama, of the other eye, from another angle.
const VIEWS: [u32; 3] = [0x02_0001, 0x02_0002, 0x02_0003];
/// The segments of a JPEG are looked for so far.
const MOST_HEADER: usize = 1 << 20;

/// Whether a JPEG has views of the same moment behind it.
fn has_other_views(bytes: &[u8]) -> bool {
    let header = &bytes[..bytes.len().min(MOST_HEADER)];
    let Some(at) = memchr::memmem::find(header, MULTI_PICTURE) else { return false };
    let Some(tiff) = Tiff::new(&header[at + MULTI_PICTURE.len()..]) else { return false };
    let Some(directory) = tiff.directory(tiff.first()) else { return false };
    let Some(entries) = directory.get(ENTRIES) else { return false };
    let number = if tiff.little_endian() { u32::from_le_bytes } else { u32::from_be_bytes };
    let kinds = entries.value.chunks_exact(ENTRY_BYTES).filter_map(|entry| entry.first_chunk().copied());
    // The first is the one that is shown.
    kinds.skip(1).any(|kind| VIEWS.contains(&(number(kind) & KIND)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn more(format: Format, bytes: &[u8]) -> bool {
        besides(format, bytes, &Limits::default()) == Besides::Pictures
    }

    fn same_moment(format: Format, bytes: &[u8]) -> bool {
        besides(format, bytes, &Limits::default()) == Besides::SameMoment
    }

    /// Directories with nothing but what each is.
    fn tiff(kinds: &[u32]) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        for (nth, kind) in kinds.iter().enumerate() {
            bytes.extend([1, 0, 254, 0, 4, 0, 1, 0, 0, 0]);
            bytes.extend(kind.to_le_bytes());
            let next = if nth + 1 < kinds.len() { bytes.len() as u32 + 4 } else { 0 };
            bytes.extend(next.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn pages_count_and_thumbnails_and_masks_do_not() {
        assert!(more(Format::Tiff, &tiff(&[0, 0])));
        assert!(more(Format::Tiff, &tiff(&[2, 2, 2])), "pages of several");
        assert!(!more(Format::Tiff, &tiff(&[0])));
        assert!(!more(Format::Tiff, &tiff(&[0, 1, 4])) && !more(Format::Tiff, &tiff(&[1, 0])));
    }

    #[test]
    fn frames_of_animations_count() {
        let gif = |frames: usize| {
            let mut bytes = Vec::new();
            let mut encoder = gif::Encoder::new(&mut bytes, 2, 2, &[0, 0, 0, 255, 255, 255]).unwrap();
            for nth in 0..frames {
                encoder
                    .write_frame(&gif::Frame::from_indexed_pixels(2, 2, [nth as u8 % 2; 4], None))
                    .unwrap();
            }
            drop(encoder);
            bytes
        };
        assert!(more(Format::Gif, &gif(2)) && !more(Format::Gif, &gif(1)));
        let png = |frames: u8| [b"\x89PNG\r\n\x1a\n\0\0\0\x08acTL\0\0\0", &[frames][..], &[0; 8]].concat();
        assert!(more(Format::Png, &png(2)) && !more(Format::Png, &png(1)));
        let webp = |flags: u8| [b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0", &[flags][..], &[0; 9]].concat();
        assert!(more(Format::WebP, &webp(0b1_0010)) && !more(Format::WebP, &webp(0b1_0000)));
    }

    #[test]
    fn films_count_and_stills_in_the_same_container_do_not() {
        let container =
            |brands: &[u8]| [&(8 + brands.len() as u32).to_be_bytes(), &b"ftyp"[..], brands].concat();
        assert!(more(Format::Avif, &container(b"avis\0\0\0\0avifmif1")));
        assert!(more(Format::Heic, &container(b"heic\0\0\0\0mif1msf1")));
        assert!(!more(Format::Heic, &container(b"heic\0\0\0\0mif1heic")));
    }

    #[test]
    fn the_film_of_a_motion_photo_counts_as_the_same_moment() {
        let jpeg = b"\xFF\xD8\xFF\xDA\0\x02ftyp\x11\x22\xFF\xD9".to_vec();
        let film = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\0\x08mdat";
        assert!(same_moment(Format::Jpeg, &[&jpeg[..], film].concat()));
        assert!(!same_moment(Format::Jpeg, &jpeg));
        let heic = b"\0\0\0\x14ftypheic\0\0\0\0heic";
        assert!(same_moment(Format::Heic, &[&heic[..], b"\0\0\0\x0Cmpvdabcd"].concat()));
        assert!(!same_moment(Format::Heic, &[&heic[..], b"\0\0\0\x0Cmdatabcd"].concat()));
    }

    #[test]
    fn the_other_eyes_view_counts_as_the_same_moment_and_a_preview_does_not() {
        let multi_picture = |kind: u32| {
            let mut bytes =
                b"\xFF\xD8\xFF\xE2\0\x50MPF\0MM\0*\0\0\0\x08\0\x01\xB0\x02\0\x07\0\0\0\x20\0\0\0\x1A\0\0\0\0"
                    .to_vec();
            for kind in [0x03_0000, kind] {
                bytes.extend(kind.to_be_bytes());
                bytes.extend([0; 12]);
            }
            bytes
        };
        assert!(same_moment(Format::Jpeg, &multi_picture(0x02_0002)));
        assert!(!same_moment(Format::Jpeg, &multi_picture(0x01_0001)), "a large thumbnail");
        assert!(!same_moment(Format::Jpeg, &multi_picture(0)), "a gain map");
    }

    #[test]
    fn pictures_of_a_burst_count_and_what_belongs_to_a_picture_does_not() {
        let boxed = |kind: &[u8; 4], content: &[u8]| {
            [&(8 + content.len() as u32).to_be_bytes(), &kind[..], content].concat()
        };
        let item = |id: u8, is_hidden: u8| {
            boxed(b"infe", &[&[2, 0, 0, is_hidden, 0, id, 0, 0], &b"hvc1"[..], &[0]].concat())
        };
        let heic = |items: &[Vec<u8>], references: &[u8]| {
            let items = [&[0, 0, 0, 0, 0, items.len() as u8], &items.concat()[..]].concat();
            let meta = [
                &[0; 4][..],
                &boxed(b"hdlr", &[&[0; 8], &b"pict"[..], &[0; 13]].concat()),
                &boxed(b"pitm", &[0, 0, 0, 0, 0, 1]),
                &boxed(b"iinf", &items),
                &boxed(b"iref", &[&[0; 4], references].concat()),
                &boxed(b"iprp", &[&boxed(b"ipco", &[])[..], &boxed(b"ipma", &[0; 8])].concat()),
                &boxed(b"iloc", &[0, 0, 0, 0, 0x44, 0, 0, 0]),
            ];
            [boxed(b"ftyp", b"heic\0\0\0\0mif1heic"), boxed(b"meta", &meta.concat())].concat()
        };
        let thumbnail_of_the_first = boxed(b"thmb", &[0, 2, 0, 1, 0, 1]);
        assert!(more(Format::Heic, &heic(&[item(1, 0), item(2, 0)], &[])));
        assert!(!more(Format::Heic, &heic(&[item(1, 0), item(2, 0)], &thumbnail_of_the_first)));
        assert!(!more(Format::Heic, &heic(&[item(1, 0), item(2, 1)], &[])), "hidden");
        assert!(!more(Format::Heic, &heic(&[item(1, 0)], &[])));
    }
}
