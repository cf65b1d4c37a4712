//! Finds hashes that differ from one in few bits, by looking at all of them: a hundred thousand take less time than a
//! search of the graph.
//!
//! What the bits stand for is the affair of whoever makes them.

/// Calls `found` with the place and distance, in bits, of every hash that is at most `distance` from this one.
pub fn each_within(hash: u64, hashes: &[u64], distance: u32, found: impl FnMut(usize, u32)) {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("popcnt") {
        // SAFETY: the processor has this instruction.
        unsafe { with_popcnt(hash, hashes, distance, found) };
        return;
    }
    scan(hash, hashes, distance, found);
}

/// Without the instruction, which is not among those that a compiler may take for granted, counting takes ten times as
/// long.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt")]
fn with_popcnt(hash: u64, hashes: &[u64], distance: u32, found: impl FnMut(usize, u32)) {
    scan(hash, hashes, distance, found);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled for what its caller may use")]
fn scan(hash: u64, hashes: &[u64], distance: u32, mut found: impl FnMut(usize, u32)) {
    for (place, other) in hashes.iter().enumerate() {
        let bits = (hash ^ other).count_ones();
        if bits <= distance {
            found(place, bits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_found_by_the_bits_that_differ() {
        let hashes = [0b1011, 0b0100, u64::MAX, 0b1011 | 1 << 63];
        let mut found = Vec::new();
        each_within(0b1011, &hashes, 1, |place, bits| found.push((place, bits)));
        assert_eq!(found, [(0, 0), (3, 1)]);
        found.clear();
        scan(0b1011, &hashes, 4, |place, bits| found.push((place, bits)));
        assert_eq!(found, [(0, 0), (1, 4), (3, 1)]);
    }
}
