//! A Brotli stream (RFC 7932) that unfolds to more than a million times its size, which no encoder would write so well.

/// The longest block, and how many of them make a gigabyte.
const BLOCK: u64 = 1 << 24;
const BLOCKS: usize = 64;

/// 820 bytes.
pub(crate) fn gigabyte_of_zeros() -> Vec<u8> {
    // The window's size, the smallest.
    let mut bits = vec![false];
    for _ in 0..BLOCKS {
        put_block(&mut bits);
    }
    // A last block, which is empty.
    put(&mut bits, 0b11, 2);
    bytes(&bits)
}

/// A stream that asks for a window of a gigabyte, which is no part of RFC 7932, and for a block as long to fill it.
pub(crate) fn wide() -> Vec<u8> {
    const LARGE_WINDOW: u64 = 0b0001_0001;
    const LARGEST: u64 = 30;
    let mut bits = Vec::new();
    put(&mut bits, LARGE_WINDOW, 8);
    put(&mut bits, LARGEST, 6);
    for _ in 0..BLOCKS {
        put_block(&mut bits);
    }
    put(&mut bits, 0b11, 2);
    bytes(&bits)
}

/// Four zeros, and then a copy from four bytes back as long as there can be. All codes have one symbol, which takes no
/// bits; four bytes back is where a stream looks that has named no other distance.
fn put_block(bits: &mut Vec<bool>) {
    const INSERTED: u64 = 4;
    const SHORTEST_OF_LONGEST_COPIES: u64 = 2118;
    /// Four literals, and a copy whose length follows in 24 bits.
    const COMMAND: u64 = 384 + (4 << 3) + 7;
    // Not the last; its length in six nibbles; compressed.
    put(bits, 0, 1);
    put(bits, 2, 2);
    put(bits, BLOCK - 1, 24);
    put(bits, 0, 1);
    // One type of block for each of literals, commands and distances; no direct distances; one context and tree.
    put(bits, 0, 3 + 6 + 2 + 2);
    // The three codes, each a simple one of one symbol.
    for (symbol, width) in [(0, 8), (COMMAND, 10), (0, 6)] {
        put(bits, 1, 4);
        put(bits, symbol, width);
    }
    put(bits, BLOCK - INSERTED - SHORTEST_OF_LONGEST_COPIES, 24);
}

/// The lowest bit first.
fn put(bits: &mut Vec<bool>, value: u64, width: u32) {
    bits.extend((0..width).map(|bit| value >> bit & 1 == 1));
}

fn bytes(bits: &[bool]) -> Vec<u8> {
    bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect()
}
