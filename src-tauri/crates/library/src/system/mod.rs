//! What the operating system tells of files and drives: who a drive is, what a path leads to, which file systems show the files
//! of others, and when a file was last changed.
//!
//! It asks and remembers nothing, and opens no file to read it. It uses `base` only.

pub(crate) mod drive;
pub(crate) mod file_id;
pub(crate) mod file_limit;
pub(crate) mod layers;
pub(crate) mod mark;
pub(crate) mod network;
