//! AV1 pictures, the content of AVIF files; the container is `heif`'s.

use heic_rs::props::ItemProps;
use heic_rs::{ChromaFormat, Range, hevc::Frame};
use re_rav1d::dav1d::pixel::YUVRange;
use re_rav1d::dav1d::{self, Decoder, PixelLayout, PlanarImageComponent as Component, Settings};

use crate::error::ImageError;
use crate::format::Format;
use crate::heif::{self, Picture};
use crate::limits::Limits;

/// Decodes the first picture of an AV1 stream.
pub(crate) fn decode_av1(
    _props: &ItemProps<'_>,
    data: &[u8],
    limits: &Limits,
) -> Result<Picture, ImageError> {
    let picture = first_picture(data.to_vec(), limits).map_err(|error| match error {
        dav1d::Error::Again => ImageError::Truncated { format: Format::Avif },
        dav1d::Error::UnsupportedBitstream => ImageError::unsupported(Format::Avif, &error),
        error => ImageError::corrupt(Format::Avif, &error),
    })?;
    let range = match picture.color_range() {
        YUVRange::Limited => Range::Limited,
        YUVRange::Full => Range::Full,
    };
    let codes = [
        picture.color_primaries() as u16,
        picture.transfer_characteristic() as u16,
        picture.matrix_coefficients() as u16,
    ];
    Ok(Picture { frame: frame(&picture), described: heif::nclx(codes, range) })
}

fn first_picture(data: Vec<u8>, limits: &Limits) -> Result<dav1d::Picture, dav1d::Error> {
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    // Only the finished picture of a layered file, and no artificial film grain on it.
    settings.set_all_layers(false);
    settings.set_apply_grain(false);
    settings.set_frame_size_limit(u32::try_from(limits.max_pixels).unwrap_or(u32::MAX));
    let mut decoder = Decoder::with_settings(&settings)?;
    let mut sent = decoder.send_data(data, None, None, None);
    loop {
        match (decoder.get_picture(), sent) {
            (Err(dav1d::Error::Again), Err(dav1d::Error::Again)) => sent = decoder.send_pending_data(),
            (Err(dav1d::Error::Again), Err(error)) => return Err(error),
            (result, _) => return result,
        }
    }
}

/// The planes as the colour conversion takes them, two bytes a sample whatever the depth.
fn frame(picture: &dav1d::Picture) -> Frame {
    let (width, height) = (picture.width(), picture.height());
    let (chroma, chroma_width, chroma_height) = match picture.pixel_layout() {
        PixelLayout::I400 => (ChromaFormat::Monochrome, 0, 0),
        PixelLayout::I420 => (ChromaFormat::Yuv420, width.div_ceil(2), height.div_ceil(2)),
        PixelLayout::I422 => (ChromaFormat::Yuv422, width.div_ceil(2), height),
        PixelLayout::I444 => (ChromaFormat::Yuv444, width, height),
    };
    Frame {
        width,
        height,
        bit_depth: picture.bit_depth() as u8,
        chroma,
        y: plane(picture, Component::Y, width, height),
        cb: plane(picture, Component::U, chroma_width, chroma_height),
        cr: plane(picture, Component::V, chroma_width, chroma_height),
        y_stride: width,
        c_stride: chroma_width,
    }
}

fn plane(picture: &dav1d::Picture, component: Component, width: u32, height: u32) -> Vec<u16> {
    if width == 0 {
        return Vec::new();
    }
    let samples = picture.plane(component);
    let rows = samples.chunks_exact(picture.stride(component) as usize).take(height as usize);
    if picture.bit_depth() == 8 {
        rows.flat_map(|row| row[..width as usize].iter().map(|sample| u16::from(*sample))).collect()
    } else {
        let pairs = |row: &'_ [u8]| row[..width as usize * 2].as_chunks::<2>().0.to_vec();
        rows.flat_map(pairs).map(u16::from_ne_bytes).collect()
    }
}
