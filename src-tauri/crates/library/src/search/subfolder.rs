//! Names a folder within a folder of the library, for asking about the photos in it.
//!
//! It is compared with what the catalog holds and never opened: whoever hands one in learns of photos, and of nothing
//! else on the drive.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::{LibraryError, Result};

/// A folder at any depth within one of the library. As text it is that one's id and the path's bytes in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subfolder {
    pub(crate) folder_id: i64,
    /// Relative to the folder.
    pub(crate) path: PathBuf,
}

impl Subfolder {
    /// The folder of the library that it lies in.
    pub fn folder_id(&self) -> i64 {
        self.folder_id
    }

    /// Its own name.
    pub fn name(&self) -> &Path {
        self.path.file_name().map_or(&self.path, Path::new)
    }

    /// Those around a photo of a folder, the outermost first.
    pub(crate) fn around(folder_id: i64, photo: &Path) -> Vec<Self> {
        let around = photo.ancestors().skip(1).filter(|path| !path.as_os_str().is_empty());
        let mut around: Vec<Self> = around.map(|path| Self { folder_id, path: path.into() }).collect();
        around.reverse();
        around
    }
}

impl fmt::Display for Subfolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-", self.folder_id)?;
        to_bytes(&self.path).iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Subfolder {
    type Err = LibraryError;

    fn from_str(text: &str) -> Result<Self> {
        let parse = || {
            let (folder_id, digits) = text.split_once('-')?;
            let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
            // The parser would take a sign for a digit.
            let is_byte = |pair: &&[u8; 2]| pair.iter().all(u8::is_ascii_hexdigit);
            let byte = |pair: &[u8; 2]| {
                let pair = Some(pair).filter(is_byte)?;
                u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
            };
            let bytes: Vec<u8> = pairs.iter().map(byte).collect::<Option<_>>()?;
            let is_one = rest.is_empty() && !bytes.is_empty();
            is_one.then_some(Self { folder_id: folder_id.parse().ok()?, path: from_bytes(bytes)? })
        };
        parse().ok_or(LibraryError::SubfolderUnknown)
    }
}

#[cfg(unix)]
fn to_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere not all bytes are a path")]
fn from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn to_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
fn from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_text_it_comes_back_the_same() {
        let rome = Subfolder { folder_id: 7, path: "2024/Rome - Città".into() };
        assert_eq!(rome.to_string().parse::<Subfolder>().unwrap(), rome);
    }

    #[test]
    fn what_names_none_is_refused() {
        for text in ["", "7", "7-", "7-2", "7-zz", "x-2f", "-2f", "7-+1", "7-2f2"] {
            assert!(text.parse::<Subfolder>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_photo_lies_in_all_folders_around_it() {
        let around = Subfolder::around(1, Path::new("2024/Rome/hat.jpg"));
        let paths: Vec<&Path> = around.iter().map(|subfolder| subfolder.path.as_path()).collect();
        assert_eq!(paths, [Path::new("2024"), Path::new("2024/Rome")]);
        assert!(Subfolder::around(1, Path::new("hat.jpg")).is_empty());
    }
}
