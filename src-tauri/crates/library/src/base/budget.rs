//! Bounds the memory of photos in flight by bytes or by their number, not by how many threads there are.

use parking_lot::{Condvar, Mutex};

/// A number of bytes, or of places, that photos in flight share.
#[derive(Debug)]
pub(crate) struct Budget {
    total: u64,
    free: Mutex<u64>,
    returned: Condvar,
}

/// A share taken from a [`Budget`]; it goes back when this is dropped.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    pub(crate) fn new(total: u64) -> Self {
        Self { total, free: Mutex::new(total), returned: Condvar::new() }
    }

    /// Waits until `bytes` are free. A request above the total waits for all of it, so that one huge photo
    /// is handled alone rather than never.
    pub(crate) fn acquire(&self, bytes: u64) -> Permit<'_> {
        let bytes = bytes.min(self.total);
        let mut free = self.free.lock();
        while *free < bytes {
            self.returned.wait(&mut free);
        }
        *free -= bytes;
        Permit { budget: self, bytes }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.budget.free.lock() += self.bytes;
        self.budget.returned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn never_hands_out_more_than_it_has() {
        let budget = Budget::new(100);
        let (used, peak) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (budget, used, peak) = (&budget, &used, &peak);
                scope.spawn(move || {
                    for round in 0..200 {
                        let bytes = (thread * 13 + round * 7) % 140;
                        let _permit = budget.acquire(bytes);
                        let held = bytes.min(100);
                        peak.fetch_max(used.fetch_add(held, Ordering::SeqCst) + held, Ordering::SeqCst);
                        std::thread::yield_now();
                        used.fetch_sub(held, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(peak.load(Ordering::SeqCst) <= 100);
        assert_eq!(*budget.free.lock(), 100, "every byte came back");
    }
}
