//! Unpacks a strip or tile, as a stream: no more is held than a row, but of what is packed as a picture of its own.

use std::borrow::Cow;
use std::io::{self, Cursor, Read};

use flate2::read::ZlibDecoder;
use image::ImageDecoder;
use image::codecs::webp::WebPDecoder;
use ruzstd::decoding::StreamingDecoder;
use weezl::{BitOrder, LzwStatus, decode::Decoder as LzwDecoder};

use super::fax::Fax;
use super::jpeg;
use super::layout::{Layout, Packing, damaged};
use crate::error::ImageError;

/// The unpacked bytes of a strip or tile of one plane, or of all.
pub(super) fn unpacked<'a>(
    layout: &Layout<'a>,
    column: u32,
    row: u32,
    plane: usize,
) -> Result<Box<dyn Read + 'a>, ImageError> {
    let packed = layout.piece(column, row, plane)?;
    let rows = layout.piece.1.min(layout.height);
    match layout.packing {
        Packing::FaxRuns { .. } | Packing::Fax3 { .. } | Packing::Fax4 => {
            return Ok(Box::new(Fax::new(packed, layout.packing, layout.piece.0, layout.lowest_bit_first)));
        }
        Packing::Jpeg | Packing::OldJpeg => {
            return Ok(Box::new(Cursor::new(jpeg::decode(layout, packed, rows)?)));
        }
        Packing::WebP => return Ok(Box::new(Cursor::new(webp(layout, packed, rows)?))),
        _ => {}
    }
    let packed = if layout.lowest_bit_first {
        Cow::Owned(packed.iter().map(|byte| byte.reverse_bits()).collect())
    } else {
        Cow::Borrowed(packed)
    };
    Ok(match layout.packing {
        Packing::Lzw => Box::new(Lzw::new(packed)),
        Packing::PackBits => Box::new(PackBits { packed: Cursor::new(packed), run: Run::None }),
        Packing::Deflate => Box::new(ZlibDecoder::new(Cursor::new(packed))),
        Packing::Zstd => Box::new(
            StreamingDecoder::new(Cursor::new(packed)).map_err(|_| damaged("its ZSTD data has no header"))?,
        ),
        _ => Box::new(Cursor::new(packed)),
    })
}

/// Lays rows of another length out as rows of the piece: what is missing stays black, what is too much falls away.
pub(super) fn fitted(samples: Vec<u8>, row_bytes: usize, wanted: usize, rows: usize) -> Vec<u8> {
    if row_bytes == wanted {
        return samples;
    }
    let mut fitted = Vec::with_capacity(wanted * rows);
    for row in samples.chunks_exact(row_bytes).take(rows) {
        let length = row.len().min(wanted);
        fitted.extend_from_slice(&row[..length]);
        fitted.resize(fitted.len() + wanted - length, 0);
    }
    fitted
}

fn webp(layout: &Layout<'_>, packed: &[u8], rows: u32) -> Result<Vec<u8>, ImageError> {
    let failed = |_| damaged("its WebP data cannot be read");
    let decoder = WebPDecoder::new(Cursor::new(packed)).map_err(failed)?;
    let (width, height) = decoder.dimensions();
    let count = usize::from(decoder.color_type().channel_count());
    if width > layout.piece.0 || height > rows || count != layout.samples {
        return Err(damaged("its WebP data is of another size than it says"));
    }
    let mut samples = vec![0; width as usize * height as usize * count];
    decoder.read_image(&mut samples).map_err(failed)?;
    Ok(fitted(samples, width as usize * count, layout.piece.0 as usize * count, height as usize))
}

/// LZW as TIFF has it, and as it had it at first.
struct Lzw<'a> {
    decoder: LzwDecoder,
    packed: Cow<'a, [u8]>,
    at: usize,
}

impl<'a> Lzw<'a> {
    fn new(packed: Cow<'a, [u8]>) -> Self {
        // The first code clears the table. It begins with a set bit, at whichever end a byte begins.
        let is_old = matches!(*packed, [0, second, ..] if second & 1 == 1);
        let decoder = if is_old {
            LzwDecoder::new(BitOrder::Lsb, 8)
        } else {
            LzwDecoder::with_tiff_size_switch(BitOrder::Msb, 8)
        };
        Self { decoder, packed, at: 0 }
    }
}

impl Read for Lzw<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let done = self.decoder.decode_bytes(&self.packed[self.at..], buffer);
            self.at += done.consumed_in;
            match done.status {
                Ok(LzwStatus::Ok) if done.consumed_out == 0 && !buffer.is_empty() => {
                    if done.consumed_in == 0 {
                        return Ok(0);
                    }
                }
                Ok(_) => return Ok(done.consumed_out),
                Err(_) => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "there is no LZW code of these bits",
                    ));
                }
            }
        }
    }
}

/// Runs of equal bytes and of different ones (TIFF 6.0, section 9).
struct PackBits<'a> {
    packed: Cursor<Cow<'a, [u8]>>,
    run: Run,
}

/// What is left of a run.
enum Run {
    None,
    Equal { byte: u8, left: usize },
    Different { left: usize },
}

impl PackBits<'_> {
    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.packed.read_exact(&mut byte)?;
        Ok(byte[0])
    }
}

impl Read for PackBits<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            let rest = &mut buffer[filled..];
            match &mut self.run {
                Run::Equal { byte, left } if *left > 0 => {
                    let length = rest.len().min(*left);
                    rest[..length].fill(*byte);
                    *left -= length;
                    filled += length;
                }
                Run::Different { left } if *left > 0 => {
                    let length = rest.len().min(*left);
                    let read = self.packed.read(&mut rest[..length])?;
                    if read == 0 {
                        break;
                    }
                    *left -= read;
                    filled += read;
                }
                _ => {
                    let Ok(header) = self.byte() else { break };
                    self.run = match header as i8 {
                        // The one that does nothing.
                        i8::MIN => Run::None,
                        length @ 0.. => Run::Different { left: length as usize + 1 },
                        length => {
                            Run::Equal { byte: self.byte()?, left: usize::from(length.unsigned_abs()) + 1 }
                        }
                    };
                }
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_unpacked() {
        // The example of the specification.
        let packed: &[u8] =
            &[0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x80, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA];
        let mut unpacked = Vec::new();
        let mut stream = PackBits { packed: Cursor::new(Cow::Borrowed(packed)), run: Run::None };
        stream.read_to_end(&mut unpacked).unwrap();
        let expected =
            [&[0xAA; 3][..], &[0x80, 0x00, 0x2A], &[0xAA; 4], &[0x80, 0x00, 0x2A, 0x22], &[0xAA; 10]]
                .concat();
        assert_eq!(unpacked, expected);
    }
}
