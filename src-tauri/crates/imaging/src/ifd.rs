//! Reads TIFF directories, the structure behind EXIF, TIFF and most camera RAW files.
//!
//! It knows offsets, types and counts, not what tags mean. Everything is looked up in the given bytes: a claim that
//! points outside of them yields nothing, and nothing is allocated on a claim's word.

/// A real directory has a few dozen entries; more than this is read as this many.
const MOST_ENTRIES: usize = 1024;

/// Bytes that begin with a TIFF header.
#[derive(Clone, Copy)]
pub(crate) struct Tiff<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

/// One entry of a directory.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) tag: u16,
    kind: u16,
    /// The values themselves, wherever they were stored; shorter than claimed when the file ends before.
    pub(crate) value: &'a [u8],
    little_endian: bool,
}

/// A directory's entries and where the next one is.
pub(crate) struct Directory<'a> {
    entries: Vec<Entry<'a>>,
    /// Offset of the next directory; 0 for none.
    pub(crate) next: u32,
}

impl<'a> Tiff<'a> {
    /// Recognises the byte order mark; the magic number after it is the caller's to judge.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let little_endian = match bytes.get(..8)? {
            [b'I', b'I', ..] => true,
            [b'M', b'M', ..] => false,
            _ => return None,
        };
        Some(Self { bytes, little_endian })
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Offset of the first directory.
    pub(crate) fn first(&self) -> u32 {
        read_u32(self.little_endian, &self.bytes[4..])
    }

    /// The directory at `offset`, as far as it lies inside the bytes.
    pub(crate) fn directory(&self, offset: u32) -> Option<Directory<'a>> {
        let start = self.bytes.get(offset as usize..).filter(|rest| offset >= 8 && rest.len() >= 2)?;
        let count = usize::from(read_u16(self.little_endian, start));
        let (records, _) = start[2..].as_chunks::<12>();
        let entries =
            records.iter().take(count.min(MOST_ENTRIES)).filter_map(|record| self.entry(record)).collect();
        let next = start.get(2 + count * 12..).filter(|rest| rest.len() >= 4);
        Some(Directory { entries, next: next.map_or(0, |rest| read_u32(self.little_endian, rest)) })
    }

    fn entry(&self, record: &'a [u8; 12]) -> Option<Entry<'a>> {
        let kind = read_u16(self.little_endian, &record[2..]);
        let count = u64::from(read_u32(self.little_endian, &record[4..]));
        let length = usize::try_from(count * size_of_kind(kind)?).ok()?;
        let value = if length <= 4 {
            &record[8..8 + length]
        } else {
            let stored = self.bytes.get(read_u32(self.little_endian, &record[8..]) as usize..)?;
            &stored[..length.min(stored.len())]
        };
        let tag = read_u16(self.little_endian, record);
        Some(Entry { tag, kind, value, little_endian: self.little_endian })
    }
}

impl<'a> Directory<'a> {
    pub(crate) fn get(&self, tag: u16) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }

    /// The first value of a tag that holds whole numbers.
    pub(crate) fn number(&self, tag: u16) -> Option<u32> {
        self.get(tag)?.numbers().next()
    }
}

impl<'a> Entry<'a> {
    /// The values, if they are whole numbers of at most 32 bits.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> + use<'a> {
        let (width, little_endian) = match self.kind {
            1 | 7 => (1, self.little_endian),
            3 => (2, self.little_endian),
            4 | 13 => (4, self.little_endian),
            _ => (usize::MAX, self.little_endian),
        };
        self.value.chunks_exact(width).map(move |value| match width {
            1 => u32::from(value[0]),
            2 => u32::from(read_u16(little_endian, value)),
            _ => read_u32(little_endian, value),
        })
    }
}

/// Bytes per value of a TIFF field type (TIFF 6.0, section 2, and 13, IFD, from its supplement).
fn size_of_kind(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 => Some(8),
        _ => None,
    }
}

fn read_u16(little_endian: bool, bytes: &[u8]) -> u16 {
    let value = [bytes[0], bytes[1]];
    if little_endian { u16::from_le_bytes(value) } else { u16::from_be_bytes(value) }
}

fn read_u32(little_endian: bool, bytes: &[u8]) -> u32 {
    let value = [bytes[0], bytes[1], bytes[2], bytes[3]];
    if little_endian { u32::from_le_bytes(value) } else { u32::from_be_bytes(value) }
}
