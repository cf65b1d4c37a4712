//! The same work on many items, on several threads. Each thread takes the next item when it is done with one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::{LibraryError, Result};

/// What `work` makes of each item, in their order. The first failure ends it.
pub(crate) fn map<T: Sync, U: Send>(
    threads: usize,
    items: &[T],
    work: impl Fn(&T) -> Result<U> + Sync,
) -> Result<Vec<U>> {
    let next = AtomicUsize::new(0);
    let take = || -> Result<Vec<(usize, U)>> {
        let mut done = Vec::new();
        while let place = next.fetch_add(1, Ordering::Relaxed)
            && let Some(item) = items.get(place)
        {
            match work(item) {
                Ok(value) => done.push((place, value)),
                Err(error) => {
                    next.store(items.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(done)
    };
    let mut done = thread::scope(|scope| {
        let started: Vec<_> = (0..threads.clamp(1, items.len().max(1))).map(|_| scope.spawn(take)).collect();
        let mut done = Vec::with_capacity(items.len());
        for thread in started {
            done.extend(thread.join().unwrap_or(Err(LibraryError::WorkerDied))?);
        }
        Ok::<_, LibraryError>(done)
    })?;
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, value)| value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_and_a_failure_ends_it() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(
            map(3, &items, |item| Ok(item * 2)).unwrap(),
            (0..1000).map(|n| n * 2).collect::<Vec<_>>()
        );
        let failed = map(3, &items, |item| if *item == 7 { Err(LibraryError::EmptyQuery) } else { Ok(()) });
        assert!(failed.is_err());
        assert!(map(3, &[0_usize; 0], |item| Ok(*item)).unwrap().is_empty());
    }
}
