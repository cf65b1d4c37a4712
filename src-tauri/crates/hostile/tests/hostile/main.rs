//! What files that mean harm come to: those made to, and variants of sound ones.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test fails by panicking")]

mod memory;
mod peak;
mod pictures;
mod targets;

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A process has one peak of memory: nothing else runs while that is measured.
static MEMORY: RwLock<()> = RwLock::new(());

fn alone() -> RwLockWriteGuard<'static, ()> {
    MEMORY.write().unwrap_or_else(PoisonError::into_inner)
}

fn beside_others() -> RwLockReadGuard<'static, ()> {
    MEMORY.read().unwrap_or_else(PoisonError::into_inner)
}
