//! How much a single file may ask for, checked from its header before any pixel is allocated.

use crate::error::ImageError;

/// Most bytes of a file itself, by default.
const FILE_BYTES: u64 = 1 << 30;
/// Most bytes that decoding holds, by default.
const DECODED_BYTES: u64 = 2 << 30;

/// Bytes that reading one picture takes at most with the default limits, whatever its format and size: its file, and what
/// decoding holds at its peak. What would take more is refused by its header.
pub const MOST_BYTES_OF_A_PICTURE: u64 = FILE_BYTES + DECODED_BYTES;

/// Upper bounds for one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels of the full picture. Default: 400 million.
    pub max_pixels: u64,
    /// Most bytes that decoding may hold at once, by [`decoding_cost`](crate::decoding_cost). Default: 2 GiB.
    pub max_decoded_bytes: u64,
    /// Most bytes of the file itself. Default: 1 GiB.
    pub max_file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_pixels: 400_000_000, max_decoded_bytes: DECODED_BYTES, max_file_bytes: FILE_BYTES }
    }
}

impl Limits {
    pub(crate) fn check_file(&self, bytes: u64) -> Result<(), ImageError> {
        if bytes > self.max_file_bytes {
            return Err(ImageError::FileTooLarge { bytes, limit: self.max_file_bytes });
        }
        Ok(())
    }

    pub(crate) fn check_size(&self, width: u32, height: u32) -> Result<(), ImageError> {
        if u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(ImageError::TooLarge { width, height, limit: self.max_pixels });
        }
        Ok(())
    }

    pub(crate) fn check_memory(&self, width: u32, height: u32, needed: u64) -> Result<(), ImageError> {
        if needed > self.max_decoded_bytes {
            return Err(ImageError::TooMuchMemory { width, height, limit: self.max_decoded_bytes });
        }
        Ok(())
    }
}
