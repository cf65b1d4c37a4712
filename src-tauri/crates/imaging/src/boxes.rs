//! Boxes, of which ISO containers (ISO/IEC 14496-12, 4.2) and those like them are made. It knows no kind of box.

/// A box's type and content.
pub(crate) type Found<'a> = ([u8; 4], &'a [u8]);

/// The box that `bytes` begin with, and what follows it; a box longer than the file ends with it.
pub(crate) fn next_box(bytes: &[u8]) -> Option<(Found<'_>, &[u8])> {
    let kind = *bytes.get(4..)?.first_chunk::<4>()?;
    let (header, length) = match number(bytes, 0)? {
        0 => (8, bytes.len()),
        1 => (16, usize::try_from(long_number(bytes, 8)?).ok()?),
        length => (8, length as usize),
    };
    let end = length.min(bytes.len());
    Some(((kind, bytes.get(header..end)?), &bytes[end..]))
}

/// A big-endian number of 32 bits.
pub(crate) fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|value| u32::from_be_bytes(*value))
}

/// A big-endian number of 64 bits.
pub(crate) fn long_number(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|value| u64::from_be_bytes(*value))
}
