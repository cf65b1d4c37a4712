//! Why a picture could not be read or written, in words for the person who owns it.
//!
//! File paths are not known here; whoever opened the file adds them.

use std::fmt;

use crate::Format;

/// Everything that can go wrong between file bytes and pixels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// There are no bytes.
    #[error("the file is empty")]
    Empty,
    /// The bytes are none of the known formats, whatever the file is called.
    #[error("the file is not a picture in a known format")]
    NotAnImage,
    /// A known format, but something inside it that is not read here.
    #[error("this {format} file cannot be shown: {reason}")]
    Unsupported {
        /// What the file is.
        format: Format,
        /// What is not supported.
        reason: String,
    },
    /// The picture data stops before the picture is complete.
    #[error("the {format} file is incomplete: its picture data ends too early")]
    Truncated {
        /// What the file is.
        format: Format,
    },
    /// The file contradicts itself or its format.
    #[error("the {format} file is damaged: {reason}")]
    Corrupt {
        /// What the file is.
        format: Format,
        /// What the decoder said.
        reason: String,
    },
    /// More pixels than [`Limits::max_pixels`](crate::Limits::max_pixels).
    #[error("the picture is {width} x {height} pixels, more than the limit of {} megapixels", limit / 1_000_000)]
    TooLarge {
        /// Upright width in pixels.
        width: u32,
        /// Upright height in pixels.
        height: u32,
        /// The limit in pixels.
        limit: u64,
    },
    /// Decoding would take more memory than [`Limits::max_decoded_bytes`](crate::Limits::max_decoded_bytes).
    #[error("opening the picture of {width} x {height} pixels would take more memory than the limit of {} MiB", limit >> 20)]
    TooMuchMemory {
        /// Upright width in pixels.
        width: u32,
        /// Upright height in pixels.
        height: u32,
        /// The limit in bytes.
        limit: u64,
    },
    /// More bytes than [`Limits::max_file_bytes`](crate::Limits::max_file_bytes).
    #[error("the file is {} MiB, more than the limit of {} MiB", bytes >> 20, limit >> 20)]
    FileTooLarge {
        /// Size of the file in bytes.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A decoder gave up in a way it never should; the file is most likely damaged.
    #[error("the {format} decoder failed unexpectedly on this file")]
    DecoderPanicked {
        /// What the file is.
        format: Format,
    },
    /// The pixels handed to [`RgbImage::new`](crate::RgbImage::new) do not fill the picture exactly.
    #[error("{bytes} bytes are not a picture of {width} x {height} pixels")]
    WrongPixelCount {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bytes given.
        bytes: usize,
    },
    /// A picture could not be resized or compressed.
    #[error("the picture could not be written: {reason}")]
    Encode {
        /// What the encoder said.
        reason: String,
    },
}

impl ImageError {
    /// A stable name for the kind of failure, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAnImage => "not_an_image",
            Self::Unsupported { .. } => "unsupported",
            Self::Truncated { .. } => "truncated",
            Self::Corrupt { .. } => "corrupt",
            Self::TooLarge { .. } => "too_large",
            Self::TooMuchMemory { .. } => "too_much_memory",
            Self::FileTooLarge { .. } => "file_too_large",
            Self::DecoderPanicked { .. } => "decoder_panicked",
            Self::WrongPixelCount { .. } => "wrong_pixel_count",
            Self::Encode { .. } => "encode_failed",
        }
    }

    pub(crate) fn unsupported(format: Format, reason: &(impl fmt::Display + ?Sized)) -> Self {
        Self::Unsupported { format, reason: words(&reason.to_string()) }
    }

    pub(crate) fn corrupt(format: Format, reason: &(impl fmt::Display + ?Sized)) -> Self {
        Self::Corrupt { format, reason: words(&reason.to_string()) }
    }
}

/// What a decoder said, as part of a sentence for a person: on one line, without the structures of its program, and
/// no longer than anybody reads.
fn words(said: &str) -> String {
    /// The words around it have some forty more.
    const LONGEST: usize = 140;
    /// What is left of a word or two is no reason.
    const SHORTEST: usize = 12;
    let is_structure = |character: char| matches!(character, '{' | '[' | '}' | ']');
    let mut plain = said.split(is_structure).next().unwrap_or_default();
    if plain.len() < said.len() {
        // The structure's name goes with it, and what led up to it.
        plain = plain.rsplit_once(' ').map_or("", |(before, _)| before).trim_end();
        plain = plain
            .rsplit_once(' ')
            .filter(|_| plain.ends_with([':', '(']))
            .map_or(plain, |(before, _)| before);
    }
    let mut sentence = String::new();
    for word in plain.split(|character: char| character.is_whitespace() || character.is_control()) {
        if sentence.len() + word.len() > LONGEST {
            sentence.push('…');
            break;
        }
        if !sentence.is_empty() && !word.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(word);
    }
    if sentence.len() < SHORTEST && sentence.len() < said.trim().len() {
        return "its data contradicts itself".to_owned();
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_sentence() {
        let list = format!("bits per sample {:?} are not supported", vec![1; 10_000]);
        let structure = "chunk ChunkType { type: IHDR, critical: true, private: false } appeared early";
        for said in
            [list.as_str(), structure, "two\nlines\tand\u{1b}more", &"word ".repeat(100), &"x".repeat(5000)]
        {
            let reason = ImageError::corrupt(Format::Tiff, said).to_string();
            assert!(reason.chars().count() <= 200, "{reason}");
            assert!(!reason.contains(['{', '[', '\n', '\t', '\u{1b}']), "{reason}");
        }
        let kept = ImageError::unsupported(Format::Png, "it has 12 bits");
        assert_eq!(kept.to_string(), "this png file cannot be shown: it has 12 bits");
    }
}
