//! How a model is named: where the choice of one is stored, and between the library and the programs over it.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::LibraryError;
use crate::engine::model::BuiltInModel;

/// A model of ours, or one that the person brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelKey {
    /// One that comes with Lookalike.
    BuiltIn(BuiltInModel),
    /// One of them as earlier versions used it, in a library whose photos they read. It answers until the model as it is used
    /// now has read them.
    Earlier(BuiltInModel),
    /// The one with this number in this library.
    Brought(i64),
}

/// What stands before the number of a model that the person brought.
const BROUGHT: &str = "brought-";

/// What stands after the name of a model as earlier versions used it.
const EARLIER: &str = "-earlier";

impl fmt::Display for ModelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(BuiltInModel::Fast) => f.write_str("fast"),
            Self::BuiltIn(BuiltInModel::Accurate) => f.write_str("accurate"),
            Self::Earlier(model) => write!(f, "{}{EARLIER}", Self::BuiltIn(*model)),
            Self::Brought(id) => write!(f, "{BROUGHT}{id}"),
        }
    }
}

impl FromStr for ModelKey {
    type Err = LibraryError;

    fn from_str(text: &str) -> Result<Self, LibraryError> {
        let brought = || text.strip_prefix(BROUGHT)?.parse().ok().map(Self::Brought);
        match text {
            "fast" => Ok(Self::BuiltIn(BuiltInModel::Fast)),
            "accurate" => Ok(Self::BuiltIn(BuiltInModel::Accurate)),
            "fast-earlier" => Ok(Self::Earlier(BuiltInModel::Fast)),
            "accurate-earlier" => Ok(Self::Earlier(BuiltInModel::Accurate)),
            _ => brought().ok_or_else(|| LibraryError::ModelUnknown { name: text.to_owned() }),
        }
    }
}

impl Serialize for ModelKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        for key in [
            ModelKey::BuiltIn(BuiltInModel::Fast),
            ModelKey::BuiltIn(BuiltInModel::Accurate),
            ModelKey::Earlier(BuiltInModel::Fast),
            ModelKey::Earlier(BuiltInModel::Accurate),
            ModelKey::Brought(12),
        ] {
            assert_eq!(key.to_string().parse::<ModelKey>().unwrap(), key);
        }
        for text in ["", "brought-", "brought-x", "mine"] {
            assert_eq!(text.parse::<ModelKey>().unwrap_err().code(), "model_unknown", "{text}");
        }
    }
}
