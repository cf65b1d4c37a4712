//! Camera RAW.

pub(crate) fn is_raw(_bytes: &[u8]) -> bool {
    false
}
