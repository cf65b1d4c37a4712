//! Numbers for choosing moments and files: xorshift64, the same in every run.

use std::time::Duration;

pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    pub(crate) fn part_of(&mut self, span: Duration) -> Duration {
        span.mul_f64(self.below(1000) as f64 / 1000.0)
    }
}
