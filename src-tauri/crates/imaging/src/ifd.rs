//! Reads TIFF directories, the structure behind EXIF, TIFF and most camera RAW files, those of BigTIFF too.
//!
//! It knows offsets, types and counts, not what tags mean. Everything is looked up in the given bytes: a claim that
//! points outside of them yields nothing, and nothing is allocated on a claim's word.

/// A real directory has a few dozen entries; more than this is read as this many.
const MOST_ENTRIES: usize = 1024;
/// The number that tells BigTIFF, in place of 42.
const BIG: u16 = 43;

/// Bytes that begin with a TIFF header.
#[derive(Clone, Copy)]
pub(crate) struct Tiff<'a> {
    bytes: &'a [u8],
    little_endian: bool,
    /// BigTIFF, whose offsets and counts have 64 bits. No file that is opened here is long enough to need them.
    big: bool,
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
        let big = read_u16(little_endian, &bytes[2..]) == BIG && bytes.len() >= 16;
        Some(Self { bytes, little_endian, big })
    }

    /// Whether numbers begin with their lowest byte.
    pub(crate) fn little_endian(&self) -> bool {
        self.little_endian
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Offset of the first directory.
    pub(crate) fn first(&self) -> u32 {
        if self.big { self.wide(&self.bytes[8..]) } else { read_u32(self.little_endian, &self.bytes[4..]) }
    }

    /// A number of 64 bits; one that points beyond any file stays one that does.
    fn wide(&self, bytes: &[u8]) -> u32 {
        narrowed(self.little_endian, bytes)
    }

    /// The directory at `offset`, as far as it lies inside the bytes.
    pub(crate) fn directory(&self, offset: u32) -> Option<Directory<'a>> {
        let start = self.bytes.get(offset as usize..).filter(|rest| offset >= 8 && rest.len() >= 2)?;
        if self.big {
            return self.big_directory(start);
        }
        let count = usize::from(read_u16(self.little_endian, start));
        let (records, _) = start[2..].as_chunks::<12>();
        let entries =
            records.iter().take(count.min(MOST_ENTRIES)).filter_map(|record| self.entry(record)).collect();
        let next = start.get(2 + count * 12..).filter(|rest| rest.len() >= 4);
        Some(Directory { entries, next: next.map_or(0, |rest| read_u32(self.little_endian, rest)) })
    }

    fn big_directory(&self, start: &'a [u8]) -> Option<Directory<'a>> {
        let count = self.wide(start.get(..8)?) as usize;
        let (records, _) = start[8..].as_chunks::<20>();
        let entries =
            records.iter().take(count.min(MOST_ENTRIES)).filter_map(|record| self.entry(record)).collect();
        let end = count.checked_mul(20)?.checked_add(8)?;
        let next = start.get(end..).and_then(|rest| rest.get(..8));
        Some(Directory { entries, next: next.map_or(0, |next| self.wide(next)) })
    }

    fn entry(&self, record: &'a [u8]) -> Option<Entry<'a>> {
        let tag = read_u16(self.little_endian, record);
        let kind = read_u16(self.little_endian, &record[2..]);
        let (count, inline) = if self.big {
            (self.wide(&record[4..]), &record[12..])
        } else {
            (read_u32(self.little_endian, &record[4..]), &record[8..])
        };
        let length = usize::try_from(u64::from(count) * size_of_kind(kind)?).ok()?;
        let value = if length <= inline.len() {
            &inline[..length]
        } else {
            let at = if self.big { self.wide(inline) } else { read_u32(self.little_endian, inline) };
            let stored = self.bytes.get(at as usize..)?;
            &stored[..length.min(stored.len())]
        };
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
    /// The values, if they are whole numbers; those of 64 bits that are too large as the largest of 32.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> + use<'a> {
        let (width, little_endian) = match self.kind {
            1 | 7 => (1, self.little_endian),
            3 => (2, self.little_endian),
            4 | 13 => (4, self.little_endian),
            16 | 18 => (8, self.little_endian),
            _ => (usize::MAX, self.little_endian),
        };
        self.value.chunks_exact(width).map(move |value| match width {
            1 => u32::from(value[0]),
            2 => u32::from(read_u16(little_endian, value)),
            4 => read_u32(little_endian, value),
            _ => narrowed(little_endian, value),
        })
    }

    /// The values as fractions, if they are that or whole numbers.
    pub(crate) fn fractions(&self) -> Vec<f32> {
        let little_endian = self.little_endian;
        match self.kind {
            5 => self
                .value
                .chunks_exact(8)
                .map(|value| {
                    read_u32(little_endian, value) as f32 / read_u32(little_endian, &value[4..]) as f32
                })
                .collect(),
            11 => self
                .value
                .chunks_exact(4)
                .map(|value| f32::from_bits(read_u32(little_endian, value)))
                .collect(),
            _ => self.numbers().map(|value| value as f32).collect(),
        }
    }
}

/// Bytes per value of a TIFF field type (TIFF 6.0, section 2; 13, IFD, from its supplement; 16 to 18 from BigTIFF).
fn size_of_kind(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16..=18 => Some(8),
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

fn narrowed(little_endian: bool, bytes: &[u8]) -> u32 {
    let (high, low) = (read_u32(little_endian, bytes), read_u32(little_endian, &bytes[4..]));
    let (high, low) = if little_endian { (low, high) } else { (high, low) };
    if high == 0 { low } else { u32::MAX }
}
