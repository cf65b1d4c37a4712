//! What a TIFF directory says of its picture: how samples are packed, where they are, and what they mean.
//!
//! What cannot be read rightly is refused here, before any pixel is. Nothing is unpacked.

use crate::error::ImageError;
use crate::format::Format;
use crate::ifd::{Directory, Entry, Tiff};
use crate::limits::Limits;

const WIDTH: u16 = 0x0100;
const HEIGHT: u16 = 0x0101;
const BITS: u16 = 0x0102;
const COMPRESSION: u16 = 0x0103;
const PHOTOMETRIC: u16 = 0x0106;
const FILL_ORDER: u16 = 0x010A;
const STRIP_OFFSETS: u16 = 0x0111;
const SAMPLES: u16 = 0x0115;
const ROWS_PER_STRIP: u16 = 0x0116;
const STRIP_BYTE_COUNTS: u16 = 0x0117;
const PLANAR: u16 = 0x011C;
const T4_OPTIONS: u16 = 0x0124;
const PREDICTOR: u16 = 0x013D;
const PALETTE: u16 = 0x0140;
const TILE_WIDTH: u16 = 0x0142;
const TILE_HEIGHT: u16 = 0x0143;
const TILE_OFFSETS: u16 = 0x0144;
const TILE_BYTE_COUNTS: u16 = 0x0145;
const INK_SET: u16 = 0x014C;
const EXTRA_SAMPLES: u16 = 0x0152;
const SAMPLE_FORMAT: u16 = 0x0153;
const JPEG_TABLES: u16 = 0x015B;
const JPEG_OFFSET: u16 = 0x0201;
const JPEG_LENGTH: u16 = 0x0202;
const COEFFICIENTS: u16 = 0x0211;
const SUBSAMPLING: u16 = 0x0212;
const BLACK_AND_WHITE: u16 = 0x0214;

/// More than this a pixel is no photo, and what is left of memory's bounds would be rows.
const MOST_SAMPLES: u32 = 64;

/// How strips and tiles are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    /// Rows of runs, each of which begins at a byte, or at a word of two.
    FaxRuns {
        words: bool,
    },
    Fax3 {
        two_dimensional: bool,
    },
    Fax4,
    Lzw,
    Jpeg,
    /// One JPEG file within the TIFF, as version 6 of the specification had it at first.
    OldJpeg,
    Deflate,
    PackBits,
    Zstd,
    WebP,
}

/// What samples mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    WhiteIsZero,
    BlackIsZero,
    Rgb,
    Palette,
    Cmyk,
    YCbCr,
    /// Colours with signs.
    CieLab,
    /// Colours about a middle.
    IccLab,
}

/// How samples differ from those before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Predictor {
    None,
    Horizontal,
    Float,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    Straight,
    /// Colours are multiplied by it.
    Associated,
}

/// The layout of one picture.
pub(super) struct Layout<'a> {
    pub(super) tiff: Tiff<'a>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) packing: Packing,
    pub(super) meaning: Meaning,
    /// Bits a sample, the same for all.
    pub(super) bits: u32,
    pub(super) is_float: bool,
    /// Samples a pixel, those of no use included.
    pub(super) samples: usize,
    /// Whether the sample behind the colours is alpha.
    pub(super) alpha: Option<Alpha>,
    pub(super) is_planar: bool,
    pub(super) predictor: Predictor,
    /// Whether the lowest bit of a byte comes first.
    pub(super) lowest_bit_first: bool,
    /// How many pixels share a chroma sample, across and down; 1 and 1 for all that is not YCbCr.
    pub(super) subsampling: (u32, u32),
    /// Size of a strip or tile.
    pub(super) piece: (u32, u32),
    /// How many pieces lie beside each other.
    pub(super) across: u32,
    offsets: Vec<u32>,
    lengths: Vec<u32>,
    /// What all JPEG data of the file shares.
    pub(super) jpeg_tables: Option<&'a [u8]>,
    /// All red values, then green and blue ones.
    pub(super) palette: Vec<u32>,
    /// How YCbCr is made, and its ranges, as far as they are told.
    pub(super) ycbcr_coefficients: Vec<f32>,
    pub(super) ycbcr_ranges: Vec<f32>,
}

impl<'a> Layout<'a> {
    pub(super) fn read(tiff: Tiff<'a>, directory: &Directory<'a>) -> Result<Self, ImageError> {
        let number = |tag, default| directory.number(tag).unwrap_or(default);
        let size = (number(WIDTH, 0), number(HEIGHT, 0));
        let (width, height) = size;
        if width == 0 || height == 0 {
            return Err(damaged("it says that it has no pixels"));
        }
        let packing = packing(number(COMPRESSION, 1), number(T4_OPTIONS, 0))?;
        let samples = number(SAMPLES, 1);
        if samples == 0 || samples > MOST_SAMPLES {
            return Err(unsupported(&format!("it has {samples} samples in each pixel")));
        }
        let samples = samples as usize;
        let meaning = meaning(directory, packing, samples)?;
        let colors = meaning.colors();
        if samples < colors {
            return Err(damaged("it has fewer samples than its colours need"));
        }
        let (bits, is_float) = depth(directory, samples)?;
        let is_planar = number(PLANAR, 1) == 2 && samples > 1;
        let pieces = Pieces::read(directory, packing, size)?;
        let fractions = |tag| directory.get(tag).map(Entry::fractions).unwrap_or_default();
        let subsampling = match subsampling(directory, meaning, packing, is_planar)? {
            // The default, which a writer may have forgotten to tell is not meant.
            (2, 2)
                if directory.get(SUBSAMPLING).is_none()
                    && pieces.hold_all_samples(packing, size, samples) =>
            {
                (1, 1)
            }
            told => told,
        };
        let layout = Self {
            tiff,
            width,
            height,
            packing,
            meaning,
            bits,
            is_float,
            samples,
            alpha: alpha(directory, meaning, samples),
            is_planar,
            predictor: predictor(number(PREDICTOR, 1), packing)?,
            lowest_bit_first: number(FILL_ORDER, 1) == 2,
            subsampling,
            piece: pieces.size,
            across: width.div_ceil(pieces.size.0),
            offsets: pieces.offsets,
            lengths: pieces.lengths,
            jpeg_tables: directory.get(JPEG_TABLES).map(|entry| entry.value),
            palette: directory.get(PALETTE).map(|entry| entry.numbers().collect()).unwrap_or_default(),
            ycbcr_coefficients: fractions(COEFFICIENTS),
            ycbcr_ranges: fractions(BLACK_AND_WHITE),
        };
        layout.check()?;
        Ok(layout)
    }

    /// Combinations that are not read, and such as cannot be.
    fn check(&self) -> Result<(), ImageError> {
        let Self { bits, meaning, packing, predictor, .. } = *self;
        let in_bytes = bits.is_multiple_of(8);
        match packing {
            Packing::Jpeg | Packing::OldJpeg | Packing::WebP if bits != 8 => {
                return Err(unsupported(&format!("it has {bits} bits a sample in a JPEG or WebP")));
            }
            Packing::FaxRuns { .. } | Packing::Fax3 { .. } | Packing::Fax4
                if bits * self.samples as u32 != 1 =>
            {
                return Err(damaged("it is coded as a fax, but not black and white"));
            }
            Packing::WebP | Packing::OldJpeg if self.is_planar => {
                return Err(unsupported("its colours are coded one by one"));
            }
            _ => {}
        }
        match meaning {
            Meaning::Palette if bits > 8 || self.is_float => {
                return Err(unsupported(&format!("its palette has colours of {bits} bits")));
            }
            Meaning::CieLab | Meaning::IccLab | Meaning::YCbCr
                if self.is_float
                    || !matches!((bits, meaning), (8, _) | (16, Meaning::CieLab | Meaning::IccLab)) =>
            {
                return Err(unsupported(&format!("its colours have {bits} bits a sample")));
            }
            _ => {}
        }
        match predictor {
            Predictor::Horizontal if !in_bytes || bits == 24 || self.subsampling != (1, 1) => {
                Err(unsupported(&format!("it has differences of {bits} bits")))
            }
            Predictor::Float if !self.is_float => {
                Err(damaged("it has differences of fractions that are none"))
            }
            _ => Ok(()),
        }
    }

    /// Bytes of a row of a piece, all samples or one plane's.
    pub(super) fn row_bytes(&self) -> u64 {
        let (across, down) = self.subsampling;
        if self.packs_chroma() {
            let units = u64::from(self.piece.0.div_ceil(across));
            // A row of units, which are so many rows of pixels.
            return units * u64::from(across * down + 2);
        }
        let samples = if self.is_planar { 1 } else { self.samples as u64 };
        (u64::from(self.piece.0) * samples * u64::from(self.bits)).div_ceil(8)
    }

    /// Whether chroma comes in units of several pixels. JPEG puts that right by itself.
    pub(super) fn packs_chroma(&self) -> bool {
        self.subsampling != (1, 1)
    }

    /// Planes that have pieces of their own.
    pub(super) fn planes(&self) -> usize {
        if self.is_planar { self.samples } else { 1 }
    }

    /// Bytes that unpacking holds besides rows: what is packed as a picture of its own is unpacked whole.
    pub(super) fn piece_bytes(&self) -> u64 {
        let area = u64::from(self.piece.0) * u64::from(self.piece.1.min(self.height));
        match self.packing {
            Packing::Jpeg | Packing::OldJpeg | Packing::WebP => {
                area.saturating_mul(2 * self.samples.max(4) as u64)
            }
            _ => 0,
        }
    }

    /// The packed bytes of a piece, as far as the file goes.
    pub(super) fn piece(&self, column: u32, row: u32, plane: usize) -> Result<&'a [u8], ImageError> {
        let rows = u64::from(self.height.div_ceil(self.piece.1));
        let index = (plane as u64 * rows + u64::from(row)) * u64::from(self.across) + u64::from(column);
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let missing = || damaged("it does not say where all of its picture data is");
        let offset = *self.offsets.get(index).ok_or_else(missing)?;
        let rest = self.tiff.bytes().get(offset as usize..).ok_or_else(truncated)?;
        // A length that is missing, or zero, as some scanners write it: up to the next piece, or to the end.
        let length = match self.lengths.get(index) {
            Some(0) | None => {
                let next = self.offsets.get(index + 1).and_then(|next| next.checked_sub(offset));
                next.filter(|length| *length > 0).map_or(rest.len(), |length| length as usize)
            }
            // One byte too many is a slip of the writer; more than there are in the whole file are missing.
            Some(length) if *length as usize > self.tiff.bytes().len() => return Err(truncated()),
            Some(length) => *length as usize,
        };
        Ok(&rest[..length.min(rest.len())])
    }

    /// Refuses a picture whose rows alone would take too much memory.
    pub(super) fn check_rows(&self, limits: &Limits) -> Result<(), ImageError> {
        let samples = u64::from(self.piece.0) * self.samples as u64;
        limits.check_memory(
            self.width,
            self.height,
            self.row_bytes().saturating_mul(2).saturating_add(samples),
        )
    }
}

impl Meaning {
    /// How many samples make a colour.
    pub(super) fn colors(self) -> usize {
        match self {
            Self::WhiteIsZero | Self::BlackIsZero | Self::Palette => 1,
            Self::Rgb | Self::YCbCr | Self::CieLab | Self::IccLab => 3,
            Self::Cmyk => 4,
        }
    }
}

/// The strips or tiles.
struct Pieces {
    size: (u32, u32),
    offsets: Vec<u32>,
    lengths: Vec<u32>,
}

impl Pieces {
    fn read(
        directory: &Directory<'_>,
        packing: Packing,
        (width, height): (u32, u32),
    ) -> Result<Self, ImageError> {
        let numbers =
            |tag| directory.get(tag).map(|entry| entry.numbers().collect::<Vec<u32>>()).unwrap_or_default();
        let number = |tag| directory.number(tag);
        if packing == Packing::OldJpeg {
            let offset =
                number(JPEG_OFFSET).ok_or_else(|| unsupported("it has JPEG data of the old kind"))?;
            let length = number(JPEG_LENGTH).unwrap_or(0);
            return Ok(Self { size: (width, height), offsets: vec![offset], lengths: vec![length] });
        }
        let tile = number(TILE_WIDTH).zip(number(TILE_HEIGHT));
        let pieces = if let Some(size) = tile {
            // Some writers put a tile's place where a strip's belongs.
            let tiles = numbers(TILE_OFFSETS);
            let (offsets, lengths) = if tiles.is_empty() {
                (numbers(STRIP_OFFSETS), numbers(STRIP_BYTE_COUNTS))
            } else {
                (tiles, numbers(TILE_BYTE_COUNTS))
            };
            Self { size, offsets, lengths }
        } else {
            let rows = number(ROWS_PER_STRIP).unwrap_or(height).min(height);
            Self { size: (width, rows), offsets: numbers(STRIP_OFFSETS), lengths: numbers(STRIP_BYTE_COUNTS) }
        };
        if pieces.size.0 == 0 || pieces.size.1 == 0 {
            return Err(damaged("its strips or tiles have no size"));
        }
        if pieces.offsets.is_empty() {
            return Err(damaged("it does not say where its picture data is"));
        }
        Ok(pieces)
    }

    /// Whether the first piece, as it lies in the file, is as long as all samples of all its pixels are.
    fn hold_all_samples(&self, packing: Packing, (_, height): (u32, u32), samples: usize) -> bool {
        let pixels = u64::from(self.size.0) * u64::from(self.size.1.min(height));
        let length = self.lengths.first().copied().unwrap_or(0);
        packing == Packing::None && u64::from(length) >= pixels * samples as u64
    }
}

fn packing(compression: u32, t4_options: u32) -> Result<Packing, ImageError> {
    Ok(match compression {
        0 | 1 => Packing::None,
        2 => Packing::FaxRuns { words: false },
        3 => Packing::Fax3 { two_dimensional: t4_options & 1 == 1 },
        4 => Packing::Fax4,
        5 => Packing::Lzw,
        6 => Packing::OldJpeg,
        7 => Packing::Jpeg,
        8 | 32946 => Packing::Deflate,
        32771 => Packing::FaxRuns { words: true },
        32773 => Packing::PackBits,
        50000 => Packing::Zstd,
        50001 => Packing::WebP,
        33003 | 33005 | 34712 => return Err(unsupported("it has JPEG 2000 data")),
        34676 | 34677 => return Err(unsupported("it has LogLuv data")),
        34887 => return Err(unsupported("it has LERC data")),
        34925 => return Err(unsupported("its picture data is packed with LZMA, which is not read here")),
        50002 | 52546 => return Err(unsupported("it has JPEG XL data")),
        other => return Err(unsupported(&format!("its compression, number {other}, is not known"))),
    })
}

fn meaning(directory: &Directory<'_>, packing: Packing, samples: usize) -> Result<Meaning, ImageError> {
    let is_fax = matches!(packing, Packing::FaxRuns { .. } | Packing::Fax3 { .. } | Packing::Fax4);
    Ok(match directory.number(PHOTOMETRIC) {
        Some(0) => Meaning::WhiteIsZero,
        // 4 is a mask, which only comes here when there is nothing else in the file.
        Some(1 | 4) => Meaning::BlackIsZero,
        Some(2) => Meaning::Rgb,
        Some(3) => Meaning::Palette,
        Some(5) if directory.number(INK_SET).unwrap_or(1) != 1 => {
            return Err(unsupported("it is made of inks other than cyan, magenta, yellow and black"));
        }
        Some(5) => Meaning::Cmyk,
        Some(6) => Meaning::YCbCr,
        Some(8) => Meaning::CieLab,
        Some(9) => Meaning::IccLab,
        Some(other) => {
            return Err(unsupported(&format!("its kind of colours, number {other}, is not known")));
        }
        None if is_fax => Meaning::WhiteIsZero,
        None if samples < 3 => Meaning::BlackIsZero,
        None => Meaning::Rgb,
    })
}

/// Bits a sample, and whether they are a fraction.
fn depth(directory: &Directory<'_>, samples: usize) -> Result<(u32, bool), ImageError> {
    let of = |tag, default| -> Result<u32, ImageError> {
        let mut values = directory.get(tag).into_iter().flat_map(Entry::numbers).take(samples);
        let first = values.next().unwrap_or(default);
        if values.any(|value| value != first) {
            return Err(unsupported("its channels differ in their kind of samples"));
        }
        Ok(first)
    };
    let bits = of(BITS, 1)?;
    match (of(SAMPLE_FORMAT, 1)?, bits) {
        // 4 says that it is not known what they are, and all readers take them for plain numbers.
        (1 | 4, 1..=16 | 24 | 32) => Ok((bits, false)),
        (3, 16 | 24 | 32 | 64) => Ok((bits, true)),
        (2, _) => Err(unsupported("its samples are numbers with a sign")),
        (5 | 6, _) => Err(unsupported("its samples are complex numbers")),
        _ => Err(unsupported(&format!("it has {bits} bits a sample"))),
    }
}

fn alpha(directory: &Directory<'_>, meaning: Meaning, samples: usize) -> Option<Alpha> {
    let extra = samples.checked_sub(meaning.colors()).filter(|extra| *extra > 0)?;
    match directory.number(EXTRA_SAMPLES) {
        Some(1) => Some(Alpha::Associated),
        Some(2) => Some(Alpha::Straight),
        // Not said at all: writers that forget it mean alpha.
        None if extra == 1 && meaning != Meaning::Cmyk => Some(Alpha::Straight),
        _ => None,
    }
}

fn predictor(number: u32, packing: Packing) -> Result<Predictor, ImageError> {
    // It means something for these only.
    if !matches!(packing, Packing::Lzw | Packing::Deflate | Packing::Zstd) {
        return Ok(Predictor::None);
    }
    match number {
        0 | 1 => Ok(Predictor::None),
        2 => Ok(Predictor::Horizontal),
        3 => Ok(Predictor::Float),
        other => Err(unsupported(&format!("its way to tell differences, number {other}, is not known"))),
    }
}

fn subsampling(
    directory: &Directory<'_>,
    meaning: Meaning,
    packing: Packing,
    is_planar: bool,
) -> Result<(u32, u32), ImageError> {
    if meaning != Meaning::YCbCr || matches!(packing, Packing::Jpeg | Packing::OldJpeg | Packing::WebP) {
        return Ok((1, 1));
    }
    let mut factors = directory.get(SUBSAMPLING).into_iter().flat_map(Entry::numbers);
    let factors = (factors.next().unwrap_or(2), factors.next().unwrap_or(2));
    match factors {
        (1 | 2 | 4, 1 | 2 | 4) if !is_planar || factors == (1, 1) => Ok(factors),
        (1 | 2 | 4, 1 | 2 | 4) => Err(unsupported("its colours are coarser than its brightness, in planes")),
        _ => Err(damaged("its colours are coarser than its brightness by no possible number")),
    }
}

pub(super) fn damaged(reason: &str) -> ImageError {
    ImageError::corrupt(Format::Tiff, reason)
}

pub(super) fn unsupported(reason: &str) -> ImageError {
    ImageError::unsupported(Format::Tiff, reason)
}

pub(super) fn truncated() -> ImageError {
    ImageError::Truncated { format: Format::Tiff }
}
