//! What a model makes of pixels: the vectors of a picture as a whole, of its parts, of a box on it, and of what was cut out of
//! another.
//!
//! Models of ours look at a picture once, in its own aspect, and the feature map of that one look gives the vectors of the
//! whole and of its parts (`tests/bench/RANKING.md` has what was measured). Others see squeezed squares, one look a vector.
//! It decodes nothing.

use catalog::Region;
use image_embedder::{Pooling, RgbView, Window};
use imaging::RgbImage;
use serde::{Deserialize, Serialize};

use crate::engine::model::{Model, ModelFile, Network};
use crate::engine::tiles::{has_detail, tiles};
use crate::{LibraryError, Result};

/// Part of the picture and int8 vector of each tile that shows something.
pub(crate) type Parts = Vec<(Region, Vec<i8>)>;

/// How far around a box on a picture the network looks, in the box's own width and height: what is around tells what is in
/// it, as it does for the parts of photos that it is compared with.
const AROUND_BOX: u32 = 2;
/// Side of the area that a box with its surroundings is brought to, as a share of a photo's.
const BOX_SHARE: f32 = 0.667;
/// The same of a picture that may have been cut out of a photo, where it is compared with parts.
const CUT_OUT_SHARE: f32 = 0.5;

/// What a picture that is asked for looks like.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// Beside photos as wholes.
    pub(crate) whole: Vec<f32>,
    /// Beside parts of photos.
    pub(crate) part: Vec<f32>,
}

impl Asked {
    /// The same beside both.
    pub(crate) fn alike(vector: Vec<f32>) -> Self {
        Self { part: vector.clone(), whole: vector }
    }
}

/// The embedding, of unit length, of an image or of a region in its own pixels, as a whole. Never zeros for an image as a
/// whole by a model of ours; one that the person brought and that answers with zeros is not fit for use.
pub(crate) fn embed(
    model: &Model,
    image: &RgbImage,
    region: Option<image_embedder::Region>,
) -> Result<Vec<f32>> {
    let view = view(image)?;
    let embedding = model.with_network(|network| match network {
        Network::Squeezed(embedder) => squeezed(embedder, view, region),
        Network::OwnAspect(mapper) => {
            Ok(mapper.map(view, region, model.area_side())?.pool(Pooling::AboutMiddle))
        }
    })?;
    Ok(if region.is_none() { not_nothing(model, embedding) } else { embedding })
}

/// The same, of unit length, and the parts of the image, which may have been reduced from `full` size.
pub(crate) fn embed_with_parts(
    model: &Model,
    image: &RgbImage,
    full: (u32, u32),
) -> Result<(Vec<f32>, Parts)> {
    let view = view(image)?;
    let tiles = detailed_tiles(model, image, full);
    let looked = model.with_network(|network| match network {
        Network::Squeezed(_) => Ok(None),
        Network::OwnAspect(mapper) => {
            let map = mapper.map(view, None, model.area_side())?;
            let parts =
                tiles.iter().map(|region| (*region, map.pool_window(window(*region, full)))).collect();
            Ok(Some((map.pool(Pooling::AboutMiddle), parts)))
        }
    })?;
    let (embedding, parts) = match looked {
        Some(both) => both,
        None => (embed(model, image, None)?, squeezed_tiles(model, image, full, tiles)?),
    };
    Ok((not_nothing(model, embedding), quantized(parts)?))
}

/// The parts alone.
pub(crate) fn embed_parts(model: &Model, image: &RgbImage, full: (u32, u32)) -> Result<Parts> {
    if model.looks_once() {
        return Ok(embed_with_parts(model, image, full)?.1);
    }
    let tiles = detailed_tiles(model, image, full);
    quantized(squeezed_tiles(model, image, full, tiles)?)
}

/// The embeddings of a picture that is asked for and may be all of a photo as well as cut out of one.
///
/// What was cut out is about all that it shows. It is looked at in about the size that parts of photos have.
pub(crate) fn embed_asked(model: &Model, image: &RgbImage) -> Result<Asked> {
    let (whole, view) = (embed(model, image, None)?, view(image)?);
    let part = model.with_network(|network| match network {
        Network::Squeezed(_) => Ok(None),
        Network::OwnAspect(mapper) => {
            Ok(Some(mapper.map(view, None, share(model, CUT_OUT_SHARE))?.pool(Pooling::Mean)))
        }
    })?;
    Ok(match part {
        Some(part) => Asked { part: not_nothing(model, part), whole },
        None => Asked::alike(whole),
    })
}

/// The embedding, of unit length, of a region, in full-size pixels, of an image that may have been reduced from `full`
/// size.
pub(crate) fn embed_region(
    image: &RgbImage,
    full: (u32, u32),
    region: Region,
    model: &Model,
) -> Result<Vec<f32>> {
    check_region(region, full.0, full.1)?;
    if !model.looks_once() {
        return embed_squeezed_region(image, full, region, model);
    }
    let (view, around) = (view(image)?, looked_at(model, region, full));
    let window = window(
        Region { x: region.x - around.x, y: region.y - around.y, ..region },
        (around.width, around.height),
    );
    model.with_network(|network| match network {
        Network::Squeezed(embedder) => squeezed(embedder, view, Some(scale_region(region, full, image))),
        Network::OwnAspect(mapper) => {
            let around = Some(scale_region(around, full, image));
            Ok(mapper.map(view, around, share(model, BOX_SHARE))?.pool_window(window))
        }
    })
}

/// What the model looks at for a region of a picture of this size.
pub(crate) fn looked_at(model: &Model, region: Region, full: (u32, u32)) -> Region {
    if model.looks_once() { around(region, full) } else { squared(region, full) }
}

/// The side of the area that this is brought to.
pub(crate) fn side_for_region(model: &Model) -> u32 {
    if model.looks_once() { share(model, BOX_SHARE) } else { model.area_side() }
}

/// The mean of the region's embedding and of that of a square around it: the model squeezes what is not square, which the
/// squares that it is compared with are not. On 400 labelled photos, boxes of 10 to 20% of a photo find it first in 0.980
/// of cases in place of 0.947, and what is of the same class better, too (`tests/bench/RANKING.md`).
fn embed_squeezed_region(
    image: &RgbImage,
    full: (u32, u32),
    region: Region,
    model: &Model,
) -> Result<Vec<f32>> {
    let mut embedding = embed(model, image, Some(scale_region(region, full, image)))?;
    let around = squared(region, full);
    if around != region {
        let others = embed(model, image, Some(scale_region(around, full, image)))?;
        embedding.iter_mut().zip(others).for_each(|(value, other)| *value += other);
        let norm = embedding.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        for value in &mut embedding {
            *value /= norm;
        }
    }
    Ok(embedding)
}

fn squeezed(
    embedder: &mut image_embedder::ImageEmbedder,
    view: RgbView<'_>,
    region: Option<image_embedder::Region>,
) -> Result<Vec<f32>> {
    let result = embedder.embed(view, region)?;
    Ok(match &result.get_embedding_by_index(0)?.feature_vector {
        image_embedder::FeatureVector::Float(values) => values.clone(),
        image_embedder::FeatureVector::Quantized(values) => values.iter().copied().map(f32::from).collect(),
    })
}

fn squeezed_tiles(
    model: &Model,
    image: &RgbImage,
    full: (u32, u32),
    tiles: Vec<Region>,
) -> Result<Vec<(Region, Vec<f32>)>> {
    let embedded =
        |region: Region| Ok((region, embed(model, image, Some(scale_region(region, full, image)))?));
    tiles.into_iter().map(embedded).collect()
}

/// The tiles of an image, which may have been reduced from `full` size, that show something.
fn detailed_tiles(model: &Model, image: &RgbImage, full: (u32, u32)) -> Vec<Region> {
    let mut tiles = tiles(full.0, full.1, model.tiling());
    tiles.retain(|region| has_detail(image, scale_region(*region, full, image)));
    tiles
}

fn quantized(parts: Vec<(Region, Vec<f32>)>) -> Result<Parts> {
    let mut quantized = Vec::with_capacity(parts.len());
    for (region, embedding) in parts {
        match vector_index::quantize(&embedding) {
            Ok(vector) => quantized.push((region, vector)),
            // A part that says nothing to the model; the whole did.
            Err(vector_index::Error::ZeroVector) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(quantized)
}

fn view(image: &RgbImage) -> Result<RgbView<'_>> {
    Ok(RgbView::new(image.width(), image.height(), image.pixels())?)
}

fn share(model: &Model, share: f32) -> u32 {
    (model.area_side() as f32 * share).round() as u32
}

/// A region of an image of this size, in shares.
fn window(Region { x, y, width, height }: Region, full: (u32, u32)) -> Window {
    let along = |at: u32, side: u32| (f64::from(at) / f64::from(side)) as f32;
    Window {
        left: along(x, full.0),
        top: along(y, full.1),
        right: along(x + width, full.0),
        bottom: along(y + height, full.1),
    }
}

/// The embedding, or a stand-in for that of an image of which a model of ours has nothing to say.
fn not_nothing(model: &Model, embedding: Vec<f32>) -> Vec<f32> {
    let is_ours = !matches!(model.file, ModelFile::Brought { .. });
    let says_nothing = embedding.iter().all(|value| *value == 0.0);
    if is_ours && says_nothing { nothing(embedding.len()) } else { embedding }
}

/// The embedding of what a network has nothing to say of, as of some even greys: it answers with zeros, which have no
/// direction. This one is that of nothing else, as networks end in what is never below zero, so that such a picture is
/// in the library as all others are, like its own kind and like nothing else.
fn nothing(dimension: usize) -> Vec<f32> {
    let component = 1.0 / (dimension.max(1) as f32).sqrt();
    (0..dimension).map(|nth| if nth % 2 == 0 { component } else { -component }).collect()
}

/// A region with its surroundings, as far as the picture goes.
fn around(region: Region, (width, height): (u32, u32)) -> Region {
    let widened = |start: u32, length: u32, limit: u32| {
        let beside = length * (AROUND_BOX - 1) / 2;
        let first = start.saturating_sub(beside);
        (first, start.saturating_add(length).saturating_add(beside).min(limit) - first)
    };
    let (x, width) = widened(region.x, region.width, width);
    let (y, height) = widened(region.y, region.height, height);
    Region { x, y, width, height }
}

/// The least square around a region, as far as the picture goes. A short side is no more than doubled: what is beside a
/// narrow box is not what the box is about.
fn squared(region: Region, (width, height): (u32, u32)) -> Region {
    let longer = region.width.max(region.height);
    let widened = |start: u32, length: u32, limit: u32| {
        let wanted = longer.min(length.saturating_mul(2));
        let first = start.saturating_sub((wanted - length) / 2);
        (first, (first + wanted).min(limit) - first)
    };
    let (x, width) = widened(region.x, region.width, width);
    let (y, height) = widened(region.y, region.height, height);
    Region { x, y, width, height }
}

/// Fails where a region is empty or leaves an image of this size.
pub(crate) fn check_region(region: Region, width: u32, height: u32) -> Result<()> {
    if fits(region, width, height) {
        return Ok(());
    }
    Err(LibraryError::crop_out_of_bounds(region, width, height))
}

/// Whether a region lies within an image of this size.
pub(crate) fn fits(region: Region, width: u32, height: u32) -> bool {
    let fits = |start: u32, length: u32, side: u32| {
        length > 0 && start.checked_add(length).is_some_and(|end| end <= side)
    };
    fits(region.x, region.width, width) && fits(region.y, region.height, height)
}

/// The region in pixels of the (perhaps reduced) image; at least one pixel, never beyond its edge.
fn scale_region(region: Region, full: (u32, u32), image: &RgbImage) -> image_embedder::Region {
    let axis = |start: u32, length: u32, full: u32, reduced: u32| {
        let ratio = f64::from(reduced) / f64::from(full);
        let first = ((f64::from(start) * ratio).round() as u32).min(reduced - 1);
        let end = ((f64::from(start + length) * ratio).round() as u32).clamp(first + 1, reduced);
        (first, end - first)
    };
    let (x, width) = axis(region.x, region.width, full.0, image.width());
    let (y, height) = axis(region.y, region.height, full.1, image.height());
    image_embedder::Region { x, y, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region((x, y, width, height): (u32, u32, u32, u32)) -> Region {
        Region { x, y, width, height }
    }

    #[test]
    fn a_box_is_seen_with_its_surroundings_as_far_as_there_are_any() {
        for (own, with) in [
            ((40, 40, 20, 20), (30, 30, 40, 40)),
            ((0, 90, 20, 10), (0, 85, 30, 15)),
            ((0, 0, 100, 60), (0, 0, 100, 90)),
            ((0, 0, 100, 100), (0, 0, 100, 100)),
            ((50, 50, 1, 1), (50, 50, 1, 1)),
        ] {
            assert_eq!(around(region(own), (100, 100)), region(with), "{own:?}");
        }
    }

    #[test]
    fn a_squeezed_box_is_seen_in_a_square_around_it_as_far_as_there_is_one() {
        for (own, around) in [
            ((40, 40, 20, 20), (40, 40, 20, 20)),
            ((40, 40, 30, 20), (40, 35, 30, 30)),
            ((40, 40, 20, 31), (35, 40, 31, 31)),
            // No more than twice as wide.
            ((40, 10, 10, 80), (35, 10, 20, 80)),
            // Not beyond the picture.
            ((0, 0, 10, 16), (0, 0, 16, 16)),
            ((90, 50, 10, 16), (87, 50, 13, 16)),
            ((0, 0, 100, 60), (0, 0, 100, 100)),
        ] {
            assert_eq!(squared(region(own), (100, 100)), region(around), "{own:?}");
        }
    }

    #[test]
    fn a_region_at_the_edge_stays_inside_the_reduced_image() {
        let image = RgbImage::new(13, 9, vec![0; 13 * 9 * 3]).unwrap();
        for own in [(0, 0, 1, 1), (99, 69, 1, 1), (0, 0, 100, 70), (50, 69, 50, 1)] {
            let scaled = scale_region(region(own), (100, 70), &image);
            assert!(scaled.width > 0 && scaled.x + scaled.width <= 13, "{own:?} became {scaled:?}");
            assert!(scaled.height > 0 && scaled.y + scaled.height <= 9, "{own:?} became {scaled:?}");
        }
    }
}
