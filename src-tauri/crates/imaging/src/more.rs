//! Whether a file has more pictures than the one that is shown: the pages of a scan, the frames of an animation or a film.
//!
//! It looks at the file's structure and decodes nothing. Thumbnails and masks are no pictures of their own, and what a camera
//! puts beside its photo (a preview, a depth map, the other eye's view) is the same moment.

use std::io::Cursor;

use gif::DecodeOptions;

use crate::boxes::next_box;
use crate::format::Format;
use crate::ifd::Tiff;
use crate::limits::Limits;
use crate::{jxl, png};

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

/// Whether the file has more than the picture that is shown of it.
pub(crate) fn has_more(format: Format, bytes: &[u8], limits: &Limits) -> bool {
    match format {
        Format::Tiff => pages(bytes) > 1,
        Format::Gif => frames(bytes) > 1,
        Format::Png => png::frames(bytes) > 1,
        Format::WebP => {
            bytes.get(12..16) == Some(WEBP_EXTENDED)
                && bytes.get(WEBP_FLAGS).is_some_and(|flags| flags & WEBP_ANIMATED != 0)
        }
        Format::Heic | Format::Avif => is_sequence(bytes),
        Format::Jxl => jxl::is_animated(bytes, limits),
        Format::Jpeg | Format::Bmp | Format::Raw => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn more(format: Format, bytes: &[u8]) -> bool {
        has_more(format, bytes, &Limits::default())
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
}
