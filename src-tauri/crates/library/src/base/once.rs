//! A value that the first to need it makes, while the others wait for it.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::Result;

/// Empty until made. After a failure the next one tries again.
#[derive(Debug)]
pub(crate) struct Once<T>(Mutex<Option<Arc<T>>>);

impl<T> Once<T> {
    /// The value; made now if there is none.
    pub(crate) fn get_or_make(&self, make: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        let mut slot = self.0.lock();
        if let Some(value) = &*slot {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(make()?);
        *slot = Some(Arc::clone(&value));
        Ok(value)
    }

    /// The value, if there is one; waits for it while it is being made.
    pub(crate) fn get(&self) -> Option<Arc<T>> {
        self.0.lock().clone()
    }
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}
