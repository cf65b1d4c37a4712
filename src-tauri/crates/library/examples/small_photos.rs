//! Makes a folder of many small photos for measuring at scale: `small_photos SAMPLES FOLDER COUNT`.
//!
//! Each is a part of a sample photo, mirrored or not and tinted, so that there are clusters as in a real library;
//! file times are spread over fifteen years. The same arguments make the same pictures.

#![expect(clippy::disallowed_methods, reason = "makes photos")]

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use imaging::{Limits, RgbImage};

const A_FOLDER: usize = 1_000;
const YEARS: u64 = 15;
const QUALITY: u8 = 78;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [samples, folder, count] = arguments.as_slice() else {
        return Err("usage: small_photos SAMPLES FOLDER COUNT".into());
    };
    let count: usize = count.parse()?;
    let samples = decode_all(Path::new(samples))?;
    let mut random = Random(1);
    let step = Duration::from_secs(YEARS * 365 * 24 * 3600) / u32::try_from(count)?;
    let newest = SystemTime::now();
    for number in 0..count {
        let place = Path::new(folder).join(format!("{:03}", number / A_FOLDER));
        fs::create_dir_all(&place)?;
        let path = place.join(format!("IMG_{number:06}.jpg"));
        let sample = &samples[random.below(samples.len())];
        fs::write(&path, imaging::encode_jpeg(&vary(sample, &mut random)?, QUALITY)?)?;
        let age = step * u32::try_from(count - number)?;
        File::options().write(true).open(&path)?.set_modified(newest - age)?;
    }
    Ok(())
}

fn decode_all(folder: &Path) -> Result<Vec<RgbImage>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { paths.push(path) }
        }
    }
    paths.sort();
    let decoded =
        paths.iter().filter_map(|path| imaging::decode(&fs::read(path).ok()?, None, &Limits::default()).ok());
    Ok(decoded.map(|decoded| decoded.image).collect())
}

/// A part of half to all of each side, perhaps mirrored, with each channel a little darker or brighter.
fn vary(sample: &RgbImage, random: &mut Random) -> Result<RgbImage, imaging::ImageError> {
    let part = |side: u32, random: &mut Random| {
        let length = side / 2 + random.below(side as usize / 2 + 1) as u32;
        (random.below((side - length) as usize + 1) as u32, length)
    };
    let (left, width) = part(sample.width(), random);
    let (top, height) = part(sample.height(), random);
    let mirrored = random.below(2) == 1;
    let gains: [u32; 3] = std::array::from_fn(|_| 180 + random.below(140) as u32);
    let mut pixels = Vec::with_capacity((width * height * 3) as usize);
    for y in top..top + height {
        for x in 0..width {
            let x = left + if mirrored { width - 1 - x } else { x };
            let at = ((y * sample.width() + x) * 3) as usize;
            let channels = sample.pixels()[at..at + 3].iter().zip(gains);
            pixels.extend(channels.map(|(&value, gain)| (u32::from(value) * gain / 256).min(255) as u8));
        }
    }
    RgbImage::new(width, height, pixels)
}

/// xorshift64: plenty for choosing pictures.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}
