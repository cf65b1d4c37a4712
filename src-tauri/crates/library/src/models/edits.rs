//! The mild edits that a near-identical picture may have gone through, made on pixels in memory.
//!
//! They are those of the model cards, but for reductions: they are made on thumbnails, which are small as they are.

use imaging::{ImageError, Limits, RgbImage};

/// How many edits there are.
pub(crate) const EDITS: usize = 8;

/// An edited picture: its pixels, and the part of them that is left.
pub(crate) struct Edited {
    pub(crate) image: RgbImage,
    pub(crate) part: Option<image_embedder::Region>,
}

/// One of the edits of a picture. `seed` says where a crop lies.
pub(crate) fn edited(image: &RgbImage, edit: usize, seed: u64) -> Result<Edited, ImageError> {
    let (quality, cropped, brightness) = [
        (Some(30), 0.0, 1.0),
        (Some(60), 0.0, 1.0),
        (Some(90), 0.0, 1.0),
        (None, 0.02, 1.0),
        (None, 0.05, 1.0),
        (Some(60), 0.05, 1.0),
        (None, 0.0, 0.85),
        (None, 0.0, 1.15),
    ][edit % EDITS];
    let pixels = image.pixels().iter().map(|&value| (f32::from(value) * brightness).round() as u8).collect();
    let mut edited = RgbImage::new(image.width(), image.height(), pixels)?;
    if let Some(quality) = quality {
        let jpeg = imaging::encode_jpeg(&edited, quality)?;
        edited = imaging::decode(&jpeg, None, &Limits::default())?.image;
    }
    let part = (cropped > 0.0).then(|| crop((edited.width(), edited.height()), cropped, seed));
    Ok(Edited { image: edited, part })
}

/// All but a share of each side, somewhere.
fn crop((width, height): (u32, u32), share: f64, seed: u64) -> image_embedder::Region {
    let side = |length: u32, seed: u64| {
        let kept = ((f64::from(length) * (1.0 - share)).round() as u32).clamp(1, length);
        let first = seed % u64::from(length - kept + 1);
        (first as u32, kept)
    };
    let ((x, width), (y, height)) = (side(width, seed), side(height, seed / 7));
    image_embedder::Region { x, y, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edit_changes_a_picture_and_keeps_most_of_it() {
        let pixels: Vec<u8> = (0..60 * 40 * 3).map(|n: u32| (n * n / 7 % 251) as u8).collect();
        let image = RgbImage::new(60, 40, pixels).unwrap();
        for edit in 0..EDITS {
            let Edited { image: changed, part } = edited(&image, edit, 5).unwrap();
            assert!(part.is_some() || changed.pixels() != image.pixels(), "{edit}");
            if let Some(part) = part {
                assert!(part.x + part.width <= 60 && part.y + part.height <= 40, "{edit}: {part:?}");
                assert!(part.width >= 57 && part.height >= 38, "{edit}: {part:?}");
            }
        }
    }
}
