//! Which picture format some bytes are in, judged by their content, and which file names are worth opening.
//!
//! Camera RAW formats are one [`Format::Raw`] here; telling them apart is `raw`'s business.

use std::fmt;
use std::path::Path;

use crate::{bmp, raw};

/// A picture format, as its content shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// PNG, also animated.
    Png,
    /// WebP, lossy, lossless or animated.
    WebP,
    /// GIF, also animated.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// TIFF that is not a camera RAW.
    Tiff,
    /// HEIC or HEIF: HEVC pictures in the ISO container.
    Heic,
    /// AVIF: AV1 pictures in the ISO container.
    Avif,
    /// JPEG XL, bare or in its container.
    Jxl,
    /// A camera RAW file, shown by the preview it carries.
    Raw,
}

impl Format {
    /// The format of `bytes`, or `None` when it is no known one.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [0xFF, 0x0A, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', 0x0D, 0x0A, 0x87, 0x0A, ..] => {
                Some(Self::Jxl)
            }
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => of_iso_container(bytes),
            _ if raw::is_raw(bytes) => Some(Self::Raw),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(Self::Tiff),
            _ if is_bmp(bytes) => Some(Self::Bmp),
            _ => None,
        }
    }

    /// The lower-case name: `jpeg`, `png`, `webp`, `gif`, `bmp`, `tiff`, `heic`, `avif`, `jxl` or `raw`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
            Self::Heic => "heic",
            Self::Avif => "avif",
            Self::Jxl => "jxl",
            Self::Raw => "raw",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The brands of an `ftyp` box decide; AV1 wins over the general `mif1` that both kinds of file list.
fn of_iso_container(bytes: &[u8]) -> Option<Format> {
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let brands = bytes.get(8..length.min(bytes.len()))?;
    // The major brand, then its version number, then the compatible brands: the version matches nothing.
    let has = |known: &[&[u8; 4]]| brands.chunks_exact(4).any(|brand| known.iter().any(|k| brand == *k));
    if has(&[b"avif", b"avis"]) {
        Some(Format::Avif)
    } else if has(&[b"crx "]) {
        Some(Format::Raw)
    } else if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) {
        Some(Format::Heic)
    } else {
        None
    }
}

/// `BM` alone also begins ordinary text, so the header size that follows has to be a known one.
fn is_bmp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"BM")
        && matches!(bytes.get(14..18), Some([length, 0, 0, 0])
            if matches!(length, 12 | 40 | 52 | 56 | 108 | 124) || bmp::is_os2_header(*length))
}

/// Extensions, in lower case, of the files that a scan looks into.
pub const EXTENSIONS: &[&str] = &[
    "jpg",
    "jpeg",
    "jpe",
    "jfif",
    "jfi",
    "jif",
    "pjpeg",
    "pjp",
    "jpg_large",
    "jpg_orig",
    "jpg-large",
    "mpo",
    "jps",
    "insp",
    "png",
    "apng",
    "webp",
    "gif",
    "bmp",
    "dib",
    "tif",
    "tiff",
    "btf",
    "tf8",
    "heic",
    "heif",
    "hif",
    "heics",
    "heifs",
    "avif",
    "avifs",
    "jxl",
    "3fr",
    "arw",
    "cr2",
    "cr3",
    "crw",
    "dcr",
    "dng",
    "erf",
    "fff",
    "gpr",
    "iiq",
    "k25",
    "kdc",
    "mef",
    "mos",
    "mrw",
    "nef",
    "nrw",
    "orf",
    "pef",
    "ptx",
    "raf",
    "raw",
    "rw2",
    "rwl",
    "sr2",
    "srf",
    "srw",
    "x3f",
];

/// Whether a scan should look into the file, judged by its extension alone, in either case.
pub fn is_candidate(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)))
}
