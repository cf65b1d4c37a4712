//! What goes on by itself, and what is asked of the library as a whole: bringing it up to date, once or while it is watched,
//! its state in numbers, checking and mending it.
//!
//! It conducts the rooms below, all of which it may use.

pub(crate) mod live;
pub(crate) mod status;
pub(crate) mod storage;
pub(crate) mod up_to_date;
pub(crate) mod verify;
pub(crate) mod watch;
