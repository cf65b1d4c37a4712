//! From a file's bytes to what the catalog stores of a photo: the steps that new photos and queries share.
//!
//! Both take the same way, down to the decode's scale, so that a photo queried from outside meets its own
//! stored embedding.

use catalog::content::Content;
use catalog::{ContentHash, Region};
use image_embedder::FeatureVector;
use imaging::{Besides, Decoded, ImageError, Limits, Probe, RgbImage, Target};
use serde::{Deserialize, Serialize};

use crate::base::profile::{Stage, Stopwatch};
use crate::engine::model::{Model, ModelFile};
use crate::engine::tiles::{MOST_TILES, has_detail, tiles};
use crate::{LibraryError, Result};

/// The longer side of a thumbnail in pixels: sharp at the grid's usual row height on a dense screen.
pub(crate) const THUMBNAIL_SIDE: u32 = 320;

/// JPEG quality of thumbnails.
const THUMBNAIL_QUALITY: u8 = 78;

/// What one decode of a new photo yields.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Digest {
    pub(crate) content: Content,
    #[serde(with = "serde_bytes")]
    pub(crate) thumbnail: Vec<u8>,
    /// int8, see [`vector_index::quantize`].
    pub(crate) vector: Vec<i8>,
    /// How much of the picture is missing, in thousandths.
    pub(crate) missing: u16,
    /// Whether the file has other pictures, see [`Besides::Pictures`].
    pub(crate) has_more: bool,
    /// Whether it has more of the same moment, see [`Besides::SameMoment`].
    pub(crate) has_film: bool,
    /// The parts, where they were asked for; also where not, of a picture that is too small to have any.
    pub(crate) parts: Option<Parts>,
}

/// Part of the picture and int8 vector of each tile that shows something.
pub(crate) type Parts = Vec<(Region, Vec<i8>)>;

/// What of a picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wanted {
    /// What makes it searchable: its thumbnail and the embedding of all of it.
    Whole,
    /// Those, and the embeddings of its parts.
    WholeAndParts,
    /// Of a picture that has the others, the embeddings of its parts.
    Parts,
}

impl Wanted {
    /// Whether parts are.
    pub(crate) fn has_parts(self) -> bool {
        self != Self::Whole
    }
}

/// The first bytes of any JPEG.
const JPEG_START: [u8; 3] = [0xFF, 0xD8, 0xFF];

/// The most bytes of a thumbnail, some ten times what they have.
const MOST_THUMBNAIL_BYTES: usize = 512 << 10;

impl Digest {
    /// Whether it can be the digest of the file with this hash: readers are not taken at their word.
    pub(crate) fn is_sound(&self, hash: &ContentHash, dimension: usize) -> bool {
        let Content { width, height, format, captured_at, placeholder, .. } = &self.content;
        let pixels = u64::from(*width) * u64::from(*height);
        let date_is_short = captured_at.as_ref().is_none_or(|date| date.len() <= "2026-12-31T23:59:59".len());
        self.content.hash == *hash
            && (1..=Limits::default().max_pixels).contains(&pixels)
            && format.len() <= 8
            && date_is_short
            && self.missing < 1000
            && placeholder.is_some()
            && self.thumbnail.len() <= MOST_THUMBNAIL_BYTES
            && self.thumbnail.starts_with(&JPEG_START)
            && is_vector(&self.vector, dimension)
            && self.parts.as_ref().is_none_or(|parts| are_sound(parts, (*width, *height), dimension))
    }
}

/// Whether they can be the parts of a picture of this size.
pub(crate) fn are_sound(parts: &Parts, (width, height): (u32, u32), dimension: usize) -> bool {
    let is_part =
        |(region, vector): &(Region, Vec<i8>)| fits(*region, width, height) && is_vector(vector, dimension);
    parts.len() <= MOST_TILES && parts.iter().all(is_part)
}

fn is_vector(vector: &[i8], dimension: usize) -> bool {
    vector.len() == dimension && vector.iter().any(|component| *component != 0)
}

/// Why a photo yields nothing.
#[derive(Debug)]
pub(crate) enum DigestError {
    Image(ImageError),
    /// The region leaves the image of this width and height.
    Crop {
        region: Region,
        width: u32,
        height: u32,
    },
    /// The photo decodes, but gives no usable embedding.
    Embedding(LibraryError),
}

/// Bytes that [`digest`] and [`parts`] hold at their peak, the file's own not counted.
pub(crate) fn cost(probe: &Probe, wanted: Wanted, model: &Model) -> u64 {
    imaging::decoding_cost(probe, Some(digest_target(wanted, model)))
}

/// One decode for thumbnail and embedding, and for the embeddings of parts where these are wanted, too.
pub(crate) fn digest(
    bytes: &[u8],
    hash: ContentHash,
    wanted: Wanted,
    model: &Model,
    stopwatch: &Stopwatch,
) -> Result<Digest, DigestError> {
    let target = digest_target(wanted, model);
    let Decoded { image, probe, missing, besides } =
        stopwatch.time(Stage::Decode, || imaging::decode(bytes, Some(target), &Limits::default()))?;
    let (thumbnail, placeholder) = stopwatch.time(Stage::Thumbnail, || -> Result<_, ImageError> {
        let thumbnail = imaging::thumbnail(&image, THUMBNAIL_SIDE, THUMBNAIL_QUALITY)?;
        Ok((thumbnail, imaging::placeholder(&image)?))
    })?;
    let embedding =
        stopwatch.time(Stage::Embed, || embed(model, &image, None)).map_err(DigestError::Embedding)?;
    let vector = vector_index::quantize(&embedding).map_err(|error| DigestError::Embedding(error.into()))?;
    let parts = if wanted.has_parts() || tiles(probe.width, probe.height).is_empty() {
        Some(embed_parts(model, &image, &probe, stopwatch)?)
    } else {
        None
    };
    Ok(Digest {
        content: Content {
            hash,
            format: probe.format.as_str().to_owned(),
            width: probe.width,
            height: probe.height,
            captured_at: probe.captured_at,
            placeholder: Some(placeholder),
        },
        thumbnail,
        vector,
        missing,
        has_more: besides == Besides::Pictures,
        has_film: besides == Besides::SameMoment,
        parts,
    })
}

/// The parts of a picture that has its thumbnail and embedding already.
pub(crate) fn parts(bytes: &[u8], model: &Model, stopwatch: &Stopwatch) -> Result<Parts, DigestError> {
    let target = digest_target(Wanted::Parts, model);
    let Decoded { image, probe, .. } =
        stopwatch.time(Stage::Decode, || imaging::decode(bytes, Some(target), &Limits::default()))?;
    embed_parts(model, &image, &probe, stopwatch)
}

fn embed_parts(
    model: &Model,
    image: &RgbImage,
    probe: &Probe,
    stopwatch: &Stopwatch,
) -> Result<Parts, DigestError> {
    let full = (probe.width, probe.height);
    stopwatch.time(Stage::Embed, || embed_tiles(model, image, full)).map_err(DigestError::Embedding)
}

/// The tiles of an image, which may have been reduced from `full` size, that show something.
fn embed_tiles(model: &Model, image: &RgbImage, full: (u32, u32)) -> Result<Parts> {
    let mut embedded = Vec::new();
    for region in tiles(full.0, full.1) {
        let part = scale_region(region, full, image);
        if !has_detail(image, part) {
            continue;
        }
        match vector_index::quantize(&embed(model, image, Some(part))?) {
            Ok(vector) => embedded.push((region, vector)),
            // A part that says nothing to the model; the whole did.
            Err(vector_index::Error::ZeroVector) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(embedded)
}

/// The embedding, of unit length, of a query's bytes.
pub(crate) fn embed_query(bytes: &[u8], model: &Model) -> Result<Vec<f32>, DigestError> {
    let decoded = imaging::decode(bytes, Some(whole_target(model)), &Limits::default())?;
    embed(model, &decoded.image, None).map_err(DigestError::Embedding)
}

/// The same, and a small picture of it, of one decode.
pub(crate) fn embed_and_show(bytes: &[u8], model: &Model) -> Result<(Vec<f32>, Preview), DigestError> {
    let Decoded { image, probe, .. } = imaging::decode(bytes, Some(whole_target(model)), &Limits::default())?;
    let embedding = embed(model, &image, None).map_err(DigestError::Embedding)?;
    Ok((embedding, preview_of(&image, (probe.width, probe.height))?))
}

/// The embedding, of unit length, of a region of a query's bytes, in full-size upright pixels.
pub(crate) fn embed_query_region(
    bytes: &[u8],
    region: Region,
    model: &Model,
) -> Result<Vec<f32>, DigestError> {
    let limits = Limits::default();
    let probe = imaging::probe(bytes, &limits)?;
    if !fits(region, probe.width, probe.height) {
        return Err(DigestError::Crop { region, width: probe.width, height: probe.height });
    }
    let target = region_target(model, region, probe.width, probe.height);
    let decoded = imaging::decode(bytes, Some(target), &limits)?;
    embed_region(&decoded.image, (probe.width, probe.height), region, model).map_err(DigestError::Embedding)
}

/// The embedding, of unit length, of a region, in full-size pixels, of an image that may have been reduced from `full`
/// size.
///
/// It is the mean of the region's and of that of a square around it: the model squeezes what is not square, which the
/// squares that it is compared with are not. On 400 labelled photos, boxes of 10 to 20% of a photo find it first in 0.980
/// of cases in place of 0.947, and what is of the same class better, too (`tests/bench/RANKING.md`).
pub(crate) fn embed_region(
    image: &RgbImage,
    full: (u32, u32),
    region: Region,
    model: &Model,
) -> Result<Vec<f32>> {
    check_region(region, full.0, full.1)?;
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

/// A small upright picture of an image, and how large the image is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// JPEG bytes.
    #[serde(with = "serde_bytes")]
    pub jpeg: Vec<u8>,
    /// Width of the upright full-size image in pixels.
    pub width: u32,
    /// Height of the upright full-size image in pixels.
    pub height: u32,
}

/// Decodes and reduces an image for showing it.
pub(crate) fn preview(bytes: &[u8]) -> Result<Preview, ImageError> {
    let target = Target { short_side: 0, long_side: THUMBNAIL_SIDE };
    let Decoded { image, probe, .. } = imaging::decode(bytes, Some(target), &Limits::default())?;
    preview_of(&image, (probe.width, probe.height))
}

/// The same of an image that may have been reduced from this size.
pub(crate) fn preview_of(image: &RgbImage, (width, height): (u32, u32)) -> Result<Preview, ImageError> {
    let jpeg = imaging::thumbnail(image, THUMBNAIL_SIDE, THUMBNAIL_QUALITY)?;
    Ok(Preview { jpeg, width, height })
}

/// An image as an upright JPEG of at most `max_side` pixels a side.
pub(crate) fn reduced_jpeg(bytes: &[u8], max_side: u32, quality: u8) -> Result<Vec<u8>, ImageError> {
    let target = Target { short_side: 0, long_side: max_side };
    imaging::thumbnail(&imaging::decode(bytes, Some(target), &Limits::default())?.image, max_side, quality)
}

/// The placeholder of a picture, from its thumbnail.
pub(crate) fn placeholder(thumbnail: &[u8]) -> Result<catalog::Placeholder, ImageError> {
    // All a placeholder shows is there at this size.
    let target = Target { short_side: 0, long_side: THUMBNAIL_SIDE / 8 };
    imaging::placeholder(&imaging::decode(thumbnail, Some(target), &Limits::default())?.image)
}

/// The pixels of a thumbnail.
pub(crate) fn decode_thumbnail(thumbnail: &[u8]) -> Result<RgbImage, ImageError> {
    // As large as ours are, and no more: readers made them.
    let limits = Limits {
        max_pixels: u64::from(THUMBNAIL_SIDE).pow(2),
        max_decoded_bytes: 16 << 20,
        max_file_bytes: MOST_THUMBNAIL_BYTES as u64,
    };
    Ok(imaging::decode(thumbnail, None, &limits)?.image)
}

/// The embedding, of unit length, of an image or of a region in its own pixels. Never zeros for an image as a whole by a
/// model of ours; one that the person brought and that answers with zeros is not fit for use.
pub(crate) fn embed(
    model: &Model,
    image: &RgbImage,
    region: Option<image_embedder::Region>,
) -> Result<Vec<f32>> {
    let view = image_embedder::RgbView::new(image.width(), image.height(), image.pixels())?;
    let embedding = model.with_embedder(|embedder| {
        let result = embedder.embed(view, region)?;
        match &result.get_embedding_by_index(0)?.feature_vector {
            FeatureVector::Float(values) => Ok(values.clone()),
            FeatureVector::Quantized(values) => Ok(values.iter().copied().map(f32::from).collect()),
        }
    })?;
    let is_ours = matches!(model.file, ModelFile::BuiltIn(_));
    let says_nothing = embedding.iter().all(|value| *value == 0.0);
    Ok(if is_ours && region.is_none() && says_nothing { nothing(embedding.len()) } else { embedding })
}

/// The embedding of what a network has nothing to say of, as of some even greys: it answers with zeros, which have no
/// direction. This one is that of nothing else, as networks end in what is never below zero, so that such a picture is
/// in the library as all others are, like its own kind and like nothing else.
fn nothing(dimension: usize) -> Vec<f32> {
    let component = 1.0 / (dimension.max(1) as f32).sqrt();
    (0..dimension).map(|nth| if nth % 2 == 0 { component } else { -component }).collect()
}

/// Large enough for the thumbnail and for the model's input without enlarging.
fn whole_target(model: &Model) -> Target {
    Target { short_side: model.input.0.max(model.input.1), long_side: THUMBNAIL_SIDE }
}

/// What a new photo is decoded for. A tile may be enlarged by a tenth: 12 megapixels are then decoded at an eighth,
/// as without tiles.
fn digest_target(wanted: Wanted, model: &Model) -> Target {
    let whole = whole_target(model);
    if wanted.has_parts() { Target { short_side: whole.short_side * 8 / 5, ..whole } } else { whole }
}

/// Large enough that the region alone fills the model's input twice over: its edges fall between the pixels of a
/// reduced image, and the finer those are, the less that moves the embedding.
fn region_target(model: &Model, region: Region, width: u32, height: u32) -> Target {
    let scale = f64::max(
        f64::from(model.input.0) / f64::from(region.width),
        f64::from(model.input.1) / f64::from(region.height),
    );
    let side = |pixels: u32| (f64::from(pixels) * (2.0 * scale).min(1.0)).ceil() as u32;
    Target { short_side: side(width.min(height)), long_side: side(width.max(height)) }
}

pub(crate) fn check_region(region: Region, width: u32, height: u32) -> Result<()> {
    if fits(region, width, height) {
        return Ok(());
    }
    Err(LibraryError::crop_out_of_bounds(region, width, height))
}

fn fits(region: Region, width: u32, height: u32) -> bool {
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

impl From<ImageError> for DigestError {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::engine::model::BuiltInModel;

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        // Both are of unit length.
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    fn sample(name: &str) -> RgbImage {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/photos").join(name);
        imaging::decode(&std::fs::read(path).unwrap(), None, &Limits::default()).unwrap().image
    }

    /// Three by three copies, each pixel twice in both directions, as a JPEG of some 8 megapixels.
    fn large_jpeg(tile: &RgbImage) -> Vec<u8> {
        let (width, height) = (tile.width() * 6, tile.height() * 6);
        let mut pixels = Vec::with_capacity((width * height * 3) as usize);
        for y in 0..height {
            for x in 0..width {
                let (u, v) = (x / 2 % tile.width(), y / 2 % tile.height());
                let at = ((v * tile.width() + u) * 3) as usize;
                pixels.extend(&tile.pixels()[at..at + 3]);
            }
        }
        imaging::encode_jpeg(&RgbImage::new(width, height, pixels).unwrap(), 90).unwrap()
    }

    #[test]
    fn decoding_at_a_reduced_scale_hardly_moves_the_embedding() {
        let model = Model::built_in(BuiltInModel::Fast).unwrap();
        for name in ["hat/hat-2.jpg", "shoes/shoes-4.jpg", "dress/dress-5.jpg", "shirt/shirt-1.jpg"] {
            let bytes = large_jpeg(&sample(name));
            let full = imaging::decode(&bytes, None, &Limits::default()).unwrap();
            let reduced = imaging::decode(&bytes, Some(whole_target(&model)), &Limits::default()).unwrap();
            assert!(reduced.image.width() * 3 < full.image.width(), "{name}: it was reduced");
            let whole =
                cosine(&embed(&model, &full.image, None).unwrap(), &embed_query(&bytes, &model).unwrap());
            assert!(whole >= 0.99, "{name}: {whole}");

            let (x, y) = (full.image.width() / 3, full.image.height() / 4);
            let (width, height) = (full.image.width() / 2, full.image.height() / 2);
            let region = Region { x, y, width, height };
            let size = (full.image.width(), full.image.height());
            let part = cosine(
                &embed_region(&full.image, size, region, &model).unwrap(),
                &embed_query_region(&bytes, region, &model).unwrap(),
            );
            assert!(part >= 0.99, "{name}, a part: {part}");
        }
    }

    #[test]
    fn a_box_is_seen_in_a_square_around_it_as_far_as_there_is_one() {
        let region = |(x, y, width, height)| Region { x, y, width, height };
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
        for region in [(0, 0, 1, 1), (99, 69, 1, 1), (0, 0, 100, 70), (50, 69, 50, 1)] {
            let (x, y, width, height) = region;
            let scaled = scale_region(Region { x, y, width, height }, (100, 70), &image);
            assert!(scaled.width > 0 && scaled.x + scaled.width <= 13, "{region:?} became {scaled:?}");
            assert!(scaled.height > 0 && scaled.y + scaled.height <= 9, "{region:?} became {scaled:?}");
        }
    }
}
