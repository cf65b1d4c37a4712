//! Messages between the library and a reader, each with an open file if need be.
//!
//! A message is its length in four bytes and then as many bytes. It knows nothing of what messages mean.

#[cfg(unix)]
mod socket;
#[cfg(unix)]
pub(crate) use socket::Channel;

#[cfg(any(not(unix), test))]
mod pipes;
#[cfg(not(unix))]
pub(crate) use pipes::Channel;

use std::io;

use super::protocol::LONGEST;

/// The head of a message of this length.
fn head(body: &[u8]) -> io::Result<[u8; 4]> {
    match u32::try_from(body.len()) {
        Ok(length) if u64::from(length) <= LONGEST => Ok(length.to_le_bytes()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "the message is too long")),
    }
}

/// The length that a head announces.
fn length(head: [u8; 4]) -> io::Result<usize> {
    let length = u32::from_le_bytes(head);
    if u64::from(length) > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the message is too long"));
    }
    Ok(length as usize)
}
