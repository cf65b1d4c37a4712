//! Has pictures read again that an earlier version of the program read in another way: what it made of them stays wrong
//! otherwise, as their files do not change.
//!
//! It only marks them. The update that follows reads them as it reads new ones, and until then what there is serves.

use catalog::{content, setting};
use imaging::Format;

use crate::{Library, Result};

/// The setting that says how many of [`CHANGES`] the library's pictures were read with.
const SETTING: &str = "reading";

/// Each time that some formats were read in another way, these formats. Append only: a library in the field counts them.
const CHANGES: [&[Format]; 3] = [
    // The size of a RAW became its sensor's, and what is transparent was laid on a ground on which it shows.
    &[
        Format::Raw,
        Format::Png,
        Format::WebP,
        Format::Gif,
        Format::Bmp,
        Format::Tiff,
        Format::Heic,
        Format::Avif,
        Format::Jxl,
    ],
    // Whether there are more pictures in the file was noted.
    &[Format::Png, Format::WebP, Format::Gif, Format::Tiff, Format::Heic, Format::Avif, Format::Jxl],
    // Whether there is a film of the moment, and whether there are other shots of a burst.
    &[Format::Jpeg, Format::Heic, Format::Avif],
];

impl Library {
    /// Marks the pictures that are now read in another way than they were.
    pub(crate) fn outdate_what_is_read_anew(&self) -> Result<()> {
        let known = self.setting(SETTING)?.and_then(|known| known.parse().ok()).unwrap_or(0);
        if known >= CHANGES.len() {
            return Ok(());
        }
        Ok(self.catalog.write(|connection| {
            for format in CHANGES[known..].iter().copied().flatten() {
                content::outdate_format(connection, format.as_str())?;
            }
            setting::set(connection, SETTING, &CHANGES.len().to_string())
        })?)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "makes the pictures that are read")]
mod tests {
    use super::*;
    use crate::base::control::Control;

    #[test]
    fn pictures_of_an_older_library_are_read_again_once() {
        let place = tempfile::tempdir().unwrap();
        let photos = place.path().join("photos");
        std::fs::create_dir(&photos).unwrap();
        let white = imaging::RgbImage::new(40, 30, vec![250; 3 * 40 * 30]).unwrap();
        std::fs::write(photos.join("photo.jpg"), imaging::encode_jpeg(&white, 90).unwrap()).unwrap();
        std::fs::write(photos.join("drawing.bmp"), bitmap(40, 30)).unwrap();
        let library = Library::open(&place.path().join("data")).unwrap();
        library.look_inside(false).unwrap();
        library.add_folder(&photos).unwrap();
        let update = || library.update(&Control::default(), &mut |_| {}).unwrap();
        assert_eq!(update().indexed, 2);
        assert_eq!((update().indexed, update().unchanged), (0, 2));
        // As a program leaves it that knows of no changes.
        library.catalog.write(|connection| setting::delete(connection, SETTING)).unwrap();
        assert_eq!((update().indexed, update().unchanged), (2, 2));
    }

    /// An uncompressed bitmap of one grey.
    fn bitmap(width: u32, height: u32) -> Vec<u8> {
        let pixels = vec![90; (3 * width * height) as usize];
        let mut bytes = b"BM".to_vec();
        for value in [54 + pixels.len() as u32, 0, 54, 40, width, height, 1 | 24 << 16, 0] {
            bytes.extend(value.to_le_bytes());
        }
        bytes.resize(54, 0);
        bytes.extend(pixels);
        bytes
    }
}
