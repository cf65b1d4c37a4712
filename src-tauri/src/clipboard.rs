//! The system's clipboard: images and files in, paths out.
//!
//! Read here rather than in the window: WebKit hands pages no copied files, and not every image.

use arboard::{Clipboard, ImageData};
use library::Source;
use parking_lot::Mutex;

use crate::problem::{Result, ShellError};

/// What is on the clipboard, as sources of a query: copied files, or else copied pixels.
pub(crate) fn read_images() -> Result<Vec<Source>> {
    let mut clipboard = open()?;
    if let Ok(files) = clipboard.get().file_list()
        && !files.is_empty()
    {
        return Ok(files.into_iter().map(Source::Path).collect());
    }
    match clipboard.get_image() {
        Ok(image) => Ok(vec![Source::Bytes(encode(&image)?.into())]),
        Err(arboard::Error::ContentNotAvailable) => Err(ShellError::ClipboardEmpty.into()),
        Err(error) => Err(ShellError::ClipboardUnavailable(error.to_string()).into()),
    }
}

/// On X11 a clipboard's text is served by whoever put it there: what was written last stays open.
static WRITTEN: Mutex<Option<Clipboard>> = Mutex::new(None);

/// Puts text on the clipboard.
pub(crate) fn write_text(text: &str) -> Result<()> {
    let mut clipboard = open()?;
    clipboard.set_text(text).map_err(|error| ShellError::ClipboardUnavailable(error.to_string()))?;
    *WRITTEN.lock() = Some(clipboard);
    Ok(())
}

fn open() -> Result<Clipboard> {
    Clipboard::new().map_err(|error| ShellError::ClipboardUnavailable(error.to_string()).into())
}

/// The pixels as a PNG, lossless and quick: from here on they are an image file like any other.
fn encode(image: &ImageData<'_>) -> Result<Vec<u8>> {
    let internal = |error: png::EncodingError| ShellError::Internal(error.to_string());
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, image.width as u32, image.height as u32);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().map_err(internal)?;
    writer.write_image_data(&image.bytes).map_err(internal)?;
    writer.finish().map_err(internal)?;
    Ok(bytes)
}
