//! TIFF structures, as files of their own and as EXIF blocks, that need not be true.

/// A field of a directory: tag, type, count, and the value or where it is.
pub(crate) type Field = (u16, u16, u32, u32);

pub(crate) const BYTE: u16 = 1;
pub(crate) const ASCII: u16 = 2;
pub(crate) const SHORT: u16 = 3;
pub(crate) const LONG: u16 = 4;
pub(crate) const RATIONAL: u16 = 5;

/// Where the first directory begins.
pub(crate) const FIRST: u32 = 8;

/// A file of one directory that is followed by another at `next`, and by `data`.
pub(crate) fn file(fields: &[Field], next: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"II\x2A\0".to_vec();
    bytes.extend(FIRST.to_le_bytes());
    bytes.extend(directory(fields, next));
    bytes.extend(data);
    bytes
}

/// A directory by itself.
pub(crate) fn directory(fields: &[Field], next: u32) -> Vec<u8> {
    let mut bytes = u16::try_from(fields.len()).unwrap().to_le_bytes().to_vec();
    for (tag, kind, count, value) in fields {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(next.to_le_bytes());
    bytes
}

/// Where the data of a file with so many fields begins.
pub(crate) fn data_offset(fields: usize) -> u32 {
    FIRST + 2 + 12 * fields as u32 + 4
}

/// What a picture in one strip says of itself.
#[derive(Clone, Copy)]
pub(crate) struct Strip {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// 1 for grey, 3 for red, green and blue.
    pub(crate) samples: u32,
    /// Bits a sample, said once for all samples.
    pub(crate) bits: u32,
    /// 1 for numbers without a sign, 2 with one, 3 for floats.
    pub(crate) sample_format: u32,
    /// Bytes that the strip is said to have.
    pub(crate) bytes: u32,
}

impl Strip {
    /// The file, with these bytes for its strip.
    pub(crate) fn file(&self, next: u32, strip: &[u8]) -> Vec<u8> {
        let fields = [
            (0x0100, LONG, 1, self.width),
            (0x0101, LONG, 1, self.height),
            (0x0102, SHORT, 1, self.bits),
            (0x0103, SHORT, 1, 1),
            (0x0106, SHORT, 1, if self.samples == 3 { 2 } else { 1 }),
            (0x0111, LONG, 1, data_offset(10)),
            (0x0115, SHORT, 1, self.samples),
            (0x0116, LONG, 1, self.height),
            (0x0117, LONG, 1, self.bytes),
            (0x0153, SHORT, 1, self.sample_format),
        ];
        file(&fields, next, strip)
    }
}
