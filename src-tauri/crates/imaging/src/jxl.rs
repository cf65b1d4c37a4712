//! JPEG XL, through `jxl-oxide`, which also turns the picture upright.

use std::io::Cursor;

use jxl_oxide::{AllocTracker, EnumColourEncoding, JxlImage, PixelFormat, RenderingIntent};

use crate::color;
use crate::error::ImageError;
use crate::exif;
use crate::format::Format;
use crate::limits::Limits;
use crate::orientation::Orientation;
use crate::raster::on_white;
use crate::stored::{Channels, Header, Stored};

pub(crate) fn header(bytes: &[u8], limits: &Limits) -> Result<Header, ImageError> {
    let image = open(bytes, limits)?;
    let (width, height) = (image.width(), image.height());
    let captured_at = image.aux_boxes().first_exif().ok().and_then(|found| match found {
        jxl_oxide::AuxBoxData::Data(block) => block
            .payload()
            .get(block.tiff_header_offset() as usize..)
            .and_then(|block| exif::read(block).captured_at),
        _ => None,
    });
    // Everything is computed in 32-bit samples, in a buffer for the frame and one or two for its filters.
    let bytes_per_pixel = image.pixel_format().channels() as u64 * 12;
    let decoder_bytes = (u64::from(width) * u64::from(height)).saturating_mul(bytes_per_pixel);
    // The codestream's orientation is applied while rendering, and a file's EXIF only repeats it.
    Ok(Header { width, height, orientation: Orientation::Upright, captured_at, decoder_bytes })
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, ImageError> {
    let mut image = open(bytes, limits)?;
    // jxl-oxide converts by itself what is not tied to an ICC profile, with more than eight bits, HDR included.
    if image.original_icc().is_none() || image.image_header().metadata.xyb_encoded {
        image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
    }
    if image.num_loaded_keyframes() == 0 {
        return Err(ImageError::Truncated { format: Format::Jxl });
    }
    let render = image.render_frame(0).map_err(|error| ImageError::corrupt(Format::Jxl, &error))?;
    let mut stream = render.stream();
    let (width, height) = (stream.width(), stream.height());
    let mut samples = vec![0_u8; width as usize * height as usize * stream.channels() as usize];
    stream.write_to_buffer(&mut samples);
    let (channels, samples) = match image.pixel_format() {
        PixelFormat::Gray => (Channels::Grey, samples),
        PixelFormat::Graya => (Channels::Rgb, on_white(&grey_to_rgba(&samples))),
        PixelFormat::Rgb => (Channels::Rgb, samples),
        PixelFormat::Rgba => (Channels::Rgb, on_white(&samples)),
        PixelFormat::Cmyk | PixelFormat::Cmyka => {
            return Err(ImageError::unsupported(Format::Jxl, "it is coded in printing inks"));
        }
    };
    Ok(Stored { width, height, channels, samples, profile: color::from_icc(&image.rendered_icc()) })
}

fn open(bytes: &[u8], limits: &Limits) -> Result<JxlImage, ImageError> {
    let budget = usize::try_from(limits.max_decoded_bytes).unwrap_or(usize::MAX);
    JxlImage::builder().alloc_tracker(AllocTracker::with_limit(budget)).read(Cursor::new(bytes)).map_err(
        |error| match error.downcast_ref::<std::io::Error>() {
            Some(_) => ImageError::Truncated { format: Format::Jxl },
            None => ImageError::corrupt(Format::Jxl, &error),
        },
    )
}

fn grey_to_rgba(samples: &[u8]) -> Vec<u8> {
    samples.as_chunks::<2>().0.iter().flat_map(|&[grey, alpha]| [grey, grey, grey, alpha]).collect()
}
