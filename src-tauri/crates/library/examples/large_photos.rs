//! Makes a folder of JPEGs of 12 megapixels for measuring: `large_photos SAMPLES FOLDER COUNT`.
//!
//! Each is a mosaic of the sample photos in another order, 3 MB of detail. The same arguments make the same pictures.

#![expect(clippy::disallowed_methods, reason = "makes photos")]

use std::fs;
use std::path::{Path, PathBuf};

use imaging::{Limits, RgbImage};

const WIDTH: u32 = 4000;
const HEIGHT: u32 = 3000;

type Anything = Box<dyn std::error::Error>;

fn main() -> Result<(), Anything> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [samples, folder, count] = arguments.as_slice() else {
        return Err("usage: large_photos SAMPLES FOLDER COUNT".into());
    };
    make_photos(Path::new(samples), Path::new(folder), count.parse()?)
}

/// Photographs' worth of detail at full size: mosaics of the sample photos, each in another order.
fn make_photos(samples: &Path, folder: &Path, count: usize) -> Result<(), Anything> {
    let tiles = sample_photos(samples)?;
    fs::create_dir_all(folder)?;
    for number in 0..count {
        let mosaic = mosaic(&tiles, number);
        let path = folder.join(format!("{number:04}.jpg"));
        fs::write(&path, imaging::encode_jpeg(&mosaic, 90)?)?;
    }
    Ok(())
}

fn sample_photos(samples: &Path) -> Result<Vec<RgbImage>, Anything> {
    let mut paths = Vec::new();
    for class in fs::read_dir(samples)? {
        for photo in fs::read_dir(class?.path())? {
            paths.push(photo?.path());
        }
    }
    paths.sort();
    let decode = |path: &PathBuf| -> Result<RgbImage, Anything> {
        Ok(imaging::decode(&fs::read(path)?, None, &Limits::default())?.image)
    };
    paths.iter().map(decode).collect()
}

fn mosaic(tiles: &[RgbImage], seed: usize) -> RgbImage {
    const TILE: u32 = 250;
    let mut pixels = vec![0; (WIDTH * HEIGHT * 3) as usize];
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let place = (y / TILE * (WIDTH / TILE) + x / TILE) as usize;
            let tile = &tiles[(place * 7 + seed * 13) % tiles.len()];
            // The shift makes each mosaic a picture of its own: copies to the byte are not decoded twice.
            let (u, v) = ((x % TILE + seed as u32) % tile.width(), y % TILE % tile.height());
            let (from, to) = (((v * tile.width() + u) * 3) as usize, ((y * WIDTH + x) * 3) as usize);
            pixels[to..to + 3].copy_from_slice(&tile.pixels()[from..from + 3]);
        }
    }
    // The buffer has just this size.
    RgbImage::new(WIDTH, HEIGHT, pixels).unwrap_or_else(|error| unreachable!("{error}"))
}
