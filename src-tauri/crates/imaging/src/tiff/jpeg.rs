//! JPEG data within TIFF: strips and tiles that share their tables, and say elsewhere what their colours are.

use super::layout::{Layout, Meaning, Packing, damaged, truncated, unsupported};
use super::packing::fitted;
use crate::error::ImageError;
use crate::turbo::{self, PixelLayout};

const START: [u8; 2] = [0xFF, 0xD8];
const END: [u8; 2] = [0xFF, 0xD9];

/// The samples of a strip or tile, in rows as long as it is wide. YCbCr comes out as RGB where it is not in planes.
pub(super) fn decode(layout: &Layout<'_>, packed: &[u8], rows: u32) -> Result<Vec<u8>, ImageError> {
    let failed = |message: String| damaged(&format!("its JPEG data cannot be read: {message}"));
    let stream = if layout.packing == Packing::OldJpeg { packed.to_vec() } else { joined(layout, packed)? };
    let header = turbo::read_header(&stream).map_err(failed)?;
    if header.precision > 8 {
        return Err(unsupported(&format!("it has JPEG data of {} bits a sample", header.precision)));
    }
    let count = match header.layout {
        PixelLayout::Grey => 1,
        PixelLayout::Rgb => 3,
        PixelLayout::Cmyk => 4,
    };
    let wanted = if layout.is_planar { 1 } else { layout.samples };
    let is_larger =
        header.width > layout.piece.0.saturating_add(15) || header.height > rows.saturating_add(15);
    if is_larger || count != wanted {
        return Err(damaged("its JPEG data is of another size than it says"));
    }
    let decoded = turbo::decode(&stream, 1).map_err(failed)?;
    if decoded.warning.is_some_and(|warning| warning.contains("remature end of")) {
        return Err(truncated());
    }
    let (row_bytes, wanted) = (decoded.width as usize * count, layout.piece.0 as usize * count);
    Ok(fitted(decoded.samples, row_bytes, wanted, decoded.height as usize))
}

/// Tables and picture as one stream, with a word on its colours if it has none.
fn joined(layout: &Layout<'_>, packed: &[u8]) -> Result<Vec<u8>, ImageError> {
    let picture =
        packed.strip_prefix(&START).ok_or_else(|| damaged("there is no JPEG where it should be"))?;
    let tables = layout.jpeg_tables.and_then(|tables| tables.strip_prefix(&START)).unwrap_or_default();
    let tables = tables.strip_suffix(&END).unwrap_or(tables);
    let colors: &[u8] = match layout.meaning {
        Meaning::Rgb if !layout.is_planar => &adobe(0),
        Meaning::YCbCr if !layout.is_planar => &adobe(1),
        _ => &[],
    };
    // A word that the data has on it itself comes later, and so counts.
    Ok([&START, colors, tables, picture].concat())
}

/// Adobe's segment: 0 for colours as they are, 1 for YCbCr.
const fn adobe(transform: u8) -> [u8; 16] {
    [0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, transform]
}
