//! Windows bitmaps of OS/2, whose header is longer or shorter than the ones that the decoder knows.

use std::borrow::Cow;

use crate::error::ImageError;
use crate::format::Format;
use crate::partial::GREY;

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

/// Makes the rows grey that a file without runs has no pixels for, and returns how many. `samples` is the picture as far as it
/// was read, from its top down. Nothing where it does not say how long a row is.
pub(crate) fn fill_missing_rows(
    bytes: &[u8],
    samples: &mut [u8],
    (width, height): (u32, u32),
) -> Option<u32> {
    let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (start, bits) = (number(10)?, number(FILE_HEADER + 12)? >> 16);
    let row_bytes = (u64::from(width) * u64::from(bits)).div_ceil(32) * 4;
    let there = (bytes.len() as u64).checked_sub(start.into())?.checked_div(row_bytes)?;
    let missing = height.saturating_sub(u32::try_from(there).unwrap_or(u32::MAX));
    let length = missing as usize * (samples.len() / height.max(1) as usize);
    let is_from_top = (number(FILE_HEADER + 8)? as i32) < 0;
    let rows = if is_from_top { samples.len() - length..samples.len() } else { 0..length };
    samples[rows].fill(GREY);
    Some(missing)
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
