//! Colours that a file describes by a transfer curve and primaries instead of an ICC profile, high dynamic range included.
//!
//! What is brighter than white is drawn in below it, by as much as the picture needs: one that goes no further than
//! white keeps its levels. No file format is known here.

use std::array;

use moxcms::{Chromaticity, CicpColorPrimaries, ColorPrimaries, ColorProfile, XyY};

/// Brightness of white in candela a square metre, for curves that know it (ITU-R BT.2408).
const WHITE: f32 = 203.0;
/// The brightest that a display is taken to show, where the curve is relative to it (ITU-R BT.2100).
const HLG_PEAK: f32 = 1000.0;
/// Levels above this part of white give room to what is brighter than white.
const KNEE: f32 = 0.5;
/// The share of pixels that may be brighter than what counts as the picture's brightest: glints need no detail.
const GLINTS: f32 = 0.001;
/// Steps a doubling of brightness in which the brightest is looked for.
const STEPS_A_DOUBLING: f32 = 8.0;
/// Doublings above white that any curve reaches.
const DOUBLINGS: f32 = 6.0;

/// How samples become light.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Curve {
    Srgb,
    /// Light is the sample to the power of this.
    Power(f32),
    /// SMPTE ST 2084.
    Pq,
    /// ITU-R BT.2100.
    Hlg,
}

/// A description of colours, other than sRGB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Encoding {
    curve: Curve,
    /// From the light of its primaries to that of sRGB's.
    to_srgb: Option<[[f32; 3]; 3]>,
}

/// What the samples of a buffer are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Samples {
    /// 1 or 2, the higher byte first.
    pub(crate) bytes: usize,
    /// 1 for grey, 3 for red, green and blue.
    pub(crate) colors: usize,
    /// Whether an alpha value follows them.
    pub(crate) alpha: bool,
}

impl Samples {
    /// How many there are of a pixel.
    pub(crate) fn count(self) -> usize {
        self.colors + usize::from(self.alpha)
    }
}

impl Encoding {
    /// By code points of primaries and transfer (ITU-T H.273). `None` for sRGB, for what comes close to it and for what
    /// nobody writes.
    pub(crate) fn from_code_points(primaries: u8, transfer: u8) -> Option<Self> {
        let curve = match transfer {
            // The curves of television are shown as sRGB's everywhere.
            1 | 2 | 6 | 13..=15 => Curve::Srgb,
            4 => Curve::Power(2.2),
            5 => Curve::Power(2.8),
            8 => Curve::Power(1.0),
            16 => Curve::Pq,
            18 => Curve::Hlg,
            _ => return None,
        };
        let to_srgb = match CicpColorPrimaries::try_from(primaries).ok()? {
            CicpColorPrimaries::Reserved | CicpColorPrimaries::Unspecified | CicpColorPrimaries::Bt709 => {
                None
            }
            primaries => {
                let white = match primaries {
                    CicpColorPrimaries::Smpte431 => Chromaticity { x: 0.314, y: 0.351 },
                    CicpColorPrimaries::Bt470M | CicpColorPrimaries::GenericFilm => {
                        Chromaticity { x: 0.310, y: 0.316 }
                    }
                    CicpColorPrimaries::Xyz => Chromaticity { x: 1.0 / 3.0, y: 1.0 / 3.0 },
                    _ => Chromaticity::D65,
                };
                to_srgb(white, ColorPrimaries::try_from(primaries).ok()?)
            }
        };
        (curve != Curve::Srgb || to_srgb.is_some()).then_some(Self { curve, to_srgb })
    }

    /// By the exponent that makes light of samples, and white, red, green and blue as x and y. `None` for what sRGB is
    /// as well.
    pub(crate) fn from_gamma(exponent: f32, chromaticities: Option<[(f32, f32); 4]>) -> Option<Self> {
        const SRGB: [(f32, f32); 4] = [(0.3127, 0.329), (0.64, 0.33), (0.3, 0.6), (0.15, 0.06)];
        /// As near as writers round.
        const SAME: f32 = 0.005;
        if !(0.1..=10.0).contains(&exponent) {
            return None;
        }
        let is_srgb = |given: &[(f32, f32); 4]| {
            given.iter().zip(SRGB).all(|(a, b)| (a.0 - b.0).abs() < SAME && (a.1 - b.1).abs() < SAME)
        };
        let to_srgb = chromaticities.filter(|given| !is_srgb(given)).and_then(|given| {
            let [white, red, green, blue] = given.map(|(x, y)| Chromaticity { x, y });
            to_srgb(white, ColorPrimaries { red, green, blue })
        });
        // Within a twentieth of 2.2 the file means sRGB, which has no single exponent.
        let curve = if (exponent / 2.2 - 1.0).abs() < 0.05 { Curve::Srgb } else { Curve::Power(exponent) };
        (curve != Curve::Srgb || to_srgb.is_some()).then_some(Self { curve, to_srgb })
    }

    /// The pixels in sRGB, eight bits a sample, with the alpha values that they had.
    pub(crate) fn to_srgb(self, samples: &[u8], kind: Samples) -> Vec<u8> {
        let levels = if kind.bytes == 2 { 0xFFFF } else { 0xFF };
        let light: Vec<f32> =
            (0..=levels).map(|sample| self.curve.light(sample as f32 / levels as f32)).collect();
        let colors = |pixel: &[u8]| -> [f32; 3] {
            let value = |color: usize| light[sample(pixel, color, kind.bytes)];
            self.mixed(if kind.colors == 1 { [value(0); 3] } else { array::from_fn(value) })
        };
        let pixels = || samples.chunks_exact(kind.count() * kind.bytes);
        let peak = match self.curve {
            Curve::Pq | Curve::Hlg => peak(pixels().map(colors)),
            Curve::Srgb | Curve::Power(_) => 1.0,
        };
        let encode = srgb_levels();
        let mut converted = Vec::with_capacity(samples.len() / kind.bytes);
        for pixel in pixels() {
            let shown = below_white(colors(pixel), peak);
            converted.extend(shown.iter().take(kind.colors).map(|light| encode[(light * 65_535.0) as usize]));
            if kind.alpha {
                converted.push(pixel[kind.colors * kind.bytes]);
            }
        }
        converted
    }

    /// The light of a pixel in sRGB's primaries, 1 for white.
    fn mixed(self, light: [f32; 3]) -> [f32; 3] {
        let light = if self.curve == Curve::Hlg { displayed(light) } else { light };
        match self.to_srgb {
            Some(rows) => rows.map(|row| row.iter().zip(light).map(|(part, light)| part * light).sum()),
            None => light,
        }
    }
}

impl Curve {
    /// The light of a sample, 1 for white; for HLG the light of the scene.
    fn light(self, sample: f32) -> f32 {
        match self {
            Self::Srgb if sample <= 0.04045 => sample / 12.92,
            Self::Srgb => ((sample + 0.055) / 1.055).powf(2.4),
            Self::Power(exponent) => sample.powf(exponent),
            Self::Pq => {
                let root = sample.powf(1.0 / 78.84375);
                let ratio = (root - 0.835_937_5).max(0.0) / (18.851_563 - 18.6875 * root);
                ratio.powf(1.0 / 0.159_301_76) * 10_000.0 / WHITE
            }
            Self::Hlg if sample <= 0.5 => sample * sample / 3.0,
            Self::Hlg => (((sample - 0.559_910_7) / 0.178_832_77).exp() + 0.284_668_92) / 12.0,
        }
    }
}

/// What a display makes of a scene's light (ITU-R BT.2100, the system gamma of a display of a thousand candela).
fn displayed(scene: [f32; 3]) -> [f32; 3] {
    let luminance = scene[0] * 0.2627 + scene[1] * 0.678 + scene[2] * 0.0593;
    let gain = luminance.powf(0.2) * HLG_PEAK / WHITE;
    scene.map(|light| light * gain)
}

/// The brightest that the picture goes, but for glints; 1 if no further than white.
fn peak(pixels: impl Iterator<Item = [f32; 3]>) -> f32 {
    const STEPS: usize = (STEPS_A_DOUBLING * DOUBLINGS) as usize + 1;
    let mut counts = [0_u64; STEPS];
    let mut all = 0_u64;
    for pixel in pixels {
        all += 1;
        let brightest = brightest(pixel);
        // What is above it by rounding is white.
        if brightest > 1.02 {
            let step = (brightest.log2() * STEPS_A_DOUBLING).ceil() as usize;
            counts[step.min(STEPS - 1)] += 1;
        }
    }
    let mut brighter = 0_u64;
    for (step, count) in counts.iter().enumerate().rev() {
        brighter += count;
        if brighter as f32 > all as f32 * GLINTS {
            return (step as f32 / STEPS_A_DOUBLING).exp2();
        }
    }
    1.0
}

fn brightest(pixel: [f32; 3]) -> f32 {
    pixel.into_iter().fold(0.0, f32::max)
}

/// Draws what is brighter than the knee in, so that `peak` becomes white; hues stay.
fn below_white(pixel: [f32; 3], peak: f32) -> [f32; 3] {
    let brightest = brightest(pixel);
    let gain = if peak > 1.0 && brightest > KNEE {
        let (above, room) = (brightest - KNEE, peak - KNEE);
        let bend = (room / (1.0 - KNEE) - 1.0) / room;
        (KNEE + above / (1.0 + above * bend)) / brightest
    } else {
        1.0
    };
    pixel.map(|light| (light * gain).clamp(0.0, 1.0))
}

fn sample(pixel: &[u8], color: usize, bytes: usize) -> usize {
    let at = color * bytes;
    if bytes == 2 { usize::from(pixel[at]) << 8 | usize::from(pixel[at + 1]) } else { usize::from(pixel[at]) }
}

/// The sRGB level of each of 65,536 steps of light.
pub(crate) fn srgb_levels() -> Vec<u8> {
    let level = |light: f32| {
        if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
    };
    (0..=0xFFFF).map(|step| (level(step as f32 / 65_535.0) * 255.0).round() as u8).collect()
}

fn to_srgb(white: Chromaticity, primaries: ColorPrimaries) -> Option<[[f32; 3]; 3]> {
    let srgb = ColorProfile::new_srgb();
    let mut source = ColorProfile::new_srgb();
    let white = XyY { x: f64::from(white.x), y: f64::from(white.y), yb: 1.0 };
    source.update_rgb_colorimetry(white, primaries);
    let matrix = source.transform_matrix(&srgb).v.map(|row| row.map(|part| part as f32));
    // Primaries on a line, or a white that is none, make no colours.
    let [a, b, c] = matrix;
    let determinant = a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
        + a[2] * (b[0] * c[1] - b[1] * c[0]);
    let is_usable = determinant.abs() > 1e-3 && matrix.as_flattened().iter().all(|part| part.abs() < 100.0);
    is_usable.then_some(matrix)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RGB16: Samples = Samples { bytes: 2, colors: 3, alpha: false };

    fn pq(nits: f32) -> [u8; 2] {
        let y = (nits / 10_000.0).powf(0.159_301_76);
        let sample = ((0.835_937_5 + 18.851_563 * y) / (1.0 + 18.6875 * y)).powf(78.84375);
        ((sample * 65_535.0).round() as u16).to_be_bytes()
    }

    #[test]
    fn white_of_high_dynamic_range_is_white_and_grey_stays_grey() {
        let encoding = Encoding::from_code_points(9, 16).unwrap();
        let pixels = [203.0, 203.0 * 0.2159, 0.0].map(|nits| [pq(nits); 3].concat()).concat();
        let shown = encoding.to_srgb(&pixels, RGB16);
        for (shown, expected) in shown.chunks(3).zip([255_u8, 128, 0]) {
            assert!(shown.iter().all(|level| level.abs_diff(expected) <= 1), "{shown:?}, not {expected}");
        }
    }

    #[test]
    fn what_is_brighter_than_white_keeps_its_order() {
        let encoding = Encoding::from_code_points(1, 16).unwrap();
        let pixels = [100.0, 203.0, 400.0, 800.0, 1600.0].map(|nits| [pq(nits); 3].concat()).concat();
        let shown: Vec<u8> = encoding.to_srgb(&pixels, RGB16).chunks(3).map(|pixel| pixel[0]).collect();
        assert!(shown.is_sorted_by(|a, b| a < b), "{shown:?}");
        assert!(shown[4] >= 250, "{shown:?}");
    }

    #[test]
    fn descriptions_that_are_none_are_passed_over() {
        assert_eq!(Encoding::from_code_points(1, 13), None);
        assert_eq!(Encoding::from_code_points(1, 200), None);
        assert_eq!(Encoding::from_gamma(0.0, None), None);
        assert_eq!(Encoding::from_gamma(f32::INFINITY, None), None);
        assert_eq!(Encoding::from_gamma(2.2, Some([(0.0, 0.0); 4])), None);
    }
}
