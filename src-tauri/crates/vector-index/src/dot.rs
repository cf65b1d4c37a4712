//! The dot product of two int8 vectors: the one hot loop of every search.

/// The dot product. Both slices have the same length, at most [`crate::MAX_DIMENSION`].
pub(crate) fn dot(a: &[i8], b: &[i8]) -> i32 {
    debug_assert_eq!(a.len(), b.len());
    portable(a, b)
}

/// A plain loop. The additions wrap because a checked one cannot be vectorised; at [`crate::MAX_DIMENSION`] they
/// stay within `i32`.
#[inline(always)]
fn portable(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).fold(0_i32, |sum, (&x, &y)| sum.wrapping_add(i32::from(x) * i32::from(y)))
}
