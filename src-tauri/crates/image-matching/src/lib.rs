//! Compares pictures pixel by pixel: what an embedding proposes is decided here.
//!
//! All of it is pure functions on pixels, and knows neither files nor catalogs nor embeddings. [`mod@print`] makes the few grey levels
//! by which copies are looked up, [`overlay`] lays one picture's over another's, and [`agreement`] says whether two
//! thumbnails show the same picture. [`excerpt`] finds the place that a picture was cut from. [`detail`], [`levels`] and
//! [`margins`] tell which of two copies is the original.
//!
//! ```
//! use image_matching::agreement::{Pixels, agreement};
//! use imaging::RgbImage;
//!
//! let checks = |side: u32| {
//!     let level = |at: u32| if (at % 64 / side + at / 64 / side) % 2 == 0 { 20 } else { 220 };
//!     RgbImage::new(64, 64, (0..64 * 64).flat_map(|at| [level(at); 3]).collect())
//! };
//! assert!(agreement(&Pixels::of(checks(8)?), &Pixels::of(checks(8)?)).is_some());
//! assert!(agreement(&Pixels::of(checks(8)?), &Pixels::of(checks(13)?)).is_none());
//! # Ok::<(), imaging::ImageError>(())
//! ```

pub mod agreement;
pub mod detail;
pub mod excerpt;
mod frames;
mod laying;
pub mod levels;
pub mod margins;
pub mod overlay;
pub mod page;
mod plane;
pub mod print;
mod pyramid;
mod registration;
mod tint;
