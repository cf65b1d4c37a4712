//! The time, as the catalog stores it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix time in milliseconds; 0 on a clock set before 1970.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis() as i64)
}
