//! Reads FlatBuffer tables from bytes that nobody has checked: every offset is bounds-checked, and there is
//! no `unsafe`. It knows the encoding (<https://flatbuffers.dev/internals/>) and no schema; it does not write.

/// Bytes that are not what they should be, and in what way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

const OUTSIDE: Malformed = Malformed("its tables point outside the file");

pub(crate) type Read<T> = Result<T, Malformed>;

/// A table and its vtable, both inside `bytes`. Fields are named by their slot: their place in the schema,
/// where a union takes two.
#[derive(Clone, Copy)]
pub(crate) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
    vtable: &'a [u8],
}

impl<'a> Table<'a> {
    /// The root table, of a buffer with or without a file identifier.
    pub(crate) fn root(bytes: &'a [u8]) -> Read<Self> {
        Self::at(bytes, follow(bytes, 0)?)
    }

    fn at(bytes: &'a [u8], at: usize) -> Read<Self> {
        let back = i64::from(i32::from_le_bytes(array(bytes, at)?));
        let start = usize::try_from(at as i64 - back).map_err(|_| OUTSIDE)?;
        let length = usize::from(u16::from_le_bytes(array(bytes, start)?));
        let vtable = slice(bytes, start, length)?;
        if length < 4 {
            return Err(OUTSIDE);
        }
        Ok(Self { bytes, at, vtable })
    }

    /// Where the field in `slot` starts; `None` when the table leaves it at its default.
    fn field(&self, slot: usize) -> Read<Option<usize>> {
        let entry = 4 + 2 * slot;
        if entry + 2 > self.vtable.len() {
            return Ok(None);
        }
        match u16::from_le_bytes(array(self.vtable, entry)?) {
            0 => Ok(None),
            offset => Ok(Some(self.at + usize::from(offset))),
        }
    }

    /// Where in the bytes the scalar in `slot` is stored; `None` when the table leaves it at its default.
    pub(crate) fn scalar_place(&self, slot: usize) -> Read<Option<usize>> {
        self.field(slot)
    }

    /// Where in the bytes a vector is stored: how many elements it has, followed by these. `None` when absent.
    pub(crate) fn vector_place(&self, slot: usize) -> Read<Option<usize>> {
        self.field(slot)?.map(|at| follow(self.bytes, at)).transpose()
    }

    /// A one-byte scalar, 0 when absent.
    pub(crate) fn byte(&self, slot: usize) -> Read<u8> {
        self.field(slot)?.map_or(Ok(0), |at| Ok(array::<1>(self.bytes, at)?[0]))
    }

    /// A 32-bit unsigned scalar, 0 when absent.
    pub(crate) fn u32(&self, slot: usize) -> Read<u32> {
        self.field(slot)?.map_or(Ok(0), |at| Ok(u32::from_le_bytes(array(self.bytes, at)?)))
    }

    /// A table, or a union's value.
    pub(crate) fn table(&self, slot: usize) -> Read<Option<Self>> {
        self.field(slot)?.map(|at| Self::at(self.bytes, follow(self.bytes, at)?)).transpose()
    }

    /// A string; bytes that are not UTF-8 are replaced.
    pub(crate) fn string(&self, slot: usize) -> Read<String> {
        Ok(String::from_utf8_lossy(self.vector(slot, 1)?).into_owned())
    }

    /// A vector of bytes, empty when absent.
    pub(crate) fn bytes(&self, slot: usize) -> Read<&'a [u8]> {
        self.vector(slot, 1)
    }

    /// A vector of 32-bit signed integers, empty when absent.
    pub(crate) fn i32s(&self, slot: usize) -> Read<Vec<i32>> {
        self.scalars(slot, i32::from_le_bytes)
    }

    /// A vector of 64-bit signed integers, empty when absent.
    pub(crate) fn i64s(&self, slot: usize) -> Read<Vec<i64>> {
        self.scalars(slot, i64::from_le_bytes)
    }

    /// A vector of 32-bit floats, empty when absent.
    pub(crate) fn f32s(&self, slot: usize) -> Read<Vec<f32>> {
        self.scalars(slot, f32::from_le_bytes)
    }

    /// A vector of tables, empty when absent.
    pub(crate) fn tables(&self, slot: usize) -> Read<Vec<Self>> {
        let Some(start) = self.field(slot)?.map(|at| follow(self.bytes, at)).transpose()? else {
            return Ok(Vec::new());
        };
        let count = self.vector(slot, 4)?.len() / 4;
        (0..count)
            .map(|i| {
                let entry = start + 4 + 4 * i;
                Self::at(self.bytes, follow(self.bytes, entry)?)
            })
            .collect()
    }

    fn scalars<const N: usize, T>(&self, slot: usize, decode: fn([u8; N]) -> T) -> Read<Vec<T>> {
        let encoded = self.vector(slot, N)?;
        Ok(encoded.as_chunks::<N>().0.iter().map(|chunk| decode(*chunk)).collect())
    }

    /// The elements of a vector, `size` bytes each; empty when absent.
    fn vector(&self, slot: usize, size: usize) -> Read<&'a [u8]> {
        let Some(at) = self.field(slot)? else { return Ok(&[]) };
        let start = follow(self.bytes, at)?;
        let count = u32::from_le_bytes(array(self.bytes, start)?) as usize;
        slice(self.bytes, start + 4, count.checked_mul(size).ok_or(OUTSIDE)?)
    }
}

/// Where the unsigned offset stored at `at` points to.
fn follow(bytes: &[u8], at: usize) -> Read<usize> {
    let offset = u32::from_le_bytes(array(bytes, at)?) as usize;
    at.checked_add(offset).ok_or(OUTSIDE)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Read<[u8; N]> {
    slice(bytes, at, N)?.try_into().map_err(|_| OUTSIDE)
}

fn slice(bytes: &[u8], at: usize, length: usize) -> Read<&[u8]> {
    let end = at.checked_add(length).ok_or(OUTSIDE)?;
    bytes.get(at..end).ok_or(OUTSIDE)
}
