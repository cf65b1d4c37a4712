//! Messages between the library and a reader, each with an open file if need be.
//!
//! A message is its length in four bytes and then as many bytes. It knows nothing of what messages mean.

#[cfg(unix)]
mod socket;
#[cfg(unix)]
pub(crate) use socket::{Attachment, Channel};

#[cfg(any(not(unix), test))]
mod pipes;
#[cfg(not(unix))]
pub(crate) use pipes::{Attachment, Channel};

use std::io;
use std::time::Duration;

/// How often it is asked whether anybody still waits for a message.
const LOOK: Duration = Duration::from_millis(50);

/// The head of a message of this length.
fn head(body: &[u8]) -> io::Result<[u8; 4]> {
    let length = u32::try_from(body.len());
    length
        .map(u32::to_le_bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "the message is too long"))
}

/// The length that a head announces, `longest` at most.
fn length(head: [u8; 4], longest: usize) -> io::Result<usize> {
    let length = u32::from_le_bytes(head) as usize;
    if length > longest {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the message is too long"));
    }
    Ok(length)
}
