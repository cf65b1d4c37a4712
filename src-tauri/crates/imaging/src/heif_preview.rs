//! The small picture that cameras put into HEIC files, in place of the large one where that is enough.
//!
//! It is taken only if it is large enough, has the shape and the way up of the large picture, and shows the same in the
//! large picture's middle tile, which costs a fiftieth of decoding them all: programs that edit a photo have been known
//! to leave the old preview in. Files that are not made of tiles are decoded in full.

use fast_image_resize::FilterType;
use heic_rs::PixelLayout;
use heic_rs::meta::iref::RefKind;
use heic_rs::props::ItemProps;

use crate::color;
use crate::error::ImageError;
use crate::format::Format;
use crate::heif::{DecodePicture, Primary, orientation_of};
use crate::limits::Limits;
use crate::reduce::{self, Target};
use crate::stored::{Channels, Stored};

/// The pictures are compared at this part of the preview's size: its filter and its coding do not show there.
const COMPARED_AT: u32 = 4;
/// The mean difference of samples, of 255, up to which two pictures show the same. Measured on the most detailed
/// pictures, previews differ by up to 8 from what they show, and by 40 and more from anything else.
const MOST_DIFFERENCE: u64 = 16;

/// The smallest preview that satisfies `target` and agrees with the picture, as stored.
pub(crate) fn decode(
    format: Format,
    bytes: &[u8],
    target: Target,
    limits: &Limits,
    decode_picture: DecodePicture,
) -> Option<Stored> {
    let primary = Primary::open(format, bytes).ok()?;
    let mut previews: Vec<Preview<'_>> = previews(&primary);
    previews.retain(|preview| preview.fits(&primary, target));
    previews.sort_by_key(|preview| preview.width);
    previews.into_iter().find_map(|preview| {
        let stored = preview.paint(&primary, limits, decode_picture).ok()?;
        agrees(&primary, &stored, limits, decode_picture).ok()?.then_some(stored)
    })
}

/// A preview by its properties.
struct Preview<'a> {
    item: u32,
    props: ItemProps<'a>,
    width: u32,
    height: u32,
}

fn previews<'a>(primary: &Primary<'a>) -> Vec<Preview<'a>> {
    let references = primary.context.meta.refs.iter();
    let items = references
        .filter(|reference| reference.kind == RefKind::Thmb && reference.to.contains(&primary.item))
        .map(|reference| reference.from);
    let preview = |item| {
        let props = primary.context.props(item).ok()?;
        let (width, height) = primary.context.coded_size(item, &props).ok()?;
        Some(Preview { item, props, width, height })
    };
    items.filter_map(preview).collect()
}

impl Preview<'_> {
    /// Whether it is large enough and of the picture's shape, to a pixel.
    fn fits(&self, primary: &Primary<'_>, target: Target) -> bool {
        let Ok((width, height)) = primary.size() else { return false };
        let across = u64::from(self.width) * u64::from(height);
        let down = u64::from(self.height) * u64::from(width);
        target.allows(self.width, self.height)
            && self.width <= width
            && across.abs_diff(down) <= u64::from(width.max(height))
            && self.props.clap().is_none()
            && primary.props.clap().is_none()
            && orientation_of(&self.props) == primary.orientation()
    }

    fn paint(
        &self,
        primary: &Primary<'_>,
        limits: &Limits,
        decode_picture: DecodePicture,
    ) -> Result<Stored, ImageError> {
        let canvas = primary.paint(self.item, PixelLayout::Rgb8, limits, decode_picture)?;
        limits.check_size(canvas.width, canvas.height)?;
        Ok(Stored {
            width: canvas.width,
            height: canvas.height,
            channels: Channels::Rgb,
            samples: canvas.samples,
            profile: match self.props.icc.or(primary.props.icc) {
                Some(icc) => color::from_icc(icc),
                None => color::from_code_points(canvas.nclx.primaries, canvas.nclx.transfer),
            },
            missing: 0,
        })
    }
}

/// Whether the middle tile shows what the preview shows in its place. No tiles, no agreement.
fn agrees(
    primary: &Primary<'_>,
    preview: &Stored,
    limits: &Limits,
    decode_picture: DecodePicture,
) -> Result<bool, ImageError> {
    let Some((grid, tiles)) = primary.tiles(primary.item)? else { return Ok(false) };
    let (column, row) = (grid.columns / 2, grid.rows / 2);
    let Some(&tile) = tiles.get((row * grid.columns + column) as usize) else { return Ok(false) };
    let (tile, _) = primary.paint_tile(tile, &primary.props, PixelLayout::Rgb8, limits, decode_picture)?;

    let scale = (u64::from(grid.output_width), u64::from(preview.width));
    let across = Span::new(column, tile.width, preview.width, scale);
    let down = Span::new(row, tile.height, preview.height, scale);
    let Some((across, down)) = across.zip(down) else { return Ok(false) };
    let rows = tile.data.chunks_exact(tile.row_bytes()).skip(down.from).take(down.full as usize);
    let columns = across.from * 3..(across.from + across.full as usize) * 3;
    let part: Vec<u8> = rows.flat_map(|row| &row[columns.clone()]).copied().collect();
    let stride = preview.width as usize * 3;
    let small_columns = across.start * 3..(across.start + across.small as usize) * 3;
    let small_rows = preview.samples.chunks_exact(stride).skip(down.start).take(down.small as usize);
    let small: Vec<u8> = small_rows.flat_map(|row| &row[small_columns.clone()]).copied().collect();

    let size = (across.small.div_ceil(COMPARED_AT), down.small.div_ceil(COMPARED_AT));
    let reduced = |samples: &[u8], from| reduce::resize(samples, from, size, Channels::Rgb, FilterType::Box);
    let tile = reduced(&part, (across.full, down.full))?;
    let preview = reduced(&small, (across.small, down.small))?;
    let difference: u64 = tile.iter().zip(&preview).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    Ok(difference <= MOST_DIFFERENCE * tile.len() as u64)
}

/// The part of a tile, along one axis, that whole pixels of the preview lie in.
struct Span {
    /// In pixels of the preview.
    start: usize,
    small: u32,
    /// In pixels of the tile.
    from: usize,
    full: u32,
}

impl Span {
    /// Of the tile with this number; `scale` is a length in full and in the preview. None for less than a pixel.
    fn new(number: u32, tile: u32, preview: u32, (full, small): (u64, u64)) -> Option<Self> {
        let tile_start = u64::from(number) * u64::from(tile);
        let start = (tile_start * small).div_ceil(full);
        let end = ((tile_start + u64::from(tile)) * small / full).min(preview.into());
        let from = (start * full / small).checked_sub(tile_start)?;
        let length = end.checked_sub(start).filter(|&length| length > 0)?;
        let full = (length * full / small).clamp(1, u64::from(tile).checked_sub(from)?);
        Some(Self { start: start as usize, small: length as u32, from: from as usize, full: full as u32 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hevc::decode as decode_hevc;

    #[test]
    fn a_preview_of_another_picture_is_told_by_the_middle_tile() {
        let file = include_bytes!("../tests/fixtures/tiles.heic");
        let limits = Limits::default();
        let target = Target { short_side: 224, long_side: 320 };
        let primary = Primary::open(Format::Heic, file).unwrap();
        let mut preview = decode(Format::Heic, file, target, &limits, decode_hevc).unwrap();
        assert_eq!((preview.width, preview.height), (224, 336), "stored on its side");
        preview.samples.iter_mut().for_each(|sample| *sample = 255 - *sample);
        assert!(!agrees(&primary, &preview, &limits, decode_hevc).unwrap());
    }
}
