//! From a file's bytes to what the catalog stores of a photo: the steps that new photos and queries share.
//!
//! Both take the same way, down to the decode's scale, so that a photo queried from outside meets its own
//! stored embedding.

use catalog::content::Content;
use catalog::{ContentHash, Region};
use imaging::{Besides, Decoded, ImageError, Limits, Probe, RgbImage, Target};
use serde::{Deserialize, Serialize};

use crate::base::profile::{Stage, Stopwatch};
use crate::engine::look::{
    Asked, Parts, embed, embed_asked, embed_parts, embed_region, embed_with_parts, fits, looked_at,
    side_for_region,
};
use crate::engine::model::Model;
use crate::engine::tiles::{MOST_TILES, tiles};
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
    imaging::decoding_cost(probe, Some(digest_target(wanted, model, (probe.width, probe.height))))
}

/// One decode for thumbnail and embedding, and for the embeddings of parts where these are wanted, too.
pub(crate) fn digest(
    bytes: &[u8],
    hash: ContentHash,
    wanted: Wanted,
    model: &Model,
    stopwatch: &Stopwatch,
) -> Result<Digest, DigestError> {
    let target = digest_target(wanted, model, size(bytes)?);
    let Decoded { image, probe, missing, besides } =
        stopwatch.time(Stage::Decode, || imaging::decode(bytes, Some(target), &Limits::default()))?;
    let (thumbnail, placeholder) = stopwatch.time(Stage::Thumbnail, || -> Result<_, ImageError> {
        let thumbnail = imaging::thumbnail(&image, THUMBNAIL_SIDE, THUMBNAIL_QUALITY)?;
        Ok((thumbnail, imaging::placeholder(&image)?))
    })?;
    let full = (probe.width, probe.height);
    let has_parts = wanted.has_parts() || tiles(full.0, full.1, model.tiling()).is_empty();
    let embedded = stopwatch.time(Stage::Embed, || {
        if has_parts {
            let (embedding, parts) = embed_with_parts(model, &image, full)?;
            Ok((embedding, Some(parts)))
        } else {
            Ok((embed(model, &image, None)?, None))
        }
    });
    let (embedding, parts) = embedded.map_err(DigestError::Embedding)?;
    let vector = vector_index::quantize(&embedding).map_err(|error| DigestError::Embedding(error.into()))?;
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
    let target = digest_target(Wanted::Parts, model, size(bytes)?);
    let Decoded { image, probe, .. } =
        stopwatch.time(Stage::Decode, || imaging::decode(bytes, Some(target), &Limits::default()))?;
    let full = (probe.width, probe.height);
    stopwatch.time(Stage::Embed, || embed_parts(model, &image, full)).map_err(DigestError::Embedding)
}

/// The embeddings, of unit length, of a query's bytes.
pub(crate) fn embed_query(bytes: &[u8], model: &Model) -> Result<Asked, DigestError> {
    let decoded = imaging::decode(bytes, Some(whole_target(model, size(bytes)?)), &Limits::default())?;
    embed_asked(model, &decoded.image).map_err(DigestError::Embedding)
}

/// The same, and a small picture of it, of one decode.
pub(crate) fn embed_and_show(bytes: &[u8], model: &Model) -> Result<(Asked, Preview), DigestError> {
    let target = whole_target(model, size(bytes)?);
    let Decoded { image, probe, .. } = imaging::decode(bytes, Some(target), &Limits::default())?;
    let embedding = embed_asked(model, &image).map_err(DigestError::Embedding)?;
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

/// Width and height of the upright image in full.
fn size(bytes: &[u8]) -> Result<(u32, u32), ImageError> {
    let probe = imaging::probe(bytes, &Limits::default())?;
    Ok((probe.width, probe.height))
}

/// Large enough for the thumbnail and for the model's input, of a picture of this size, without enlarging. What is looked at
/// in its own aspect is reduced by a quarter at least: the filter that does it evens out what the decoder's leaves.
fn whole_target(model: &Model, (width, height): (u32, u32)) -> Target {
    let side = model.area_side();
    if !model.looks_once() {
        return Target { short_side: side, long_side: THUMBNAIL_SIDE };
    }
    let aspect = f64::from(width.min(height)) / f64::from(width.max(height));
    let short_side = 1.25 * f64::from(side) * aspect.max(0.5).sqrt();
    Target { short_side: short_side as u32, long_side: THUMBNAIL_SIDE }
}

/// What a new photo is decoded for. Where each tile is looked at by itself, it may be enlarged by a tenth: 12 megapixels are
/// then decoded at an eighth, as without tiles.
fn digest_target(wanted: Wanted, model: &Model, size: (u32, u32)) -> Target {
    let whole = whole_target(model, size);
    let is_larger = wanted.has_parts() && !model.looks_once();
    if is_larger { Target { short_side: whole.short_side * 8 / 5, ..whole } } else { whole }
}

/// Large enough that what is looked at for a region fills the model's input twice over: its edges fall between the pixels of
/// a reduced image, and the finer those are, the less that moves the embedding.
fn region_target(model: &Model, region: Region, width: u32, height: u32) -> Target {
    let looked_at = if model.looks_once() { looked_at(model, region, (width, height)) } else { region };
    let input = f64::from(side_for_region(model));
    let scale = f64::max(input / f64::from(looked_at.width), input / f64::from(looked_at.height));
    let side = |pixels: u32| (f64::from(pixels) * (2.0 * scale).min(1.0)).ceil() as u32;
    Target { short_side: side(width.min(height)), long_side: side(width.max(height)) }
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
            let reduced = imaging::decode(
                &bytes,
                Some(whole_target(&model, size(&bytes).unwrap())),
                &Limits::default(),
            )
            .unwrap();
            assert!(reduced.image.width() * 3 < full.image.width(), "{name}: it was reduced");
            let whole = cosine(
                &embed(&model, &full.image, None).unwrap(),
                &embed_query(&bytes, &model).unwrap().whole,
            );
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
}
