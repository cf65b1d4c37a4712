//! What a format's reader hands over: a header without pixels, and pixels as they are stored.
//!
//! Reduction, colour and orientation are the same for every format and happen afterwards, in that order.

use moxcms::ColorProfile;

use crate::orientation::Orientation;
use crate::shot::Shot;

/// What a file says about its picture before anything is decoded.
pub(crate) struct Header {
    /// Size as stored, before the orientation is applied.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) orientation: Orientation,
    pub(crate) captured_at: Option<String>,
    pub(crate) shot: Shot,
    /// Estimated bytes that the decoder holds at its peak besides the pixels it returns after reduction.
    pub(crate) decoder_bytes: u64,
}

impl Header {
    pub(crate) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// What the samples of a pixel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channels {
    Grey,
    Rgb,
    /// Ink amounts: 255 is full ink.
    Cmyk,
}

impl Channels {
    pub(crate) fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }
}

/// Decoded pixels, eight bits a sample, tightly packed, not yet upright and not yet sRGB.
pub(crate) struct Stored {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) channels: Channels,
    pub(crate) samples: Vec<u8>,
    /// What the samples mean, if not sRGB.
    pub(crate) profile: Option<ColorProfile>,
    /// How much of the picture is missing, in thousandths, see [`crate::partial`].
    pub(crate) missing: u16,
}
