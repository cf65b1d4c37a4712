//! Samples of eight bits to the pixels that all formats hand over: grey, RGB, RGB with alpha, or inks.

use super::layout::{Alpha, Layout, Meaning, damaged};
use crate::error::ImageError;
use crate::raster::straight;
use crate::stored::Channels;
use crate::transfer::srgb_levels;

/// What a row of samples becomes.
pub(super) struct Colours {
    kind: Kind,
    alpha: Option<Alpha>,
    /// Samples a pixel, those of no use included.
    samples: usize,
}

enum Kind {
    Grey { inverted: bool },
    Rgb,
    Inks,
    Palette(Vec<[u8; 3]>),
    YCbCr { coefficients: [f32; 3], black_and_white: [f32; 6] },
    Lab { signed: bool, levels: Vec<u8> },
}

impl Colours {
    pub(super) fn of(layout: &Layout<'_>) -> Result<Self, ImageError> {
        let kind = match layout.meaning {
            Meaning::WhiteIsZero => Kind::Grey { inverted: true },
            Meaning::BlackIsZero => Kind::Grey { inverted: false },
            Meaning::Rgb => Kind::Rgb,
            Meaning::Cmyk => Kind::Inks,
            Meaning::YCbCr if layout.jpeg_made_rgb() => Kind::Rgb,
            Meaning::YCbCr => ycbcr(layout)?,
            Meaning::Palette => Kind::Palette(palette(layout)?),
            Meaning::CieLab => Kind::Lab { signed: true, levels: srgb_levels() },
            Meaning::IccLab => Kind::Lab { signed: false, levels: srgb_levels() },
        };
        Ok(Self { kind, alpha: layout.alpha, samples: layout.samples })
    }

    /// The channels before an alpha value is counted.
    pub(super) fn channels(&self) -> Channels {
        match self.kind {
            Kind::Grey { .. } if self.alpha.is_none() => Channels::Grey,
            Kind::Inks => Channels::Cmyk,
            _ => Channels::Rgb,
        }
    }

    /// Whether pixels have an alpha value. Inks have none: where they let through, the paper is seen.
    pub(super) fn has_alpha(&self) -> bool {
        self.alpha.is_some() && self.channels() != Channels::Cmyk
    }

    /// Writes the pixels of a row of samples.
    pub(super) fn convert(&self, samples: &[u8], pixels: &mut [u8]) {
        let count = self.channels().count() + usize::from(self.has_alpha());
        let places = pixels.chunks_exact_mut(count);
        for (samples, place) in samples.chunks_exact(self.samples).zip(places) {
            match &self.kind {
                Kind::Grey { inverted } => {
                    let grey = if *inverted { 255 - samples[0] } else { samples[0] };
                    let grey = self.straight(grey, samples, 1);
                    place[..count.min(3)].fill(grey);
                }
                Kind::Rgb => {
                    for (to, from) in place.iter_mut().zip(&samples[..3]) {
                        *to = self.straight(*from, samples, 3);
                    }
                }
                Kind::Inks => {
                    let share = u32::from(if self.alpha == Some(Alpha::Straight) { samples[4] } else { 255 });
                    for (to, from) in place.iter_mut().zip(&samples[..4]) {
                        *to = ((u32::from(*from) * share + 127) / 255) as u8;
                    }
                }
                Kind::Palette(colors) => {
                    // A number beyond the palette's end is black, as in other readers.
                    place[..3].copy_from_slice(colors.get(usize::from(samples[0])).unwrap_or(&[0; 3]));
                }
                Kind::YCbCr { coefficients, black_and_white } => {
                    place[..3].copy_from_slice(&from_ycbcr(samples, *coefficients, *black_and_white));
                }
                Kind::Lab { signed, levels } => {
                    place[..3].copy_from_slice(&from_lab(samples, *signed, levels));
                }
            }
            if self.has_alpha() {
                place[3] = samples[self.colors()];
            }
        }
    }

    fn colors(&self) -> usize {
        match self.kind {
            Kind::Grey { .. } | Kind::Palette(_) => 1,
            Kind::Inks => 4,
            _ => 3,
        }
    }

    /// A colour without the alpha that it is multiplied by.
    fn straight(&self, color: u8, samples: &[u8], alpha_at: usize) -> u8 {
        match self.alpha {
            Some(Alpha::Associated) => straight(color, samples[alpha_at]),
            _ => color,
        }
    }
}

impl Layout<'_> {
    /// Whether YCbCr is RGB by the time that it is unpacked.
    fn jpeg_made_rgb(&self) -> bool {
        self.piece_bytes() > 0 && !self.is_planar
    }
}

fn palette(layout: &Layout<'_>) -> Result<Vec<[u8; 3]>, ImageError> {
    let values = &layout.palette;
    let count = 1_usize << layout.bits;
    if values.len() < count * 3 {
        return Err(damaged("its palette is shorter than it says"));
    }
    // Some writers put eight bits there.
    let is_short = values[..count * 3].iter().all(|value| *value < 256);
    let level = |value: u32| if is_short { value as u8 } else { (value >> 8) as u8 };
    Ok((0..count).map(|i| [i, i + count, i + 2 * count].map(|at| level(values[at]))).collect())
}

fn ycbcr(layout: &Layout<'_>) -> Result<Kind, ImageError> {
    let coefficients: [f32; 3] =
        layout.ycbcr_coefficients.clone().try_into().unwrap_or([0.299, 0.587, 0.114]);
    let black_and_white: [f32; 6] =
        layout.ycbcr_ranges.clone().try_into().unwrap_or([0.0, 255.0, 128.0, 255.0, 128.0, 255.0]);
    let ranges = black_and_white.chunks(2).all(|range| range[1] - range[0] >= 1.0);
    if coefficients.iter().all(|part| (0.01..1.0).contains(part)) && ranges {
        Ok(Kind::YCbCr { coefficients, black_and_white })
    } else {
        Err(damaged("its colours are told by numbers that cannot be"))
    }
}

/// TIFF 6.0, section 21.
fn from_ycbcr(samples: &[u8], [red, green, blue]: [f32; 3], range: [f32; 6]) -> [u8; 3] {
    let value = |at: usize, scale: f32| {
        (f32::from(samples[at]) - range[2 * at]) * scale / (range[2 * at + 1] - range[2 * at])
    };
    let (y, cb, cr) = (value(0, 255.0), value(1, 127.0), value(2, 127.0));
    let r = y + cr * (2.0 - 2.0 * red);
    let b = y + cb * (2.0 - 2.0 * blue);
    let g = (y - red * r - blue * b) / green;
    [r, g, b].map(|level| level.round().clamp(0.0, 255.0) as u8)
}

/// CIE 1976 L*a*b* under D50, to sRGB.
fn from_lab(samples: &[u8], signed: bool, levels: &[u8]) -> [u8; 3] {
    const WHITE: [f32; 3] = [0.9642, 1.0, 0.8249];
    /// From XYZ under D50, adapted by Bradford.
    const TO_SRGB: [[f32; 3]; 3] = [
        [3.133_856, -1.616_867, -0.490_615],
        [-0.978_768, 1.916_142, 0.033_454],
        [0.071_945, -0.228_991, 1.405_243],
    ];
    let about_zero = |sample: u8| if signed { f32::from(sample as i8) } else { f32::from(sample) - 128.0 };
    let y = (f32::from(samples[0]) * 100.0 / 255.0 + 16.0) / 116.0;
    let roots = [y + about_zero(samples[1]) / 500.0, y, y - about_zero(samples[2]) / 200.0];
    let cubes = roots.map(|root| {
        if root > 6.0 / 29.0 {
            root * root * root
        } else {
            (root - 4.0 / 29.0) * 3.0 * (6.0_f32 / 29.0).powi(2)
        }
    });
    TO_SRGB.map(|row| {
        let light: f32 =
            row.iter().zip(cubes).zip(WHITE).map(|((part, cube), white)| part * cube * white).sum();
        levels[(light.clamp(0.0, 1.0) * 65_535.0) as usize]
    })
}
