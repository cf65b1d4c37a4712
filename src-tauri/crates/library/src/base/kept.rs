//! The values that were used last, by a row's id: so many, and no more. What is dropped can be made again.

use std::collections::VecDeque;

use parking_lot::Mutex;

/// Values that are cheap to clone, the one used last in front.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    values: Mutex<VecDeque<(i64, T)>>,
    most: usize,
}

impl<T: Clone> Kept<T> {
    /// Keeps so many values at most.
    pub(crate) fn new(most: usize) -> Self {
        Self { values: Mutex::default(), most }
    }

    /// The value of an id, if it is still there.
    pub(crate) fn get(&self, id: i64) -> Option<T> {
        let mut values = self.values.lock();
        let place = values.iter().position(|(known, _)| *known == id)?;
        let found = values.remove(place)?;
        let value = found.1.clone();
        values.push_front(found);
        Some(value)
    }

    /// Keeps a value, in place of the one that was used longest ago.
    pub(crate) fn keep(&self, id: i64, value: T) {
        let mut values = self.values.lock();
        values.push_front((id, value));
        values.truncate(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let kept = Kept::new(2);
        kept.keep(1, "one");
        kept.keep(2, "two");
        assert_eq!(kept.get(1), Some("one"));
        kept.keep(3, "three");
        assert_eq!([1, 2, 3].map(|id| kept.get(id)), [Some("one"), None, Some("three")]);
    }
}
