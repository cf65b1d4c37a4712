//! How sharp a picture is, for choosing among several of the same thing. It says nothing across different scenes.

use crate::pixels::RgbImage;

/// The mean absolute Laplacian of the brightness, in steps of 255: the more and the harder the edges, the larger.
/// Compare pictures of the same scene in the same size.
pub fn sharpness(image: &RgbImage) -> f64 {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let brightness: Vec<i32> = image
        .pixels()
        .chunks_exact(3)
        // ITU-R BT.601 in 256ths.
        .map(|pixel| (77 * i32::from(pixel[0]) + 150 * i32::from(pixel[1]) + 29 * i32::from(pixel[2])) >> 8)
        .collect();
    let inner = width.saturating_sub(2) * height.saturating_sub(2);
    if inner == 0 {
        return 0.0;
    }
    let sum: u64 = brightness
        .windows(2 * width + 1)
        .enumerate()
        // The window begins above a pixel and ends below it.
        .filter(|(start, _)| (1..width - 1).contains(&(start % width)))
        .map(|(start, around)| {
            let here = start + width;
            let beside = brightness[here - 1] + brightness[here + 1];
            u64::from((4 * around[width] - around[0] - around[2 * width] - beside).unsigned_abs())
        })
        .sum();
    sum as f64 / inner as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stripes as wide as this, with edges softened over as many pixels.
    fn stripes(softness: i32) -> RgbImage {
        let (width, height) = (64, 48);
        let value = |x: i32| (((x % 16 - 8).abs() - 4) * 255 / softness + 128).clamp(0, 255) as u8;
        let pixels = (0..height).flat_map(|_| (0..width).flat_map(|x| [value(x); 3])).collect();
        RgbImage::new(width as u32, height as u32, pixels).unwrap()
    }

    #[test]
    fn harder_edges_are_sharper() {
        assert!(sharpness(&stripes(1)) > 1.5 * sharpness(&stripes(6)));
    }

    #[test]
    fn what_has_no_inside_is_not_sharp() {
        let line = RgbImage::new(2, 90, vec![7; 2 * 90 * 3]).unwrap();
        assert!(sharpness(&line).abs() < f64::EPSILON);
    }
}
