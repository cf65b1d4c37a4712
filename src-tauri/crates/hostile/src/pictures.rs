//! Files that photo folders are known to hold and that programs are known to break on, and what is to become of each.
//!
//! They are whole files; what is left of a file that is cut off is for the tests to try at every length.

use crate::bytes::{fixture, jpeg_with_segment, overwrite_after, position};
use crate::{brotli, exif, frames, png, tiff};

/// Frames of an animation besides the first.
const FRAMES: u32 = 5_000;

/// The side of the picture that a megabyte unfolds to.
const BOMB_SIDE: u32 = 30_000;

/// The longest side that 16 bits can tell.
const LONGEST: u32 = 65_535;

/// What is to become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Strange, but there is a picture in it.
    Shown,
    /// There is none to show, for a reason with one of these codes.
    Refused(&'static [&'static str]),
}

/// A file that means harm.
#[derive(Debug, Clone)]
pub struct Picture {
    /// A file name that says what is wrong.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What is to become of it.
    pub fate: Fate,
}

const DAMAGED: Fate = Fate::Refused(&["corrupt", "truncated", "unsupported"]);
const TOO_MUCH: Fate = Fate::Refused(&["too_much_memory", "corrupt", "truncated"]);
/// A frame of ZSTD (RFC 8878) that asks for the widest window, and has nothing in it.
const ZSTD_WINDOW: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xFF, 0x01, 0x00, 0x00];
const NO_PICTURE: Fate = Fate::Refused(&["not_an_image"]);

/// All of them.
pub fn all() -> Vec<Picture> {
    [
        no_pictures(),
        giants(),
        animations(),
        empty_ones(),
        jpegs(),
        tagged(),
        profiled(),
        tiffs(),
        containers(),
    ]
    .concat()
}

/// A small file of each format without its second half.
pub fn halves() -> Vec<Picture> {
    // Of three, the half that is there is shown; the others have their picture, or where it is, in the other half.
    let names = [
        ("orientation-1.jpg", DAMAGED),
        ("rgb.png", Fate::Shown),
        ("still.gif", Fate::Shown),
        ("lzw.tif", DAMAGED),
        ("rgb.bmp", Fate::Shown),
        ("lossy.webp", DAMAGED),
        ("plain.heic", DAMAGED),
        ("plain.avif", DAMAGED),
        ("lossy.jxl", DAMAGED),
        ("preview.nef", DAMAGED),
    ];
    let half = |(name, fate): (&str, Fate)| {
        let whole = fixture(name);
        picture(&format!("half of {name}"), whole[..whole.len() / 2].to_vec(), fate)
    };
    names.into_iter().map(half).collect()
}

fn picture(name: &str, bytes: Vec<u8>, fate: Fate) -> Picture {
    Picture { name: name.to_owned(), bytes, fate }
}

fn no_pictures() -> Vec<Picture> {
    let jpeg = fixture("orientation-1.jpg");
    vec![
        picture("empty.jpg", Vec::new(), Fate::Refused(&["empty"])),
        picture("one byte.jpg", vec![0xFF], NO_PICTURE),
        picture("text.jpg", b"Dear diary,\n".to_vec(), NO_PICTURE),
        picture("page.png", b"<!doctype html><script>alert(1)</script>".to_vec(), NO_PICTURE),
        picture("drawing.webp", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), NO_PICTURE),
        picture("film.heic", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec(), NO_PICTURE),
        picture("zeros.tif", vec![0; 100_000], NO_PICTURE),
        picture("only a start.jpg", jpeg[..3].to_vec(), DAMAGED),
        picture("a jpeg in truth.png", jpeg, Fate::Shown),
        picture("a png in truth.jpg", fixture("rgb.png"), Fate::Shown),
    ]
}

/// Sizes at and beyond what can be held.
fn giants() -> Vec<Picture> {
    let too_large = Fate::Refused(&["too_large"]);
    vec![
        picture("bomb.png", png::black(BOMB_SIDE, BOMB_SIDE), too_large),
        picture("one column.png", png::black(1, LONGEST), Fate::Shown),
        picture("one row.png", png::black(LONGEST, 1), Fate::Shown),
        picture("one column.jpg", grey_jpeg(1, 65_500), Fate::Shown),
        picture("one row.jpg", grey_jpeg(65_500, 1), Fate::Shown),
        picture("gigantic.gif", overwrite_after(fixture("still.gif"), b"GIF8", 2, &[0xFF; 4]), too_large),
        picture(
            "gigantic.bmp",
            overwrite_after(fixture("rgb.bmp"), b"BM", 16, &[0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0]),
            too_large,
        ),
        picture(
            "gigantic.jpg",
            jpeg_of_size(LONGEST as u16, LONGEST as u16),
            Fate::Refused(&["too_large", "corrupt"]),
        ),
        picture(
            "gigantic.heic",
            heif_of_size("plain.heic", u32::MAX),
            Fate::Refused(&["too_large", "corrupt"]),
        ),
        picture(
            "gigantic.avif",
            heif_of_size("plain.avif", u32::MAX),
            Fate::Refused(&["too_large", "corrupt"]),
        ),
        picture(
            "gigantic.tif",
            grey_tiff(u32::MAX, u32::MAX, 8, 1, 16),
            Fate::Refused(&["too_large", "corrupt", "too_much_memory"]),
        ),
    ]
}

fn animations() -> Vec<Picture> {
    vec![
        picture("thousands of frames.gif", frames::gif(FRAMES as usize), Fate::Shown),
        picture("thousands of frames.webp", frames::webp(FRAMES as usize), Fate::Shown),
        picture("thousands of frames.png", frames::png(FRAMES), Fate::Shown),
    ]
}

/// Pictures without pixels.
fn empty_ones() -> Vec<Picture> {
    vec![
        picture("no size.png", png::black(0, 0), DAMAGED),
        picture("no size.gif", overwrite_after(fixture("still.gif"), b"GIF8", 2, &[0; 4]), DAMAGED),
        picture("no size.bmp", overwrite_after(fixture("rgb.bmp"), b"BM", 16, &[0; 8]), DAMAGED),
        picture("no size.jpg", jpeg_of_size(0, 0), DAMAGED),
        picture("no height.jpg", jpeg_of_size(96, 0), DAMAGED),
        picture("no size.tif", grey_tiff(0, 0, 8, 1, 0), DAMAGED),
        picture("no size.heic", heif_of_size("plain.heic", 0), DAMAGED),
        picture("no size.avif", heif_of_size("plain.avif", 0), DAMAGED),
    ]
}

fn jpegs() -> Vec<Picture> {
    let progressive = fixture("progressive.jpg");
    let second_scan = {
        let first = position(&progressive, &[0xFF, 0xDA]) + 2;
        first + position(&progressive[first..], &[0xFF, 0xDA])
    };
    let in_first_scan = position(&progressive, &[0xFF, 0xDA]) + 20;
    // Scans are missing, but what there is ends as a file should.
    let ended = [&progressive[..second_scan], &[0xFF, 0xD9]].concat();
    let adobe = overwrite_after(fixture("ycck.jpg"), b"Adobe", 6, &[7]);
    let two_adobes = jpeg_with_segment(&fixture("cmyk.jpg"), 0xEE, b"Adobe\0\x64\0\0\0\0\x02");
    vec![
        picture("inks.jpg", fixture("cmyk.jpg"), Fate::Shown),
        picture("inks another way.jpg", fixture("ycck.jpg"), Fate::Shown),
        picture("adobe of a kind there is not.jpg", adobe, Fate::Shown),
        picture("adobe twice.jpg", two_adobes, Fate::Shown),
        picture(
            "adobe on a plain picture.jpg",
            jpeg_with_segment(&fixture("orientation-1.jpg"), 0xEE, b"Adobe\0\x64\0\0\0\0\0"),
            Fate::Shown,
        ),
        picture("scans missing.jpg", ended, Fate::Shown),
        picture("scans cut off.jpg", progressive[..second_scan].to_vec(), Fate::Shown),
        picture("cut in a scan.jpg", progressive[..in_first_scan].to_vec(), Fate::Shown),
        picture("ten thousand comments.jpg", commented(10_000), Fate::Shown),
    ]
}

/// The same good picture with each of the EXIF blocks.
fn tagged() -> Vec<Picture> {
    let jpeg = fixture("orientation-1.jpg");
    let png = fixture("rgb.png");
    let mut pictures = Vec::new();
    for (wrong, block) in exif::blocks() {
        let segment = [&b"Exif\0\0"[..], &block].concat();
        pictures.push(picture(
            &format!("exif {wrong}.jpg"),
            jpeg_with_segment(&jpeg, 0xE1, &segment),
            Fate::Shown,
        ));
        let chunk = png::chunk(*b"eXIf", &block);
        pictures.push(picture(&format!("exif {wrong}.png"), png::with_chunks(&png, &chunk), Fate::Shown));
    }
    pictures
}

/// The same good picture with colour profiles that are none.
fn profiled() -> Vec<Picture> {
    let noise: Vec<u8> = (0..600_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    // A header that is right, and a table of as many tags as 32 bits can count.
    let mut endless = vec![0; 132];
    endless[8] = 4;
    endless[12..24].copy_from_slice(b"mntrRGB XYZ ");
    endless[36..40].copy_from_slice(b"acsp");
    endless[128..132].copy_from_slice(&[0xFF; 4]);
    let jpeg = fixture("orientation-1.jpg");
    let png = fixture("rgb.png");
    let in_jpeg = |icc: &[u8]| jpeg_with_segment(&jpeg, 0xE2, &[b"ICC_PROFILE\0\x01\x01", icc].concat());
    let in_png = |zlib: &[u8]| png::with_chunks(&png, &png::chunk(*b"iCCP", &[b"x\0\0", zlib].concat()));
    vec![
        picture("profile of noise.jpg", in_jpeg(&noise), Fate::Shown),
        picture("endless profile.jpg", in_jpeg(&endless), Fate::Shown),
        picture("no profile.jpg", in_jpeg(&[]), Fate::Shown),
        picture("profile of noise.png", in_png(&noise), Fate::Shown),
        picture("profile of a gigabyte.png", in_png(&png::zlib_of_zeros(1 << 30)), Fate::Shown),
        picture("metadata of a gigabyte.jxl", jxl_with_zeros(*b"Exif"), Fate::Shown),
        picture("unknown box of a gigabyte.jxl", jxl_with_zeros(*b"xml "), Fate::Shown),
        picture("metadata unpacked in a gigabyte.jxl", jxl_with_box(*b"Exif", &brotli::wide()), Fate::Shown),
        picture("box of a gigabyte in a box.jxl", jxl_in_jxl(), DAMAGED),
        picture(
            "text of a gigabyte.png",
            png::with_chunks(
                &png,
                &png::chunk(*b"zTXt", &[&b"Comment\0\0"[..], &png::zlib_of_zeros(1 << 30)].concat()),
            ),
            Fate::Shown,
        ),
        picture(
            "exif of a gigabyte.png",
            png::with_chunks(
                &png,
                &png::chunk(
                    *b"zTXt",
                    &[&b"Raw profile type exif\0\0"[..], &png::zlib_of_zeros(1 << 30)].concat(),
                ),
            ),
            Fate::Shown,
        ),
    ]
}

fn tiffs() -> Vec<Picture> {
    let floats = [f32::NAN, f32::INFINITY, -1.0, 1e30, 0.5, f32::NEG_INFINITY, f32::MIN_POSITIVE, -0.0];
    let floats: Vec<u8> = floats.iter().flat_map(|value| value.to_le_bytes()).collect();
    let circle = tiff::Strip { width: 4, height: 2, samples: 1, bits: 8, sample_format: 1, bytes: 8 };
    let float = tiff::Strip { samples: 3, bits: 32, sample_format: 3, bytes: 96, ..circle };
    let strips = [
        (0x0100, tiff::LONG, 1, 8),
        (0x0101, tiff::LONG, 1, 8),
        (0x0106, tiff::SHORT, 1, 1),
        (0x0111, tiff::LONG, u32::MAX, 8),
        (0x0117, tiff::LONG, u32::MAX, 8),
    ];
    vec![
        picture("sixteen bits.tif", fixture("rgb16.tif"), Fate::Shown),
        picture("floats.tif", fixture("float.tif"), Fate::Shown),
        picture("floats that are no numbers.tif", float.file(0, &floats.repeat(3)), Fate::Shown),
        picture(
            "sixteen bits with a sign.tif",
            grey_tiff(4, 4, 16, 2, 32),
            Fate::Refused(&["corrupt", "unsupported"]),
        ),
        picture("a thousand bits.tif", grey_tiff(4, 4, 1_000, 1, 2_000), DAMAGED),
        picture("pages in a circle.tif", circle.file(tiff::FIRST, &[90; 8]), DAMAGED),
        picture("strips beyond any file.tif", tiff::file(&strips, 0, &[]), DAMAGED),
        picture("a tile of all memory.tif", tiled_tiff(u32::MAX), TOO_MUCH),
        picture("a tile of much memory.tif", tiled_tiff(1 << 30), TOO_MUCH),
        picture("sixty-five samples.tif", tiff::Strip { samples: 65, ..circle }.file(0, &[90; 8]), DAMAGED),
        picture(
            "samples without end.tif",
            tiff::Strip { samples: 65_535, ..circle }.file(0, &[90; 8]),
            DAMAGED,
        ),
        picture("a fax of zeros.tif", packed_tiff(4, &[0; 600]), DAMAGED),
        picture("a fax of ones.tif", packed_tiff(3, &[0xFF; 600]), Fate::Shown),
        picture("a fax of nothing.tif", packed_tiff(2, &[]), DAMAGED),
        picture("runs that end early.tif", packed_tiff(32773, &[0xC0, 0x55, 0x7F]), Fate::Shown),
        picture("differences of nothing.tif", packed_tiff(5, &[0x80]), DAMAGED),
        picture("a zstd window of gigabytes.tif", packed_tiff(50_000, ZSTD_WINDOW), DAMAGED),
        // But for the part that it is to be.
        picture("a large jpeg in a small one.tif", large_jpeg_in_tiff(), Fate::Shown),
        picture("palette that is not there.tif", unpaletted_tiff(), DAMAGED),
        picture("directory beyond any file, twice as wide.tif", big_tiff(u64::MAX, u64::MAX), DAMAGED),
        picture("fields without end, twice as wide.tif", big_tiff(16, u64::MAX), DAMAGED),
        picture(
            "a strip of four gigabytes.tif",
            tiff::Strip { bytes: u32::MAX, ..circle }.file(0, &[90; 8]),
            Fate::Refused(&["corrupt", "truncated", "too_much_memory"]),
        ),
    ]
}

/// A black and white picture packed in this way.
fn packed_tiff(compression: u32, strip: &[u8]) -> Vec<u8> {
    let fields = [
        (0x0100, tiff::LONG, 1, 64),
        (0x0101, tiff::LONG, 1, 64),
        (0x0103, tiff::SHORT, 1, compression),
        (0x0106, tiff::SHORT, 1, 0),
        (0x0111, tiff::LONG, 1, tiff::data_offset(6)),
        (0x0117, tiff::LONG, 1, strip.len() as u32),
    ];
    tiff::file(&fields, 0, strip)
}

/// A small picture in one tile with sides as long as this.
fn tiled_tiff(side: u32) -> Vec<u8> {
    let fields = [
        (0x0100, tiff::LONG, 1, 8),
        (0x0101, tiff::LONG, 1, 8),
        (0x0102, tiff::SHORT, 1, 8),
        (0x0106, tiff::SHORT, 1, 1),
        (0x0142, tiff::LONG, 1, side),
        (0x0143, tiff::LONG, 1, side),
        (0x0144, tiff::LONG, 1, 8),
        (0x0145, tiff::LONG, 1, 64),
    ];
    tiff::file(&fields, 0, &[90; 64])
}

/// A tile whose JPEG says that it is as large as can be.
fn large_jpeg_in_tiff() -> Vec<u8> {
    overwrite_after(fixture("jpeg-rgb.tif"), &[0xFF, 0xC0], 3, &[0xFF, 0xDC, 0xFF, 0xDC])
}

fn unpaletted_tiff() -> Vec<u8> {
    let fields = [
        (0x0100, tiff::LONG, 1, 8),
        (0x0101, tiff::LONG, 1, 8),
        (0x0102, tiff::SHORT, 1, 8),
        (0x0106, tiff::SHORT, 1, 3),
        (0x0111, tiff::LONG, 1, 8),
        (0x0117, tiff::LONG, 1, 64),
    ];
    tiff::file(&fields, 0, &[0; 64])
}

/// A `BigTIFF` file whose first directory is there and has so many fields.
fn big_tiff(first: u64, fields: u64) -> Vec<u8> {
    let mut bytes = b"II\x2B\0\x08\0\0\0".to_vec();
    bytes.extend(first.to_le_bytes());
    bytes.extend(fields.to_le_bytes());
    bytes.extend([0xFF; 60]);
    bytes
}

/// HEIC and AVIF files without the picture that they are about.
fn containers() -> Vec<Picture> {
    let mut pictures = Vec::new();
    for name in ["plain.heic", "plain.avif"] {
        let ending = &name[name.len() - 4..];
        let bytes = fixture(name);
        // The box is there, but nobody looks into one of this kind.
        let without = overwrite_after(bytes.clone(), b"pit", 0, b"x");
        // Version and flags, then the item.
        let nowhere = overwrite_after(bytes.clone(), b"pitm", 4, &[0xFF, 0xFF]);
        let no_items = overwrite_after(bytes.clone(), b"iin", 0, b"x");
        let no_place = overwrite_after(bytes.clone(), b"ilo", 0, b"x");
        let no_properties = overwrite_after(bytes, b"ipr", 0, b"x");
        pictures.extend([
            picture(&format!("no primary item.{ending}"), without, DAMAGED),
            picture(&format!("primary item that is not there.{ending}"), nowhere, DAMAGED),
            picture(&format!("no items.{ending}"), no_items, DAMAGED),
            picture(&format!("items nowhere.{ending}"), no_place, DAMAGED),
            picture(&format!("items without properties.{ending}"), no_properties, DAMAGED),
        ]);
    }
    pictures
}

/// A JPEG XL with a compressed box of this kind, of zeros only, before its own EXIF block.
fn jxl_with_zeros(kind: [u8; 4]) -> Vec<u8> {
    jxl_with_box(kind, &brotli::gigabyte_of_zeros())
}

fn jxl_with_box(kind: [u8; 4], packed: &[u8]) -> Vec<u8> {
    let jxl = fixture("exif-date.jxl");
    let at = position(&jxl, b"Exif") - 4;
    let length = u32::try_from(12 + packed.len()).unwrap().to_be_bytes();
    [&jxl[..at], &length, b"brob", &kind, packed, &jxl[at..]].concat()
}

/// A container whose picture is another container, of zeros only.
fn jxl_in_jxl() -> Vec<u8> {
    let inner = jxl_with_zeros(*b"xml ");
    let start = &inner[..position(&inner, b"brob") - 4];
    let length = u32::try_from(8 + inner.len()).unwrap().to_be_bytes();
    [start, &length, b"jxlc", &inner].concat()
}

fn grey_jpeg(width: u32, height: u32) -> Vec<u8> {
    let pixels = vec![128; width as usize * height as usize * 3];
    imaging::encode_jpeg(&imaging::RgbImage::new(width, height, pixels).unwrap(), 80).unwrap()
}

/// A JPEG that claims this size in its frame header.
fn jpeg_of_size(width: u16, height: u16) -> Vec<u8> {
    let size = [height.to_be_bytes(), width.to_be_bytes()].concat();
    // Behind the marker: the segment's length and the bits a sample.
    overwrite_after(fixture("orientation-1.jpg"), &[0xFF, 0xC0], 3, &size)
}

fn commented(comments: usize) -> Vec<u8> {
    let jpeg = fixture("orientation-1.jpg");
    let comment = [0xFF, 0xFE, 0, 4, b'h', b'i'];
    [&jpeg[..2], &comment.repeat(comments), &jpeg[2..]].concat()
}

/// A HEIC or AVIF file whose first picture claims this size on both sides.
fn heif_of_size(name: &str, side: u32) -> Vec<u8> {
    overwrite_after(fixture(name), b"ispe", 4, &[side, side].map(u32::to_be_bytes).concat())
}

fn grey_tiff(width: u32, height: u32, bits: u32, sample_format: u32, bytes: u32) -> Vec<u8> {
    let strip = vec![90; bytes as usize];
    tiff::Strip { width, height, samples: 1, bits, sample_format, bytes }.file(0, &strip)
}
