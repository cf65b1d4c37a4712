//! Pieces of one shot that a camera or a program keeps side by side: a RAW and its JPEG or HEIC, a HEIC and its JPEG.
//! They show the same picture and are no duplicates of each other.
//!
//! It goes by names, folders and the moment of the shot. That the pictures agree is known before it is asked.

use std::path::{Path, PathBuf};

/// What sorts of files a shot has one of each at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Raw,
    Heic,
    /// A JPEG, or what a RAW was developed into.
    Other,
}

impl Kind {
    pub(crate) fn of(format: &str) -> Self {
        match format {
            "raw" => Self::Raw,
            "heic" => Self::Heic,
            _ => Self::Other,
        }
    }
}

/// What is known of a file that may be a piece of a shot.
#[derive(Debug, Clone)]
pub(crate) struct Piece<'a> {
    pub(crate) path: &'a Path,
    /// Lower-case name of the file format.
    pub(crate) format: &'a str,
    pub(crate) captured_at: Option<&'a str>,
    pub(crate) pixels: u64,
}

impl Piece<'_> {
    fn kind(&self) -> Kind {
        Kind::of(self.format)
    }

    /// Of files without a RAW, a HEIC and a JPEG make a pair; anything else was made from one of them.
    fn can_pair(&self, other: &Self) -> bool {
        let is = |kind| self.kind() == kind || other.kind() == kind;
        let has_format = |format| self.format == format || other.format == format;
        self.kind() != other.kind() && (is(Kind::Raw) || (is(Kind::Heic) && has_format("jpeg")))
    }

    /// How surely two are pieces of one shot, 0 for not at all.
    fn closeness(&self, other: &Self) -> u8 {
        if !self.can_pair(other) {
            return 0;
        }
        let at_once = self.captured_at.is_some() && self.captured_at == other.captured_at;
        let (least, most) = (self.pixels.min(other.pixels), self.pixels.max(other.pixels));
        match share_a_name(self.path, other.path) {
            true if self.path.parent() == other.path.parent() => 4,
            true if home(self.path) == home(other.path) => 3,
            true if at_once => 2,
            // Renamed; one that was made smaller is a copy like any other.
            false if at_once && least as f64 >= WHOLE * most as f64 => 1,
            _ => 0,
        }
    }
}

/// The share of a sensor's pixels that its own JPEG has at least.
const WHOLE: f64 = 0.8;

/// For each piece the number of its shot; none of one that stands alone. The closest come together first.
pub(crate) fn shots(pieces: &[Piece<'_>]) -> Vec<Option<usize>> {
    let mut shots: Vec<Option<usize>> = vec![None; pieces.len()];
    let mut close = Vec::new();
    for (one, piece) in pieces.iter().enumerate() {
        for (other, with) in pieces.iter().enumerate().skip(one + 1) {
            let closeness = piece.closeness(with);
            let same_name = bare(piece.path) == bare(with.path);
            if closeness > 0 {
                close.push((closeness, same_name, one, other));
            }
        }
    }
    close.sort_by_key(|&(closeness, same_name, one, other)| {
        (std::cmp::Reverse((closeness, same_name)), one, other)
    });
    for (_, _, one, other) in close {
        let members = |shot: Option<usize>, alone: usize| -> Vec<usize> {
            (0..pieces.len()).filter(|&at| at == alone || (shot.is_some() && shots[at] == shot)).collect()
        };
        let (left, right) = (members(shots[one], one), members(shots[other], other));
        let clash = left.iter().any(|&a| right.iter().any(|&b| pieces[a].kind() == pieces[b].kind()));
        if !clash {
            for at in left.into_iter().chain(right) {
                shots[at] = Some(one);
            }
        }
    }
    shots
}

/// Whether two files have the same name but for its ending, such as `IMG_1234.CR2`, `img_1234.JPG`, `IMG_1234.CR2.jpg`.
pub(crate) fn share_a_name(one: &Path, other: &Path) -> bool {
    stem(one) == stem(other)
}

/// Endings that camera programs put into the middle of names: `PXL_1.RAW-02.ORIGINAL.dng`, `PXL_1.RAW-01.COVER.jpg`.
const INNER_ENDINGS: &[&str] = &["cover", "original", "mp"];

/// Folders that sort the pieces of shots by format.
const FORMAT_FOLDERS: &[&str] = &[
    "raw",
    "raws",
    "dng",
    "cr2",
    "cr3",
    "nef",
    "arw",
    "orf",
    "rw2",
    "raf",
    "pef",
    "srw",
    "jpg",
    "jpgs",
    "jpeg",
    "jpegs",
    "heic",
    "heif",
    "hif",
    "tif",
    "tiff",
    "fine",
    "developed",
    "export",
    "exports",
];

/// The name without its ending, in lower case.
fn bare(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase()
}

fn stem(path: &Path) -> String {
    let mut stem = bare(path);
    while let Some((before, ending)) = stem.rsplit_once('.') {
        let is_inner = INNER_ENDINGS.contains(&ending)
            || ending.strip_prefix("raw-").is_some_and(|number| number.parse::<u8>().is_ok())
            || imaging::EXTENSIONS.contains(&ending);
        if before.is_empty() || !is_inner {
            break;
        }
        stem.truncate(before.len());
    }
    stem
}

/// The folder of a file, without a last part that only tells formats apart.
fn home(path: &Path) -> PathBuf {
    let folder = path.parent().unwrap_or(path);
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if FORMAT_FOLDERS.contains(&name.as_str()) { folder.parent().unwrap_or(folder) } else { folder }
        .to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOT: Option<&str> = Some("2024-05-01T12:00:00");

    fn piece<'a>(&(path, captured_at, pixels): &(&'a str, Option<&'a str>, u64)) -> Piece<'a> {
        let path = Path::new(path);
        let ending = path.extension().unwrap().to_str().unwrap().to_lowercase();
        let format = match ending.as_str() {
            "dng" | "cr2" | "arw" => "raw",
            "heic" => "heic",
            "png" => "png",
            _ => "jpeg",
        };
        Piece { path, format, captured_at, pixels }
    }

    fn are_one_shot(one: &str, other: &str) -> bool {
        let found = shots(&[piece(&(one, None, 24)), piece(&(other, None, 24))]);
        found[0].is_some() && found[0] == found[1]
    }

    #[test]
    fn names_and_folders_of_pairs_are_known() {
        for (one, other) in [
            ("/p/DSC08155.DNG", "/p/DSC08155.JPG"),
            ("/p/img_1234.cr2", "/p/IMG_1234.JPG"),
            ("/p/IMG_1234.CR2", "/p/IMG_1234.CR2.jpg"),
            ("/p/RAW/a.arw", "/p/JPG/a.jpg"),
            ("/p/raw/a.arw", "/p/a.jpg"),
            ("/p/IMG_1234.HEIC", "/p/IMG_1234.jpg"),
            ("/p/IMG_1234.DNG", "/p/IMG_1234.HEIC"),
            ("/p/PXL_1.RAW-02.ORIGINAL.dng", "/p/PXL_1.RAW-01.COVER.jpg"),
            ("/p/a.dng", "/p/a.png"),
        ] {
            assert!(are_one_shot(one, other) && are_one_shot(other, one), "{one} and {other}");
        }
        for (one, other) in [
            ("/p/a.jpg", "/q/a.jpg"),
            ("/p/a.jpg", "/p/a.png"),
            ("/p/a.heic", "/p/a.png"),
            ("/p/a.dng", "/p/b.jpg"),
            ("/p/a.dng", "/q/a.jpg"),
            ("/p/a.cr2", "/p/a.dng"),
            ("/p/2024.05.01.dng", "/p/2024.05.02.jpg"),
        ] {
            assert!(!are_one_shot(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn a_shot_has_one_of_each_and_copies_elsewhere_are_none_of_its_pieces() {
        let files = [
            ("/backup/a.jpg", SHOT, 24),
            ("/p/a.CR2.jpg", SHOT, 24),
            ("/p/a.cr2", SHOT, 24),
            ("/p/a.heic", SHOT, 24),
            ("/p/a.jpg", SHOT, 24),
        ];
        let found = shots(&files.each_ref().map(piece));
        assert!(found[2].is_some() && found[2] == found[3] && found[2] == found[4], "{found:?}");
        assert_eq!((found[0], found[1]), (None, None));
    }

    #[test]
    fn a_whole_jpeg_of_the_same_moment_is_a_piece_wherever_it_went_and_a_small_one_is_a_copy() {
        let found = shots(&[("/p/a.cr2", SHOT, 24), ("/q/sunset.jpg", SHOT, 23)].each_ref().map(piece));
        assert!(found[0].is_some() && found[0] == found[1]);
        let found = shots(&[("/p/a.cr2", SHOT, 24), ("/q/sunset.jpg", SHOT, 2)].each_ref().map(piece));
        assert_eq!(found, [None, None]);
    }
}
