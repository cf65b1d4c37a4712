//! The dot product of two int8 vectors: the one hot loop of every search and build.
//!
//! Release builds target the plainest processor of a kind, so the instructions are chosen when the program runs. On
//! ARM the portable loop needs no help: NEON is always there, and compilers use it.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_shuffle_epi32,
    _mm256_add_epi32, _mm256_castsi256_si128, _mm256_cvtepi8_epi16, _mm256_extracti128_si256,
    _mm256_madd_epi16, _mm256_setzero_si256, _mm512_dpbusd_epi32, _mm512_loadu_si512,
    _mm512_reduce_add_epi32, _mm512_set1_epi8, _mm512_setzero_si512, _mm512_sub_epi32, _mm512_xor_si512,
};

/// The dot product. Both slices have the same length, at most [`crate::MAX_DIMENSION`].
pub(crate) fn dot(a: &[i8], b: &[i8]) -> i32 {
    debug_assert_eq!(a.len(), b.len());
    #[cfg(target_arch = "x86_64")]
    {
        if std::is_x86_feature_detected!("avx512vnni") && std::is_x86_feature_detected!("avx512bw") {
            // SAFETY: the processor has these instructions.
            return unsafe { avx512_vnni(a, b) };
        }
        if std::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has these instructions.
            return unsafe { avx2(a, b) };
        }
    }
    portable(a, b)
}

/// 64 components at once. The instruction multiplies unsigned by signed numbers, so `a` is raised by 128, and what
/// that adds to the sum is taken off again.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[expect(clippy::cast_ptr_alignment, reason = "the loads need no alignment")]
fn avx512_vnni(a: &[i8], b: &[i8]) -> i32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<64>(), b.as_chunks::<64>());
    let raise = _mm512_set1_epi8(i8::MIN);
    let (mut raised, mut added) = (_mm512_setzero_si512(), _mm512_setzero_si512());
    for (a, b) in a.iter().zip(b) {
        // SAFETY: each chunk is 64 bytes, and the loads need no alignment.
        let (a, b) = unsafe {
            (
                _mm512_loadu_si512(a.as_ptr().cast::<__m512i>()),
                _mm512_loadu_si512(b.as_ptr().cast::<__m512i>()),
            )
        };
        raised = _mm512_dpbusd_epi32(raised, _mm512_xor_si512(a, raise), b);
        added = _mm512_dpbusd_epi32(added, raise, b);
    }
    _mm512_reduce_add_epi32(_mm512_sub_epi32(raised, added)).wrapping_add(portable(a_rest, b_rest))
}

/// 16 components at once, widened to 16 bits.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[expect(clippy::cast_ptr_alignment, reason = "the load needs no alignment")]
fn avx2(a: &[i8], b: &[i8]) -> i32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let widen = |chunk: &[i8; 16]| -> __m256i {
        // SAFETY: the chunk is 16 bytes, and the load needs no alignment.
        _mm256_cvtepi8_epi16(unsafe { _mm_loadu_si128(chunk.as_ptr().cast::<__m128i>()) })
    };
    let sums = a.iter().zip(b).fold(_mm256_setzero_si256(), |sums, (a, b)| {
        _mm256_add_epi32(sums, _mm256_madd_epi16(widen(a), widen(b)))
    });
    let four = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
    let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
    let one = _mm_add_epi32(two, _mm_shuffle_epi32::<0b10_11_00_01>(two));
    _mm_cvtsi128_si32(one).wrapping_add(portable(a_rest, b_rest))
}

/// A plain loop that compilers vectorise. The additions wrap because checked ones cannot be vectorised; at
/// [`crate::MAX_DIMENSION`] the sum still fits.
fn portable(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).fold(0_i32, |sum, (&x, &y)| sum.wrapping_add(i32::from(x) * i32::from(y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(a: &[i8], b: &[i8]) -> i64 {
        a.iter().zip(b).map(|(&x, &y)| i64::from(x) * i64::from(y)).sum()
    }

    #[test]
    fn every_way_gives_the_same_sum_at_every_length() {
        let a: Vec<i8> = (0..400).map(|i| (i * 37 % 256) as u8 as i8).collect();
        let b: Vec<i8> = (0..400).map(|i| (i * 91 % 256) as u8 as i8).collect();
        for length in 0..a.len() {
            let (a, b) = (&a[..length], &b[..length]);
            assert_eq!(i64::from(dot(a, b)), exact(a, b));
            assert_eq!(i64::from(portable(a, b)), exact(a, b));
            #[cfg(target_arch = "x86_64")]
            if std::is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has these instructions.
                assert_eq!(i64::from(unsafe { avx2(a, b) }), exact(a, b));
            }
        }
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        for (x, y) in [(-128, -128), (-128, 127), (127, 127)] {
            let (a, b) = (vec![x; crate::MAX_DIMENSION], vec![y; crate::MAX_DIMENSION]);
            assert_eq!(i64::from(dot(&a, &b)), exact(&a, &b));
        }
    }
}
