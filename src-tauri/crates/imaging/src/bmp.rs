//! Windows bitmaps of OS/2, whose header is longer or shorter than the ones that the decoder knows.

use std::borrow::Cow;

use crate::error::ImageError;
use crate::format::Format;

const FILE_HEADER: usize = 14;
/// The length of Windows' header, whose fields OS/2's shares.
const WINDOWS_HEADER: usize = 40;
/// Where the compression is, in the file.
const COMPRESSION: usize = FILE_HEADER + 16;

/// Whether a header of this length is one of OS/2's second kind, which may leave out any of its last fields.
pub(crate) fn is_os2_header(length: u8) -> bool {
    (16..=64).contains(&length) && !matches!(length, 40 | 52 | 56)
}

/// Whether the pixels are runs.
pub(crate) fn is_run_length(bytes: &[u8]) -> bool {
    matches!(bytes.get(COMPRESSION..COMPRESSION + 4), Some([1 | 2, 0, 0, 0]))
}

/// The file with a header of Windows.
pub(crate) fn with_windows_header(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ImageError> {
    let length = bytes.get(FILE_HEADER).copied().filter(|length| is_os2_header(*length)).map(usize::from);
    let Some(length) = length else { return Ok(Cow::Borrowed(bytes)) };
    let truncated = ImageError::Truncated { format: Format::Bmp };
    let Some((start, rest)) = bytes.split_at_checked(FILE_HEADER + length) else { return Err(truncated) };
    let mut header = start.to_vec();
    header.resize(FILE_HEADER + WINDOWS_HEADER, 0);
    header[FILE_HEADER] = WINDOWS_HEADER as u8;
    if !matches!(header[COMPRESSION], 0..=2) {
        return Err(ImageError::unsupported(Format::Bmp, "it is packed in a way that only OS/2 knows"));
    }
    // Where the pixels begin.
    let pixels = &mut header[10..14];
    let moved = u32::from_le_bytes([pixels[0], pixels[1], pixels[2], pixels[3]]) as usize + WINDOWS_HEADER;
    let moved = u32::try_from(moved.saturating_sub(length)).unwrap_or(u32::MAX);
    pixels.copy_from_slice(&moved.to_le_bytes());
    Ok(Cow::Owned([&header, rest].concat()))
}
