//! Damage to files, the same on every run: what fuzzing does, without its eyes.

/// Makes variants of files.
#[derive(Debug)]
pub struct Mutator {
    state: u64,
}

/// Numbers at which programs miscount.
const EDGES: [u32; 12] =
    [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x0001_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];

impl Mutator {
    /// The same seed makes the same variants.
    pub fn new(seed: u64) -> Self {
        Self { state: seed | 1 }
    }

    /// One of `files`, changed in a few places, perhaps with a part of another.
    pub fn variant(&mut self, files: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = files[self.below(files.len())].clone();
        for _ in 0..=self.below(4) {
            let other = &files[self.below(files.len())];
            self.change(&mut bytes, other);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        if bytes.is_empty() {
            bytes.push(self.below(256) as u8);
            return;
        }
        let at = self.below(bytes.len());
        let length = 1 + self.below(bytes.len() - at).min(64);
        match self.below(8) {
            0 | 1 => bytes[at] ^= 1 << self.below(8),
            2 => bytes[at] = self.below(256) as u8,
            3 | 4 => self.put_edge(bytes, at),
            5 => drop(bytes.drain(at..at + length)),
            6 => {
                let part = bytes[at..at + length].to_vec();
                let to = self.below(bytes.len());
                bytes.splice(to..to, part);
            }
            _ => self.graft(bytes, other),
        }
    }

    /// A number of one, two or four bytes, in either order.
    fn put_edge(&mut self, bytes: &mut [u8], at: usize) {
        let edge = EDGES[self.below(EDGES.len())];
        let number = if self.below(2) == 0 { edge.to_be_bytes() } else { edge.to_le_bytes() };
        let width = [1, 2, 4][self.below(3)].min(bytes.len() - at);
        // The low bytes are at the end of the one and at the start of the other; either may be zeros.
        bytes[at..at + width].copy_from_slice(&number[4 - width..]);
    }

    /// The end of another file in place of one's own.
    fn graft(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        if !other.is_empty() {
            bytes.truncate(self.below(bytes.len()));
            bytes.extend(&other[self.below(other.len())..]);
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % bound as u64) as usize
    }
}
