//! What comes without being asked for: drags, files from outside, and why something could not be done.

use serde::Serialize;
use ts_rs::TS;

use super::ForeignImage;

/// Files are being dragged over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Drag {
    /// Whether they still are.
    pub over: bool,
    /// Folders among them.
    pub folders: u32,
    /// Files among them.
    pub files: u32,
}

/// What came in from outside: a drop, a path argument, "open with".
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Incoming {
    /// Images that become the query.
    pub images: Vec<ForeignImage>,
    /// Photos of the library that become the query.
    pub photos: Vec<u32>,
    /// Names of folders that were added.
    pub folders: Vec<String>,
    /// What could not be taken.
    pub problems: Vec<Problem>,
    /// Images beyond those that a query takes.
    pub left_out: u32,
}

/// Why something could not be done: a stable code with the details its text needs.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Stable name; the catalogue of strings has a text for each.
    pub code: String,
    /// Values for that text.
    #[ts(type = "Record<string, string | number>")]
    pub details: serde_json::Map<String, serde_json::Value>,
    /// The message in English, for codes that the catalogue lacks.
    pub message: String,
}
