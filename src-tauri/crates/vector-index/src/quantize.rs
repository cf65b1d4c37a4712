//! Float vectors to int8, and the cosine of two int8 vectors. The float vectors themselves are not kept.

use crate::dot::dot;
use crate::{Error, Result};

/// The largest dimension: with more, the dot product of two vectors could leave `i32`.
pub const MAX_DIMENSION: usize = i32::MAX as usize / (128 * 128);

/// Scales a float vector so that its largest component becomes 127 or -127, and rounds.
///
/// The scale is lost, which cosine similarity does not notice. The result is never all zeros, so every vector that
/// passes here can be inserted.
///
/// Fails with [`Error::ZeroVector`] or [`Error::NonFinite`].
///
/// ```
/// assert_eq!(vector_index::quantize(&[0.5, -0.25, 0.0])?, [127, -64, 0]);
/// # Ok::<(), vector_index::Error>(())
/// ```
pub fn quantize(vector: &[f32]) -> Result<Vec<i8>> {
    if let Some(position) = vector.iter().position(|value| !value.is_finite()) {
        return Err(Error::NonFinite { position });
    }
    let largest = vector.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    if largest == 0.0 {
        return Err(Error::ZeroVector);
    }
    // Dividing first keeps subnormal and huge values apart from infinity.
    Ok(vector.iter().map(|value| (value / largest * 127.0).round() as i8).collect())
}

/// The cosine of the angle between two int8 vectors, from -1 to 1. It is exactly 1 for equal vectors.
///
/// Fails with [`Error::DimensionMismatch`], [`Error::UnsupportedDimension`] or [`Error::ZeroVector`].
pub fn cosine(a: &[i8], b: &[i8]) -> Result<f32> {
    check_dimension(a.len())?;
    let (norm_a, norm_b) = (squared_norm(a, a.len())?, squared_norm(b, a.len())?);
    Ok(cosine_from_dot(dot(a, b), norm_a, norm_b))
}

/// Refuses dimensions that no index can hold.
pub(crate) fn check_dimension(dimension: usize) -> Result<()> {
    if dimension == 0 || dimension > MAX_DIMENSION {
        return Err(Error::UnsupportedDimension { dimension });
    }
    Ok(())
}

/// The squared length of a vector that has `dimension` components and is not zero.
pub(crate) fn squared_norm(vector: &[i8], dimension: usize) -> Result<i32> {
    if vector.len() != dimension {
        return Err(Error::DimensionMismatch { expected: dimension, actual: vector.len() });
    }
    match dot(vector, vector) {
        0 => Err(Error::ZeroVector),
        norm => Ok(norm),
    }
}

/// Cosine from a dot product and two squared norms.
///
/// In `f64` the product of the norms and its root are exact for equal vectors, so duplicates get exactly 1.
pub(crate) fn cosine_from_dot(dot: i32, squared_norm_a: i32, squared_norm_b: i32) -> f32 {
    let norms = (f64::from(squared_norm_a) * f64::from(squared_norm_b)).sqrt();
    (f64::from(dot) / norms).clamp(-1.0, 1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_direction_whatever_the_scale() {
        let vector = [0.3, -0.7, 0.1, 0.02];
        let expected = quantize(&vector).unwrap();
        for scale in [1e-37_f32, 1e-3, 1.0, 1e38] {
            assert_eq!(quantize(&vector.map(|value| value * scale)).unwrap(), expected);
        }
        assert_eq!(expected, [54, -127, 18, 4]);
    }

    #[test]
    fn refuses_vectors_without_a_direction() {
        assert!(matches!(quantize(&[0.0, -0.0]), Err(Error::ZeroVector)));
        assert!(matches!(quantize(&[]), Err(Error::ZeroVector)));
        assert!(matches!(quantize(&[1.0, f32::NAN]), Err(Error::NonFinite { position: 1 })));
        assert!(matches!(quantize(&[f32::NEG_INFINITY, 1.0]), Err(Error::NonFinite { position: 0 })));
        assert!(matches!(cosine(&[0, 0], &[1, 0]), Err(Error::ZeroVector)));
        assert!(matches!(cosine(&[1, 0], &[0, 0]), Err(Error::ZeroVector)));
        assert!(matches!(cosine(&[], &[]), Err(Error::UnsupportedDimension { dimension: 0 })));
        assert!(matches!(cosine(&[1], &[1, 2]), Err(Error::DimensionMismatch { expected: 1, actual: 2 })));
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "these results are exact")]
    fn cosine_is_exact_at_the_ends() {
        let extreme = vec![-128_i8; MAX_DIMENSION];
        assert_eq!(cosine(&extreme, &extreme).unwrap(), 1.0);
        let vector = [3, -4, 12, 127, -128];
        assert_eq!(cosine(&vector, &vector).unwrap(), 1.0);
        assert_eq!(cosine(&[3, 4], &[-3, -4]).unwrap(), -1.0);
        assert_eq!(cosine(&[3, 4], &[-4, 3]).unwrap(), 0.0);
    }
}
