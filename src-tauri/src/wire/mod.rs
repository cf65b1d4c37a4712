//! What crosses to the window and back: plain data, camel case, paths as text for reading only.
//!
//! The TypeScript side is generated from these types (`ui/src/lib/backend/types.ts`). Photos are named by id and
//! foreign images by a key that the shell gave out: the window never names a file for us to read.
//!
//! Each file holds one theme, with what turns its types into the library's and back.

mod duplicates;
mod incoming;
mod models;
mod overview;
mod photos;
mod queries;
mod settings;

pub use duplicates::*;
pub use incoming::*;
pub use library::{Band, KeepReason, ModelState, Place, Shot, Verdict};
pub use models::*;
pub use overview::*;
pub use photos::*;
pub use queries::*;
pub use settings::*;

/// Ids count up from 1 and never reach the end of 32 bits in a library of photos.
fn id(id: i64) -> u32 {
    u32::try_from(id).unwrap_or(u32::MAX)
}

fn count(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
