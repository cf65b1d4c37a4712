//! PNG files of few bytes and many pixels, frames or lies.

use flate2::{Compress, Compression, Crc, FlushCompress};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Zeros that are compressed once and then repeated.
const PIECE: usize = 10 << 20;

/// A grey picture of this size, all of it black.
pub(crate) fn black(width: u32, height: u32) -> Vec<u8> {
    // Each row begins with its filter, which is none.
    let data = zlib_of_zeros(u64::from(height) * (u64::from(width) + 1));
    file(&[(*b"IHDR", &header(width, height)), (*b"IDAT", &data), (*b"IEND", &[])])
}

/// A file of these chunks.
pub(crate) fn file(chunks: &[([u8; 4], &[u8])]) -> Vec<u8> {
    let chunks = chunks.iter().flat_map(|(name, data)| chunk(*name, data));
    SIGNATURE.iter().copied().chain(chunks).collect()
}

/// `png` with more chunks after its header.
pub(crate) fn with_chunks(png: &[u8], more: &[u8]) -> Vec<u8> {
    const HEADER_END: usize = 8 + 12 + 13;
    [&png[..HEADER_END], more, &png[HEADER_END..]].concat()
}

/// A chunk with its length and checksum.
pub(crate) fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(&name);
    crc.update(data);
    let length = u32::try_from(data.len()).unwrap();
    [&length.to_be_bytes()[..], &name, data, &crc.sum().to_be_bytes()].concat()
}

/// The header chunk's content: eight bits of grey a pixel.
pub(crate) fn header(width: u32, height: u32) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat()
}

/// So many zeros as a zlib stream, a thousandth of their size, made in no time.
pub(crate) fn zlib_of_zeros(length: u64) -> Vec<u8> {
    const ZLIB_HEADER: [u8; 2] = [0x78, 0xDA];
    const ADLER_MODULUS: u64 = 65_521;
    // A full flush ends at a byte and forgets what was before, so that the piece can follow itself.
    let pieces = usize::try_from(length / PIECE as u64).unwrap();
    let piece = deflate_zeros(PIECE, FlushCompress::Full);
    let rest = deflate_zeros((length % PIECE as u64) as usize, FlushCompress::Finish);
    // The sum of zeros stays 1, and the sum of these sums counts them.
    let checksum = u32::try_from((length % ADLER_MODULUS) << 16).unwrap() | 1;
    [&ZLIB_HEADER[..], &piece.repeat(pieces), &rest, &checksum.to_be_bytes()].concat()
}

fn deflate_zeros(length: usize, flush: FlushCompress) -> Vec<u8> {
    let mut compressed = Vec::with_capacity(length / 500 + 64);
    Compress::new(Compression::best(), false).compress_vec(&vec![0; length], &mut compressed, flush).unwrap();
    compressed
}
