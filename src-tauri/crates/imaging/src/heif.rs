//! HEIC and AVIF: the container that both use. Their coded pictures are for `hevc` and `avif`.
//!
//! A photo is one coded picture, the first of a sequence, or a grid of them. Tiles are decoded one at a time onto the canvas, so a large grid
//! takes hardly more memory than its pixels. The container's own turn and mirror count; the EXIF orientation repeats
//! them and is not applied again (ISO/IEC 23008-12). Only where a HEIC file has neither, EXIF is all there is to go by:
//! some phones write it so.

use std::borrow::Cow;

use heic_rs::context::Context;
use heic_rs::ftyp::FileType;
use heic_rs::grid::Grid;
use heic_rs::hevc::Frame;
use heic_rs::meta;
use heic_rs::meta::iref::RefKind;
use heic_rs::props::ItemProps;
use heic_rs::props::simple::Clap;
use heic_rs::{Brand, Image, Mirror, Nclx, PixelLayout, Range, Rotation, Transform, color as yuv, transform};
use moxcms::ColorProfile;

use crate::boxes::next_box;
use crate::color;
use crate::date;
use crate::error::ImageError;
use crate::exif::{self, Exif};
use crate::film;
use crate::format::Format;
use crate::ground::on_ground;
use crate::limits::Limits;
use crate::orientation::Orientation;
use crate::raster::straight;
use crate::stored::{Channels, Header, Stored};

/// Decodes one coded picture of an item from its data.
pub(crate) type DecodePicture = fn(&ItemProps<'_>, &[u8], &Limits) -> Result<Picture, ImageError>;

/// One coded picture.
pub(crate) struct Picture {
    pub(crate) frame: Frame,
    /// The colours as the stream describes them, for containers that do not.
    pub(crate) described: Nclx,
}

/// Samples of a whole item, `layout.bytes_per_pixel()` bytes each.
pub(crate) struct Canvas {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) samples: Vec<u8>,
    pub(crate) nclx: Nclx,
}

/// The primary picture of a file.
pub(crate) struct Primary<'a> {
    format: Format,
    pub(crate) context: Context<'a>,
    pub(crate) item: u32,
    pub(crate) props: ItemProps<'a>,
}

pub(crate) fn header(format: Format, bytes: &[u8]) -> Result<Header, ImageError> {
    let bytes = film::as_still(bytes);
    let primary = Primary::open(format, &bytes)?;
    let (width, height) = primary.size()?;
    let pixels = u64::from(width) * u64::from(height);
    let has_alpha = primary.context.alpha_item(primary.item).ok().flatten().is_some();
    // A single picture's planes have two bytes a sample, and AV1's decoder holds another set; alpha is a canvas more.
    let bytes_per_pixel = 9 + if has_alpha { 8 } else { 0 };
    let exif = primary.exif();
    let orientation = if format == Format::Heic && !primary.tells_orientation() {
        exif.orientation()
    } else {
        primary.orientation()
    };
    let exif = exif.or_dated(|| date::in_xmp(&primary.xmp()?));
    Ok(Header {
        width,
        height,
        orientation,
        captured_at: exif.captured_at,
        shot: exif.shot,
        decoder_bytes: pixels.saturating_mul(bytes_per_pixel),
    })
}

/// The colours that the file's boxes state; those that only the pictures' streams do are not looked for.
pub(crate) fn profile(format: Format, bytes: &[u8]) -> Option<ColorProfile> {
    let bytes = film::as_still(bytes);
    let props = &Primary::open(format, &bytes).ok()?.props;
    match props.icc {
        Some(icc) => color::from_icc(icc),
        None => props.nclx.and_then(|nclx| color::from_code_points(nclx.primaries, nclx.transfer)),
    }
}

pub(crate) fn decode(
    format: Format,
    bytes: &[u8],
    limits: &Limits,
    decode_picture: DecodePicture,
) -> Result<Stored, ImageError> {
    let bytes = film::as_still(bytes);
    let primary = Primary::open(format, &bytes)?;
    let canvas = primary.paint(primary.item, PixelLayout::Rgb8, limits, decode_picture)?;
    let mut samples = canvas.samples;
    if let Some(alpha) = primary.context.alpha_item(primary.item).ok().flatten() {
        let alpha = primary.paint(alpha, PixelLayout::Gray8, limits, decode_picture)?;
        if (alpha.width, alpha.height) == (canvas.width, canvas.height) {
            let (pixels, _) = samples.as_chunks::<3>();
            let is_multiplied = primary.is_multiplied_by_alpha();
            let color = |color: u8, alpha: u8| if is_multiplied { straight(color, alpha) } else { color };
            let rgba: Vec<u8> = pixels
                .iter()
                .zip(&alpha.samples)
                .flat_map(|(&[r, g, b], &a)| [color(r, a), color(g, a), color(b, a), a])
                .collect();
            samples = on_ground(&rgba, canvas.width);
        }
    }
    let mut stored = Stored {
        width: canvas.width,
        height: canvas.height,
        channels: Channels::Rgb,
        samples,
        profile: match primary.props.icc {
            Some(icc) => color::from_icc(icc),
            None => color::from_code_points(canvas.nclx.primaries, canvas.nclx.transfer),
        },
        missing: 0,
    };
    if let Some(clap) = primary.clean_aperture() {
        stored = crop(format, stored, clap)?;
    }
    Ok(stored)
}

/// What holds for pictures that say nothing: the default of the image file format (ISO/IEC 23000-22, 7.3.6.4).
pub(crate) fn undescribed() -> Nclx {
    nclx([1, 13, 6], Range::Full)
}

/// Code points of primaries, transfer and matrix; an unspecified matrix means BT.601 in still pictures.
pub(crate) fn nclx([primaries, transfer, matrix]: [u16; 3], range: Range) -> Nclx {
    let matrix_code = if matrix == 2 { 6 } else { matrix };
    let matrix = heic_rs::MatrixCoefficients::from_code(matrix_code);
    Nclx { primaries, transfer, matrix, matrix_code, range }
}

impl<'a> Primary<'a> {
    pub(crate) fn open(format: Format, bytes: &'a [u8]) -> Result<Self, ImageError> {
        let failed = |error| explain(format, &error);
        let meta = meta::parse(bytes).map_err(|error| {
            if is_film(bytes) {
                ImageError::unsupported(format, "it is a film without a picture that stands for it")
            } else {
                failed(error)
            }
        })?;
        let primary = meta.primary;
        // heic-rs refuses AVIF's brand here, but reads its container like any other.
        let brand = Brand::Heic;
        let ftyp = FileType { major: brand, effective: brand, minor_version: 0, compatible_count: 0 };
        let context = Context { file: bytes, ftyp, meta };
        let mut props = context.props(primary).map_err(failed)?;
        let item = source_of(&context, primary);
        if item != primary {
            let mut source = context.props(item).map_err(failed)?;
            source.transforms.append(&mut props.transforms);
            props = source;
        }
        Ok(Self { format, context, item, props })
    }

    /// The size after cropping, before turning.
    pub(crate) fn size(&self) -> Result<(u32, u32), ImageError> {
        let failed = |error| explain(self.format, &error);
        let (width, height) = self.context.coded_size(self.item, &self.props).map_err(failed)?;
        let (width, height) = match self.clean_aperture() {
            Some(clap) => {
                transform::crop_rect(width, height, clap).map(|(_, _, w, h)| (w, h)).map_err(failed)?
            }
            None => (width, height),
        };
        if width == 0 || height == 0 {
            return Err(ImageError::corrupt(self.format, "it says that it has no pixels"));
        }
        Ok((width, height))
    }

    fn clean_aperture(&self) -> Option<Clap> {
        self.props.clap()
    }

    pub(crate) fn orientation(&self) -> Orientation {
        orientation_of(&self.props)
    }

    /// Whether the container has a word on which way is up, if only that it is up.
    fn tells_orientation(&self) -> bool {
        self.props.transforms.iter().any(|transform| !matches!(transform, Transform::Crop(_)))
    }

    /// Whether the colours were multiplied by the alpha plane's values.
    fn is_multiplied_by_alpha(&self) -> bool {
        let mut references = self.context.meta.refs.iter();
        references.any(|reference| reference.kind == RefKind::Other(*b"prem") && reference.from == self.item)
    }

    fn exif(&self) -> Exif {
        // It describes what is shown, or what that is made of.
        let mut items = [self.context.meta.primary, self.item].into_iter();
        items.find_map(|item| self.context.exif(item).ok()?).map(exif::read).unwrap_or_default()
    }

    fn xmp(&self) -> Option<Cow<'a, [u8]>> {
        self.context.item_data(self.context.xmp_item(self.item)?).ok()
    }

    /// The tiles of an item, if it is a grid.
    pub(crate) fn tiles(&self, item: u32) -> Result<Option<(Grid, Vec<u32>)>, ImageError> {
        self.context.grid(item).map_err(|error| explain(self.format, &error))
    }

    /// Decodes an item, all of its tiles if it is a grid.
    pub(crate) fn paint(
        &self,
        item: u32,
        layout: PixelLayout,
        limits: &Limits,
        decode_picture: DecodePicture,
    ) -> Result<Canvas, ImageError> {
        let failed = |error| explain(self.format, &error);
        let props = self.context.props(item).map_err(failed)?;
        let Some((grid, tiles)) = self.tiles(item)? else {
            let (image, nclx) = self.paint_tile(item, &props, layout, limits, decode_picture)?;
            return Ok(Canvas { width: image.width, height: image.height, samples: image.data, nclx });
        };

        let (width, height) = (grid.output_width, grid.output_height);
        limits.check_size(width, height)?;
        let bytes_per_pixel = layout.bytes_per_pixel();
        let row = width as usize * bytes_per_pixel;
        let mut canvas =
            Canvas { width, height, samples: vec![0; row * height as usize], nclx: undescribed() };
        for (number, tile) in (0_u32..).zip(tiles) {
            let (image, nclx) = self.paint_tile(tile, &props, layout, limits, decode_picture)?;
            canvas.nclx = nclx;
            let left =
                (number % grid.columns).saturating_mul(image.width).min(width) as usize * bytes_per_pixel;
            let top = (number / grid.columns).saturating_mul(image.height).min(height) as usize;
            let visible = image.row_bytes().min(row - left);
            let rows = canvas.samples[top * row..].chunks_exact_mut(row);
            for (to, from) in rows.zip(image.data.chunks_exact(image.row_bytes())) {
                to[left..left + visible].copy_from_slice(&from[..visible]);
            }
        }
        Ok(canvas)
    }

    /// Decodes one coded picture, which may be a tile of an item with the properties `whole`.
    pub(crate) fn paint_tile(
        &self,
        tile: u32,
        whole: &ItemProps<'_>,
        layout: PixelLayout,
        limits: &Limits,
        decode_picture: DecodePicture,
    ) -> Result<(Image, Nclx), ImageError> {
        let failed = |error| explain(self.format, &error);
        let props = self.context.props(tile).map_err(failed)?;
        let data = self.context.item_data(tile).map_err(failed)?;
        let picture = decode_picture(&props, &data, limits)?;
        let mut nclx = whole.nclx.or(props.nclx).unwrap_or(picture.described);
        if layout == PixelLayout::Gray8 && whole.nclx.is_none() {
            nclx.range = picture.described.range;
        }
        let image =
            yuv::convert(&picture.frame, None, nclx, layout, limits.max_pixels, Some(1)).map_err(failed)?;
        Ok((image, nclx))
    }
}

/// Whether the file has a track of pictures.
fn is_film(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(((kind, _), following)) = next_box(rest) {
        if &kind == b"moov" {
            return true;
        }
        rest = following;
    }
    false
}

/// The item whose pixels are shown by another that only turns or crops it (`iden`), or the item itself.
fn source_of(context: &Context<'_>, item: u32) -> u32 {
    let is_identity = context.meta.item(item).is_some_and(|info| &info.item_type == b"iden");
    let mut references = context.meta.refs.iter();
    let source = references.find(|reference| reference.kind == RefKind::Dimg && reference.from == item);
    source.and_then(|reference| reference.to.first().copied()).filter(|_| is_identity).unwrap_or(item)
}

/// How an item's stored pixels are turned to become upright.
pub(crate) fn orientation_of(props: &ItemProps<'_>) -> Orientation {
    props.transforms.iter().fold(Orientation::Upright, |so_far, transform| match transform {
        Transform::Crop(_) | Transform::Rotate(Rotation::None) => so_far,
        Transform::Rotate(Rotation::Ccw90) => so_far.then_turned(3),
        Transform::Rotate(Rotation::Ccw180) => so_far.then_turned(2),
        Transform::Rotate(Rotation::Ccw270) => so_far.then_turned(1),
        // heic-rs names these two the other way round: axis 0 exchanges top and bottom since the format's
        // second edition, and so do libheif and libavif.
        Transform::Mirror(Mirror::LeftRight) => so_far.then_mirrored().then_turned(2),
        Transform::Mirror(Mirror::TopBottom) => so_far.then_mirrored(),
    })
}

fn crop(format: Format, stored: Stored, clap: Clap) -> Result<Stored, ImageError> {
    let image =
        Image { data: stored.samples, width: stored.width, height: stored.height, layout: PixelLayout::Rgb8 };
    let cropped = transform::crop(image, clap).map_err(|error| explain(format, &error))?;
    Ok(Stored { width: cropped.width, height: cropped.height, samples: cropped.data, ..stored })
}

pub(crate) fn explain(format: Format, error: &heic_rs::Error) -> ImageError {
    match error {
        heic_rs::Error::Truncated(_) => ImageError::Truncated { format },
        heic_rs::Error::Unsupported(reason) => ImageError::unsupported(format, &reason),
        error => ImageError::corrupt(format, &error),
    }
}
