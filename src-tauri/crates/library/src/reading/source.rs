//! Where the pixels of a picture come from that somebody asks with, or asks for.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::reading::original::ReadError;
use crate::reading::reader::Unread;
use crate::{LibraryError, Result};

/// Where an example's pixels come from. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Source {
    /// A photo of the library, by id. As a whole it can be searched for while its folder is offline.
    Photo(i64),
    /// A file, in the library or not.
    Path(PathBuf),
    /// The bytes of an image file, as pasted or dropped.
    Bytes(Arc<[u8]>),
}

impl Source {
    /// The image that a pipe gives, of as many bytes at most as a file may have.
    pub fn from_pipe(pipe: &mut dyn Read) -> Result<Self> {
        Self::from_pipe_within(pipe, imaging::Limits::default().max_file_bytes)
    }

    fn from_pipe_within(pipe: &mut dyn Read, limit: u64) -> Result<Self> {
        let unread = |error| LibraryError::unread(Path::new("-"), Unread::File(error));
        let mut bytes = Vec::new();
        pipe.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unread(ReadError::Io(error)))?;
        if bytes.len() as u64 > limit {
            return Err(unread(ReadError::TooLarge { limit }));
        }
        Ok(Self::Bytes(bytes.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_gives_as_many_bytes_as_a_file_may_have() {
        let read = |bytes: &[u8]| Source::from_pipe_within(&mut &*bytes, 4);
        assert!(matches!(read(b"four"), Ok(Source::Bytes(bytes)) if *bytes == *b"four"));
        let refused = read(b"fiver").unwrap_err();
        assert_eq!(refused.code(), "file_too_large");
        assert!(Source::from_pipe_within(&mut std::io::repeat(0), 4).is_err(), "it does not end");
    }
}
