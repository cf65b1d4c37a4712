//! From whatever colours a file stores to sRGB, by its ICC profile.
//!
//! A profile that is damaged, or does not fit the pixels, is ignored: the picture is then taken as sRGB, as viewers do.

use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, Layout, MatrixCoefficients, ProfileText,
    TransferCharacteristics, TransformOptions,
};

use crate::error::ImageError;
use crate::pixels::RgbImage;
use crate::stored::{Channels, Stored};

/// Pixels transformed at a time: enough to forget the cost of the call, few enough to stay in the cache.
const CHUNK_PIXELS: usize = 4096;

/// An embedded ICC profile; `None` when it cannot be read.
pub(crate) fn from_icc(icc: &[u8]) -> Option<ColorProfile> {
    ColorProfile::new_from_slice(icc).ok()
}

/// Colours described by code points (ITU-T H.273) instead of a profile.
///
/// HDR transfer curves are left alone: without tone mapping, which nobody agrees on, they would come out nearly black.
pub(crate) fn from_code_points(primaries: u16, transfer: u16) -> Option<ColorProfile> {
    const SRGB_TRANSFER: u16 = 13;
    let color_primaries = CicpColorPrimaries::try_from(u8::try_from(primaries).ok()?).ok()?;
    let wide = matches!(color_primaries, CicpColorPrimaries::Smpte432 | CicpColorPrimaries::Bt2020);
    (wide && transfer == SRGB_TRANSFER).then(|| {
        ColorProfile::new_from_cicp(CicpProfile {
            color_primaries,
            transfer_characteristics: TransferCharacteristics::Srgb,
            matrix_coefficients: MatrixCoefficients::Identity,
            full_range: true,
        })
    })
}

/// What a profile is called.
pub(crate) fn name(profile: &ColorProfile) -> Option<String> {
    const LONGEST: usize = 120;
    let name = match (&profile.description, &profile.cicp) {
        (Some(ProfileText::PlainString(name)), _) => name,
        (Some(ProfileText::Description(name)), _) => &name.ascii_string,
        (Some(ProfileText::Localizable(names)), _) => {
            let english = names.iter().find(|name| name.language == "en");
            &english.or(names.first())?.value
        }
        (None, Some(CicpProfile { color_primaries: CicpColorPrimaries::Smpte432, .. })) => "Display P3",
        (None, Some(CicpProfile { color_primaries: CicpColorPrimaries::Bt2020, .. })) => "BT.2020",
        (None, _) => return None,
    };
    let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

pub(crate) fn to_srgb(stored: Stored) -> Result<RgbImage, ImageError> {
    let Stored { width, height, channels, samples, profile, .. } = stored;
    let managed = profile.and_then(|profile| managed(&profile, channels, &samples));
    let pixels = match (managed, channels) {
        (Some(pixels), _) => pixels,
        (None, Channels::Rgb) => samples,
        (None, Channels::Grey) => samples.iter().flat_map(|grey| [*grey; 3]).collect(),
        (None, Channels::Cmyk) => without_profile(&samples),
    };
    RgbImage::new(width, height, pixels)
}

/// The pixels in sRGB; `None` when they are that already or the profile is of no use.
fn managed(profile: &ColorProfile, channels: Channels, samples: &[u8]) -> Option<Vec<u8>> {
    let layout = match (profile.color_space, channels) {
        (DataColorSpace::Rgb, Channels::Rgb) => Layout::Rgb,
        (DataColorSpace::Gray, Channels::Grey) => Layout::Gray,
        (DataColorSpace::Cmyk, Channels::Cmyk) => Layout::Rgba,
        _ => return None,
    };
    let srgb = ColorProfile::new_srgb();
    let transform =
        profile.create_transform_8bit(layout, &srgb, Layout::Rgb, TransformOptions::default()).ok()?;
    let run = |samples: &[u8]| {
        let mut pixels = vec![0; samples.len() / channels.count() * 3];
        let chunks = samples.chunks(CHUNK_PIXELS * channels.count());
        for (from, to) in chunks.zip(pixels.chunks_mut(CHUNK_PIXELS * 3)) {
            transform.transform(from, to).ok()?;
        }
        Some(pixels)
    };
    if channels == Channels::Rgb {
        let probes = probe_colours();
        let unchanged = run(&probes)?.iter().zip(&probes).all(|(after, before)| after.abs_diff(*before) <= 1);
        if unchanged {
            return None;
        }
    }
    run(samples)
}

/// Colours spread over the whole cube. A profile that leaves them alone is sRGB under whatever name.
fn probe_colours() -> Vec<u8> {
    const LEVELS: [u8; 6] = [0, 24, 80, 136, 200, 255];
    LEVELS
        .iter()
        .flat_map(|r| LEVELS.iter().flat_map(move |g| LEVELS.iter().flat_map(move |b| [*r, *g, *b])))
        .collect()
}

/// The plain reading of ink amounts, without any knowledge of the inks.
fn without_profile(cmyk: &[u8]) -> Vec<u8> {
    let (pixels, _) = cmyk.as_chunks::<4>();
    let light = |ink: u8, black: u8| (u32::from(255 - ink) * u32::from(255 - black) / 255) as u8;
    pixels.iter().flat_map(|&[c, m, y, k]| [light(c, k), light(m, k), light(y, k)]).collect()
}
