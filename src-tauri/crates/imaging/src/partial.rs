//! Pictures of which a part is missing: their file ends too early, or has a bad sector in the middle.
//!
//! What is there is shown, and the rest is grey. How much is missing is told with it, as those who compare pictures and
//! those who own them want to know. A picture that shows next to nothing is none.

use crate::error::ImageError;

/// What samples have that are missing.
pub(crate) const GREY: u8 = 128;
/// Of a thousand parts, the most that may be missing.
const MOST: u64 = 980;

/// How much of a whole is missing, in thousandths: at least one where anything is. Where next to all is, the picture
/// cannot be read for this reason.
pub(crate) fn thousandths(missing: u64, whole: u64, reason: ImageError) -> Result<u16, ImageError> {
    if missing == 0 {
        return Ok(0);
    }
    let share = missing.saturating_mul(1000) / whole.max(1);
    if share > MOST { Err(reason) } else { Ok(share.max(1) as u16) }
}

/// Whether a picture that failed for this reason may show a part of itself: not where it is of a kind that is not read, or
/// takes too much memory.
pub(crate) fn is_damage(error: &ImageError) -> bool {
    matches!(error, ImageError::Truncated { .. } | ImageError::Corrupt { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_next_to_nothing_is_no_picture() {
        let share = |missing, whole| thousandths(missing, whole, ImageError::Empty);
        assert_eq!((share(0, 100), share(1, 10_000), share(25, 100)), (Ok(0), Ok(1), Ok(250)));
        assert_eq!(
            (share(98, 100), share(99, 100), share(5, 0)),
            (Ok(980), Err(ImageError::Empty), Err(ImageError::Empty))
        );
    }
}
