//! From a file's bytes to what the catalog stores of a photo: the steps that new photos and queries share.
//!
//! Both take the same way, down to the decode's scale, so that a photo queried from outside meets its own
//! stored embedding.

use catalog::content::Content;
use catalog::{ContentHash, Region};
use image_embedder::FeatureVector;
use imaging::{Decoded, ImageError, Limits, RgbImage, Target};

use crate::budget::Budget;
use crate::model::Model;
use crate::{LibraryError, Result};

/// The longer side of a thumbnail in pixels: sharp at the grid's usual row height on a dense screen.
pub(crate) const THUMBNAIL_SIDE: u32 = 320;

/// JPEG quality of thumbnails.
const THUMBNAIL_QUALITY: u8 = 78;

/// What one decode of a new photo yields.
#[derive(Debug)]
pub(crate) struct Digest {
    pub(crate) content: Content,
    pub(crate) thumbnail: Vec<u8>,
    /// int8, see [`vector_index::quantize`].
    pub(crate) vector: Vec<i8>,
}

/// Why a photo yields nothing.
#[derive(Debug)]
pub(crate) enum DigestError {
    Image(ImageError),
    /// The photo decodes, but gives no usable embedding.
    Embedding(LibraryError),
}

/// One decode for thumbnail and embedding.
pub(crate) fn digest(
    bytes: &[u8],
    hash: ContentHash,
    model: &Model,
    budget: &Budget,
) -> Result<Digest, DigestError> {
    let limits = Limits::default();
    let target = whole_target(model);
    let probe = imaging::probe(bytes, &limits)?;
    let _permit = budget.acquire(imaging::decoding_cost(&probe, Some(target)));
    let Decoded { image, probe } = imaging::decode(bytes, Some(target), &limits)?;
    let thumbnail = imaging::thumbnail(&image, THUMBNAIL_SIDE, THUMBNAIL_QUALITY)?;
    let embedding = embed(model, &image, None).map_err(DigestError::Embedding)?;
    let vector = vector_index::quantize(&embedding).map_err(|error| DigestError::Embedding(error.into()))?;
    Ok(Digest {
        content: Content {
            hash,
            format: probe.format.as_str().to_owned(),
            width: probe.width,
            height: probe.height,
            captured_at: probe.captured_at,
        },
        thumbnail,
        vector,
    })
}

/// The embedding, of unit length, of a query's bytes or of a region of them in full-size upright pixels.
pub(crate) fn embed_query(
    bytes: &[u8],
    region: Option<Region>,
    model: &Model,
) -> Result<Vec<f32>, DigestError> {
    let limits = Limits::default();
    let Some(region) = region else {
        let decoded = imaging::decode(bytes, Some(whole_target(model)), &limits)?;
        return embed(model, &decoded.image, None).map_err(DigestError::Embedding);
    };
    let probe = imaging::probe(bytes, &limits)?;
    check_region(region, probe.width, probe.height).map_err(DigestError::Embedding)?;
    let target = region_target(model, region, probe.width, probe.height);
    let decoded = imaging::decode(bytes, Some(target), &limits)?;
    let scaled = scale_region(region, (probe.width, probe.height), &decoded.image);
    embed(model, &decoded.image, Some(scaled)).map_err(DigestError::Embedding)
}

/// A small upright picture of an image, and how large the image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// JPEG bytes.
    pub jpeg: Vec<u8>,
    /// Width of the upright full-size image in pixels.
    pub width: u32,
    /// Height of the upright full-size image in pixels.
    pub height: u32,
}

/// Decodes and reduces an image for showing it.
pub(crate) fn preview(bytes: &[u8]) -> Result<Preview, ImageError> {
    let target = Target { short_side: 0, long_side: THUMBNAIL_SIDE };
    let Decoded { image, probe } = imaging::decode(bytes, Some(target), &Limits::default())?;
    let jpeg = imaging::thumbnail(&image, THUMBNAIL_SIDE, THUMBNAIL_QUALITY)?;
    Ok(Preview { jpeg, width: probe.width, height: probe.height })
}

fn embed(model: &Model, image: &RgbImage, region: Option<image_embedder::Region>) -> Result<Vec<f32>> {
    let view = image_embedder::RgbView::new(image.width(), image.height(), image.pixels())?;
    model.with_embedder(|embedder| {
        let result = embedder.embed(view, region)?;
        match &result.get_embedding_by_index(0)?.feature_vector {
            FeatureVector::Float(values) => Ok(values.clone()),
            FeatureVector::Quantized(values) => Ok(values.iter().copied().map(f32::from).collect()),
        }
    })
}

/// Large enough for the thumbnail and for the model's input without enlarging.
fn whole_target(model: &Model) -> Target {
    Target { short_side: model.input.0.max(model.input.1), long_side: THUMBNAIL_SIDE }
}

/// Large enough that the region alone fills the model's input.
fn region_target(model: &Model, region: Region, width: u32, height: u32) -> Target {
    let scale = f64::max(
        f64::from(model.input.0) / f64::from(region.width),
        f64::from(model.input.1) / f64::from(region.height),
    );
    let side = |pixels: u32| (f64::from(pixels) * scale.min(1.0)).ceil() as u32;
    Target { short_side: side(width.min(height)), long_side: side(width.max(height)) }
}

pub(crate) fn check_region(region: Region, width: u32, height: u32) -> Result<()> {
    let fits = |start: u32, length: u32, side: u32| {
        length > 0 && start.checked_add(length).is_some_and(|end| end <= side)
    };
    if fits(region.x, region.width, width) && fits(region.y, region.height, height) {
        return Ok(());
    }
    Err(LibraryError::CropOutOfBounds {
        x: region.x,
        y: region.y,
        width: region.width,
        height: region.height,
        image_width: width,
        image_height: height,
    })
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

impl DigestError {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Image(error) => error.code(),
            Self::Embedding(error) => error.code(),
        }
    }

    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Image(error) => error.to_string(),
            Self::Embedding(error) => error.to_string(),
        }
    }
}

impl From<ImageError> for DigestError {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}
