//! The eight ways a stored picture can have to be turned, and turning it.

use crate::error::ImageError;
use crate::pixels::RgbImage;

/// How stored pixels become upright ones: a mirror image or not, then a clockwise turn.
///
/// The numbers are the values of the EXIF tag Orientation (CIPA DC-008, 4.6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Orientation {
    /// Stored upright.
    #[default]
    Upright = 1,
    /// Mirror left and right.
    Mirrored = 2,
    /// Turn by 180 degrees.
    Turned180 = 3,
    /// Mirror top and bottom.
    MirroredTurned180 = 4,
    /// Mirror left and right, then turn 270 degrees clockwise (swap rows and columns).
    MirroredTurned270 = 5,
    /// Turn 90 degrees clockwise.
    Turned90 = 6,
    /// Mirror left and right, then turn 90 degrees clockwise.
    MirroredTurned90 = 7,
    /// Turn 270 degrees clockwise.
    Turned270 = 8,
}

impl Orientation {
    /// From the EXIF value; anything outside 1 to 8 means nothing and counts as upright.
    pub fn from_exif(value: u32) -> Self {
        match value {
            2 => Self::Mirrored,
            3 => Self::Turned180,
            4 => Self::MirroredTurned180,
            5 => Self::MirroredTurned270,
            6 => Self::Turned90,
            7 => Self::MirroredTurned90,
            8 => Self::Turned270,
            _ => Self::Upright,
        }
    }

    /// The EXIF value, 1 to 8.
    pub fn to_exif(self) -> u8 {
        self as u8
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        self.to_exif() >= 5
    }

    /// This, and after it a turn by `quarters` of a circle, clockwise.
    pub(crate) fn then_turned(self, quarters: u8) -> Self {
        let (mirrored, turned) = self.parts();
        Self::from_parts(mirrored, turned + quarters)
    }

    /// This, and after it left and right exchanged.
    pub(crate) fn then_mirrored(self) -> Self {
        let (mirrored, turned) = self.parts();
        // Mirroring after a turn is the opposite turn after mirroring.
        Self::from_parts(!mirrored, 4 - turned)
    }

    /// Whether left and right are exchanged first, and the clockwise quarter turns that follow.
    fn parts(self) -> (bool, u8) {
        match self {
            Self::Upright => (false, 0),
            Self::Turned90 => (false, 1),
            Self::Turned180 => (false, 2),
            Self::Turned270 => (false, 3),
            Self::Mirrored => (true, 0),
            Self::MirroredTurned90 => (true, 1),
            Self::MirroredTurned180 => (true, 2),
            Self::MirroredTurned270 => (true, 3),
        }
    }

    fn from_parts(mirrored: bool, quarters: u8) -> Self {
        match (mirrored, quarters % 4) {
            (false, 0) => Self::Upright,
            (false, 1) => Self::Turned90,
            (false, 2) => Self::Turned180,
            (false, _) => Self::Turned270,
            (true, 0) => Self::Mirrored,
            (true, 1) => Self::MirroredTurned90,
            (true, 2) => Self::MirroredTurned180,
            (true, _) => Self::MirroredTurned270,
        }
    }

    /// The upright size of a picture stored as `width` x `height`.
    pub(crate) fn upright(self, width: u32, height: u32) -> (u32, u32) {
        if self.swaps_sides() { (height, width) } else { (width, height) }
    }

    /// Turns stored pixels upright.
    ///
    /// # Errors
    /// None: it makes as many pixels as there were.
    pub fn apply(self, image: RgbImage) -> Result<RgbImage, ImageError> {
        if self == Self::Upright {
            return Ok(image);
        }
        let (stored_width, stored_height) = (image.width() as usize, image.height() as usize);
        let (width, height) = self.upright(image.width(), image.height());
        // Where the top left upright pixel is stored, and how far away its right and lower neighbours are.
        let (right, below) = (stored_width - 1, (stored_height - 1) * stored_width);
        let (step, row) = (1_isize, stored_width as isize);
        let (start, next, next_row) = match self {
            Self::Upright => (0, step, row),
            Self::Mirrored => (right, -step, row),
            Self::Turned180 => (below + right, -step, -row),
            Self::MirroredTurned180 => (below, step, -row),
            Self::MirroredTurned270 => (0, row, step),
            Self::Turned90 => (below, -row, step),
            Self::MirroredTurned90 => (below + right, -row, -step),
            Self::Turned270 => (right, row, -step),
        };
        let (source, _) = image.pixels().as_chunks::<3>();
        let mut upright = Vec::with_capacity(image.pixels().len());
        for y in 0..height as isize {
            let first = start as isize + y * next_row;
            for x in 0..width as isize {
                upright.extend_from_slice(&source[(first + x * next) as usize]);
            }
        }
        RgbImage::new(width, height, upright)
    }
}
