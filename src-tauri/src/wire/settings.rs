//! What the person chose, and what the window needs first.

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the person chose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// A language of the catalogue, such as `en`; none follows the system.
    pub language: Option<String>,
    /// Whether parts of photos are embedded, too. The library keeps this itself.
    pub look_inside: bool,
    /// Threads that read photos; 0 means one a core.
    pub threads: u32,
    /// Keep watching, with an icon in the tray, when the window is closed.
    pub tray: bool,
    /// Height of the grid's rows in pixels.
    pub row_height: u32,
    /// Whether a thing in a photo was searched by once: then no line tells of that any more.
    pub pointed: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            language: None,
            look_inside: true,
            threads: 0,
            tray: false,
            row_height: 200,
            pointed: false,
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What the window needs first.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Startup {
    /// The program's version.
    pub version: String,
    /// What the person chose.
    pub settings: Settings,
    /// The system's language, such as `de-AT`.
    pub system_language: String,
    /// Whether there is a tray to sit in.
    pub tray_available: bool,
    /// Processor cores, as many as threads read photos when the settings leave it open.
    pub cores: u32,
}

impl Settings {
    /// How to open the library with them.
    pub(crate) fn options(&self) -> library::Options {
        let threads = NonZeroUsize::new(self.threads as usize);
        library::Options { threads, isolated: true, ..library::Options::default() }
    }
}
