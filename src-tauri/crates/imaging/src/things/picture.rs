//! A picture as things are looked for in it: few pixels, in colours whose distances are what people see.

/// Pixels of the longer side: things of fewer are not worth pointing at.
const SIDE: usize = 128;
/// Bins of each channel of a histogram.
const BINS: usize = 8;

/// Reduced, and a little soft.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Lightness and two colours each (CIELAB).
    pub(super) colours: Vec<[f32; 3]>,
}

/// How often each of some colours comes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Histogram {
    counts: [f32; 3 * BINS],
    pixels: f32,
}

impl Histogram {
    pub(super) fn add(&mut self, [lightness, a, b]: [f32; 3]) {
        let bin = |value: f32, least: f32, most: f32| {
            let at = (value - least) / (most - least) * BINS as f32;
            (at.max(0.0) as usize).min(BINS - 1)
        };
        let bins = [bin(lightness, 0.0, 100.0), bin(a, -64.0, 64.0), bin(b, -64.0, 64.0)];
        for (channel, bin) in bins.into_iter().enumerate() {
            self.counts[channel * BINS + bin] += 1.0;
        }
        self.pixels += 1.0;
    }

    pub(super) fn joined(self, other: Self) -> Self {
        Self {
            counts: std::array::from_fn(|bin| self.counts[bin] + other.counts[bin]),
            pixels: self.pixels + other.pixels,
        }
    }

    pub(super) fn pixels(&self) -> f32 {
        self.pixels
    }

    /// From 0, of no colour in common, to 1.
    pub(super) fn shared(&self, other: &Self) -> f32 {
        let (own, others) = (self.pixels.max(1.0), other.pixels.max(1.0));
        let shares = self.counts.iter().zip(&other.counts);
        shares.map(|(a, b)| (a / own).min(b / others)).sum::<f32>() / 3.0
    }
}

impl Picture {
    /// Takes pixels of three bytes, red, green and blue.
    pub(super) fn of(pixels: &[u8], (width, height): (usize, usize)) -> Self {
        let longer = width.max(height).max(1);
        let reduced = |side: usize| if longer <= SIDE { side } else { (side * SIDE / longer).max(1) };
        let (columns, rows) = (reduced(width), reduced(height));
        let span = |at: usize, of: usize, side: usize| {
            let start = at * side / of;
            start..((at + 1) * side / of).max(start + 1)
        };
        let mut colours = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let (across, down) = (span(column, columns, width), span(row, rows, height));
                let count = (across.len() * down.len()) as f32 * 255.0;
                let mut sum = [0.0; 3];
                for at in down.flat_map(|y| across.clone().map(move |x| 3 * (y * width + x))) {
                    for (sum, value) in sum.iter_mut().zip(&pixels[at..at + 3]) {
                        *sum += f32::from(*value);
                    }
                }
                colours.push(lab(sum.map(|sum| sum / count)));
            }
        }
        let mut picture = Self { width: columns, height: rows, colours };
        picture.soften();
        picture
    }

    /// Noise makes no pieces.
    fn soften(&mut self) {
        let (width, height) = (self.width, self.height);
        let across = softened(&self.colours, 1, |at| (at % width, width));
        self.colours = softened(&across, width, |at| (at / width, height));
    }
}

/// Each colour with those `step` before and after it; `place` tells where in its line a pixel is, and how long that is.
fn softened(colours: &[[f32; 3]], step: usize, place: impl Fn(usize) -> (usize, usize)) -> Vec<[f32; 3]> {
    (0..colours.len())
        .map(|at| {
            let (here, length) = place(at);
            let before = if here > 0 { at - step } else { at };
            let after = if here + 1 < length { at + step } else { at };
            std::array::from_fn(|channel| {
                (colours[before][channel] + 2.0 * colours[at][channel] + colours[after][channel]) / 4.0
            })
        })
        .collect()
}

/// sRGB, from 0 to 1, as CIELAB under its white.
fn lab(srgb: [f32; 3]) -> [f32; 3] {
    let linear =
        |value: f32| if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = srgb.map(linear);
    let x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505;
    let y = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089;
    let [x, y, z] =
        [x, y, z].map(|value| if value > 0.008_856 { value.cbrt() } else { 7.787 * value + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}
