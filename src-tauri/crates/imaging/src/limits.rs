//! How much a single file may ask for, checked from its header before any pixel is allocated.

use crate::error::ImageError;

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
        Self { max_pixels: 400_000_000, max_decoded_bytes: 2 << 30, max_file_bytes: 1 << 30 }
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
