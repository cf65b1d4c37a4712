//! A fixed random-like rotation, after which the signs of a vector's components say most about its direction.
//!
//! Embeddings have few large components and many small ones; rotated, all components carry about as much. It is made
//! of sign flips and fast Walsh-Hadamard transforms, so it needs no memory and `n log n` steps. It is the same in every
//! build of this version: codes made with it are stored.

use crate::recall::scramble;

/// Rounds of flips and transforms; each covers a block at one end, so two are the least for lengths that are no power
/// of two.
const ROUNDS: u64 = 4;

/// Rotates a vector in place. Its length stays, up to rounding.
pub(crate) fn rotate(vector: &mut [f32]) {
    let length = vector.len();
    if length == 0 {
        return;
    }
    let block = 1 << length.ilog2();
    for round in 0..ROUNDS {
        flip_signs(vector, round);
        let start = if round % 2 == 0 { 0 } else { length - block };
        transform(&mut vector[start..start + block]);
    }
}

fn flip_signs(vector: &mut [f32], round: u64) {
    for (n, chunk) in vector.chunks_mut(64).enumerate() {
        let flips = scramble((round << 32) | n as u64);
        for (bit, value) in chunk.iter_mut().enumerate() {
            if flips >> bit & 1 == 1 {
                *value = -*value;
            }
        }
    }
}

/// The fast Walsh-Hadamard transform of a power of two of values, scaled to keep their length.
fn transform(values: &mut [f32]) {
    let mut half = 1;
    while half < values.len() {
        for pair in values.chunks_exact_mut(2 * half) {
            let (left, right) = pair.split_at_mut(half);
            for (left, right) in left.iter_mut().zip(right) {
                (*left, *right) = (*left + *right, *left - *right);
            }
        }
        half *= 2;
    }
    let scale = (values.len() as f32).sqrt().recip();
    for value in values {
        *value *= scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_angles_stay() {
        for length in [1, 2, 3, 64, 100, 1280] {
            let (mut a, mut b) = (vec![0.0; length], vec![0.0; length]);
            a[length / 2] = 3.0;
            b.iter_mut().enumerate().for_each(|(n, value)| *value = (n % 7) as f32 - 2.5);
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let before = (dot(&a, &a), dot(&a, &b));
            rotate(&mut a);
            rotate(&mut b);
            assert!((dot(&a, &a) - before.0).abs() < 1e-3, "{length}");
            assert!((dot(&a, &b) - before.1).abs() < 1e-2, "{length}");
        }
    }

    #[test]
    fn one_large_component_becomes_many_small_ones() {
        let mut vector = vec![0.0; 1280];
        vector[1279] = 1.0;
        rotate(&mut vector);
        assert!(vector.iter().all(|value| value.abs() < 0.2), "all 1280 have a share");
        assert!(vector.iter().filter(|value| value.abs() > 0.005).count() > 900);
    }
}
